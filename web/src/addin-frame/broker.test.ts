/** The broker document: whom it believes, and to whom it hands a port. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startBroker } from './broker';

const ORIGIN = 'https://prices.contoso.example';
const URL_SHOWN = `${ORIGIN}/stock-history/?room=FX%20Spot`;
const CHAT = 'https://chat.contoso.example';
const HELLO = { perch: 'hello', protocols: ['perch/1'], sdk: '0.1.0' };

/** The page inside; its contentWindow is replaced so that nothing is loaded. */
const page = { postMessage: vi.fn() };
const chat = { postMessage: vi.fn() };

let listeners: ((event: unknown) => void)[];
/** The broker's document goes. */
let hides: () => void;

function arrives(event: { source?: unknown; origin?: string; data?: unknown; timeStamp?: number }): void {
  const message = { source: page, origin: ORIGIN, data: HELLO, timeStamp: 0, ...event };
  for (const listener of listeners) listener(message);
}

function answers(hello: number): void {
  const data = { perch: 'addin-welcome', hello, granted: ['contexts'], denied: [] };
  arrives({ source: chat, origin: CHAT, data });
}

/** A document that opens its page in a window. */
function startForWindow(open: () => unknown): void {
  document.body.innerHTML = '';
  listeners = [];
  broker({ open, location: { origin: CHAT, search: '?framed=no' } });
}

function start(over: object = {}): HTMLIFrameElement {
  broker({ location: { origin: CHAT, search: '?locale=fr&theme=dark' }, ...over });
  const frame = document.querySelector('iframe');
  if (frame === null) throw new Error('no frame');
  Object.defineProperty(frame, 'contentWindow', { value: page });
  return frame;
}

function broker(over: object): void {
  startBroker({
    document,
    parent: chat,
    addEventListener: (kind: string, listener: (event: unknown) => void) => {
      if (kind === 'message') listeners.push(listener);
      else hides = listener as () => void;
    },
    ...over,
  } as unknown as Window);
}

beforeEach(() => {
  listeners = [];
  document.body.innerHTML = '';
  document.title = 'Stock history';
  document.body.dataset.url = URL_SHOWN;
  document.body.dataset.origin = ORIGIN;
});

afterEach(() => {
  page.postMessage.mockClear();
  chat.postMessage.mockClear();
  delete document.body.dataset.url;
});

/** The runtime's channel makes ports of a class that the test's window does not know. */
const aPort = expect.objectContaining({ postMessage: expect.any(Function), start: expect.any(Function) });

describe('the broker', () => {
  it('frames the page with the fewest rights that let it run', () => {
    const frame = start();
    expect(frame.getAttribute('sandbox')).toBe('allow-scripts allow-same-origin allow-forms');
    expect(frame.getAttribute('allow')).toBe('');
    expect(frame.referrerPolicy).toBe('no-referrer');
    expect(frame.src).toBe(URL_SHOWN);
    expect(frame.title).toBe('Stock history');
    expect(document.documentElement.dataset.theme).toBe('dark');
    expect(chat.postMessage).toHaveBeenCalledWith(
      { perch: 'addin-port', state: 'loading', url: URL_SHOWN },
      CHAT,
      [],
    );
  });

  it('welcomes the page once the chat has said what it may do, and hands one end of a channel to each side', () => {
    start();
    arrives({ data: { ...HELLO, wants: ['storage', 7, 'x'.repeat(65)] } });
    expect(page.postMessage).not.toHaveBeenCalled();
    expect(chat.postMessage).toHaveBeenLastCalledWith(
      {
        perch: 'addin-port',
        state: 'connected',
        hello: 1,
        origin: ORIGIN,
        dialect: 'perch',
        wants: ['storage'],
      },
      CHAT,
      [aPort],
    );
    answers(1);
    expect(page.postMessage).toHaveBeenCalledExactlyOnceWith(
      { perch: 'welcome', protocol: 'perch/1', granted: ['contexts'], denied: [] },
      ORIGIN,
      [aPort],
    );
    answers(1);
    expect(page.postMessage).toHaveBeenCalledOnce();
  });

  it('welcomes only for the latest hello, and only when the chat itself says so', () => {
    start();
    arrives({});
    arrives({});
    answers(1);
    arrives({ data: { perch: 'addin-welcome', hello: 2, granted: ['storage'], denied: [] } });
    expect(page.postMessage).not.toHaveBeenCalled();
    answers(2);
    expect(page.postMessage).toHaveBeenCalledOnce();
  });

  it('lets the page open windows only when the server says so', () => {
    document.body.dataset.sandbox = 'allow-popups';
    expect(start().getAttribute('sandbox')).toBe('allow-scripts allow-same-origin allow-forms allow-popups');
    delete document.body.dataset.sandbox;
  });

  it('answers a page that speaks FDC3 with a handshake that names its attempt', () => {
    start();
    arrives({ data: { type: 'WCP1Hello', meta: { connectionAttemptUuid: 'a-1' }, payload: {} } });
    const handshake = {
      type: 'WCP3Handshake',
      meta: expect.objectContaining({ connectionAttemptUuid: 'a-1' }),
      payload: { fdc3Version: '2.2', intentResolverUrl: false, channelSelectorUrl: false },
    };
    expect(page.postMessage).toHaveBeenCalledExactlyOnceWith(handshake, ORIGIN, [aPort]);
    expect(chat.postMessage).toHaveBeenLastCalledWith(
      { perch: 'addin-port', state: 'connected', hello: 1, origin: ORIGIN, dialect: 'fdc3', attempt: 'a-1' },
      CHAT,
      [aPort],
    );
  });

  it('passes on what a Matrix widget says, and what it is told, from its first question on', async () => {
    start();
    const question = { api: 'fromWidget', action: 'supported_api_versions', requestId: '1' };
    arrives({ data: question });
    const [message, , ports] = chat.postMessage.mock.lastCall as [unknown, string, MessagePort[]];
    expect(message).toEqual({
      perch: 'addin-port',
      state: 'connected',
      hello: 1,
      origin: ORIGIN,
      dialect: 'matrix',
    });
    expect(page.postMessage).not.toHaveBeenCalled();
    const heard: unknown[] = [];
    const [port] = ports;
    if (port === undefined) throw new Error('no port');
    port.onmessage = ({ data }: MessageEvent<unknown>) => heard.push(data);
    const loaded = { api: 'fromWidget', action: 'content_loaded', requestId: '2' };
    arrives({ data: loaded });
    arrives({ data: { api: 'toWidget', requestId: '3' } });
    arrives({ data: { api: 'toWidget', requestId: '4' }, origin: 'https://evil.example' });
    arrives({ data: { api: 'toWidget', requestId: '5' }, source: { postMessage: vi.fn() } });
    await vi.waitFor(() => expect(heard).toEqual([question, loaded, { api: 'toWidget', requestId: '3' }]));
    port.postMessage({ api: 'toWidget', action: 'capabilities' });
    await vi.waitFor(() =>
      expect(page.postMessage).toHaveBeenCalledWith({ api: 'toWidget', action: 'capabilities' }, ORIGIN),
    );
    port.close();
  });

  it('opens the page in a window of its own for the chat alone, believes that window, and closes it with itself', () => {
    vi.useFakeTimers();
    const popup = { postMessage: vi.fn(), close: vi.fn(), focus: vi.fn(), closed: false };
    const open = vi.fn(() => popup);
    start({ open });
    arrives({ source: chat, origin: CHAT, data: { perch: 'addin-window', open: true } });
    expect(open).not.toHaveBeenCalled();
    startForWindow(open);
    const loaded = { perch: 'addin-port', state: 'loaded' };
    expect(chat.postMessage).toHaveBeenLastCalledWith(loaded, CHAT, []);
    arrives({ data: { perch: 'addin-window', open: true } });
    expect(open).not.toHaveBeenCalled();
    arrives({ source: chat, origin: CHAT, data: { perch: 'addin-window', open: true } });
    expect(open).toHaveBeenCalledExactlyOnceWith(URL_SHOWN, '', expect.any(String));
    expect(document.querySelector('iframe')).toBeNull();
    arrives({});
    arrives({ source: popup, origin: 'https://evil.example' });
    const states = () => chat.postMessage.mock.calls.map(([{ state }]) => state);
    expect(states()).not.toContain('connected');
    arrives({ source: popup });
    answers(1);
    expect(popup.postMessage).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ perch: 'welcome' }),
      ORIGIN,
      [aPort],
    );
    expect(page.postMessage).not.toHaveBeenCalled();
    popup.closed = true;
    vi.advanceTimersByTime(1_000);
    const shut = { perch: 'addin-port', state: 'window', open: false };
    expect(chat.postMessage).toHaveBeenLastCalledWith(shut, CHAT, []);
    arrives({ source: chat, origin: CHAT, data: { perch: 'addin-window', open: true } });
    hides();
    expect(popup.close).toHaveBeenCalledOnce();
    vi.useRealTimers();
  });

  it('says so when the browser opens no window', () => {
    startForWindow(() => null);
    arrives({ source: chat, origin: CHAT, data: { perch: 'addin-window', open: true } });
    const shut = { perch: 'addin-port', state: 'window', open: false };
    expect(chat.postMessage).toHaveBeenLastCalledWith(shut, CHAT, []);
  });

  it('says when something has loaded', () => {
    start().dispatchEvent(new Event('load'));
    expect(chat.postMessage).toHaveBeenLastCalledWith({ perch: 'addin-port', state: 'loaded' }, CHAT, []);
  });

  it.each([
    ['another window', { source: { postMessage: vi.fn() } }],
    ['the chat itself', { source: chat, origin: CHAT }],
    ['another origin', { origin: 'https://evil.example' }],
    ['a sub-domain', { origin: 'https://sub.prices.contoso.example' }],
    ['another scheme', { origin: 'http://prices.contoso.example' }],
    ['an opaque origin', { origin: 'null' }],
  ])('gives nothing for a hello from %s, and says so to the chat', (_, forged) => {
    start();
    chat.postMessage.mockClear();
    arrives(forged);
    expect(page.postMessage).not.toHaveBeenCalled();
    const refused = { perch: 'addin-port', state: 'refused', code: 'ForeignHello' };
    expect(chat.postMessage).toHaveBeenCalledExactlyOnceWith(refused, CHAT, []);
  });

  it("obeys no welcome but the chat's, and says so to the chat", () => {
    start();
    arrives({});
    arrives({ data: { perch: 'addin-welcome', hello: 1, granted: ['storage'], denied: [] } });
    expect(page.postMessage).not.toHaveBeenCalled();
    const refused = { perch: 'addin-port', state: 'refused', code: 'ForeignHello' };
    expect(chat.postMessage).toHaveBeenLastCalledWith(refused, CHAT, []);
  });

  it.each([
    ['another protocol', { data: { ...HELLO, protocols: ['perch/2'] } }],
    ['protocols that are no list', { data: { ...HELLO, protocols: 'perch/1' } }],
    ['an attempt without a name', { data: { type: 'WCP1Hello', meta: {} } }],
    [
      'an attempt whose name never ends',
      { data: { type: 'WCP1Hello', meta: { connectionAttemptUuid: 'x'.repeat(65) } } },
    ],
    ['something else', { data: 'hello' }],
    ['nothing', { data: null }],
  ])('ignores a hello from %s', (_, forged) => {
    start();
    chat.postMessage.mockClear();
    arrives(forged);
    expect(page.postMessage).not.toHaveBeenCalled();
    expect(chat.postMessage).not.toHaveBeenCalled();
  });

  it('opens a session for each load of the page, within reason', () => {
    start();
    chat.postMessage.mockClear();
    for (let hello = 0; hello < 30; hello += 1) arrives({ timeStamp: hello });
    const states = () => chat.postMessage.mock.calls.map(([{ state }]) => state);
    expect(states().filter((state) => state === 'connected')).toHaveLength(20);
    expect(states().filter((state) => state === 'refused')).toHaveLength(10);
    arrives({ timeStamp: 61_000 });
    expect(states().at(-1)).toBe('connected');
  });

  it('stops a page that loads without end', () => {
    const frame = start();
    chat.postMessage.mockClear();
    for (let load = 0; load < 100; load += 1) frame.dispatchEvent(new Event('load'));
    expect(document.querySelector('iframe')).toBe(frame);
    frame.dispatchEvent(new Event('load'));
    expect(document.querySelector('iframe')).toBeNull();
    const codes = chat.postMessage.mock.calls.slice(-2).map(([{ code }]) => code);
    expect(codes).toEqual(['ReloadedTooOften', 'Flooded']);
  });

  describe('of a page that has neither loaded nor spoken for a minute', () => {
    const isFramed = () => document.querySelector('iframe') !== null;
    const becomes = (state: DocumentReadyState) =>
      Object.defineProperty(document, 'readyState', { value: state, configurable: true });
    beforeEach(() => void vi.useFakeTimers());
    afterEach(() => {
      vi.useRealTimers();
      Reflect.deleteProperty(document, 'readyState');
    });

    it('stops one that goes on loading anew', () => {
      becomes('interactive');
      start();
      vi.advanceTimersByTime(60_000);
      expect(isFramed()).toBe(true);
      becomes('complete');
      vi.advanceTimersByTime(60_000);
      expect(isFramed()).toBe(false);
      const codes = chat.postMessage.mock.calls.slice(-2).map(([{ code }]) => code);
      expect(codes).toEqual(['ReloadedTooOften', 'Flooded']);
      chat.postMessage.mockClear();
      vi.advanceTimersByTime(60_000);
      expect(chat.postMessage).not.toHaveBeenCalled();
    });

    it.each([
      ['spoke', () => arrives({})],
      ['loaded', () => document.querySelector('iframe')?.dispatchEvent(new Event('load'))],
    ])('leaves one that %s before that', (_, does) => {
      becomes('complete');
      start();
      vi.advanceTimersByTime(59_000);
      does();
      vi.advanceTimersByTime(120_000);
      expect(isFramed()).toBe(true);
    });
  });

  it('does nothing in a document without an address', () => {
    delete document.body.dataset.url;
    expect(start).toThrow('no frame');
    expect(chat.postMessage).not.toHaveBeenCalled();
  });
});
