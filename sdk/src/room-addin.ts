// The room as a page sees it: its properties kept up to date, its conversation, its storage, its events.
// Modelled on the Room object that add-ins of the original system were given.
import { knownCapabilities } from './checks.js';
import type {
  Capability,
  Card,
  Closed,
  Denied,
  Environment,
  Events,
  FilterAnswer,
  IdentityToken,
  Message,
  Methods,
  OutgoingMessage,
  Participant,
  RoomProperties,
  StorageEntry,
  User,
} from './protocol.js';
import { Session } from './session.js';

/** What a page may listen to, and what its handler receives. */
export interface RoomEvents {
  /** Something typed, such as a ticker, was posted or chosen. A new handler is called at once with the latest one. */
  context: Events['context'];
  /** New messages, own ones included, oldest first. */
  messagesReceived: Events['messages.received'];
  /** People came or left. */
  participantsChanged: Events['participants.changed'];
  /** Name, description, privacy or another property changed. */
  roomChanged: Events['room.changed'];
  /** The number of unread messages changed. */
  unreadChanged: Events['unread.changed'];
  /** A stored value changed, by whomever. */
  storageChanged: Events['storage.changed'];
  /** Language or theme changed. */
  environmentChanged: Events['environment.changed'];
  /** What the page may do changed: an administrator or the room's manager allows more, or less. */
  grantsChanged: Events['grants.changed'];
  /** `joinState` changed. */
  joinStateChanged: { readonly state: JoinState };
  /** The session has ended, with the reason; a new handler is called at once when it has. */
  closed: Closed;
}

/**
 * Whether the person takes part in the room: `joined`; `pending` while the connection is being restored; `ended` once the session
 * has, for the reason that `closed` gives.
 */
export type JoinState = 'joined' | 'pending' | 'ended';

/** What the welcome carried. */
export interface Welcomed {
  readonly port: MessagePort;
  readonly granted: readonly Capability[];
  readonly denied: readonly Denied[];
}

/** Options of `RoomAddin.send`. */
export interface SendOptions {
  /** Post with high importance. */
  readonly alert?: boolean;
}

/**
 * Judges one message that the person is about to post. What it returns within four seconds becomes of the message; when it
 * returns later, or throws, the message is posted as it was typed and the person is told.
 */
export type OutgoingFilter = (message: OutgoingMessage) => FilterAnswer | Promise<FilterAnswer>;

/** Values that belong to the room and this add-in: small, versioned, shared by everyone in the room. */
export interface RoomStorage {
  /** Returns the entry, or null when nothing is stored under the key (1 to 128 characters). */
  get(key: string): Promise<StorageEntry | null>;
  /**
   * Stores a JSON value in place of `version`, the version last read (0 for a new key), and returns the new entry.
   * Rejects with code `DataCollision` when someone else stored another version meanwhile: read again, then decide.
   */
  set(key: string, value: unknown, version: number): Promise<StorageEntry>;
}

type Handlers = { [E in keyof RoomEvents]: Set<(event: RoomEvents[E]) => void> };

/** A page's hold on the room it is shown in. Made by `connect`. */
export class RoomAddin {
  /** The room's storage for this add-in. */
  readonly storage: RoomStorage;
  /** What the page said it wants and might not do when it connected, and why. */
  readonly denied: readonly Denied[];
  readonly #session: Session;
  readonly #handlers: Handlers = {
    context: new Set(),
    messagesReceived: new Set(),
    participantsChanged: new Set(),
    roomChanged: new Set(),
    unreadChanged: new Set(),
    storageChanged: new Set(),
    environmentChanged: new Set(),
    grantsChanged: new Set(),
    joinStateChanged: new Set(),
    closed: new Set(),
  };
  #granted: readonly Capability[];
  #room: RoomProperties;
  #user: User;
  #context: Events['context'] | null = null;
  #filter: OutgoingFilter | null = null;
  #closed: Closed | null = null;

  private constructor(session: Session, { granted, denied }: Welcomed, room: RoomProperties, user: User) {
    this.#session = session;
    this.#granted = granted;
    this.denied = denied;
    this.#room = room;
    this.#user = user;
    this.storage = {
      get: (key) => session.request('storage.get', { key }),
      set: (key, value, version) => session.request('storage.set', { key, value, version }),
    };
  }

  /**
   * Opens a session over the port that the welcome carried.
   * @internal
   */
  static async open(welcomed: Welcomed, requestTimeoutMs: number): Promise<RoomAddin> {
    let addin: RoomAddin | undefined;
    const session = new Session(welcomed.port, requestTimeoutMs, (event, params) => {
      // Nothing is told before `ready`, so no event comes before there is a room to apply it to.
      if (addin !== undefined) {
        addin.#apply(event, params);
      }
    });
    try {
      const [room, user] = await Promise.all([
        session.request('room.get', {}),
        session.request('user.get', {}),
      ]);
      addin = new RoomAddin(session, welcomed, room, user);
      await session.request('ready', {});
      return addin;
    } catch (error) {
      session.end();
      throw error;
    }
  }

  /** What the page may do, kept up to date. Asking for anything else rejects with `NotGrantedError`. */
  get granted(): readonly Capability[] {
    return this.#granted;
  }

  /** The room's properties, kept up to date. */
  get room(): RoomProperties {
    return this.#room;
  }

  /** Who looks at the page, in which language and theme, kept up to date: for display, never proof of identity. */
  get user(): User {
    return this.#user;
  }

  /** The latest context and the message it was found in, or null while there was none. */
  get context(): Events['context'] | null {
    return this.#context;
  }

  /** Whether the person takes part in the room, kept up to date. */
  get joinState(): JoinState {
    return this.#closed !== null ? 'ended' : this.#room.joined ? 'joined' : 'pending';
  }

  /** Why the session ended, or null while it lasts. */
  get closed(): Closed | null {
    return this.#closed;
  }

  /** Returns everyone who is in the room now, in as many requests as that takes. */
  async participants(): Promise<readonly Participant[]> {
    const all: Participant[] = [];
    for (;;) {
      const last = all.at(-1);
      const page = await this.#session.request(
        'participants.list',
        last === undefined ? {} : { after: last.id },
      );
      all.push(...page.participants);
      if (!page.more || page.participants.length === 0) {
        return all;
      }
    }
  }

  /** Returns the newest messages, oldest first; `count` is 1 to 100. */
  async latestMessages(count: number): Promise<readonly Message[]> {
    return (await this.#session.request('messages.latest', { count })).messages;
  }

  /**
   * Returns the messages just before sequence number `before`, oldest first; `count` is 1 to 100. An empty list is
   * the beginning of the history. Fewer than `count` is not: continue with the `seq` of the first one received.
   */
  async olderMessages(before: number, count: number): Promise<readonly Message[]> {
    return (await this.#session.request('messages.older', { before, count })).messages;
  }

  /** Whether a filter of outgoing messages is on. */
  get isOutgoingFilterEnabled(): boolean {
    return this.#filter !== null;
  }

  /**
   * Turns the filter on: from now on each message or story that the person posts in this room, in this window, waits for its
   * verdict, and so does what the page itself sends. What others post is never shown to it. Another filter takes its place.
   */
  async enableOutgoingFilter(filter: OutgoingFilter): Promise<void> {
    await this.#session.request('filter.set', { enabled: true });
    this.#filter = filter;
  }

  /** Turns the filter off. */
  async disableOutgoingFilter(): Promise<void> {
    this.#filter = null;
    await this.#session.request('filter.set', { enabled: false });
  }

  /** Posts as the person who looks at the page and returns the message's sequence number. */
  send(text: string, options: SendOptions = {}): Promise<number> {
    return this.#post('messages.send', { text, ...options });
  }

  /** Posts a story, a title with a text that opens in place, and returns its sequence number. */
  sendStory(title: string, text: string, options: SendOptions = {}): Promise<number> {
    return this.#post('messages.send', { title, text, ...options });
  }

  /**
   * Posts a card and returns the message's sequence number. `text` says the same for search, records, screen readers and whatever knows no
   * cards: it has to do without the card.
   */
  postCard(text: string, card: Card, options: SendOptions = {}): Promise<number> {
    return this.#post('cards.post', { text, card, ...options });
  }

  /**
   * Posts a new version of a card that this add-in has posted, in this person's pane or another's; `seq` is that of the first version.
   * People are shown the new one where the first stands, and that it was updated. Returns the sequence number of the update.
   */
  updateCard(seq: number, text: string, card: Card, options: SendOptions = {}): Promise<number> {
    return this.#post('cards.post', { text, card, ...options, updates: seq });
  }

  /**
   * Returns a signed token that proves to the add-in's own server who looks at which room: send it in a header or a
   * body, never in an address. It is valid for a few minutes; ask for a new one each time.
   */
  token(): Promise<IdentityToken> {
    return this.#session.request('token.get', {});
  }

  /** Calls `handler` for each event from now on, until the returned function is called. */
  on<E extends keyof RoomEvents>(event: E, handler: (event: RoomEvents[E]) => void): () => void {
    this.#handlers[event].add(handler);
    // What a late handler would have missed.
    const latest = event === 'context' ? this.#context : event === 'closed' ? this.#closed : null;
    if (latest !== null) {
      queueMicrotask(() => {
        if (this.#handlers[event].has(handler)) {
          handler(latest as RoomEvents[E]);
        }
      });
    }
    return () => {
      this.#handlers[event].delete(handler);
    };
  }

  /** Ends the session; requests reject with code `Disconnected` from now on. */
  disconnect(): void {
    this.#session.end({ code: 'closed', detail: 'The page has ended the session.' });
  }

  async #post<M extends 'messages.send' | 'cards.post'>(
    method: M,
    params: Methods[M]['params'],
  ): Promise<number> {
    return (await this.#session.request(method, params)).seq;
  }

  async #judge(message: OutgoingMessage): Promise<void> {
    const answer = await this.#filter?.(message);
    if (answer !== undefined) {
      // Refused only when it comes too late, which the person has been told.
      await this.#session.request('filter.answer', { id: message.id, ...answer }).catch(() => {});
    }
  }

  #emit<E extends keyof RoomEvents>(event: E, payload: RoomEvents[E]): void {
    for (const handler of [...this.#handlers[event]]) {
      handler(payload);
    }
  }

  #apply<E extends keyof Events>(event: E, params: Events[E]): void {
    this.#appliers[event](params);
  }

  readonly #appliers: { readonly [E in keyof Events]: (params: Events[E]) => void } = {
    context: (params) => {
      this.#context = params;
      this.#emit('context', params);
    },
    'messages.received': (params) => this.#emit('messagesReceived', params),
    'participants.changed': (params) => this.#emit('participantsChanged', params),
    'room.changed': (params) => {
      const before = this.joinState;
      this.#room = params.room;
      this.#emit('roomChanged', params);
      if (this.joinState !== before) {
        this.#emit('joinStateChanged', { state: this.joinState });
      }
    },
    closed: (params) => {
      this.#closed = params;
      this.#emit('joinStateChanged', { state: 'ended' });
      this.#emit('closed', params);
    },
    'unread.changed': (params) => {
      this.#room = { ...this.#room, unread: params.unread };
      this.#emit('unreadChanged', params);
    },
    'message.sending': (params) => void this.#judge(params),
    'storage.changed': (params) => this.#emit('storageChanged', params),
    'environment.changed': (params: Environment) => {
      this.#user = { ...this.#user, locale: params.locale, theme: params.theme };
      this.#emit('environmentChanged', params);
    },
    'grants.changed': (params) => {
      this.#granted = knownCapabilities(params.granted);
      this.#emit('grantsChanged', { granted: this.#granted });
    },
  };
}
