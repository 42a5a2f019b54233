// JSON-RPC on the port: pairs answers with requests, hands events on, and ends everything when the port ends.
import { eventChecks, isRecord, knownCapabilities, resultChecks } from './checks.js';
import { AddinError, DisconnectedError, NotGrantedError } from './errors.js';
import { decode, fits } from './frame.js';
import { type Closed, type Events, LIMITS, type Methods, type Request } from './protocol.js';

/** Receives each event that has the declared shape. */
export type EventSink = <E extends keyof Events>(event: E, params: Events[E]) => void;

interface Pending {
  readonly settle: (result: unknown) => void;
  readonly fail: (error: AddinError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

const LOST: Closed = { code: 'lost', detail: 'The room no longer answers. Reload the pane.' };

function refusal(data: Readonly<Record<string, unknown>>): AddinError {
  const code = String(data.code ?? 'Failed');
  const detail = String(data.detail ?? 'The room refused the request.');
  return code === 'ActionNotGranted'
    ? new NotGrantedError(detail, knownCapabilities([data.capability])[0])
    : new AddinError(code, detail);
}

/** One session over one port. */
export class Session {
  readonly #port: MessagePort;
  readonly #sink: EventSink;
  readonly #timeoutMs: number;
  readonly #pending = new Map<string, Pending>();
  #next = 1;
  readonly #heart: ReturnType<typeof setInterval>;
  #closed: Closed | null = null;

  constructor(port: MessagePort, timeoutMs: number, sink: EventSink) {
    this.#port = port;
    this.#sink = sink;
    this.#timeoutMs = timeoutMs;
    port.addEventListener('message', (event: MessageEvent<unknown>) => this.#receive(event.data));
    port.addEventListener('close', () => this.end());
    port.start();
    const beat = (): void => void this.request('heartbeat', {}).catch(this.#lost);
    this.#heart = setInterval(beat, LIMITS.heartbeatMs);
  }

  /** Asks and waits for the answer; rejects with AddinError. */
  request<M extends keyof Methods>(method: M, params: Methods[M]['params']): Promise<Methods[M]['result']> {
    const id = String(this.#next++);
    const request: Request = { jsonrpc: '2.0', id, method, params };
    const frame = JSON.stringify(request);
    if (this.#closed !== null) {
      return Promise.reject(new DisconnectedError(this.#closed.detail));
    }
    if (!fits(frame)) {
      const detail = `A request has at most ${LIMITS.messageBytes} bytes. Send less at once.`;
      return Promise.reject(new AddinError('LimitExceeded', detail));
    }
    return new Promise((resolve, reject) => {
      const settle = (result: unknown): void => {
        if (resultChecks[method](result)) {
          resolve(result);
        } else {
          reject(new AddinError('InvalidAnswer', `The room's answer to ${method} has an unknown shape.`));
        }
      };
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new DisconnectedError());
      }, this.#timeoutMs);
      this.#pending.set(id, { settle, fail: reject, timer });
      this.#port.postMessage(frame);
    });
  }

  /** Ends the session: whatever waits is rejected, nothing is received any more. The reason is the first one given. */
  end(closed: Closed = LOST): void {
    if (this.#closed !== null) {
      return;
    }
    this.#closed = closed;
    clearInterval(this.#heart);
    this.#port.close();
    for (const { fail, timer } of this.#pending.values()) {
      clearTimeout(timer);
      fail(new DisconnectedError(closed.detail));
    }
    this.#pending.clear();
    this.#sink('closed', closed);
  }

  /** A heartbeat that the room does not know is answered all the same: it lives. */
  readonly #lost = (error: unknown): void => {
    if (error instanceof DisconnectedError) {
      this.end();
    }
  };

  #receive(data: unknown): void {
    const decoded = decode(data);
    if ('refused' in decoded || !isRecord(decoded.value)) {
      return;
    }
    const frame = decoded.value;
    if (typeof frame.method === 'string') {
      this.#tell(frame.method, frame.params);
    } else if (typeof frame.id === 'string') {
      this.#answer(frame.id, frame);
    }
  }

  #answer(id: string, frame: Readonly<Record<string, unknown>>): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) {
      return;
    }
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (isRecord(frame.error)) {
      const data = isRecord(frame.error.data) ? frame.error.data : {};
      pending.fail(refusal(data));
    } else {
      pending.settle(frame.result);
    }
  }

  #tell(method: string, params: unknown): void {
    if (Object.hasOwn(eventChecks, method)) {
      const event = method as keyof Events;
      if (eventChecks[event](params)) {
        if (event === 'closed') {
          this.end(params as Closed);
        } else {
          this.#sink<keyof Events>(event, params);
        }
      }
    }
  }
}
