/** The host's end of the bridge against pages that behave, and pages that do not. */

import {
  CAPABILITIES,
  type Capability,
  ERROR,
  LIMITS,
  type Message,
  type Participant,
} from '@perch/addin/host';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Bridge, type RoomAccess } from './bridge';

const AUTHOR = { id: 'u2', address: 'sip:idris@contoso.com', display_name: 'Idris K.' };
const CONTEXT = {
  context: { type: 'fdc3.instrument', name: 'MSFT', id: { ticker: 'MSFT' }, start: 0, end: 5 },
  message: { seq: 7, author: AUTHOR, at: '2026-11-24T09:14:00Z' },
};

interface Refused extends Error {
  code: string;
}

function message(seq: number, text = 'words'): Message {
  return { seq, author: AUTHOR, at: '2026-11-24T09:14:00Z', text, alert: false, contexts: [] };
}

function access(over: Partial<RoomAccess> = {}): RoomAccess {
  return {
    room: () => ({
      id: 'r1',
      name: 'FX Spot',
      description: '',
      type: 'normal',
      privacy: 'closed',
      category: 'Trading',
      pool: 'atl-cs-001.contoso.com',
      joined: true,
      can_post: true,
      unread: 2,
    }),
    user: (named) => ({ id: 'u1', display_name: named ? 'Amelie B.' : '', locale: 'en', theme: 'light' }),
    participants: async () => [],
    latest: async () => [],
    older: async () => [],
    send: async () => 8,
    confirm: async () => false,
    filter: () => {},
    load: async () => null,
    store: async () => Promise.reject(new Error('not in this test')),
    token: async () => ({ token: 'a.b.c', expires_in: 300 }),
    context: () => null,
    refusal: (error) => ({
      code: (error as Refused).code ?? 'ServerError',
      detail: (error as Refused).message,
    }),
    ...over,
  };
}

type Frame = Record<string, unknown> & {
  result?: Record<string, unknown>;
  error?: { code: number; data: { code: string; detail: string } };
};

const ends: (() => void)[] = [];

function session(
  over: Partial<RoomAccess> = {},
  now: () => number = () => 0,
  granted: readonly Capability[] = CAPABILITIES,
) {
  const { port1, port2 } = new MessageChannel();
  const flooded = vi.fn();
  const bridge = new Bridge(port2, access(over), { granted, flooded, now });
  const received: Frame[] = [];
  port1.onmessage = (event: MessageEvent<string>) => received.push(JSON.parse(event.data) as Frame);
  ends.push(() => {
    bridge.close();
    port1.close();
  });
  const frames = (count: number) =>
    vi.waitFor(() => {
      expect(received.length).toBeGreaterThanOrEqual(count);
      return received;
    });
  return {
    bridge,
    flooded,
    received,
    frames,
    raw: (data: unknown) => port1.postMessage(data),
    ask: (method: string, params?: unknown, id: unknown = '1') =>
      port1.postMessage(JSON.stringify({ jsonrpc: '2.0', id, method, params })),
  };
}

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

describe('a page that behaves', () => {
  it('is told of its room and its user', async () => {
    const { ask, frames } = session();
    ask('room.get', {}, 'a');
    ask('user.get', undefined, 'b');
    const [room, user] = await frames(2);
    expect(room).toMatchObject({ jsonrpc: '2.0', id: 'a', result: { name: 'FX Spot', unread: 2 } });
    expect(user).toMatchObject({ id: 'b', result: { display_name: 'Amelie B.' } });
  });

  it('hears nothing before it is ready, then the latest context first', async () => {
    const { bridge, ask, frames } = session({ context: () => CONTEXT });
    bridge.tell('unread.changed', { unread: 3 });
    ask('ready');
    await frames(2);
    bridge.tell('unread.changed', { unread: 4 });
    const received = await frames(3);
    expect(received.map((frame) => frame.method ?? frame.id)).toEqual(['1', 'context', 'unread.changed']);
    expect(received[1]?.params).toEqual(CONTEXT);
  });

  it('posts as the person and is given the sequence number', async () => {
    const send = vi.fn(async () => 8);
    const { ask, frames } = session({ send });
    ask('messages.send', { text: 'hello', alert: true });
    expect((await frames(1))[0]?.result).toEqual({ seq: 8 });
    expect(send).toHaveBeenCalledWith({ text: 'hello', alert: true });
  });

  it("is given the server's refusal as it is", async () => {
    const refused = Object.assign(new Error('Ask a manager of the room.'), { code: 'ErrorPermission' });
    const { ask, frames } = session({ send: () => Promise.reject(refused) });
    ask('messages.send', { text: 'hello' });
    expect((await frames(1))[0]?.error).toEqual({
      code: ERROR.refused,
      message: 'Ask a manager of the room.',
      data: { code: 'ErrorPermission', detail: 'Ask a manager of the room.' },
    });
  });

  it('receives the newest messages that fit', async () => {
    const latest = async () => [1, 2, 3].map((seq) => message(seq, 'x'.repeat(30_000)));
    const { ask, frames } = session({ latest });
    ask('messages.latest', { count: 3 });
    const messages = (await frames(1))[0]?.result?.messages as Message[];
    expect(messages.map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it('pages through the participants of a large room', async () => {
    const everyone: Participant[] = Array.from({ length: 450 }, (_, place) => ({
      ...AUTHOR,
      id: `p${place}`,
      manager: false,
      presenter: false,
      can_post: true,
    }));
    const participants = vi.fn(async () => everyone);
    const { ask, frames, received } = session({ participants });
    ask('participants.list');
    await frames(1);
    ask('participants.list', { after: 'p199' });
    await frames(2);
    ask('participants.list', { after: 'p399' });
    await frames(3);
    expect(
      received.map(({ result }) => [(result?.participants as unknown[] | undefined)?.length, result?.more]),
    ).toEqual([
      [200, true],
      [200, true],
      [50, false],
    ]);
    expect(participants).toHaveBeenCalledOnce();
  });

  it('receives many messages in as few events as they fit into', async () => {
    const { bridge, ask, frames } = session();
    ask('ready');
    await frames(1);
    bridge.tellMessages([1, 2, 3].map((seq) => message(seq, 'x'.repeat(30_000))));
    const received = await frames(3);
    expect(
      received.slice(1).map(({ params }) => (params as { messages: Message[] }).messages.length),
    ).toEqual([2, 1]);
  });
});

describe('the end of a session', () => {
  it('is told, with the reason, as the last of all', async () => {
    const { bridge, ask, frames } = session();
    ask('ready');
    await frames(1);
    const why = { code: 'disabled', detail: 'An administrator disabled this add-in.' } as const;
    bridge.close(why);
    bridge.close();
    bridge.tell('unread.changed', { unread: 1 });
    const received = await frames(2);
    expect(received[1]).toEqual({ jsonrpc: '2.0', method: 'closed', params: why });
    await new Promise((resolve) => setTimeout(resolve));
    expect(received).toHaveLength(2);
  });

  it('is not what silence is: people are told, until the page speaks again', async () => {
    const silent = vi.fn();
    const { port1, port2 } = new MessageChannel();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const bridge = new Bridge(port2, access(), { granted: CAPABILITIES, flooded: vi.fn(), silent });
    const received: unknown[] = [];
    port1.onmessage = ({ data }) => received.push(data);
    const ask = async (method: string) => {
      const before = received.length;
      port1.postMessage(JSON.stringify({ jsonrpc: '2.0', id: '1', method }));
      while (received.length === before) await new Promise(setImmediate);
    };
    await ask('room.get');
    vi.advanceTimersByTime(10 * LIMITS.silenceMs);
    expect(silent, 'a page that never said it is alive').not.toHaveBeenCalled();
    await ask('heartbeat');
    vi.advanceTimersByTime(LIMITS.silenceMs - 1);
    await ask('room.get');
    vi.advanceTimersByTime(LIMITS.silenceMs - 1);
    expect(silent).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(silent).toHaveBeenCalledExactlyOnceWith(true);
    await ask('heartbeat');
    expect(silent).toHaveBeenLastCalledWith(false);
    bridge.close();
    vi.advanceTimersByTime(10 * LIMITS.silenceMs);
    expect(silent).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
    port1.close();
  });
});

describe('a page that was not granted everything', () => {
  const granted = (...capabilities: Capability[]) => [() => 0, capabilities] as const;

  it.each([
    ['participants.list', {}, 'participants'],
    ['messages.latest', { count: 1 }, 'messages.history'],
    ['messages.older', { before: 2, count: 1 }, 'messages.history'],
    ['messages.send', { text: 'hello' }, 'messages.send'],
    ['token.get', {}, 'token.issue'],
    ['storage.get', { key: 'topic' }, 'storage'],
    ['storage.set', { key: 'topic', value: 1, version: 0 }, 'storage'],
  ])('is refused %s, with what it would need', async (method, params, capability) => {
    const others = CAPABILITIES.filter((other) => !other.startsWith(capability));
    const send = vi.fn();
    const { ask, frames } = session({ send }, ...granted(...others));
    ask(method, params);
    expect((await frames(1))[0]?.error?.data).toMatchObject({ code: 'ActionNotGranted', capability });
    expect(send).not.toHaveBeenCalled();
  });

  it('knows neither the room nor the person by name', async () => {
    const { ask, frames } = session({}, ...granted());
    ask('room.get', {}, 'a');
    ask('user.get', {}, 'b');
    const [room, user] = await frames(2);
    expect(room?.result).toMatchObject({ id: 'r1', name: '', category: '', unread: 0, joined: true });
    expect(user?.result).toMatchObject({ display_name: '' });
  });

  it('is told of the context alone: neither of messages nor of who wrote them', async () => {
    const { bridge, ask, frames } = session({ context: () => CONTEXT }, ...granted('contexts'));
    ask('ready');
    bridge.tellMessages([message(7)]);
    bridge.tell('participants.changed', { arrived: [], departed: [], count: 1 });
    bridge.tell('unread.changed', { unread: 3 });
    await frames(2);
    bridge.tellMessages([message(8)]);
    bridge.tellContext(CONTEXT);
    const received = await frames(3);
    const { author: _, ...origin } = CONTEXT.message;
    expect(received.map(({ method, params }) => [method, params])).toEqual([
      [undefined, undefined],
      ['context', { ...CONTEXT, message: origin }],
      ['context', { ...CONTEXT, message: origin }],
    ]);
  });

  it('posts only what the person agreed to', async () => {
    const send = vi.fn(async () => 8);
    const confirm = vi.fn(async () => false);
    const { ask, frames } = session({ send, confirm }, ...granted('messages.send'));
    ask('messages.send', { text: 'hello' });
    expect((await frames(1))[0]?.error?.data.code).toBe('ActionDeclined');
    expect(send).not.toHaveBeenCalled();
    confirm.mockResolvedValueOnce(true);
    ask('messages.send', { text: 'hello' });
    expect((await frames(2))[1]?.result).toEqual({ seq: 8 });
    expect(confirm).toHaveBeenCalledWith({ text: 'hello' });
  });

  it('posts cards with their own capability, after the same question', async () => {
    const send = vi.fn(async () => 8);
    const confirm = vi.fn(async () => true);
    const { bridge, ask, frames } = session({ send, confirm }, ...granted('messages.send'));
    const card = { text: 'over its limit', card: { title: 'MSFT' }, updates: 3 };
    ask('cards.post', card);
    expect((await frames(1))[0]?.error?.data).toMatchObject({ code: 'ActionNotGranted' });
    bridge.grant(['cards.post']);
    ask('cards.post', card);
    expect((await frames(2))[1]?.result).toEqual({ seq: 8 });
    expect(confirm).toHaveBeenCalledExactlyOnceWith(card);
    confirm.mockResolvedValueOnce(false);
    ask('cards.post', card);
    expect((await frames(3))[2]?.error?.data.code).toBe('ActionDeclined');
    bridge.grant(['cards.post', 'messages.send.silent']);
    ask('cards.post', card);
    await frames(4);
    expect(confirm).toHaveBeenCalledTimes(2);
    expect(send.mock.calls).toEqual([[card], [card]]);
    ask('cards.post', { text: 'no card' });
    expect((await frames(5))[4]?.error?.code).toBe(ERROR.invalidParams);
  });

  it('loses and gains while it is shown, and is told', async () => {
    const { bridge, ask, frames } = session({}, ...granted('messages.live'));
    ask('ready');
    await frames(1);
    bridge.grant(['contexts']);
    bridge.grant(['contexts']);
    bridge.tellMessages([message(8)]);
    bridge.tellContext(CONTEXT);
    const received = await frames(3);
    expect(received.slice(1).map(({ method }) => method)).toEqual(['grants.changed', 'context']);
    expect(received[1]?.params).toEqual({ granted: ['contexts'] });
  });
});

describe('a page that filters', () => {
  /** A page whose filter is on, and what the room then asks it. */
  async function filtering(over: Partial<RoomAccess> = {}) {
    const filter = vi.fn<RoomAccess['filter']>();
    const page = session({ filter, ...over });
    page.ask('ready', {}, 'ready');
    page.ask('filter.set', { enabled: true }, 'on');
    await page.frames(2);
    const asking = filter.mock.calls.at(-1)?.[0];
    if (!asking) throw new Error('no filter');
    const sending = async (count: number) => {
      const frames = await page.frames(count);
      return frames.findLast(({ method }) => method === 'message.sending')?.params as { id: string };
    };
    return { ...page, filter, asking, sending };
  }

  it('is asked, answers once, and is refused a second answer', async () => {
    const { asking, sending, ask, frames } = await filtering();
    const verdict = asking({ text: 'bye' });
    const { id } = await sending(3);
    ask('filter.answer', { id, action: 'replaced', text: 'buy' }, 'first');
    ask('filter.answer', { id, action: 'passed' }, 'second');
    expect(await verdict).toEqual({ action: 'replaced', text: 'buy' });
    const received = await frames(5);
    expect(received[3]).toMatchObject({ id: 'first', result: {} });
    expect(received[4]).toMatchObject({ id: 'second', error: { data: { code: 'InvalidFlowOfOperations' } } });
  });

  it('is asked about what it sends itself, too', async () => {
    const send = vi.fn(async () => 8);
    const { sending, ask, frames } = await filtering({ send });
    ask('messages.send', { text: 'bye', title: 'Order' }, 'one');
    const first = await sending(3);
    ask('filter.answer', { id: first.id, action: 'replaced', text: 'buy' });
    await frames(5);
    expect(send).toHaveBeenCalledExactlyOnceWith({ text: 'buy', title: 'Order' });
    ask('messages.send', { text: 'no' }, 'two');
    const second = await sending(6);
    ask('filter.answer', { id: second.id, action: 'canceled', reason: 'not this' });
    const refused = (await frames(8)).find(({ id }) => id === 'two');
    expect(refused?.error?.data).toEqual({ code: 'Canceled', detail: 'not this' });
    expect(send).toHaveBeenCalledOnce();
  });

  it('is not asked about its cards', async () => {
    const send = vi.fn(async () => 8);
    const { ask, frames } = await filtering({ send });
    ask('cards.post', { text: 'bye', card: { title: 'Bye' } }, 'one');
    expect((await frames(3))[2]).toMatchObject({ id: 'one', result: { seq: 8 } });
    expect(send).toHaveBeenCalledExactlyOnceWith({ text: 'bye', card: { title: 'Bye' } });
  });

  it('holds nothing up after it turned the filter off, or its session ended', async () => {
    const { bridge, asking, filter, ask } = await filtering();
    const waiting = asking({ text: 'one' });
    ask('filter.set', { enabled: false });
    expect(await waiting).toBeNull();
    expect(filter).toHaveBeenLastCalledWith(null);
    ask('filter.set', { enabled: true });
    await vi.waitFor(() => expect(filter).toHaveBeenCalledTimes(3));
    bridge.close();
    expect(filter).toHaveBeenLastCalledWith(null);
    expect(await filter.mock.calls[2]?.[0]?.({ text: 'two' })).toBeNull();
  });

  it('cannot filter before it listens', async () => {
    const { ask, frames } = session();
    ask('filter.set', { enabled: true });
    expect((await frames(1))[0]?.error?.data.code).toBe('InvalidFlowOfOperations');
  });
});

describe('a page that does not behave', () => {
  it.each([
    ['an object instead of text', { jsonrpc: '2.0', id: '1', method: 'room.get' }, ERROR.parse],
    ['half a text', '{"jsonrpc":', ERROR.parse],
    ['too many bytes', JSON.stringify('x'.repeat(LIMITS.messageBytes)), ERROR.parse],
    ['depth', '['.repeat(5_000) + ']'.repeat(5_000), ERROR.parse],
    ['a prototype', '{"jsonrpc":"2.0","id":"1","method":"room.get","__proto__":{"x":1}}', ERROR.parse],
    [
      'a prototype in a value',
      '{"jsonrpc":"2.0","id":"1","method":"storage.set","params":{"key":"a","version":0,"value":{"__proto__":{"x":1}}}}',
      ERROR.parse,
    ],
    ['a number as id', '{"jsonrpc":"2.0","id":1,"method":"room.get"}', ERROR.invalidRequest],
    ['no version', '{"id":"1","method":"room.get"}', ERROR.invalidRequest],
    ['a list', '[]', ERROR.invalidRequest],
    ['an unknown method', '{"jsonrpc":"2.0","id":"1","method":"rooms.delete"}', ERROR.unknownMethod],
    ['an inherited method', '{"jsonrpc":"2.0","id":"1","method":"constructor"}', ERROR.unknownMethod],
    [
      'params of another shape',
      '{"jsonrpc":"2.0","id":"1","method":"messages.send","params":{"text":1}}',
      ERROR.invalidParams,
    ],
    [
      'two answers in one',
      '{"jsonrpc":"2.0","id":"1","method":"filter.answer","params":{"id":"x","action":"passed","text":"y"}}',
      ERROR.invalidParams,
    ],
    [
      'a reason without end',
      JSON.stringify({
        jsonrpc: '2.0',
        id: '1',
        method: 'filter.answer',
        params: { id: 'x', action: 'canceled', reason: 'x'.repeat(501) },
      }),
      ERROR.invalidParams,
    ],
    [
      'params with more',
      '{"jsonrpc":"2.0","id":"1","method":"room.get","params":{"room":"r2"}}',
      ERROR.invalidParams,
    ],
    [
      'too many messages at once',
      '{"jsonrpc":"2.0","id":"1","method":"messages.latest","params":{"count":101}}',
      ERROR.invalidParams,
    ],
  ])('is refused: %s', async (_, data, code) => {
    const { raw, frames } = session();
    raw(data);
    const refusal = (await frames(1))[0]?.error;
    expect(refusal?.code).toBe(code);
    expect(refusal?.data.detail).not.toBe('');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('is refused above the rate, and served again a second later', async () => {
    let now = 0;
    const { ask, frames, received } = session({}, () => now);
    for (let sent = 0; sent < LIMITS.messagesPerSecond + 1; sent += 1) ask('room.get', {}, String(sent));
    await frames(LIMITS.messagesPerSecond + 1);
    const refused = received.filter(({ error }) => error !== undefined);
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({
      id: '100',
      error: { code: ERROR.tooMany, data: { code: 'LimitExceeded' } },
    });
    now = 1_000;
    ask('room.get', {}, 'later');
    expect((await frames(LIMITS.messagesPerSecond + 2)).at(-1)).toMatchObject({ id: 'later', result: {} });
  });

  it('is disconnected when it floods the room', async () => {
    const { raw, flooded } = session();
    for (let sent = 0; sent < LIMITS.floodPerSecond + 5; sent += 1) raw('x');
    await vi.waitFor(() => expect(flooded).toHaveBeenCalledOnce());
  });

  it('gets no answer of a shape the protocol does not have', async () => {
    const load = async () => ({ ...AUTHOR }) as never;
    const { ask, frames } = session({ load });
    ask('storage.get', { key: 'topic' });
    expect((await frames(1))[0]?.error?.data.code).toBe('ServerError');
  });
});
