/**
 * Names for the interface's schemas, so that the rest of the application never spells out the generated
 * paths. When schema.ts is regenerated, this is the only file that may have to follow.
 */
import type { components } from './schema';

type Schemas = components['schemas'];

export type Problem = Schemas['Problem'];
export type Session = Schemas['Session'];
export type Limits = Schemas['Limits'];
export type Token = Schemas['Token'];
export type Principal = Schemas['Principal'];
export type PrincipalKind = Schemas['PrincipalKind'];
export type Pool = Schemas['Pool'];
export type Addin = Schemas['Addin'];
export type NewAddin = Schemas['NewAddin'];
export type AddinPatch = Schemas['AddinPatch'];
export type AddinHealth = Schemas['AddinHealth'];
export type Handshake = Schemas['Handshake'];
export type Webhook = Schemas['Webhook'];
export type WebhookFailure = Schemas['WebhookFailure'];
export type WebhookRoom = Schemas['WebhookRoom'];
export type WebhookState = Schemas['WebhookState'];
export type DeadLetter = Schemas['DeadLetter'];
export type HealthFinding = Schemas['HealthFinding'];
export type HealthState = Schemas['HealthState'];
export type SeenPage = Schemas['SeenPage'];
export type Capability = Schemas['Capability'];
export type Pane = Schemas['Pane'];
export type PaneReport = Schemas['PaneReport'];
export type RoomAddin = Schemas['RoomAddin'];
export type Trigger = Schemas['Trigger'];
export type TriggerRule = Trigger['rule'];
export type NewTrigger = Schemas['NewTrigger'];
export type TriggerPatch = Schemas['TriggerPatch'];
export type Category = Schemas['Category'];
export type NewCategory = Schemas['NewCategory'];
export type CategoryPatch = Schemas['CategoryPatch'];
export type Privacy = Schemas['Privacy'];
export type RoomType = Schemas['RoomType'];
export type Invitations = Schemas['Invitations'];
export type RoomFilter = Schemas['RoomFilter'];
export type RoomPermissions = Schemas['RoomPermissions'];
export type Room = Schemas['Room'];
/** What is the same for everybody who sees a room, as `room_updated` carries it. */
export type RoomProperties = Omit<
  Room,
  'permissions' | 'followed' | 'member' | 'head' | 'unread' | 'participant_count'
>;
export type RoomDetail = Schemas['RoomDetail'];
export type NewRoom = Schemas['NewRoom'];
export type RoomPatch = Schemas['RoomPatch'];
export type Author = Schemas['Author'];
export type Context = Schemas['Context'];
export type Card = Schemas['Card'];
export type CardAction = Schemas['CardAction'];
export type NewMessage = Schemas['NewMessage'];
export type Message = Schemas['Message'];
export type MessagePage = Schemas['MessagePage'];
export type FoundMessage = Schemas['FoundMessage'];
export type Span = Schemas['Span'];
export type Participant = Schemas['Participant'];
export type StorageEntry = Schemas['StorageEntry'];
