/**
 * What the client knows of its rooms, and how it changes: pure functions over values. The server's frames
 * and the client's own acts are both events; old state + events = the state a fresh client would fetch.
 */
import type { Message, MessagePage, Participant, Room } from '../api/types';
import type { Draft, JoinedFrame, ParticipantsFrame, PresenceFrame, ServerFrame } from './frames';
import {
  emptyWindow,
  hasNewer,
  type MessageWindow,
  shrunk,
  windowOf,
  withLive,
  withNewer,
  withOlder,
} from './window';

export type PageEnd = 'older' | 'newer' | 'latest';

export interface RoomState {
  room: Room;
  /** null until the first page is there. */
  window: MessageWindow | null;
  /** Who has the room open; null while that is not known, and in a large room. */
  participants: Participant[] | null;
  /** So many people are here that no list of them is kept. */
  large: boolean;
  /** The reader is at the end of the conversation. */
  following: boolean;
  /** The reader is at the end and looking: what arrives is read at once. */
  present: boolean;
  /** Something of high importance is among the unread. */
  important: boolean;
  /** First message that was unread when the room was opened, for the "new" line. */
  newFrom: number | null;
  loading: PageEnd | null;
  /** The last load failed; shown with a way to try again. */
  failed: { end: PageEnd; error: unknown } | null;
}

export interface PendingPost extends Draft {
  nonce: string;
  room: string;
  at: string;
  /**
   * filtering: the room's add-in, or one message before it, is being waited for; changed: the person has not agreed yet to
   * what the add-in made of it; sent: acknowledged, its message has not arrived yet.
   */
  state: 'filtering' | 'changed' | 'waiting' | 'sent' | 'refused';
  /** The name of the add-in that changed it or holds it back. */
  addin?: string;
  seq?: number;
  code?: string;
  detail?: string;
}

/** Why a room that was asked for is not here. */
export interface Absence {
  code: string;
  detail: string;
  /** It was open before. */
  removed: boolean;
}

/** A message that would be lost with the page. */
export function isLeaving({ state }: PendingPost): boolean {
  return state === 'filtering' || state === 'changed' || state === 'waiting';
}

export interface LiveState {
  me: string;
  rooms: Readonly<Record<string, RoomState>>;
  absent: Readonly<Record<string, Absence>>;
  pending: readonly PendingPost[];
}

export type LiveEvent =
  | { type: 'frame'; frame: ServerFrame }
  | { type: 'opened'; room: string }
  | { type: 'closed'; room: string }
  | { type: 'unwatched'; room: string }
  | { type: 'asked'; room: string }
  | { type: 'refused_join'; room: string; absence: Absence }
  | { type: 'left'; room: string }
  | { type: 'following'; room: string; following: boolean }
  | { type: 'present'; room: string; present: boolean }
  | { type: 'read'; room: string; seq: number }
  | { type: 'followed'; room: string; followed: boolean }
  | { type: 'page_asked'; room: string; end: PageEnd }
  | { type: 'page'; room: string; end: PageEnd; page: MessagePage }
  | { type: 'page_failed'; room: string; end: PageEnd; error: unknown }
  | { type: 'posting'; post: PendingPost }
  | { type: 'judged'; nonce: string; draft: Draft; state: 'changed' | 'waiting'; addin?: string }
  | { type: 'posted'; nonce: string; seq: number }
  | { type: 'post_refused'; nonce: string; code: string; detail: string; addin?: string }
  | { type: 'post_dropped'; nonce: string };

export function initialState(me: string): LiveState {
  return { me, rooms: {}, absent: {}, pending: [] };
}

/** What is new in the rooms that the person follows. */
export function unreadTotal(state: LiveState): number {
  return Object.values(state.rooms).reduce((sum, { room }) => sum + (room.followed ? room.unread : 0), 0);
}

function withRoom(state: LiveState, room: string, change: (held: RoomState) => RoomState): LiveState {
  const held = state.rooms[room];
  if (!held) return state;
  const changed = change(held);
  return changed === held ? state : { ...state, rooms: { ...state.rooms, [room]: changed } };
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  if (!(key in record)) return record;
  const { [key]: _, ...rest } = record;
  return rest;
}

/** Pending posts whose message is among those seen by now. */
function settled(pending: readonly PendingPost[], room: string, head: number, nonces: ReadonlySet<string>) {
  const left = pending.filter(
    (post) =>
      post.room !== room ||
      !(nonces.has(post.nonce) || (post.state === 'sent' && post.seq !== undefined && post.seq <= head)),
  );
  return left.length === pending.length ? pending : left;
}

function joined(state: LiveState, frame: JoinedFrame): LiveState {
  const held = state.rooms[frame.room.id];
  const following = held?.following ?? true;
  let window = held?.window ?? null;
  if (window === null || frame.reload) {
    window =
      frame.messages.length === 0
        ? emptyWindow(frame.head)
        : windowOf({ messages: frame.messages, head: frame.head, first: 1 });
  } else {
    for (const message of frame.messages) window = withLive(window, message, following);
    window = { ...window, head: Math.max(window.head, frame.head) };
  }
  const nonces = new Set(frame.messages.map((message) => message.nonce));
  const read = frame.head - frame.room.unread;
  const important = frame.messages.some(({ alert, seq }) => alert && seq > read);
  return {
    ...state,
    absent: without(state.absent, frame.room.id),
    pending: settled(state.pending, frame.room.id, frame.head, nonces),
    rooms: {
      ...state.rooms,
      [frame.room.id]: {
        following,
        present: false,
        newFrom: null,
        loading: null,
        failed: null,
        participants: null,
        large: false,
        ...held,
        important: (held?.important ?? false) || important,
        room: frame.room,
        window,
      },
    },
  };
}

function messageArrived(state: LiveState, message: Message): LiveState {
  const next = withRoom(state, message.room, (held) => {
    const window = held.window && withLive(held.window, message, held.following);
    if (message.seq <= held.room.head) return window === held.window ? held : { ...held, window };
    const room = { ...held.room, head: message.seq };
    if (message.author.id === state.me || held.present) return { ...held, window, room };
    return {
      ...held,
      window,
      room: { ...room, unread: room.unread + 1 },
      important: held.important || message.alert,
      newFrom: room.unread === 0 ? message.seq : held.newFrom,
    };
  });
  const nonces = new Set([message.nonce]);
  return { ...next, pending: settled(next.pending, message.room, message.seq, nonces) };
}

function participants(held: RoomState, { participants, count }: ParticipantsFrame): RoomState {
  const room = { ...held.room, participant_count: count };
  return { ...held, room, participants, large: participants === null };
}

function presence(held: RoomState, frame: PresenceFrame): RoomState {
  const room = { ...held.room, participant_count: frame.count };
  if (frame.large) return { ...held, room, participants: null, large: true };
  // Without a list there is nothing to keep up to date, also when the room is no longer large.
  if (held.participants === null) return { ...held, room };
  const changed = new Set([...frame.departed, ...frame.arrived.map((participant) => participant.id)]);
  const staying = held.participants.filter((participant) => !changed.has(participant.id));
  return { ...held, room, participants: [...staying, ...frame.arrived] };
}

function applyFrame(state: LiveState, frame: ServerFrame): LiveState {
  switch (frame.type) {
    case 'joined':
      return joined(state, frame);
    case 'message':
      return messageArrived(state, frame);
    case 'participants':
      return withRoom(state, frame.room, (held) => participants(held, frame));
    case 'presence':
      return withRoom(state, frame.room, (held) => presence(held, frame));
    case 'room_updated':
      return withRoom(state, frame.room.id, (held) => ({ ...held, room: { ...held.room, ...frame.room } }));
    case 'permissions':
      return withRoom(state, frame.room, (held) => ({
        ...held,
        room: { ...held.room, permissions: frame.permissions },
      }));
    case 'removed':
      return {
        ...state,
        rooms: without(state.rooms, frame.room),
        absent: { ...state.absent, [frame.room]: { code: frame.code, detail: '', removed: true } },
      };
    default:
      return state;
  }
}

function pageArrived(held: RoomState, end: PageEnd, page: MessagePage): RoomState {
  const done = { ...held, loading: null, failed: null };
  if (end === 'latest' || held.window === null) return { ...done, window: windowOf(page) };
  return { ...done, window: end === 'older' ? withOlder(held.window, page) : withNewer(held.window, page) };
}

export function applyEvent(state: LiveState, event: LiveEvent): LiveState {
  switch (event.type) {
    case 'frame':
      return applyFrame(state, event.frame);
    case 'opened':
      return withRoom(state, event.room, (held) => ({
        ...held,
        following: true,
        newFrom: held.room.unread > 0 ? held.room.head - held.room.unread + 1 : null,
      }));
    case 'closed':
      return withRoom(state, event.room, (held) => ({
        ...held,
        following: true,
        present: false,
        newFrom: null,
        window: held.window && shrunk(held.window),
      }));
    case 'unwatched':
      return withRoom(state, event.room, (held) =>
        held.participants === null && !held.large ? held : { ...held, participants: null, large: false },
      );
    case 'asked':
      return { ...state, absent: without(state.absent, event.room) };
    case 'refused_join':
      return { ...state, absent: { ...state.absent, [event.room]: event.absence } };
    case 'left':
      return { ...state, rooms: without(state.rooms, event.room) };
    case 'following':
      return withRoom(state, event.room, (held) =>
        held.following === event.following ? held : { ...held, following: event.following },
      );
    case 'present':
      return withRoom(state, event.room, (held) =>
        held.present === event.present ? held : { ...held, present: event.present },
      );
    case 'read':
      return withRoom(state, event.room, (held) =>
        event.seq < held.room.head || (held.room.unread === 0 && !held.important)
          ? held
          : { ...held, important: false, room: { ...held.room, unread: 0 } },
      );
    case 'followed':
      return withRoom(state, event.room, (held) => ({
        ...held,
        room: { ...held.room, followed: event.followed },
      }));
    case 'page_asked':
      return withRoom(state, event.room, (held) => ({ ...held, loading: event.end, failed: null }));
    case 'page':
      return withRoom(state, event.room, (held) => pageArrived(held, event.end, event.page));
    case 'page_failed':
      return withRoom(state, event.room, (held) => ({
        ...held,
        loading: null,
        failed: { end: event.end, error: event.error },
      }));
    case 'posting':
      return { ...state, pending: [...state.pending, event.post] };
    case 'judged': {
      const { nonce, draft, state: next, addin } = event;
      const pending = state.pending.map((post) =>
        post.nonce === nonce
          ? { ...post, ...draft, state: next, ...(addin === undefined ? {} : { addin }) }
          : post,
      );
      return { ...state, pending };
    }
    case 'posted':
      return posted(state, event.nonce, event.seq);
    case 'post_refused': {
      const held = event.addin === undefined ? {} : { addin: event.addin };
      return {
        ...state,
        pending: state.pending.map((post) =>
          post.nonce === event.nonce
            ? { ...post, state: 'refused', code: event.code, detail: event.detail, ...held }
            : post,
        ),
      };
    }
    case 'post_dropped':
      return { ...state, pending: state.pending.filter((post) => post.nonce !== event.nonce) };
  }
}

function posted(state: LiveState, nonce: string, seq: number): LiveState {
  const pending = state.pending.flatMap((post) => {
    if (post.nonce !== nonce) return [post];
    const window = state.rooms[post.room]?.window;
    // Not waiting for a message that a reader further up will not be shown.
    const arrived = !window || hasNewer(window) || window.head >= seq;
    return arrived ? [] : [{ ...post, state: 'sent' as const, seq }];
  });
  return { ...state, pending };
}
