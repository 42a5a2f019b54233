// The handshake: says hello to the window around this page and takes the port that only its welcome may carry.
import { isRecord, knownCapabilities, readDenied } from './checks.js';
import { NotInRoomError } from './errors.js';
import { type Capability, type Hello, PROTOCOL, SDK_VERSION } from './protocol.js';
import { RoomAddin, type Welcomed } from './room-addin.js';

/** Options of `connect`. */
export interface ConnectOptions {
  /** How long to wait for the room's welcome, in milliseconds; 15,000 unless told. */
  readonly timeoutMs?: number;
  /** How long to wait for each answer afterwards, in milliseconds; 30,000 unless told. */
  readonly requestTimeoutMs?: number;
  /**
   * The chat's origin, for example `https://chat.contoso.com`, when the page is to obey no other. Without it any
   * window that frames the page may be its room; a page that acts on what it is told should name the origin here
   * or in its `frame-ancestors`.
   */
  readonly hostOrigin?: string;
  /** What the page would like to do. Administrators see it beside the add-in; nothing is granted because of it. */
  readonly wants?: readonly Capability[];
}

/**
 * Connects the page to the room it is shown in. Call it once: a second call starts a new session and ends the first.
 *
 * Rejects with `NotInRoomError` when the page is not in a pane.
 */
export async function connect(options: ConnectOptions = {}): Promise<RoomAddin> {
  const welcomed = await handshake(options);
  return RoomAddin.open(welcomed, options.requestTimeoutMs ?? 30_000);
}

function handshake({ timeoutMs = 15_000, hostOrigin, wants = [] }: ConnectOptions): Promise<Welcomed> {
  return new Promise((resolve, reject) => {
    // In a window of its own a page was opened by its room.
    const host: Window | null = window.parent === window ? window.opener : window.parent;
    if (!host) {
      reject(new NotInRoomError());
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      window.removeEventListener('message', listen);
    };
    const listen = (event: MessageEvent<unknown>): void => {
      const port = event.ports[0];
      if (
        event.source === host &&
        (hostOrigin === undefined || event.origin === hostOrigin) &&
        isRecord(event.data) &&
        event.data.perch === 'welcome' &&
        event.data.protocol === PROTOCOL &&
        port !== undefined
      ) {
        stop();
        const { granted, denied } = event.data;
        resolve({ port, granted: knownCapabilities(granted), denied: readDenied(denied) });
      }
    };
    const timer = setTimeout(() => {
      stop();
      reject(new NotInRoomError());
    }, timeoutMs);
    window.addEventListener('message', listen);
    const hello: Hello = { perch: 'hello', protocols: [PROTOCOL], sdk: SDK_VERSION, wants };
    // The parent's origin is unknown to a page with no referrer, and the hello says nothing worth hiding.
    host.postMessage(hello, hostOrigin ?? '*');
  });
}
