/**
 * The broker between an add-in's page and the chat: makes the sandboxed frame and performs the handshake.
 *
 * Invariant: a port is handed out only for a hello that came from exactly this frame's window and exactly the
 * registered origin, and it is sent to exactly that origin. Everything else that arrives is ignored in silence.
 */
import type { Hello, Welcome } from '@perch/addin/host';
import type { AddinPortMessage } from './messages';

/** `allow-same-origin` gives the page its own origin, which is never ours: the server refuses to register that. */
const SANDBOX = 'allow-scripts allow-same-origin allow-forms';
const PROTOCOL: Welcome['protocol'] = 'perch/1';

/** A page may reload, but not make the chat open sessions without end. */
const HELLOS_MAX = 20;
const HELLOS_WINDOW_MS = 60_000;

export function startBroker(window: Window): void {
  const { document, location } = window;
  const { url, origin } = document.body.dataset;
  if (url === undefined || origin === undefined) return;

  document.documentElement.dataset.theme = new URLSearchParams(location.search).get('theme') ?? 'light';
  const tellChat = (message: AddinPortMessage, ports: MessagePort[] = []) =>
    window.parent.postMessage(message, location.origin, ports);
  const frame = addinFrame(document);
  const hellos: number[] = [];

  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const page = frame.contentWindow;
    if (page === null || event.source !== page || event.origin !== origin || !isHello(event.data)) return;
    const now = event.timeStamp;
    while (hellos[0] !== undefined && hellos[0] <= now - HELLOS_WINDOW_MS) hellos.shift();
    if (hellos.length >= HELLOS_MAX) return;
    hellos.push(now);
    const { port1, port2 } = new MessageChannel();
    const welcome: Welcome = { perch: 'welcome', protocol: PROTOCOL };
    page.postMessage(welcome, origin, [port1]);
    tellChat({ perch: 'addin-port', state: 'connected' }, [port2]);
  });
  frame.addEventListener('load', () => tellChat({ perch: 'addin-port', state: 'loaded' }));

  tellChat({ perch: 'addin-port', state: 'loading', url });
  frame.src = url;
  document.body.replaceChildren(frame);
}

function addinFrame(document: Document): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', SANDBOX);
  frame.setAttribute('allow', '');
  frame.referrerPolicy = 'no-referrer';
  frame.title = document.title;
  return frame;
}

function isHello(data: unknown): data is Hello {
  if (typeof data !== 'object' || data === null) return false;
  const { perch, protocols } = data as Partial<Record<keyof Hello, unknown>>;
  return perch === 'hello' && Array.isArray(protocols) && protocols.includes(PROTOCOL);
}
