/**
 * The chat's end of a widget of Matrix: the widget API, whose messages the broker passes on.
 *
 * Invariants: whatever arrives is plain, bounded and of the declared shape before anything acts on it; every request is
 * answered; nothing is told or done but what the widget asked for, was approved, and may at this moment.
 */
import {
  type Capability,
  isRecord,
  LIMITS,
  type RefusalData,
  type RoomProperties,
  type Events as Told,
} from '@perch/addin/host';
import type { May } from '../access';
import type { RoomAccess } from '../bridge';
import { plain } from '../plain';
import { fitting } from '../project';
import { pacer } from '../rate';
import { BridgeRefusal } from '../refusal';
import type { PaneUse } from '../use';
import {
  needOf,
  PROPERTIES,
  RECEIVE_MEMBER,
  RECEIVE_MESSAGE,
  receiveProperty,
  SEND_MESSAGE,
} from './capabilities';
import { Events, type MatrixEvent } from './events';

export interface WidgetOptions {
  access: RoomAccess;
  may: May;
  /** The host name of the chat. */
  server: string;
  flooded: () => void;
  use: Pick<PaneUse, 'told' | 'refused'>;
}

/** The versions of the widget API that matter here: events (2762), feedback (2871) and renegotiation (2974) of capabilities. */
const VERSIONS = [
  '0.0.1',
  '0.0.2',
  'org.matrix.msc2762',
  'org.matrix.msc2871',
  'org.matrix.msc2876',
  'org.matrix.msc2974',
];
const TEXT_CHARS_MAX = 256;
const CAPABILITIES_MAX = 128;
const EVENTS_DEFAULT = 50;

type Data = Readonly<Record<string, unknown>>;
type Handler = (data: Data) => Promise<object>;

export class WidgetSession {
  readonly #port: MessagePort;
  readonly #options: WidgetOptions;
  readonly #events: Events;
  readonly #pace = pacer();
  /** As the widget calls itself. */
  #widgetId: string | null = null;
  #requests = 0;
  /** The request by which the widget was asked what it wants. */
  #asked: string | null = null;
  #wanted: readonly string[] = [];
  #notified = '';
  #closed = false;

  constructor(port: MessagePort, options: WidgetOptions) {
    this.#port = port;
    this.#options = options;
    this.#events = new Events(options.access.room().id, options.server);
    port.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(data);
  }

  close(): void {
    this.#closed = true;
    this.#port.onmessage = null;
    this.#port.close();
  }

  /** What the add-in may do has changed. */
  grant(): void {
    if (this.#notified !== '') this.#notify();
  }

  tell<E extends keyof Told>(event: E, params: Told[E]): void {
    if (event === 'environment.changed') {
      const { theme, locale } = params as Told['environment.changed'];
      this.#ask('theme_change', { name: theme });
      this.#ask('language_change', { lang: locale });
    } else if (event === 'participants.changed' && this.#has(RECEIVE_MEMBER)) {
      const { arrived, departed } = params as Told['participants.changed'];
      for (const participant of arrived) this.#send(this.#events.member(participant));
      for (const id of departed) this.#send(this.#events.departed(id));
      this.#options.use.told('participants', arrived.length);
    }
  }

  tellRoom(room: RoomProperties): void {
    for (const state of this.#events.properties(room)) {
      if (this.#has(receiveProperty(state.type))) this.#send(state);
    }
  }

  tellMessages(messages: Told['messages.received']['messages']): void {
    if (!this.#has(RECEIVE_MESSAGE)) return;
    for (const message of messages) this.#send(this.#events.message(message));
    this.#options.use.told('messages', messages.length);
  }

  /** Matrix has no typed contexts. */
  tellContext(): void {}

  #receive(data: unknown): void {
    if (this.#closed) return;
    const pace = this.#pace();
    if (pace === 'flood') {
      this.close();
      this.#options.use.refused('Flooded');
      this.#options.flooded();
      return;
    }
    const decoded = plain(data);
    const message = 'refused' in decoded ? undefined : decoded.value;
    if (
      !isRecord(message) ||
      !isText(message.action) ||
      !isText(message.requestId) ||
      !isText(message.widgetId)
    ) {
      this.#options.use.refused('InvalidArgument');
      return;
    }
    this.#widgetId ??= message.widgetId;
    if (message.widgetId !== this.#widgetId) return;
    if (message.api === 'toWidget') this.#answered(message);
    else if (message.response === undefined) void this.#serve(message, pace === 'hasty');
  }

  /** The widget's answer to what it was asked; only that about its wishes matters. */
  #answered({ requestId, response }: Data): void {
    if (requestId !== this.#asked) return;
    this.#asked = null;
    this.#want(isRecord(response) ? response.capabilities : []);
  }

  async #serve(request: Data, hasty: boolean): Promise<void> {
    const reply = (response: object) => this.#post({ ...request, response });
    const action = String(request.action);
    try {
      if (hasty)
        throw new BridgeRefusal('LimitExceeded', 'This page sends too many messages. Wait, then send fewer.');
      // Own keys only: "constructor" and its like are not actions.
      const handler = Object.hasOwn(this.#handlers, action) ? this.#handlers[action] : undefined;
      if (handler === undefined) {
        throw new BridgeRefusal('MsgNotSupported', `This chat does not know the action "${action}".`);
      }
      reply(await handler(isRecord(request.data) ? request.data : {}));
    } catch (error) {
      const refusal = error instanceof BridgeRefusal ? error.data : this.#options.access.refusal(error);
      this.#refuse(reply, refusal);
    }
    // A widget that speaks can hear: from its first words on it may say what it wants.
    if (this.#asked === null && this.#notified === '') this.#asked = this.#ask('capabilities', {});
  }

  #refuse(reply: (response: object) => void, { code, detail }: RefusalData): void {
    this.#options.use.refused(code);
    reply({ error: { message: detail } });
  }

  readonly #handlers: Readonly<Record<string, Handler>> = {
    supported_api_versions: async () => ({ supported_versions: VERSIONS }),
    content_loaded: async () => ({}),
    'org.matrix.msc2974.request_capabilities': async ({ capabilities }) => {
      this.#want(capabilities);
      return {};
    },
    // A widget lives as long as its room is shown.
    set_always_on_screen: async () => ({ success: false }),
    get_openid: async () => {
      if (!this.#options.may('token.issue')) return { state: 'blocked' };
      const { token, expires_in } = await this.#options.access.token();
      const server = { matrix_server_name: this.#options.server, token_type: 'Bearer' };
      return { state: 'allowed', access_token: token, expires_in, ...server };
    },
    send_event: (data) => this.#sendEvent(data),
    'org.matrix.msc2876.read_events': async (data) => ({ events: await this.#read(data) }),
  };

  async #sendEvent({ type, content, state_key, room_id, delay }: Data): Promise<object> {
    const body = isRecord(content) ? content.body : undefined;
    const isMessage = type === 'm.room.message' && state_key === undefined && delay === undefined;
    if (!isMessage || !isRecord(content) || content.msgtype !== 'm.text' || typeof body !== 'string') {
      throw new BridgeRefusal(
        'InvalidArgument',
        'A widget sends m.room.message with msgtype m.text and a body.',
      );
    }
    this.#hereOnly(room_id === undefined ? [] : [room_id]);
    this.#need(SEND_MESSAGE, 'messages.send');
    const { access, may } = this.#options;
    const draft = { text: body, alert: false };
    if (!may('messages.send.silent') && !(await access.confirm(draft))) {
      throw new BridgeRefusal('ActionDeclined', 'The person did not agree to post this.');
    }
    return { room_id: this.#events.roomId, event_id: this.#events.eventId(await access.send(draft)) };
  }

  async #read({ type, limit, room_ids, since, state_key }: Data): Promise<readonly MatrixEvent[]> {
    this.#hereOnly(Array.isArray(room_ids) ? room_ids : []);
    const { access } = this.#options;
    const count = typeof limit === 'number' && limit > 0 ? Math.floor(limit) : EVENTS_DEFAULT;
    if (type === 'm.room.message') {
      this.#need(RECEIVE_MESSAGE, 'messages.history');
      const messages = await access.latest(Math.min(count, LIMITS.historyCount));
      const after = this.#events.seqOf(since) ?? 0;
      const wanted = messages
        .filter(({ seq }) => seq > after)
        .map((message) => this.#events.message(message));
      return fitting(wanted, 'end', count).toReversed();
    }
    const keyed = ({ state_key: key }: MatrixEvent) => typeof state_key !== 'string' || key === state_key;
    if (type === 'm.room.member') {
      this.#need(RECEIVE_MEMBER, 'participants');
      const members = (await access.participants()).map((participant) => this.#events.member(participant));
      return fitting(members.filter(keyed), 'start', LIMITS.participantsCount);
    }
    if (typeof type !== 'string' || !PROPERTIES.includes(type)) {
      throw new BridgeRefusal('InvalidArgument', 'This room has no events of that type.');
    }
    this.#need(receiveProperty(type), 'room.info');
    return this.#events.properties(access.room()).filter((state) => state.type === type && keyed(state));
  }

  #hereOnly(rooms: readonly unknown[]): void {
    if (rooms.some((room) => room !== this.#events.roomId)) {
      throw new BridgeRefusal(
        'ActionNotGranted',
        'A widget reaches the room beside which it is, and no other.',
      );
    }
  }

  #need(names: readonly string[], capability: Capability): void {
    if (this.#has(names) && this.#options.may(capability)) return;
    const detail = `This widget did not ask for this, or has not been granted "${capability}" in this room. An administrator or the room's manager can.`;
    throw new BridgeRefusal('ActionNotGranted', detail);
  }

  /** Whether the widget asked for one of these, and may. */
  #has(names: readonly string[]): boolean {
    return names.some((name) => this.#wanted.includes(name) && this.#approves(name));
  }

  #approves(name: string): boolean {
    const need = needOf(name);
    return need !== undefined && this.#options.may(need);
  }

  #want(capabilities: unknown): void {
    const wanted = Array.isArray(capabilities) ? capabilities.filter(isText).slice(0, CAPABILITIES_MAX) : [];
    this.#wanted = [...new Set([...this.#wanted, ...wanted])].slice(0, CAPABILITIES_MAX);
    this.#notify();
  }

  #notify(): void {
    const approved = this.#wanted.filter((name) => this.#approves(name));
    const said = `:${approved.join(' ')}`;
    if (said === this.#notified) return;
    this.#notified = said;
    this.#ask('notify_capabilities', { requested: this.#wanted, approved });
  }

  #send(event: MatrixEvent): void {
    this.#ask('send_event', event);
  }

  #ask(action: string, data: object): string {
    this.#requests += 1;
    const requestId = `perch-${this.#requests}`;
    if (this.#widgetId !== null) {
      this.#post({ api: 'toWidget', widgetId: this.#widgetId, requestId, action, data });
    }
    return requestId;
  }

  #post(message: object): void {
    if (!this.#closed) this.#port.postMessage(message);
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= TEXT_CHARS_MAX;
}
