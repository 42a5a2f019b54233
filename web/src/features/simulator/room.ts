/**
 * A room that does not exist, in which the author of a page plays everybody: it answers like a real one through the real
 * bridge, and nothing in it leaves the window.
 */
import {
  type Capability,
  type Context,
  type Environment,
  type FilterAnswer,
  LIMITS,
  type Message,
  type Participant,
  type RoomProperties,
  type StorageEntry,
} from '@perch/addin/host';
import type { Draft } from '../../live/frames';
import type { Bridge, RoomAccess } from '../addin-pane/bridge';
import { BridgeRefusal } from '../addin-pane/refusal';

/** What `$TICKER` finds out of the box; the triggers of a pool find more. */
const TICKER = /\$([A-Z]{1,6})\b/g;
const OTHER: Participant = {
  id: 'idris',
  address: 'sip:idris@example.com',
  display_name: 'Idris K.',
  manager: true,
  presenter: false,
  can_post: true,
};
const SELF: Participant = {
  id: 'me',
  address: 'sip:amelie@example.com',
  display_name: 'Amelie B.',
  manager: false,
  presenter: false,
  can_post: true,
};

export class SimulatedRoom {
  readonly #messages: Message[] = [];
  readonly #stored = new Map<string, StorageEntry>();
  #properties: RoomProperties = {
    id: '00000000-0000-4000-8000-000000000000',
    name: 'FX Spot',
    description: 'A room that does not exist',
    type: 'normal',
    privacy: 'closed',
    category: 'Trading',
    pool: 'pool.example',
    joined: true,
    can_post: true,
    unread: 0,
  };
  #environment: Environment;
  #present = true;
  #filter: ((draft: Draft) => Promise<FilterAnswer | null>) | null = null;
  #bridge: Bridge | null = null;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** The session of the page, as long as it has one. */
  set bridge(bridge: Bridge | null) {
    this.#bridge = bridge;
  }

  /** What the bridge asks of the room. */
  readonly access: RoomAccess = {
    room: () => this.#properties,
    user: (named) => ({
      id: named ? SELF.id : 'a pseudonym',
      display_name: named ? SELF.display_name : '',
      ...this.#environment,
    }),
    participants: async () => (this.#present ? [SELF, OTHER] : [SELF]),
    latest: async (count) => this.#messages.slice(-count),
    older: async (before, count) => this.#messages.filter(({ seq }) => seq < before).slice(-count),
    send: async (draft) => {
      const first = this.#messages.find(({ seq }) => seq === draft.updates);
      if (draft.updates !== undefined && (!first?.card || first.updates !== undefined)) {
        throw new BridgeRefusal('InvalidArgument', 'There is no card at this place that was posted first.');
      }
      return this.#append(draft, SELF);
    },
    // The author agrees: the dialog is the chat's and needs no trying.
    confirm: async () => true,
    filter: (ask) => {
      this.#filter = ask;
    },
    load: async (key) => this.#stored.get(key) ?? null,
    store: async (key, value, version) => {
      if (version !== (this.#stored.get(key)?.version ?? 0)) {
        const detail = 'It was changed by somebody else meanwhile. Read it again, then decide.';
        throw new BridgeRefusal('DataCollision', detail);
      }
      const entry = { key, value, version: version + 1, updated_at: now(), updated_by: author(SELF) };
      this.#stored.set(key, entry);
      this.#bridge?.tell('storage.changed', { entry });
      return entry;
    },
    // Of the right shape and signed by nobody: an add-in's server has to refuse it.
    token: async () => ({ token: 'eyJhbGciOiJub25lIn0.e30.', expires_in: 300 }),
    context: () => {
      const message = this.#messages.findLast(({ contexts }) => contexts.length > 0);
      const context = message?.contexts.at(-1);
      return message && context ? { context, message: origin(message) } : null;
    },
    refusal: (error) => ({ code: 'ServerError', detail: String(error) }),
  };

  /** Somebody posts. What the author posts as the person passes the page's filter first. Gives the reason when it is held back. */
  async post(draft: Draft, who: 'self' | 'other'): Promise<string | null> {
    if (who === 'other') {
      this.#append(draft, OTHER);
      return null;
    }
    const answer = await this.#filter?.(draft);
    if (answer?.action === 'canceled') return answer.reason;
    const { action: _, ...changed } = answer?.action === 'replaced' ? answer : { action: null };
    this.#append({ ...draft, ...changed }, SELF);
    return null;
  }

  /** Idris comes or leaves. */
  setPresent(present: boolean): void {
    this.#present = present;
    const [arrived, departed] = present ? [[OTHER], []] : [[], [OTHER.id]];
    this.#bridge?.tell('participants.changed', { arrived, departed, count: present ? 2 : 1 });
  }

  /** The connection is lost, or is there again. */
  setJoined(joined: boolean): void {
    this.#properties = { ...this.#properties, joined };
    this.#bridge?.tellRoom(this.#properties);
  }

  setEnvironment(environment: Environment): void {
    this.#environment = environment;
    this.#bridge?.tell('environment.changed', environment);
  }

  /** What the page may do, from now on. */
  grant(granted: readonly Capability[]): void {
    this.#bridge?.grant(granted);
  }

  #append({ text, alert = false, title, card, updates }: Draft, by: Participant): number {
    const seq = this.#messages.length + 1;
    const contexts = [...text.matchAll(TICKER)].map(found);
    const message: Message = {
      seq,
      author: author(by),
      at: now(),
      text,
      alert,
      contexts,
      ...(title === undefined ? {} : { title }),
      ...(card === undefined ? {} : { card }),
      ...(updates === undefined ? {} : { updates }),
    };
    this.#messages.push(message);
    this.#bridge?.tellMessages([message]);
    const context = contexts.at(-1);
    if (context !== undefined) this.#bridge?.tellContext({ context, message: origin(message) });
    return seq;
  }
}

/** What one message of the bridge was, for the author. */
export interface Traced {
  key: number;
  /** `page`: the page said it; `room`: the room did. */
  from: 'page' | 'room';
  text: string;
}

/** A port in place of another, through which everything passes unchanged and is shown. */
export function traced(port: MessagePort, show: (from: Traced['from'], text: string) => void): MessagePort {
  const { port1, port2 } = new MessageChannel();
  const text = (data: unknown) =>
    (typeof data === 'string' ? data : String(data)).slice(0, LIMITS.messageBytes);
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    show('page', text(data));
    port1.postMessage(data);
  };
  port1.onmessage = ({ data }: MessageEvent<unknown>) => {
    show('room', text(data));
    port.postMessage(data);
  };
  return port2;
}

function author({ id, address, display_name }: Participant) {
  return { id, address, display_name };
}

function origin({ seq, author, at }: Message) {
  return { seq, author, at };
}

function found({ 0: text, 1: ticker = '', index }: RegExpExecArray): Context {
  const [start, end] = [index, index + text.length];
  return { type: 'fdc3.instrument', name: ticker, id: { ticker }, start, end };
}

function now(): string {
  return new Date().toISOString();
}
