/** The frames of the live protocol (api/asyncapi.yaml), one union per direction, told apart by `type`. */
import type { Card } from '@perch/addin/host';
import type {
  Limits,
  Message,
  Participant,
  Principal,
  Room,
  RoomPermissions,
  RoomProperties,
  StorageEntry,
} from '../api/types';

export interface JoinRoom {
  room: string;
  /** Resume: everything after this sequence number. */
  after?: number;
  /** First join: this many of the latest messages. */
  latest?: number;
}

export interface Draft {
  text: string;
  alert?: boolean;
  /** Present for a story. */
  title?: string;
  /** What the person typed, when the room's add-in replaced it. */
  original?: { text: string; title?: string };
  /** The token of the pane whose page replaced it. */
  pane?: string;
  /** What is shown in the place of the text. */
  card?: Card;
  /** The card is a new version of the one that was posted first at this place. */
  updates?: number;
}

/** A draft as its author typed it, whatever an add-in made of it. */
export function asTyped({ text, title, alert, original }: Draft): Draft {
  const typed = original ?? { text, title };
  return {
    text: typed.text,
    ...(alert === undefined ? {} : { alert }),
    ...(typed.title === undefined ? {} : { title: typed.title }),
  };
}

export type ClientFrame =
  | { type: 'join'; id: number; rooms: JoinRoom[] }
  | { type: 'leave'; room: string }
  /** Who has a joined room open is told while it is watched; behind each join of the room it is asked for anew. */
  | { type: 'watch'; room: string; watching: boolean }
  | ({ type: 'post'; id: number; room: string; nonce: string } & Draft)
  | { type: 'read'; room: string; seq: number }
  | { type: 'ping'; id: number };

export interface JoinedFrame {
  type: 'joined';
  /** Of the join; 0 when the server itself opens the room anew for a client that fell far behind. */
  id: number;
  room: Room;
  messages: Message[];
  head: number;
  /** The gap was too large: what is held must be dropped for these messages. */
  reload: boolean;
}

/** Who has a watched room open: the answer to `watch`, and again when the connection fell behind. Replaces what is held. */
export interface ParticipantsFrame {
  type: 'participants';
  room: string;
  /** null in a large room. */
  participants: Participant[] | null;
  count: number;
}

/** Who came to and went from a watched room. */
export interface PresenceFrame {
  type: 'presence';
  room: string;
  arrived: Participant[];
  departed: string[];
  count: number;
  large: boolean;
}

export type ServerFrame =
  | { type: 'welcome'; protocol: number; person: Principal; heartbeat_ms: number; limits: Limits }
  | JoinedFrame
  | { type: 'posted'; id: number; room: string; seq: number; at: string }
  | ({ type: 'message' } & Message)
  | ParticipantsFrame
  | PresenceFrame
  | { type: 'room_updated'; room: RoomProperties }
  | { type: 'permissions'; room: string; permissions: RoomPermissions }
  | { type: 'removed'; room: string; code: string }
  | { type: 'rooms_changed' }
  | { type: 'catalogue_changed'; pool: string; kind: 'addin' | 'trigger' | 'category' | 'room' }
  | { type: 'storage_changed'; room: string; addin: string; entry: StorageEntry }
  | { type: 'pong'; id: number }
  | { type: 'error'; id?: number; room?: string; code: string; detail: string }
  | { type: 'goodbye'; code: string; retry_after_ms: number };

/** The room a frame is about, if it is about one. */
export function roomOf(frame: ServerFrame): string | undefined {
  if (!('room' in frame) || !frame.room) return undefined;
  return typeof frame.room === 'string' ? frame.room : frame.room.id;
}

/** A frame of the text the server sent, or undefined for what is none. Unknown types pass and are ignored later. */
export function parseFrame(text: unknown): ServerFrame | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
    return value as ServerFrame;
  } catch {
    return undefined;
  }
}
