/**
 * The live connection: connects, comes back with growing jittered delays, resumes every room from the last
 * sequence number seen, and sends posts in the order they were written, however long it was offline.
 *
 * Invariant: a post leaves the outbox only when the server acknowledged or refused it. It is sent again
 * after a reconnect; the nonce makes that harmless.
 */
import { type ClientFrame, type Draft, type JoinRoom, parseFrame, type ServerFrame } from './frames';

export type ConnectionWord = 'connecting' | 'live' | 'catching_up' | 'offline';

export interface Connection {
  word: ConnectionWord;
  /** Posts not yet acknowledged. */
  waiting: number;
}

/** The part of WebSocket that is used here. */
export interface SocketLike {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export interface SocketEvents {
  frame(frame: ServerFrame): void;
  connection(connection: Connection): void;
  /** The server acknowledged a post. */
  posted(nonce: string, seq: number): void;
  /** The server refused a post; it will not be tried again. */
  refused(nonce: string, code: string, detail: string): void;
  /** The connection was closed before the server said welcome, as it is for an ended session. */
  turnedAway(): void;
}

interface OutboxPost extends Draft {
  room: string;
  nonce: string;
  /** The id of the frame it went out with on this connection. */
  id: number | null;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const ROOMS_PER_JOIN = 50;
const SILENT_HEARTBEATS = 2.5;
/** Close codes of frames the server would not read: sending the same frame again would loop. */
const UNREADABLE = new Set([1007, 1009]);

/** The delay before attempt n (from 0): exponential, capped, with the upper half random. */
export function reconnectDelay(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

export class LiveSocket {
  readonly #connect: () => SocketLike;
  readonly #events: SocketEvents;
  readonly #random: () => number;
  #socket: SocketLike | null = null;
  #stopped = true;
  #welcomed = false;
  #everWelcomed = false;
  #attempt = 0;
  #retryAfterMs: number | null = null;
  #word: ConnectionWord = 'connecting';
  #nextId = 1;
  #heardAt = 0;
  #reconnectTimer: ReturnType<typeof setTimeout> | undefined;
  #heartbeatTimer: ReturnType<typeof setInterval> | undefined;
  readonly #rooms = new Map<string, { latest: number; after: number | null }>();
  readonly #watched = new Set<string>();
  readonly #joining = new Map<number, Set<string>>();
  readonly #reads = new Map<string, number>();
  #outbox: OutboxPost[] = [];

  constructor(connect: () => SocketLike, events: SocketEvents, random: () => number = Math.random) {
    this.#connect = connect;
    this.#events = events;
    this.#random = random;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#open();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#reconnectTimer);
    this.#drop(1000);
  }

  /** Tries again now, as when the network is back. */
  hurry(): void {
    if (this.#stopped || this.#socket) return;
    clearTimeout(this.#reconnectTimer);
    this.#open();
  }

  joinRooms(rooms: readonly string[], latest: number): void {
    const added = rooms.filter((room) => !this.#rooms.has(room));
    for (const room of added) this.#rooms.set(room, { latest, after: null });
    if (this.#welcomed) this.#sendJoins(added);
  }

  leaveRoom(room: string): void {
    this.#watched.delete(room);
    if (!this.#rooms.delete(room)) return;
    this.#reads.delete(room);
    this.#settleJoin(room);
    if (this.#welcomed) this.#send({ type: 'leave', room });
  }

  /** Asks for a room again from nothing, after its contents were dropped. */
  rejoinRoom(room: string, latest: number): void {
    this.#rooms.set(room, { latest, after: null });
    if (this.#welcomed) this.#sendJoins([room]);
  }

  /** Asks to be told who has a room open, or no longer to be, for as long as the room is not left. */
  watchRoom(room: string, watching: boolean): void {
    if (watching === this.#watched.has(room)) return;
    if (watching) this.#watched.add(room);
    else this.#watched.delete(room);
    if (this.#welcomed && this.#rooms.has(room)) this.#send({ type: 'watch', room, watching });
  }

  post(room: string, nonce: string, draft: Draft): void {
    this.#outbox.push({ ...draft, room, nonce, id: null });
    this.#flush();
    this.#announce(this.#word);
  }

  read(room: string, seq: number): void {
    if (seq <= (this.#reads.get(room) ?? 0)) return;
    this.#reads.set(room, seq);
    if (this.#word === 'live') this.#send({ type: 'read', room, seq });
  }

  #id(): number {
    return this.#nextId++;
  }

  #send(frame: ClientFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }

  #announce(word: ConnectionWord): void {
    this.#word = word;
    this.#events.connection({ word, waiting: this.#outbox.length });
  }

  #open(): void {
    const socket = this.#connect();
    this.#socket = socket;
    this.#welcomed = false;
    if (!this.#everWelcomed) this.#announce('connecting');
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = (event) => this.#closed(event.code);
  }

  #drop(code: number): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#welcomed = false;
    this.#joining.clear();
    clearInterval(this.#heartbeatTimer);
    for (const post of this.#outbox) post.id = null;
    if (!socket) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close(code);
  }

  #closed(code: number): void {
    const turnedAway = !this.#welcomed;
    const inFlight = this.#outbox.find((post) => post.id !== null);
    this.#drop(1000);
    if (this.#stopped) return;
    if (UNREADABLE.has(code) && inFlight) {
      this.#forget(inFlight.nonce);
      this.#events.refused(inFlight.nonce, 'LimitExceeded', 'The server did not accept this message.');
    }
    this.#announce('offline');
    const delay =
      this.#retryAfterMs === null
        ? reconnectDelay(this.#attempt, this.#random())
        : Math.round(this.#retryAfterMs * (1 + this.#random() / 2));
    this.#retryAfterMs = null;
    this.#attempt += 1;
    this.#reconnectTimer = setTimeout(() => this.#open(), delay);
    if (turnedAway) this.#events.turnedAway();
  }

  #receive(data: unknown): void {
    const frame = parseFrame(data);
    if (!frame) return;
    this.#heardAt = Date.now();
    switch (frame.type) {
      case 'welcome':
        this.#welcome(frame.heartbeat_ms);
        break;
      case 'joined': {
        const held = this.#rooms.get(frame.room.id);
        if (held) held.after = frame.head;
        break;
      }
      case 'message': {
        const held = this.#rooms.get(frame.room);
        if (held) held.after = Math.max(held.after ?? 0, frame.seq);
        if (frame.nonce) this.#acknowledge((post) => post.nonce === frame.nonce, frame.seq);
        break;
      }
      case 'posted':
        this.#acknowledge((post) => post.id === frame.id, frame.seq);
        break;
      case 'removed':
        this.#rooms.delete(frame.room);
        break;
      case 'goodbye':
        this.#retryAfterMs = frame.retry_after_ms;
        break;
      case 'error':
        this.#failed(frame);
        break;
    }
    this.#events.frame(frame);
    // After the frame is applied: "live" promises that what it brought is already shown.
    if (frame.type === 'joined') this.#settleJoin(frame.room.id);
    if (frame.type === 'removed') this.#settleJoin(frame.room);
  }

  #welcome(heartbeatMs: number): void {
    this.#welcomed = true;
    this.#everWelcomed = true;
    this.#attempt = 0;
    clearInterval(this.#heartbeatTimer);
    this.#heartbeatTimer = setInterval(() => {
      if (Date.now() - this.#heardAt > heartbeatMs * SILENT_HEARTBEATS) this.#closed(4000);
      else this.#send({ type: 'ping', id: this.#id() });
    }, heartbeatMs);
    const rooms = [...this.#rooms.keys()];
    if (rooms.length === 0) this.#becomeLive();
    else {
      this.#announce('catching_up');
      this.#sendJoins(rooms);
    }
  }

  #sendJoins(rooms: readonly string[]): void {
    for (let at = 0; at < rooms.length; at += ROOMS_PER_JOIN) {
      this.#sendJoin(rooms.slice(at, at + ROOMS_PER_JOIN));
    }
  }

  #sendJoin(rooms: string[]): void {
    const id = this.#id();
    this.#joining.set(id, new Set(rooms));
    this.#send({
      type: 'join',
      id,
      rooms: rooms.map((room): JoinRoom => {
        const held = this.#rooms.get(room);
        return held?.after === null || held?.after === undefined
          ? { room, latest: held?.latest ?? 1 }
          : { room, after: held.after };
      }),
    });
    // With each join the server forgets what was asked about the room before.
    for (const room of rooms) {
      if (this.#watched.has(room)) this.#send({ type: 'watch', room, watching: true });
    }
  }

  #settleJoin(room: string): void {
    for (const [id, rooms] of this.#joining) {
      rooms.delete(room);
      if (rooms.size === 0) this.#joining.delete(id);
    }
    if (this.#welcomed && this.#joining.size === 0 && this.#word !== 'live') this.#becomeLive();
  }

  #becomeLive(): void {
    this.#announce('live');
    for (const [room, seq] of this.#reads) this.#send({ type: 'read', room, seq });
    this.#flush();
  }

  #flush(): void {
    if (this.#word !== 'live' || !this.#welcomed) return;
    for (const post of this.#outbox) {
      if (post.id !== null) continue;
      post.id = this.#id();
      const { room, nonce, text, alert, title, original, pane } = post;
      this.#send({
        type: 'post',
        id: post.id,
        room,
        nonce,
        text,
        ...(alert ? { alert } : {}),
        ...(title === undefined ? {} : { title }),
        ...(original === undefined ? {} : { original }),
        ...(pane === undefined ? {} : { pane }),
      });
    }
  }

  #forget(nonce: string): void {
    this.#outbox = this.#outbox.filter((post) => post.nonce !== nonce);
  }

  #acknowledge(matches: (post: OutboxPost) => boolean, seq: number): void {
    const post = this.#outbox.find(matches);
    if (!post) return;
    this.#forget(post.nonce);
    this.#events.posted(post.nonce, seq);
    this.#announce(this.#word);
  }

  #failed(frame: Extract<ServerFrame, { type: 'error' }>): void {
    const post =
      frame.id !== undefined ? this.#outbox.find((candidate) => candidate.id === frame.id) : undefined;
    if (post) {
      this.#forget(post.nonce);
      this.#events.refused(post.nonce, frame.code, frame.detail);
      this.#announce(this.#word);
      return;
    }
    const joining = frame.id !== undefined ? this.#joining.get(frame.id) : undefined;
    if (!joining) return;
    for (const room of frame.room ? [frame.room] : [...joining]) {
      this.#rooms.delete(room);
      this.#settleJoin(room);
    }
  }
}
