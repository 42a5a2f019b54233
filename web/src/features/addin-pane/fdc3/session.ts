/**
 * The agent's end of one page's port: the page proves who it is (WCP4, WCP5), then asks (DACP) until it says goodbye.
 *
 * Invariants: whatever arrives is plain, bounded and of the declared shape before the agent sees it; every request
 * that names itself is answered; a page whose addresses are not of the add-in's origin gets nothing.
 */

import { isRecord } from '@perch/addin/host';
import { v4 as newUuid } from 'uuid';
import { plain } from '../plain';
import { pacer } from '../rate';
import type { PaneUse } from '../use';
import type { Agent, Arrival } from './agent';
import type { Instance } from './instance';
import { type ErrorCode, type EventType, Fdc3Error, type Requests } from './messages';
import { requestChecks } from './requests';

export interface Fdc3Options extends Pick<Arrival, 'appId' | 'room' | 'beside' | 'latest' | 'instanceId'> {
  agent: Agent;
  /** The connection attempt that the page named in its first words. */
  attempt: string;
  /** The origin of the add-in's registered address. */
  origin: string;
  /** Called once when the session ends by itself: the page left, flooded the chat, or no longer answers. */
  ended: (why: 'left' | 'flooded' | 'refused') => void;
  /** Counts what the page is refused here. */
  use: Pick<PaneUse, 'refused'>;
  now?: () => number;
}

const HEARTBEAT_MS = 5_000;
/** Heartbeats without any sign of life after which a page counts as gone. */
const MISSED_MAX = 6;
const UUID_CHARS_MAX = 128;

export class Fdc3Session {
  readonly #port: MessagePort;
  readonly #options: Fdc3Options;
  readonly #pace: ReturnType<typeof pacer>;
  #instance: Instance | null = null;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #missed = 0;
  #closed = false;

  constructor(port: MessagePort, options: Fdc3Options) {
    this.#port = port;
    this.#options = options;
    this.#pace = pacer(options.now);
    port.onmessage = ({ data }: MessageEvent<unknown>) => this.#receive(data);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#heartbeat);
    this.#port.onmessage = null;
    this.#port.close();
    if (this.#instance !== null) this.#options.agent.leave(this.#instance);
  }

  #end(why: 'left' | 'flooded' | 'refused'): void {
    this.close();
    this.#options.ended(why);
  }

  #receive(data: unknown): void {
    if (this.#closed) return;
    const pace = this.#pace();
    const { use } = this.#options;
    if (pace === 'flood') {
      use.refused('Flooded');
      this.#end('flooded');
      return;
    }
    const decoded = plain(data);
    const message = 'refused' in decoded ? undefined : decoded.value;
    if (!isRecord(message) || typeof message.type !== 'string') {
      use.refused('InvalidArgument');
      // A message that cannot be read whole may still say which request it is.
      if (isRecord(data)) this.#refuse(data.type, data.meta, 'MalformedMessage');
      return;
    }
    this.#missed = 0;
    const { type, meta, payload } = message;
    if (type === 'WCP6Goodbye') this.#end('left');
    else if (type === 'WCP4ValidateAppIdentity') void this.#identify(meta, payload);
    else if (type === 'heartbeatAcknowledgementRequest' || this.#instance === null) return;
    else if (pace === 'hasty') {
      use.refused('LimitExceeded');
      this.#refuse(type, meta, 'ApiTimeout');
    } else void this.#answer(this.#instance, type, meta, payload);
  }

  async #identify(meta: unknown, payload: unknown): Promise<void> {
    const { agent, attempt, origin, appId, room, beside, latest, instanceId, use } = this.#options;
    if (this.#instance !== null || !isRecord(meta) || meta.connectionAttemptUuid !== attempt) return;
    const said = isRecord(payload) ? payload : {};
    const answer = (type: string, content: object) =>
      this.#post({ type, meta: { connectionAttemptUuid: attempt, timestamp: new Date() }, payload: content });
    if (!isOf(origin, said.identityUrl) || !isOf(origin, said.actualUrl)) {
      use.refused('ForeignHello');
      const message = `The addresses of this page are not of ${origin}, where its add-in is shown.`;
      answer('WCP5ValidateAppIdentityFailedResponse', { message });
      this.#end('refused');
      return;
    }
    const instance = agent.admit({
      appId,
      room,
      beside,
      latest,
      instanceId,
      claimed: { id: said.instanceId, uuid: said.instanceUuid },
      tell: (type, content, eventUuid) => this.#tell(type, content, eventUuid),
      answer: (type, request, content) => this.#respond(type, request, content),
    });
    this.#instance = instance;
    const implementationMetadata = await agent.implementationMetadata(instance).catch(() => null);
    if (implementationMetadata === null) {
      answer('WCP5ValidateAppIdentityFailedResponse', {
        message: 'The chat cannot be reached. Reload the pane.',
      });
      this.#end('refused');
      return;
    }
    answer('WCP5ValidateAppIdentityResponse', {
      appId,
      instanceId: instance.id,
      instanceUuid: instance.uuid,
      implementationMetadata,
    });
    if (!this.#closed) this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  #beat(): void {
    this.#missed += 1;
    if (this.#missed > MISSED_MAX) this.#end('left');
    else this.#tell('heartbeatEvent', {});
  }

  async #answer(instance: Instance, type: string, meta: unknown, payload: unknown): Promise<void> {
    const request = requestUuid(meta);
    const { use } = this.#options;
    if (request === null) {
      use.refused('InvalidArgument');
      return;
    }
    // Own keys only: "constructor" and its like are not requests.
    if (!Object.hasOwn(requestChecks, type)) {
      use.refused('MsgNotSupported');
      this.#refuse(type, meta, 'MalformedMessage');
      return;
    }
    const known = type as keyof Requests;
    const content = payload ?? {};
    if (!requestChecks[known](content)) {
      use.refused('InvalidArgument');
      const aboutContext = isRecord(content) && content.context !== undefined;
      this.#refuse(type, meta, aboutContext ? 'MalformedContext' : 'MalformedMessage');
      return;
    }
    try {
      const { payload: answer, after } = await this.#options.agent.handle(instance, known, content, request);
      this.#respond(responseTo(type), request, answer);
      after?.();
    } catch (error) {
      const code = error instanceof Fdc3Error ? error.code : 'ApiTimeout';
      // That nobody answers, or the person did not want to, is an answer.
      if (code === 'AccessDenied') use.refused('ActionNotGranted');
      this.#refuse(type, meta, code);
    }
  }

  #refuse(type: unknown, meta: unknown, error: ErrorCode): void {
    const request = requestUuid(meta);
    if (request === null || typeof type !== 'string' || !type.endsWith('Request')) return;
    this.#respond(responseTo(type.slice(0, UUID_CHARS_MAX)), request, { error });
  }

  #respond(type: string, request: string, payload: object): void {
    const meta = { requestUuid: request, responseUuid: newUuid(), timestamp: new Date() };
    this.#post({ type, meta, payload });
  }

  #tell(type: EventType, payload: object, eventUuid: string = newUuid()): void {
    this.#post({ type, meta: { eventUuid, timestamp: new Date() }, payload });
  }

  #post(message: object): void {
    if (!this.#closed) this.#port.postMessage(message);
  }
}

function responseTo(request: string): string {
  return request.replace(/Request$/, 'Response');
}

function requestUuid(meta: unknown): string | null {
  if (!isRecord(meta) || typeof meta.requestUuid !== 'string') return null;
  return meta.requestUuid.length <= UUID_CHARS_MAX ? meta.requestUuid : null;
}

function isOf(origin: string, address: unknown): boolean {
  return typeof address === 'string' && URL.canParse(address) && new URL(address).origin === origin;
}
