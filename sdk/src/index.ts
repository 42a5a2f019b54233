// What an add-in's page imports. Start reading at `connect`.
export { type ConnectOptions, connect } from './connect.js';
export { AddinError, DisconnectedError, NotGrantedError, NotInRoomError } from './errors.js';
export type {
  Author,
  Capability,
  Card,
  CardAction,
  CardContext,
  CloseCode,
  Closed,
  Context,
  ContextOrigin,
  Denied,
  Environment,
  FilterAnswer,
  IdentityToken,
  Message,
  OutgoingMessage,
  Participant,
  RoomProperties,
  StorageEntry,
  Tone,
  User,
} from './protocol.js';
export {
  type JoinState,
  type OutgoingFilter,
  RoomAddin,
  type RoomEvents,
  type RoomStorage,
  type SendOptions,
} from './room-addin.js';
