/**
 * The broker between an add-in's page and the chat: makes the sandboxed frame and performs the handshake.
 *
 * Invariant: a port is handed out only for a hello that came from exactly this frame's window and exactly the
 * registered origin, and it is sent to exactly that origin, once the chat has said what the page may do. Everything else
 * that arrives has no effect; what looks like a forgery is said to the chat.
 *
 * A document that is asked for with "framed=no" shows nothing: it opens the page in a window of its own, and believes that window. That is
 * opened here and not by the chat, so that what it can reach as its opener is this document, and it is closed with it.
 *
 * A page's first words say which dialect it speaks: our SDK's, FDC3's, or that of Matrix widgets. The last knows no ports:
 * its messages are passed on both ways, under the same check.
 */
import { PROTOCOL, type Welcome } from '@perch/addin/host';
import { dialectOf, handshake, isMatrix } from './dialects';
import type { AddinPortMessage, AddinWelcome, AddinWindow, BrokerRefusal, Dialect } from './messages';

/** `allow-same-origin` gives the page its own origin, which is never ours: the server refuses to register that. */
const SANDBOX = 'allow-scripts allow-same-origin allow-forms';

/** A page may reload, but not make the chat open sessions without end. */
const HELLOS_MAX = 20;
const WINDOW_MS = 60_000;
/** Loads in the same time, of a page that need not say hello, after which it is stopped. */
const LOADS_MAX = 100;
/** How long a page may go on loading anew without ever having loaded or spoken, far more than a slow one needs. */
const UNFINISHED_MS = 60_000;
/** A window of its own, with the bar that says where it is. */
const WINDOW_FEATURES = 'popup,width=900,height=700';
const WATCH_MS = 250;

export function startBroker(window: Window): void {
  const { document, location } = window;
  const { url, origin, entrance, sandbox } = document.body.dataset;
  if (url === undefined || origin === undefined) return;

  const look = new URLSearchParams(location.search);
  document.documentElement.dataset.theme = look.get('theme') ?? 'light';
  const tellChat = (message: AddinPortMessage, ports: MessagePort[] = []) =>
    window.parent.postMessage(message, location.origin, ports);
  const framed = look.get('framed') !== 'no';
  const frame = addinFrame(document, sandbox);
  let popup: Window | null = null;
  const hellos: number[] = [];
  let count = 0;
  /** The page's end of the latest hello's channel, until the chat has answered. */
  let waiting: MessagePort | undefined;
  /** Our end of a widget's channel. */
  let relay: MessagePort | undefined;
  /** Looks, until the page has loaded or spoken, whether it does anything but load anew. */
  let unfinished: ReturnType<typeof setInterval> | undefined;

  const refuse = (code: BrokerRefusal) => tellChat({ perch: 'addin-port', state: 'refused', code });
  const said = (page: Window, dialect: Dialect, data: unknown, now: number) => {
    if (isTooMany(hellos, HELLOS_MAX, now)) {
      refuse('ReloadedTooOften');
      return;
    }
    clearInterval(unfinished);
    count += 1;
    waiting?.close();
    relay?.close();
    waiting = relay = undefined;
    const { port1, port2 } = new MessageChannel();
    tellChat({ perch: 'addin-port', state: 'connected', hello: count, origin, ...dialect }, [port2]);
    if (dialect.dialect === 'perch') waiting = port1;
    else if (dialect.dialect === 'fdc3') page.postMessage(handshake(dialect.attempt), origin, [port1]);
    else {
      relay = port1;
      relay.onmessage = (told: MessageEvent<unknown>) => page.postMessage(told.data, origin);
      relay.postMessage(data);
    }
  };
  const welcome = ({ hello, granted, denied }: AddinWelcome) => {
    if (hello !== count || waiting === undefined) return;
    const words: Welcome = { perch: 'welcome', protocol: PROTOCOL, granted, denied };
    (framed ? frame.contentWindow : popup)?.postMessage(words, origin, [waiting]);
    waiting = undefined;
  };
  window.addEventListener('message', ({ source, origin: from, data, timeStamp }: MessageEvent<unknown>) => {
    if (source === null) return;
    const dialect = dialectOf(data);
    if (dialect !== undefined || isMatrix(data)) {
      const page = framed ? frame.contentWindow : popup;
      if (page === null || source !== page || from !== origin) refuse('ForeignHello');
      else if (relay !== undefined && isMatrix(data) && data.action !== 'supported_api_versions') {
        relay.postMessage(data);
      } else if (dialect !== undefined) said(page, dialect, data, timeStamp);
    }
    if (isWelcome(data) || isWindow(data)) {
      if (source !== window.parent || from !== location.origin) refuse('ForeignHello');
      else if (isWelcome(data)) welcome(data);
      else if (data.open && !framed) openWindow();
      else popup?.close();
    }
  });
  // The page was to be navigated to another origin, which our policy does not let be framed.
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
    if (effectiveDirective === 'frame-src') refuse('LeftOrigin');
  });
  const stop = () => {
    clearInterval(unfinished);
    frame.remove();
    refuse('ReloadedTooOften');
    refuse('Flooded');
  };
  const loads: number[] = [];
  frame.addEventListener('load', ({ timeStamp }) => {
    clearInterval(unfinished);
    if (isTooMany(loads, LOADS_MAX, timeStamp)) stop();
    else tellChat({ perch: 'addin-port', state: 'loaded' });
  });

  const show = () => {
    tellChat({ perch: 'addin-port', state: 'loading', url });
    // A proxied page is entered with a ticket, which is nobody else's to know.
    frame.src = entrance ?? url;
    document.body.replaceChildren(frame);
    // A page that reloads before it has loaded is told by no event. Our own document waits for the first load of its frame, and is
    // complete without one only once the page has left that by itself; one that is slow, or never ends, keeps it waiting.
    unfinished = setInterval(() => {
      if (document.readyState === 'complete') stop();
    }, UNFINISHED_MS);
  };
  const openWindow = () => {
    if (popup !== null) {
      popup.focus();
      return;
    }
    popup = window.open(url, '', WINDOW_FEATURES);
    tellChat({ perch: 'addin-port', state: 'window', open: popup !== null });
    if (popup === null) return;
    // No event says that another origin's window was closed.
    const watch = setInterval(() => {
      if (popup?.closed === false) return;
      clearInterval(watch);
      popup = null;
      tellChat({ perch: 'addin-port', state: 'window', open: false });
    }, WATCH_MS);
  };
  window.addEventListener('pagehide', () => popup?.close());
  if (framed) show();
  else tellChat({ perch: 'addin-port', state: 'loaded' });
}

/** Takes down when something happened, unless it has happened as often as it may lately. */
function isTooMany(times: number[], max: number, now: number): boolean {
  while (times[0] !== undefined && times[0] <= now - WINDOW_MS) times.shift();
  if (times.length >= max) return true;
  times.push(now);
  return false;
}

/** `more` is what the server adds for what was granted. */
function addinFrame(document: Document, more: string | undefined): HTMLIFrameElement {
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', more === undefined ? SANDBOX : `${SANDBOX} ${more}`);
  frame.setAttribute('allow', '');
  frame.referrerPolicy = 'no-referrer';
  frame.title = document.title;
  return frame;
}

/** From our own page, so its shape is known. */
function isWelcome(data: unknown): data is AddinWelcome {
  return (
    typeof data === 'object' && data !== null && (data as Partial<AddinWelcome>).perch === 'addin-welcome'
  );
}

function isWindow(data: unknown): data is AddinWindow {
  return typeof data === 'object' && data !== null && (data as Partial<AddinWindow>).perch === 'addin-window';
}
