// A room without a chat, for the unit tests of an author's page: `connect()` finds it, and the test plays everybody else.
import { isRecord } from './checks.js';
import { decode } from './frame.js';
import { paramsChecks } from './params.js';
import {
  type Author,
  CAPABILITIES,
  type Capability,
  type Closed,
  type Context,
  ERROR,
  type Events,
  type FilterAnswer,
  LIMITS,
  METHOD_NEEDS,
  type Message,
  type Methods,
  type Participant,
  PROTOCOL,
  type RoomProperties,
  type StorageEntry,
  type User,
  type Welcome,
} from './protocol.js';

/** What a mock room is; whatever is left out has a value of its own. */
export interface MockRoomOptions {
  readonly room?: Partial<RoomProperties>;
  /** Who looks at the page. */
  readonly user?: Partial<User>;
  /** Who else is in the room. */
  readonly participants?: readonly Participant[];
  /** What the add-in was granted; everything unless told. */
  readonly granted?: readonly Capability[];
}

/** What becomes of something that the person posts while the page looks on. */
export type Outcome =
  | { readonly action: 'posted'; readonly message: Message }
  | { readonly action: 'canceled'; readonly reason: string };

type Handlers = { [M in keyof Methods]: (params: Methods[M]['params']) => Promise<Methods[M]['result']> };

class Refusal extends Error {
  readonly code: string;

  constructor(code: string, detail: string) {
    super(detail);
    this.code = code;
  }
}

/** A room in memory with the bounds of a real one. Made by `mockRoom`. */
export class MockRoom {
  /** The conversation so far, what the page posted included. */
  readonly messages: Message[] = [];
  /** What the page posted. */
  readonly sent: Message[] = [];
  #room: RoomProperties;
  #user: User;
  #participants: readonly Participant[];
  readonly #granted: ReadonlySet<Capability>;
  readonly #stored = new Map<string, StorageEntry>();
  readonly #refusals = new Map<keyof Methods, Refusal>();
  readonly #questions = new Map<string, (answer: FilterAnswer | null) => void>();
  readonly #parent = { postMessage: (hello: unknown) => this.#hello(hello) };
  readonly #restore: () => void;
  #port: MessagePort | null = null;
  #ready = false;
  #filters = false;
  #asked = 0;

  /** @internal */
  constructor({ room = {}, user = {}, participants = [], granted = CAPABILITIES }: MockRoomOptions) {
    this.#user = { id: 'me', display_name: 'Amelie B.', locale: 'en', theme: 'light', ...user };
    this.#room = {
      id: '00000000-0000-4000-8000-000000000001',
      name: 'FX Spot',
      description: '',
      type: 'normal',
      privacy: 'closed',
      category: 'Trading',
      pool: 'pool.example',
      joined: true,
      can_post: true,
      unread: 0,
      ...room,
    };
    this.#participants = participants;
    this.#granted = new Set(granted);
    const before = Object.getOwnPropertyDescriptor(window, 'parent');
    Object.defineProperty(window, 'parent', { value: this.#parent, configurable: true });
    this.#restore = () => {
      if (before) Object.defineProperty(window, 'parent', before);
      else Reflect.deleteProperty(window, 'parent');
    };
  }

  /** Somebody else posts; the page is told of the message, and of the last of its contexts. */
  receive(text: string, options: Partial<Omit<Message, 'seq' | 'text'>> = {}): Message {
    const other = { id: 'other', address: 'sip:idris@example.com', display_name: 'Idris K.' };
    return this.#append(text, { author: other, ...options });
  }

  /** The person posts: the page's filter is asked, if it is on, and given four seconds. */
  async post(text: string, options: { alert?: boolean; title?: string } = {}): Promise<Outcome> {
    const answer = await this.#ask(text, options);
    if (answer?.action === 'canceled') {
      return { action: 'canceled', reason: answer.reason };
    }
    const { action: _, ...changed } = answer?.action === 'replaced' ? answer : { action: null };
    const { text: posted, ...rest } = { text, ...options, ...changed };
    return { action: 'posted', message: this.#append(posted, { ...rest, author: this.#me() }) };
  }

  /** Something typed is chosen in the conversation. */
  choose(context: Context): void {
    this.#tell('context', { context, message: null });
  }

  /** People come and go. */
  setParticipants(participants: readonly Participant[]): void {
    const ids = new Set(participants.map(({ id }) => id));
    const before = new Set(this.#participants.map(({ id }) => id));
    const arrived = participants.filter(({ id }) => !before.has(id));
    const departed = [...before].filter((id) => !ids.has(id));
    this.#participants = participants;
    this.#tell('participants.changed', { arrived, departed, count: participants.length });
  }

  /** Properties of the room change. */
  setRoom(changes: Partial<RoomProperties>): void {
    this.#room = { ...this.#room, ...changes };
    this.#tell('room.changed', { room: this.#room });
  }

  /** Language or theme changes. */
  setEnvironment(changes: Partial<Pick<User, 'locale' | 'theme'>>): void {
    this.#user = { ...this.#user, ...changes };
    this.#tell('environment.changed', { locale: this.#user.locale, theme: this.#user.theme });
  }

  /** Refuses a method from now on, as a server would; null serves it again. */
  refuse(method: keyof Methods, refusal: { code: string; detail: string } | null): void {
    if (refusal === null) this.#refusals.delete(method);
    else this.#refusals.set(method, new Refusal(refusal.code, refusal.detail));
  }

  /** Takes the room away: the page is told why, the session ends, and `window.parent` is again what it was. */
  close(closed: Closed = { code: 'closed', detail: 'The pane was closed.' }): void {
    this.#tell('closed', closed);
    this.#end();
    this.#restore();
  }

  #end(): void {
    this.#port?.close();
    this.#port = null;
    this.#ready = false;
    this.#filters = false;
    for (const settle of [...this.#questions.values()]) settle(null);
  }

  #hello(hello: unknown): void {
    if (!isRecord(hello) || hello.perch !== 'hello') {
      return;
    }
    this.#end();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = (event: MessageEvent<unknown>) => void this.#receive(event.data);
    const wants = Array.isArray(hello.wants) ? hello.wants.map(String) : [];
    const denied = wants
      .filter((want) => !this.#granted.has(want as Capability))
      .map((capability) => ({ capability, why: 'maximum' as const }));
    const welcome: Welcome = { perch: 'welcome', protocol: PROTOCOL, granted: [...this.#granted], denied };
    const event = Object.assign(new Event('message'), {
      data: welcome,
      source: this.#parent,
      origin: 'https://chat.example',
      ports: [port2],
    });
    queueMicrotask(() => window.dispatchEvent(event));
  }

  async #receive(data: unknown): Promise<void> {
    const decoded = decode(data);
    if ('refused' in decoded || !isRecord(decoded.value)) {
      throw new Error('refused' in decoded ? decoded.refused : 'A request is an object.');
    }
    const { id, method, params } = decoded.value;
    const answer = await this.#answer(method as keyof Methods, params ?? {}).then(
      (result) => ({ result }),
      ({ code = 'ServerError', message }: Refusal) => ({
        error: { code: ERROR.refused, message, data: { code, detail: message } },
      }),
    );
    this.#port?.postMessage(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
  }

  async #answer<M extends keyof Methods>(method: M, params: unknown): Promise<Methods[M]['result']> {
    if (!Object.hasOwn(paramsChecks, method)) {
      throw new Refusal('MsgNotSupported', `There is no method "${method}".`);
    }
    if (!paramsChecks[method](params)) {
      throw new Refusal(
        'InvalidArgument',
        `The params of ${method} have another shape or are out of bounds.`,
      );
    }
    const needed = METHOD_NEEDS[method];
    if (needed !== null && !this.#granted.has(needed)) {
      throw new Refusal('ActionNotGranted', `The add-in has not been granted "${needed}".`);
    }
    const refusal = this.#refusals.get(method);
    if (refusal !== undefined) {
      throw refusal;
    }
    return this.#handlers[method](params as Methods[M]['params']);
  }

  readonly #handlers: Handlers = {
    'room.get': async () => this.#room,
    'user.get': async () => this.#user,
    'participants.list': async () => ({ participants: this.#participants, more: false }),
    'messages.latest': async ({ count }) => ({ messages: this.messages.slice(-count) }),
    'messages.older': async ({ before, count }) => ({
      messages: this.messages.filter(({ seq }) => seq < before).slice(-count),
    }),
    'messages.send': async ({ text, ...options }) => {
      const outcome = await this.post(text, options);
      if (outcome.action === 'canceled') throw new Refusal('Canceled', outcome.reason);
      this.sent.push(outcome.message);
      return { seq: outcome.message.seq };
    },
    'cards.post': async ({ updates, ...posted }) => {
      const first = this.messages.find(({ seq }) => seq === updates);
      if (
        updates !== undefined &&
        (!this.sent.includes(first as Message) || first?.card === undefined || first.updates !== undefined)
      ) {
        throw new Refusal('InvalidArgument', 'There is no card at this place that this add-in posted first.');
      }
      const { text, ...rest } = posted;
      const message = this.#append(text, {
        ...rest,
        ...(updates === undefined ? {} : { updates }),
        author: this.#me(),
      });
      this.sent.push(message);
      return { seq: message.seq };
    },
    'storage.get': async ({ key }) => this.#stored.get(key) ?? null,
    'storage.set': async ({ key, value, version }) => {
      if (version !== (this.#stored.get(key)?.version ?? 0)) {
        throw new Refusal('DataCollision', 'Somebody else changed this since you read it.');
      }
      const updated_at = new Date().toISOString();
      const entry = { key, value, version: version + 1, updated_at, updated_by: this.#me() };
      this.#stored.set(key, entry);
      this.#tell('storage.changed', { entry });
      return entry;
    },
    'token.get': async () => ({ token: 'header.claims.signature', expires_in: 300 }),
    'filter.set': async ({ enabled }) => {
      this.#filters = enabled;
      return {};
    },
    'filter.answer': async ({ id, ...answer }) => {
      const settle = this.#questions.get(id);
      if (settle === undefined)
        throw new Refusal('InvalidFlowOfOperations', 'Nothing waits for this answer.');
      settle(answer);
      return {};
    },
    heartbeat: async () => ({}),
    ready: async () => {
      this.#ready = true;
      return {};
    },
  };

  #ask(
    text: string,
    { alert = false, title }: { alert?: boolean; title?: string },
  ): Promise<FilterAnswer | null> {
    if (!this.#filters) {
      return Promise.resolve(null);
    }
    return new Promise((resolve) => {
      const id = `question ${++this.#asked}`;
      const settle = (answer: FilterAnswer | null): void => {
        clearTimeout(timer);
        this.#questions.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(() => settle(null), LIMITS.filterMs);
      this.#questions.set(id, settle);
      this.#tell('message.sending', { id, text, alert, ...(title === undefined ? {} : { title }) });
    });
  }

  #append(text: string, rest: { author: Author } & Partial<Omit<Message, 'seq' | 'text'>>): Message {
    const seq = this.messages.length + 1;
    const message: Message = { seq, text, at: new Date().toISOString(), alert: false, contexts: [], ...rest };
    this.messages.push(message);
    this.#tell('messages.received', { messages: [message] });
    const context = message.contexts.at(-1);
    if (context !== undefined) {
      this.#tell('context', { context, message: { seq, author: message.author, at: message.at } });
    }
    return message;
  }

  #me(): Author {
    const { id, display_name } = this.#user;
    return { id, address: 'sip:me@example.com', display_name };
  }

  #tell<E extends keyof Events>(method: E, params: Events[E]): void {
    if (this.#ready) this.#port?.postMessage(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }
}

/**
 * Puts the page into a room: `connect()` succeeds from now on, until `close()`. Needs a `window`, as jsdom and
 * happy-dom have it.
 */
export function mockRoom(options: MockRoomOptions = {}): MockRoom {
  return new MockRoom(options);
}
