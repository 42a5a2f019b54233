/**
 * The live client: one socket, one state, and the acts of the person. React reads it through the hooks in
 * hooks.ts; nothing else changes the state.
 */
import type { Message, MessagePage } from '../api/types';
import { sendContext } from './contextBus';
import { asTyped, type Draft, type ServerFrame } from './frames';
import { newNonce } from './nonce';
import { Outgoing, type OutgoingFilter, type Verdict } from './outgoing';
import { type Connection, LiveSocket, type SocketLike } from './socket';
import { applyEvent, initialState, type LiveEvent, type LiveState, type PageEnd } from './store';
import { hasNewer, hasOlder, newest, oldest, PAGE } from './window';

export interface PageRequest {
  before?: number;
  after?: number;
  limit: number;
}

export interface LiveOptions {
  me: string;
  connect: () => SocketLike;
  fetchPage: (room: string, request: PageRequest) => Promise<MessagePage>;
  /** The server would not have us; perhaps the session has ended. */
  turnedAway: () => void;
  /** A message was posted as it was typed, because the room's add-in gave no answer about it. */
  unanswered: (addin: string) => void;
}

/** A post that was refused hands its text back to whoever wrote it; `addin` is the name of the add-in that refused it. */
export type RefusalHandler = (draft: Draft, code: string, detail: string, addin?: string) => boolean;

const READ_DELAY_MS = 600;
/** Messages asked for when joining a room that is not shown: enough to open it without waiting. */
const BACKGROUND_LATEST = 30;

function lastContext(messages: readonly Message[]): void {
  const message = messages.findLast((candidate) => candidate.contexts.length > 0);
  const context = message?.contexts.at(-1);
  if (message && context) {
    sendContext(message.room, context, { seq: message.seq, author: message.author, at: message.at });
  }
}

export class LiveClient {
  readonly #options: LiveOptions;
  readonly #socket: LiveSocket;
  readonly #listeners = new Set<() => void>();
  readonly #frameListeners = new Set<(frame: ServerFrame) => void>();
  readonly #refusalHandlers = new Map<string, RefusalHandler>();
  readonly #readTimers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #open = new Map<string, number>();
  readonly #held = new Map<string, number>();
  readonly #outgoing = new Outgoing();
  /** What the person says to texts that an add-in changed, by nonce. */
  readonly #decisions = new Map<string, (agreed: boolean) => void>();
  /** The number of each room's last load: a page that was asked for earlier belongs to a window that is gone. */
  readonly #loads = new Map<string, number>();
  #background: ReadonlySet<string> = new Set();
  #state: LiveState;
  #connection: Connection = { word: 'connecting', waiting: 0 };

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#state = initialState(options.me);
    this.#socket = new LiveSocket(options.connect, {
      frame: (frame) => this.#receive(frame),
      connection: (connection) => {
        this.#connection = connection;
        this.#publish();
      },
      posted: (nonce, seq) => this.#apply({ type: 'posted', nonce, seq }),
      refused: (nonce, code, detail) => this.#refused(nonce, code, detail),
      turnedAway: options.turnedAway,
    });
  }

  get state(): LiveState {
    return this.#state;
  }

  get connection(): Connection {
    return this.#connection;
  }

  start(): void {
    this.#socket.start();
    window.addEventListener('online', this.#online);
  }

  stop(): void {
    window.removeEventListener('online', this.#online);
    for (const timer of this.#readTimers.values()) clearTimeout(timer);
    this.#socket.stop();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Every frame of the server, after it has been applied. */
  onFrame(listener: (frame: ServerFrame) => void): () => void {
    this.#frameListeners.add(listener);
    return () => this.#frameListeners.delete(listener);
  }

  /** The composer of a room takes back the text of refused posts; it answers whether it could. */
  onRefusal(room: string, handler: RefusalHandler): () => void {
    this.#refusalHandlers.set(room, handler);
    return () => this.#refusalHandlers.delete(room);
  }

  /** Rooms to stay joined to without showing them: those the person follows. */
  keepJoined(rooms: Iterable<string>): void {
    const before = this.#background;
    this.#background = new Set(rooms);
    this.#join(
      [...this.#background].filter((room) => !before.has(room)),
      BACKGROUND_LATEST,
    );
    for (const room of before) this.#leaveUnlessWanted(room);
  }

  /** Stays joined to a room whose add-in has a window of its own, and watches it; returns the function that lets go of it. */
  holdRoom(room: string): () => void {
    this.#held.set(room, (this.#held.get(room) ?? 0) + 1);
    this.#join([room], BACKGROUND_LATEST);
    this.#socket.watchRoom(room, true);
    return () => {
      const left = (this.#held.get(room) ?? 1) - 1;
      if (left > 0) this.#held.set(room, left);
      else this.#held.delete(room);
      this.#leaveUnlessWanted(room);
    };
  }

  /** Opens a room for reading, and watches it; returns the function that closes it. */
  openRoom(room: string): () => void {
    this.#open.set(room, (this.#open.get(room) ?? 0) + 1);
    this.#join([room], PAGE);
    this.#socket.watchRoom(room, true);
    this.#apply({ type: 'opened', room });
    if (this.#state.rooms[room]?.window === null) void this.load(room, 'latest');
    return () => {
      const left = (this.#open.get(room) ?? 1) - 1;
      if (left > 0) {
        this.#open.set(room, left);
        return;
      }
      this.#open.delete(room);
      this.#apply({ type: 'closed', room });
      this.#leaveUnlessWanted(room);
    };
  }

  /** Asks again for a room that was refused or removed. */
  retryRoom(room: string): void {
    this.#apply({ type: 'asked', room });
    this.#socket.rejoinRoom(room, PAGE);
  }

  /** Loads a page at one end of the window; `latest` replaces it. Does nothing while one is loading. */
  async load(room: string, end: PageEnd): Promise<void> {
    const held = this.#state.rooms[room];
    if (!held || (held.loading !== null && end !== 'latest')) return;
    const { window } = held;
    if (end === 'older' && (!window || !hasOlder(window))) return;
    if (end === 'newer' && (!window || !hasNewer(window))) return;
    const before = end === 'older' && window ? oldest(window) : undefined;
    const after = end === 'newer' && window ? newest(window) : undefined;
    await this.#load(room, end, {
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      limit: PAGE,
    });
  }

  /** Replaces the window by the page that begins shortly before a message. */
  async loadAround(room: string, seq: number): Promise<void> {
    await this.#load(room, 'latest', { after: Math.max(0, seq - 11), limit: PAGE });
  }

  async #load(room: string, end: PageEnd, request: PageRequest): Promise<void> {
    const turn = (this.#loads.get(room) ?? 0) + 1;
    this.#loads.set(room, turn);
    this.#apply({ type: 'page_asked', room, end });
    const apply = (event: LiveEvent) => {
      if (this.#loads.get(room) === turn) this.#apply(event);
    };
    try {
      const page = await this.#options.fetchPage(room, request);
      apply({ type: 'page', room, end, page });
    } catch (error) {
      apply({ type: 'page_failed', room, end, error });
    }
  }

  /** Shows the end of the conversation, and keeps to it. */
  goToEnd(room: string): void {
    const window = this.#state.rooms[room]?.window;
    if (window && hasNewer(window)) void this.load(room, 'latest');
    this.setFollowing(room, true);
  }

  setFollowing(room: string, following: boolean): void {
    this.#apply({ type: 'following', room, following });
  }

  /** Whether the person is looking at the end of the room now. */
  setPresent(room: string, present: boolean): void {
    this.#apply({ type: 'present', room, present });
  }

  setFollowed(room: string, followed: boolean): void {
    this.#apply({ type: 'followed', room, followed });
  }

  /** Everything up to this message has been before the eyes. Told to the server after a short rest. */
  markRead(room: string, seq: number): void {
    this.#apply({ type: 'read', room, seq });
    clearTimeout(this.#readTimers.get(room));
    this.#readTimers.set(
      room,
      setTimeout(() => this.#socket.read(room, seq), READ_DELAY_MS),
    );
  }

  post(room: string, draft: Draft): string {
    const nonce = newNonce();
    const at = new Date().toISOString();
    const free = this.#outgoing.isFree(room);
    const state = free ? 'waiting' : 'filtering';
    this.#apply({ type: 'posting', post: { ...draft, nonce, room, at, state } });
    if (free) this.#socket.post(room, nonce, draft);
    else this.#outgoing.queue(room, draft, (verdict) => this.#judged(room, nonce, verdict));
    return nonce;
  }

  /** Puts an add-in's filter before what the person posts in a room; returns the function that takes it away. */
  setFilter(room: string, filter: OutgoingFilter): () => void {
    return this.#outgoing.setFilter(room, filter);
  }

  /** The person agrees, or does not, to what an add-in made of a post. */
  decide(nonce: string, agreed: boolean): void {
    this.#decisions.get(nonce)?.(agreed);
  }

  async #judged(room: string, nonce: string, verdict: Verdict): Promise<void> {
    if (verdict.kind === 'canceled') {
      this.#refused(nonce, 'Canceled', verdict.reason, verdict.addin);
      return;
    }
    const { draft } = verdict;
    if (verdict.kind === 'changed') {
      this.#apply({ type: 'judged', nonce, draft, state: 'changed', addin: verdict.addin });
      const agreed = await new Promise<boolean>((resolve) => this.#decisions.set(nonce, resolve));
      this.#decisions.delete(nonce);
      if (!agreed) {
        this.#apply({ type: 'post_dropped', nonce });
        return;
      }
    }
    this.#apply({ type: 'judged', nonce, draft, state: 'waiting' });
    this.#socket.post(room, nonce, draft);
    if (verdict.kind === 'post' && verdict.unanswered !== undefined) {
      this.#options.unanswered(verdict.unanswered);
    }
  }

  /** Takes a refused post away, as when its text went back to the composer. */
  dropPost(nonce: string): void {
    this.#apply({ type: 'post_dropped', nonce });
  }

  #online = () => this.#socket.hurry();

  #join(rooms: readonly string[], latest: number): void {
    for (const room of rooms) {
      if (this.#state.absent[room]) this.#apply({ type: 'asked', room });
    }
    this.#socket.joinRooms(rooms, latest);
  }

  #leaveUnlessWanted(room: string): void {
    if (this.#open.has(room) || this.#held.has(room)) return;
    if (this.#background.has(room)) {
      this.#socket.watchRoom(room, false);
      this.#apply({ type: 'unwatched', room });
      return;
    }
    this.#socket.leaveRoom(room);
    this.#apply({ type: 'left', room });
  }

  #receive(frame: ServerFrame): void {
    if (frame.type === 'joined') this.#joined(frame);
    else this.#apply({ type: 'frame', frame });
    if (frame.type === 'error' && frame.room) this.#failedRoom(frame.room, frame);
    if (frame.type === 'message') {
      lastContext([frame]);
      const held = this.#state.rooms[frame.room];
      // Something is missing between what is held and this message.
      if (held?.window && held.following && hasNewer(held.window)) void this.load(frame.room, 'newer');
    }
    for (const listener of this.#frameListeners) listener(frame);
  }

  #joined(frame: Extract<ServerFrame, { type: 'joined' }>): void {
    const room = frame.room.id;
    const known = this.#state.rooms[room] !== undefined;
    this.#apply({ type: 'frame', frame });
    if (!known) {
      lastContext(frame.messages);
      if (this.#open.has(room)) this.#apply({ type: 'opened', room });
    }
  }

  #failedRoom(room: string, { code, detail }: { code: string; detail: string }): void {
    if (this.#state.rooms[room]) return;
    this.#apply({ type: 'refused_join', room, absence: { code, detail, removed: false } });
  }

  #refused(nonce: string, code: string, detail: string, addin?: string): void {
    const post = this.#state.pending.find((candidate) => candidate.nonce === nonce);
    if (!post) return;
    const takenBack = this.#refusalHandlers.get(post.room)?.(asTyped(post), code, detail, addin) ?? false;
    const by = addin === undefined ? {} : { addin };
    this.#apply(
      takenBack ? { type: 'post_dropped', nonce } : { type: 'post_refused', nonce, code, detail, ...by },
    );
  }

  #apply(event: LiveEvent): void {
    const next = applyEvent(this.#state, event);
    if (next === this.#state) return;
    this.#state = next;
    this.#publish();
  }

  #publish(): void {
    for (const listener of this.#listeners) listener();
  }
}
