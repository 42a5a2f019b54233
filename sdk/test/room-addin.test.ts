// The room object: questions, answers, refusals, and events that keep it up to date.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AddinError, connect, type RoomAddin } from '../src/index.js';
import type { Card, Events, Message, Methods, Participant } from '../src/protocol.js';
import { type Answer, Host, ROOM, refuse, USER, welcomingWindow } from './host.js';

const AUTHOR = { id: 'u2', address: 'idris@contoso.com', display_name: 'Idris K.' };
const MESSAGE: Message = {
  seq: 7,
  author: AUTHOR,
  at: '2026-11-24T09:14:00Z',
  text: 'anyone seen size in $MSFT?',
  alert: false,
  contexts: [],
};
const MSFT: Events['context'] = {
  context: { type: 'fdc3.instrument', name: 'MSFT', id: { ticker: 'MSFT' }, start: 20, end: 25 },
  message: { seq: 7, author: AUTHOR, at: '2026-11-24T09:14:00Z' },
};
const ENTRY = {
  key: 'topic',
  value: { title: 'Fixing' },
  version: 2,
  updated_at: '2026-11-24T09:14:00Z',
  updated_by: AUTHOR,
};

const open: RoomAddin[] = [];

async function joined(
  answers: Partial<Record<keyof Methods, Answer>> = {},
  options: { requestTimeoutMs?: number } = {},
): Promise<{ host: Host; addin: RoomAddin }> {
  const host = new Host(answers);
  welcomingWindow(host);
  const addin = await connect(options);
  open.push(addin);
  return { host, addin };
}

function once<E extends Parameters<RoomAddin['on']>[0]>(addin: RoomAddin, event: E): Promise<unknown> {
  return new Promise((resolve) => addin.on(event, resolve));
}

afterEach(() => {
  for (const addin of open.splice(0)) {
    addin.disconnect();
  }
  vi.unstubAllGlobals();
});

describe('a card', () => {
  const CARD: Card = {
    title: 'MSFT over its limit',
    summary: 'for ten minutes',
    tone: 'critical',
    fields: [{ label: 'Limit', value: '410.00' }],
    actions: [
      { label: 'Open', url: 'https://tickets.contoso.com/7' },
      { label: 'Chart', context: { type: 'fdc3.instrument', name: 'MSFT', id: { ticker: 'MSFT' } } },
    ],
  };

  it('is posted with its text, and updated by the place of its first version', async () => {
    const { addin, host } = await joined({ 'cards.post': () => ({ seq: 12 }) });
    expect(await addin.postCard('over its limit', CARD, { alert: true })).toBe(12);
    expect(await addin.updateCard(12, 'taken', CARD)).toBe(12);
    expect(host.asked.slice(-2).map(({ params }) => params)).toEqual([
      { text: 'over its limit', card: CARD, alert: true },
      { text: 'taken', card: CARD, updates: 12 },
    ]);
  });

  it('is received with its message, a tone of tomorrow too, and not at all when it is no card', async () => {
    const { addin, host } = await joined();
    const received: Message[] = [];
    addin.on('messagesReceived', ({ messages }) => received.push(...messages));
    const tomorrow = { ...CARD, tone: 'quiet', image: 'of tomorrow' } as unknown as Card;
    const broken = { ...CARD, title: 7 } as unknown as Card;
    for (const card of [CARD, broken, tomorrow]) {
      host.tell('messages.received', { messages: [{ ...MESSAGE, card, updates: 3 }] });
    }
    await vi.waitFor(() => expect(received.map(({ card }) => card)).toEqual([CARD, tomorrow]));
  });
});

describe('the end of a session', () => {
  it('has the reason that the room gave, for whoever waits, listens, or comes late', async () => {
    const { addin, host } = await joined();
    const states: unknown[] = [];
    addin.on('joinStateChanged', ({ state }) => states.push(state));
    const told = once(addin, 'closed');
    const waiting = addin.token();
    const closed = { code: 'disabled', detail: 'An administrator disabled the add-in.' } as const;
    host.tell('closed', closed);
    expect(await told).toEqual(closed);
    await expect(waiting).rejects.toMatchObject({ code: 'Disconnected', detail: closed.detail });
    await expect(addin.token()).rejects.toMatchObject({ code: 'Disconnected', detail: closed.detail });
    expect(await once(addin, 'closed')).toEqual(closed);
    addin.disconnect();
    expect([addin.closed, addin.joinState, states]).toEqual([closed, 'ended', ['ended']]);
  });

  it('comes when the room lets a heartbeat go unanswered, and not when it refuses one', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
    let heart: Answer | undefined = () => refuse('MsgNotSupported', 'no such method');
    const { addin, host } = await joined({ heartbeat: (asked) => heart?.(asked) });
    await vi.advanceTimersByTimeAsync(20_000);
    await vi.waitFor(() => expect(host.asked.at(-1)?.method).toBe('heartbeat'));
    await new Promise(setImmediate);
    expect(addin.closed).toBeNull();
    host.port.onmessage = null;
    heart = undefined;
    await vi.advanceTimersByTimeAsync(50_000);
    vi.useRealTimers();
    expect(addin.closed?.code).toBe('lost');
  });

  it('says when the connection is being restored', async () => {
    const { addin, host } = await joined();
    const states: unknown[] = [];
    addin.on('joinStateChanged', ({ state }) => states.push(state));
    host.tell('room.changed', { room: { ...ROOM, name: 'FX' } });
    host.tell('room.changed', { room: { ...ROOM, joined: false } });
    host.tell('room.changed', { room: ROOM });
    await vi.waitFor(() => expect(states).toEqual(['pending', 'joined']));
  });
});

describe('questions', () => {
  it('asks for messages and returns them', async () => {
    const { addin, host } = await joined({
      'messages.latest': () => ({ messages: [MESSAGE] }),
      'messages.older': () => ({ messages: [] }),
    });
    expect(await addin.latestMessages(10)).toEqual([MESSAGE]);
    expect(await addin.olderMessages(7, 10)).toEqual([]);
    expect(host.asked.at(-1)).toMatchObject({ method: 'messages.older', params: { before: 7, count: 10 } });
  });

  it('collects participants from as many pages as there are', async () => {
    const person = (id: string): Participant => ({
      ...AUTHOR,
      id,
      manager: false,
      presenter: true,
      can_post: true,
    });
    const { addin } = await joined({
      'participants.list': ({ params }) =>
        params.after === undefined
          ? { participants: [person('a'), person('b')], more: true }
          : { participants: [person('c')], more: false },
    });
    expect((await addin.participants()).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  });

  it('sends, and passes high importance only when it was asked for', async () => {
    const { addin, host } = await joined({ 'messages.send': () => ({ seq: 8 }) });
    expect(await addin.send('hello')).toBe(8);
    expect(await addin.send('now', { alert: true })).toBe(8);
    expect(host.asked.slice(-2).map(({ params }) => params)).toEqual([
      { text: 'hello' },
      { text: 'now', alert: true },
    ]);
  });

  it('reads and writes the storage', async () => {
    const { addin, host } = await joined({ 'storage.get': () => null, 'storage.set': () => ENTRY });
    expect(await addin.storage.get('topic')).toBeNull();
    expect(await addin.storage.set('topic', { title: 'Fixing' }, 0)).toEqual(ENTRY);
    expect(host.asked.at(-1)?.params).toEqual({ key: 'topic', value: { title: 'Fixing' }, version: 0 });
  });
});

describe('refusals', () => {
  it("carries the server's code and sentence", async () => {
    const { addin } = await joined({
      'storage.set': () => refuse('DataCollision', 'Someone else changed it.'),
    });
    const error = await addin.storage.set('topic', 1, 1).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AddinError);
    expect(error).toMatchObject({ code: 'DataCollision', detail: 'Someone else changed it.' });
  });

  it('refuses an answer of another shape', async () => {
    const { addin } = await joined({ 'messages.latest': () => ({ messages: [{ seq: 'seven' }] }) });
    await expect(addin.latestMessages(1)).rejects.toMatchObject({ code: 'InvalidAnswer' });
  });

  it('does not post what is over the limit', async () => {
    const { addin, host } = await joined();
    await expect(addin.send('é'.repeat(40_000))).rejects.toMatchObject({ code: 'LimitExceeded' });
    expect(host.asked.at(-1)?.method).toBe('ready');
  });

  it('gives up when the room does not answer', async () => {
    const { addin } = await joined({}, { requestTimeoutMs: 30 });
    await expect(addin.latestMessages(1)).rejects.toMatchObject({
      name: 'DisconnectedError',
      code: 'Disconnected',
    });
  });

  it('rejects what waits, and what comes later, once disconnected', async () => {
    const { addin } = await joined();
    const waiting = addin.latestMessages(1);
    addin.disconnect();
    await expect(waiting).rejects.toMatchObject({ code: 'Disconnected' });
    await expect(addin.latestMessages(1)).rejects.toMatchObject({ code: 'Disconnected' });
  });
});

describe('events', () => {
  it('hands the context to the handler and keeps it', async () => {
    const { addin, host } = await joined();
    expect(addin.context).toBeNull();
    const received = once(addin, 'context');
    host.tell('context', MSFT);
    expect(await received).toEqual(MSFT);
    expect(addin.context).toEqual(MSFT);
  });

  it('gives a late handler the latest context, unless it left again', async () => {
    const { addin, host } = await joined();
    const first = once(addin, 'context');
    host.tell('context', MSFT);
    await first;
    expect(await once(addin, 'context')).toEqual(MSFT);
    const left = vi.fn();
    addin.on('context', left)();
    await Promise.resolve();
    expect(left).not.toHaveBeenCalled();
  });

  it('keeps room and user up to date', async () => {
    const { addin, host } = await joined();
    const last = once(addin, 'environmentChanged');
    host.tell('unread.changed', { unread: 9 });
    host.tell('room.changed', { room: { ...ROOM, name: 'FX Forward', unread: 9 } });
    host.tell('environment.changed', { locale: 'en', theme: 'light' });
    await last;
    expect(addin.room).toMatchObject({ name: 'FX Forward', unread: 9 });
    expect(addin.user).toEqual({ ...USER, locale: 'en', theme: 'light' });
  });

  it('passes messages, people and storage on, and stops when told', async () => {
    const { addin, host } = await joined();
    const seen: string[] = [];
    const stop = addin.on('messagesReceived', ({ messages }) => seen.push(`messages ${messages.length}`));
    addin.on('participantsChanged', ({ count }) => seen.push(`people ${count}`));
    host.tell('messages.received', { messages: [MESSAGE] });
    host.tell('participants.changed', { arrived: [], departed: ['u9'], count: 4 });
    const stored = once(addin, 'storageChanged');
    host.tell('storage.changed', { entry: ENTRY });
    await stored;
    stop();
    host.tell('messages.received', { messages: [MESSAGE] });
    const again = once(addin, 'unreadChanged');
    host.tell('unread.changed', { unread: 0 });
    await again;
    expect(seen).toEqual(['messages 1', 'people 4']);
  });

  it('ignores what is not of the protocol', async () => {
    const { addin, host } = await joined();
    const handler = vi.fn();
    addin.on('context', handler);
    host.raw({ jsonrpc: '2.0', method: 'context', params: MSFT });
    host.raw('{');
    host.raw('null');
    host.raw(JSON.stringify({ jsonrpc: '2.0', method: 'constructor', params: {} }));
    host.raw(JSON.stringify({ jsonrpc: '2.0', method: 'context', params: { context: { type: 1 } } }));
    host.raw(JSON.stringify({ jsonrpc: '2.0', id: 'nobody', result: {} }));
    host.raw('{"jsonrpc":"2.0","method":"unread.changed","params":{"unread":1,"__proto__":{"x":1}}}');
    const last = once(addin, 'unreadChanged');
    host.tell('unread.changed', { unread: 5 });
    expect(await last).toEqual({ unread: 5 });
    expect(handler).not.toHaveBeenCalled();
  });
});

describe('the filter of outgoing messages', () => {
  const on = {
    'filter.set': () => ({}),
    'filter.answer': () => ({}),
  };
  const answers = (host: Host) => host.asked.filter(({ method }) => method === 'filter.answer');

  it('is asked from when it is on until it is off, and answers each message once', async () => {
    const { addin, host } = await joined(on);
    host.tell('message.sending', { id: 'early', text: 'bye', alert: false });
    await addin.enableOutgoingFilter(async ({ text }) =>
      text === 'no' ? { action: 'canceled', reason: 'why' } : { action: 'replaced', text: 'buy' },
    );
    expect(addin.isOutgoingFilterEnabled).toBe(true);
    host.tell('message.sending', { id: 'a', text: 'bye', alert: false });
    host.tell('message.sending', { id: 'b', text: 'no', alert: true, title: 'Order' });
    await vi.waitFor(() => expect(answers(host)).toHaveLength(2));
    expect(answers(host).map(({ params }) => params)).toEqual([
      { id: 'a', action: 'replaced', text: 'buy' },
      { id: 'b', action: 'canceled', reason: 'why' },
    ]);
    await addin.disableOutgoingFilter();
    expect(addin.isOutgoingFilterEnabled).toBe(false);
    host.tell('message.sending', { id: 'late', text: 'bye', alert: false });
    await addin.enableOutgoingFilter(() => ({ action: 'passed' }));
    expect(answers(host)).toHaveLength(2);
  });

  it('stays off when the room refuses it', async () => {
    const { addin } = await joined({ 'filter.set': () => refuse('ActionNotGranted', 'Not granted.') });
    const enabling = addin.enableOutgoingFilter(() => ({ action: 'passed' }));
    await expect(enabling).rejects.toMatchObject({ code: 'ActionNotGranted' });
    expect(addin.isOutgoingFilterEnabled).toBe(false);
  });

  it('takes no harm from an answer that came too late', async () => {
    const { addin, host } = await joined({
      ...on,
      'filter.answer': () => refuse('InvalidFlowOfOperations', 'Late.'),
    });
    await addin.enableOutgoingFilter(() => ({ action: 'passed' }));
    host.tell('message.sending', { id: 'a', text: 'bye', alert: false });
    await vi.waitFor(() => expect(answers(host)).toHaveLength(1));
    host.tell('message.sending', { id: 'b', text: 'bye', alert: false });
    await vi.waitFor(() => expect(answers(host)).toHaveLength(2));
  });

  it('lets a story be sent', async () => {
    const { addin, host } = await joined({ 'messages.send': () => ({ seq: 9 }) });
    expect(await addin.sendStory('Order', 'sell', { alert: true })).toBe(9);
    expect(host.asked.at(-1)).toMatchObject({ params: { title: 'Order', text: 'sell', alert: true } });
  });
});
