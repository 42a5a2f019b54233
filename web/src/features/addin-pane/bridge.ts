/**
 * The host's end of one session with an add-in's page (protocol perch/1, sdk/src/protocol.ts).
 *
 * Invariants: whatever arrives is bounded and has the declared shape before anything acts on it; every request
 * is answered; nothing is told before the page is ready, nor anything that the protocol does not name or the page was
 * not granted. What the person may do is decided by the server, whose refusals are passed on as they are.
 */
import {
  type Capability,
  decode,
  ERROR,
  EVENT_NEEDS,
  type Events,
  eventChecks,
  type FilterAnswer,
  fits,
  isRecord,
  LIMITS,
  METHOD_NEEDS,
  type Methods,
  type Notification,
  type Participant,
  paramsChecks,
  type RefusalData,
  type Response,
  type RoomProperties,
  resultChecks,
  type StorageEntry,
  type User,
} from '@perch/addin/host';
import type { Draft } from '../../live/frames';
import { CLOSED } from './closed';
import { FilterQuestions } from './filter';
import { fitting } from './project';
import { pacer } from './rate';
import { BridgeRefusal } from './refusal';
import type { PaneUse } from './use';

/** What the bridge may do with the room. Everything that asks the server rejects with its refusal. */
export interface RoomAccess {
  room(): RoomProperties;
  /** Who looks at the page: by name, or by a pseudonym. */
  user(named: boolean): User;
  participants(): Promise<readonly Participant[]>;
  latest(count: number): Promise<Methods['messages.latest']['result']['messages']>;
  older(before: number, count: number): Promise<Methods['messages.older']['result']['messages']>;
  send(draft: Draft): Promise<number>;
  /** Asks the person whether the page may post this in their name. */
  confirm(draft: Draft): Promise<boolean>;
  /** Puts the page's filter before what the person posts in this room; null takes it away. */
  filter(ask: ((draft: Draft) => Promise<FilterAnswer | null>) | null): void;
  load(key: string): Promise<StorageEntry | null>;
  store(key: string, value: unknown, version: number): Promise<StorageEntry>;
  /** A proof of who looks at the page, for the add-in's own server. */
  token(): Promise<Methods['token.get']['result']>;
  /** The latest context of the room, told as soon as the page is ready. */
  context(): Events['context'] | null;
  /** The code and sentence of anything that one of the above rejected with. */
  refusal(error: unknown): RefusalData;
}

export interface BridgeOptions {
  /** What the page may do to begin with. */
  granted: readonly Capability[];
  /** Called once when the bridge itself ends the session, because the page floods it. */
  flooded: () => void;
  /** Called when a page that said it is alive has long been silent, and when it speaks again. */
  silent?: (silent: boolean) => void;
  /** Counts what the page is told and refused here. */
  use?: Pick<PaneUse, 'told' | 'refused'>;
  now?: () => number;
}

type Handlers = { [M in keyof Methods]: (params: Methods[M]['params']) => Promise<Methods[M]['result']> };

const GOODBYE_MS = 1_000;
const ID_CHARS_MAX = 64;

export class Bridge {
  readonly #port: MessagePort;
  readonly #access: RoomAccess;
  readonly #options: BridgeOptions;
  #granted: ReadonlySet<Capability>;
  #ready = false;
  #closed = false;
  readonly #pace: ReturnType<typeof pacer>;
  /** The list that later pages of `participants.list` are cut from. */
  #roster: readonly Participant[] = [];
  readonly #questions = new FilterQuestions((message) => this.tell('message.sending', message));
  #filters = false;
  /** Runs once the page has said that it is alive. */
  #silence: ReturnType<typeof setTimeout> | undefined;
  #silent = false;

  constructor(port: MessagePort, access: RoomAccess, options: BridgeOptions) {
    this.#port = port;
    this.#access = access;
    this.#options = options;
    this.#granted = new Set(options.granted);
    this.#pace = pacer(options.now);
    port.onmessage = (event: MessageEvent<unknown>) => this.#receive(event.data);
  }

  /** Changes what the page may do, from now on. */
  grant(granted: readonly Capability[]): void {
    const before = this.#granted;
    this.#granted = new Set(granted);
    if (!this.#may('messages.filter')) this.#setFilter(false);
    if (before.size !== granted.length || granted.some((capability) => !before.has(capability))) {
      this.tell('grants.changed', { granted });
    }
  }

  /** Tells the page of an event, if it listens already and was granted that; says whether it was told. */
  tell<E extends keyof Events>(event: E, params: Events[E]): boolean {
    if (!this.#ready || this.#closed || !this.#may(EVENT_NEEDS[event]) || !eventChecks[event](params))
      return false;
    const frame: Notification = { jsonrpc: '2.0', method: event, params };
    const text = JSON.stringify(frame);
    if (!fits(text)) return false;
    this.#port.postMessage(text);
    this.#told(event, params);
    return true;
  }

  #told<E extends keyof Events>(event: E, params: Events[E]): void {
    const { use } = this.#options;
    if (event === 'context') use?.told('contexts', 1);
    if ('messages' in params) use?.told('messages', params.messages.length);
    if ('arrived' in params) use?.told('participants', params.arrived.length);
  }

  /** Tells of the room; a page that may not know it learns whether the person takes part, and nothing else. */
  tellRoom(room: RoomProperties): void {
    this.tell('room.changed', { room: this.#may('room.info') ? room : blank(room) });
  }

  /** Tells of messages in as few events as they fit into. */
  tellMessages(messages: Events['messages.received']['messages']): void {
    for (let rest = messages; rest.length > 0; ) {
      const batch = fitting(rest, 'start', LIMITS.historyCount);
      this.tell('messages.received', { messages: batch });
      rest = rest.slice(Math.max(1, batch.length));
    }
  }

  /** Tells of a context; who wrote it is for those who may read it. */
  tellContext({ context, message }: Events['context']): void {
    const origin =
      message === null || this.#may('messages.live') ? message : { seq: message.seq, at: message.at };
    this.tell('context', { context, message: origin });
  }

  #may(needed: Capability | null): boolean {
    return needed === null || this.#granted.has(needed);
  }

  /** Ends the session, and says why. */
  close(why = CLOSED): void {
    if (this.#closed) return;
    this.#post(JSON.stringify({ jsonrpc: '2.0', method: 'closed', params: why } satisfies Notification));
    this.#closed = true;
    clearTimeout(this.#silence);
    this.#setFilter(false);
    this.#port.onmessage = null;
    // A browser may tell the page that the port is closed before it hands over the last message.
    setTimeout(() => this.#port.close(), GOODBYE_MS);
  }

  #receive(data: unknown): void {
    if (this.#closed) return;
    this.#heard();
    const pace = this.#pace();
    if (pace === 'flood') {
      this.#options.use?.refused('Flooded');
      this.close({ code: 'flooded', detail: 'The page sent far more messages than a page may.' });
      this.#options.flooded();
      return;
    }
    const decoded = decode(data);
    if ('refused' in decoded) {
      this.#refuse(null, ERROR.parse, { code: 'InvalidArgument', detail: decoded.refused });
      return;
    }
    const request = decoded.value;
    if (
      !isRecord(request) ||
      request.jsonrpc !== '2.0' ||
      typeof request.id !== 'string' ||
      request.id.length > ID_CHARS_MAX ||
      typeof request.method !== 'string'
    ) {
      const detail = `A request has jsonrpc "2.0", a method, and an id that is a string of at most ${ID_CHARS_MAX} characters.`;
      this.#refuse(null, ERROR.invalidRequest, { code: 'InvalidArgument', detail });
      return;
    }
    if (pace === 'hasty') {
      const detail = `A page sends at most ${LIMITS.messagesPerSecond} messages a second. Wait, then send fewer.`;
      this.#refuse(request.id, ERROR.tooMany, { code: 'LimitExceeded', detail });
      return;
    }
    void this.#answer(request.id, request.method, request.params ?? {});
  }

  /** Every message is a sign of life, for as long as it takes until the next one is due. */
  #heard(): void {
    if (this.#silence !== undefined) this.#expect();
    if (this.#silent) this.#setSilent(false);
  }

  #expect(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#setSilent(true), LIMITS.silenceMs);
  }

  #setSilent(silent: boolean): void {
    this.#silent = silent;
    this.#options.silent?.(silent);
  }

  async #answer(id: string, method: string, params: unknown): Promise<void> {
    // Own keys only: "constructor" and its like are not methods.
    if (!Object.hasOwn(paramsChecks, method)) {
      const detail = `This room does not know the method "${method.slice(0, ID_CHARS_MAX)}".`;
      this.#refuse(id, ERROR.unknownMethod, { code: 'MsgNotSupported', detail });
      return;
    }
    const known = method as keyof Methods;
    if (!paramsChecks[known](params)) {
      const detail = `The params of ${known} have another shape or are out of bounds.`;
      this.#refuse(id, ERROR.invalidParams, { code: 'InvalidArgument', detail });
      return;
    }
    const needed = METHOD_NEEDS[known];
    if (needed !== null && !this.#may(needed)) {
      const detail = `This add-in has not been granted "${needed}" in this room. An administrator or the room's manager can.`;
      this.#refuse(id, ERROR.refused, { code: 'ActionNotGranted', detail, capability: needed });
      return;
    }
    try {
      await this.#call(id, known, params);
    } catch (error) {
      if (error instanceof BridgeRefusal) this.#refuse(id, ERROR.refused, error.data);
      else this.#deny(id, ERROR.refused, this.#access.refusal(error));
    }
  }

  async #call<M extends keyof Methods>(id: string, method: M, params: Methods[M]['params']): Promise<void> {
    const result = await this.#handlers[method](params);
    const text = JSON.stringify({ jsonrpc: '2.0', id, result } satisfies Response);
    if (!resultChecks[method](result) || !fits(text)) {
      const detail =
        'The answer has a shape or size that the protocol does not allow. Tell your administrator.';
      this.#refuse(id, ERROR.refused, { code: 'ServerError', detail });
      return;
    }
    this.#post(text);
    if (method === 'ready') this.#listen();
  }

  #listen(): void {
    this.#ready = true;
    const context = this.#access.context();
    if (context !== null) this.tellContext(context);
  }

  #refuse(id: string | null, code: number, data: RefusalData): void {
    this.#options.use?.refused(data.code);
    this.#deny(id, code, data);
  }

  /** What the server refused, it has counted itself. */
  #deny(id: string | null, code: number, data: RefusalData): void {
    const response: Response = { jsonrpc: '2.0', id, error: { code, message: data.detail, data } };
    this.#post(JSON.stringify(response));
  }

  #post(text: string): void {
    // Requests outlive the session they came from; a closed port swallows answers, but a flooded one was told.
    if (!this.#closed) this.#port.postMessage(text);
  }

  readonly #handlers: Handlers = {
    'room.get': async () => (this.#may('room.info') ? this.#access.room() : blank(this.#access.room())),
    'user.get': async () => this.#access.user(this.#may('user.identity.basic')),
    'participants.list': ({ after }) => this.#participants(after),
    'messages.latest': async ({ count }) => ({
      messages: fitting(await this.#access.latest(count), 'end', count),
    }),
    'messages.older': async ({ before, count }) => ({
      messages: fitting(await this.#access.older(before, count), 'end', count),
    }),
    'messages.send': async (params) => this.#send(await this.#judged(params)),
    // Nobody could have typed it, and a text that is changed alone would say something else than its card.
    'cards.post': (params) => this.#send(params),
    'storage.get': ({ key }) => this.#access.load(key),
    'storage.set': ({ key, value, version }) => this.#access.store(key, value, version),
    'token.get': () => this.#access.token(),
    'filter.set': async ({ enabled }) => {
      this.#setFilter(enabled);
      return {};
    },
    'filter.answer': async ({ id, ...answer }) => {
      this.#questions.answer(id, answer);
      return {};
    },
    heartbeat: async () => {
      this.#expect();
      return {};
    },
    ready: async () => ({}),
  };

  /** The person agrees to what is sent. */
  async #send(draft: Draft): Promise<Methods['messages.send']['result']> {
    if (!this.#may('messages.send.silent') && !(await this.#access.confirm(draft))) {
      throw new BridgeRefusal('ActionDeclined', 'The person did not agree to post this.');
    }
    return { seq: await this.#access.send(draft) };
  }

  /** What the page itself sends passes its own filter, as in the original; without an answer it is sent as it is. */
  async #judged(draft: Draft): Promise<Draft> {
    const answer = this.#filters ? await this.#questions.ask(draft) : null;
    if (answer === null || answer.action === 'passed') return draft;
    if (answer.action === 'canceled') throw new BridgeRefusal('Canceled', answer.reason);
    const { action: _, ...changed } = answer;
    return { ...draft, ...changed };
  }

  #setFilter(enabled: boolean): void {
    if (enabled && !this.#ready) {
      throw new BridgeRefusal('InvalidFlowOfOperations', 'Call ready before turning the filter on.');
    }
    if (enabled !== this.#filters) {
      this.#access.filter(enabled ? (draft) => this.#questions.ask(draft) : null);
    }
    this.#filters = enabled;
    if (!enabled) this.#questions.end();
  }

  async #participants(after: string | undefined): Promise<Methods['participants.list']['result']> {
    if (after === undefined) this.#roster = await this.#access.participants();
    const from = after === undefined ? 0 : this.#roster.findIndex(({ id }) => id === after) + 1;
    const rest = this.#roster.slice(from);
    const participants = fitting(rest, 'start', LIMITS.participantsCount);
    return { participants, more: participants.length < rest.length };
  }
}

/** A room that the page may not know of. */
function blank({ id, joined, can_post, type, privacy }: RoomProperties): RoomProperties {
  return {
    id,
    joined,
    can_post,
    type,
    privacy,
    name: '',
    description: '',
    category: '',
    pool: '',
    unread: 0,
  };
}
