// A host for tests: a window whose parent answers hello with a welcome, and a port that answers by table.
import { vi } from 'vitest';
import type { Events, Methods, RoomProperties, User } from '../src/protocol.js';

export const ROOM: RoomProperties = {
  id: '0b5a3c1e-1111-4222-8333-444455556666',
  name: 'FX Spot',
  description: 'Spot trading, London',
  type: 'normal',
  privacy: 'closed',
  category: 'Trading',
  pool: 'atl-cs-001.contoso.com',
  joined: true,
  can_post: true,
  unread: 3,
};

export const USER: User = { id: 'u1', display_name: 'Amelie B.', locale: 'fr', theme: 'dark' };

export const WELCOME = {
  perch: 'welcome',
  protocol: 'perch/1',
  granted: ['room.info', 'contexts', 'a name of tomorrow'],
  denied: [
    { capability: 'storage', why: 'room' },
    { capability: 'storage', why: 'just so' },
  ],
};

export interface Asked {
  readonly id: string;
  readonly method: keyof Methods;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Answers one request: a result, or what `refuse` made. */
export type Answer = (asked: Asked) => unknown;

const REFUSAL = Symbol('refusal');

export function refuse(code: string, detail: string, more: object = {}): unknown {
  return { [REFUSAL]: { code: -32000, message: detail, data: { code, detail, ...more } } };
}

const STANDARD: Partial<Record<keyof Methods, Answer>> = {
  'room.get': () => ROOM,
  'user.get': () => USER,
  heartbeat: () => ({}),
  ready: () => ({}),
};

export class Host {
  readonly asked: Asked[] = [];
  readonly port: MessagePort;
  readonly pagePort: MessagePort;
  readonly #answers: Partial<Record<keyof Methods, Answer>>;

  constructor(answers: Partial<Record<keyof Methods, Answer>> = {}) {
    this.#answers = { ...STANDARD, ...answers };
    const channel = new MessageChannel();
    this.port = channel.port1;
    this.pagePort = channel.port2;
    this.port.onmessage = (event: MessageEvent<string>) => this.#receive(JSON.parse(event.data) as Asked);
  }

  tell<E extends keyof Events>(method: E, params: Events[E]): void {
    this.raw(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  raw(data: unknown): void {
    this.port.postMessage(data);
  }

  #receive(asked: Asked): void {
    this.asked.push(asked);
    const answer = this.#answers[asked.method];
    if (answer === undefined) {
      return;
    }
    const result = answer(asked);
    const refusal = typeof result === 'object' && result !== null ? Reflect.get(result, REFUSAL) : undefined;
    const frame = refusal === undefined ? { result } : { error: refusal };
    this.raw(JSON.stringify({ jsonrpc: '2.0', id: asked.id, ...frame }));
  }
}

/** The hellos a fake parent received, with the origin each was aimed at. */
export interface FakeWindow {
  readonly hellos: { readonly data: unknown; readonly targetOrigin: string }[];
  readonly parent: object;
  readonly deliver: (message: {
    source?: unknown;
    origin?: string;
    data: unknown;
    ports?: MessagePort[];
  }) => void;
}

/** Puts a window with a parent in place; `onHello` is called for each hello that the parent receives. */
export function fakeWindow(onHello: (window: FakeWindow) => void = () => {}): FakeWindow {
  const target = new EventTarget();
  const hellos: FakeWindow['hellos'] = [];
  const parent = {
    postMessage: (data: unknown, targetOrigin: string) => {
      hellos.push({ data, targetOrigin });
      onHello(fake);
    },
  };
  const fake: FakeWindow = {
    hellos,
    parent,
    deliver: ({ source = parent, origin = 'https://chat.contoso.com', data, ports = [] }) => {
      target.dispatchEvent(Object.assign(new Event('message'), { source, origin, data, ports }));
    },
  };
  vi.stubGlobal('window', Object.assign(target, { parent }));
  return fake;
}

/** A window whose parent welcomes the page to `host` at once. */
export function welcomingWindow(host: Host): FakeWindow {
  return fakeWindow((window) => window.deliver({ data: WELCOME, ports: [host.pagePort] }));
}
