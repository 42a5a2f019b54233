/** The first words of a page, by which its dialect is known. Who said them has been checked before. */
import { type Hello, isRecord, PROTOCOL } from '@perch/addin/host';
import type { Dialect } from './messages';

/** The version of FDC3 that the chat speaks. */
const FDC3_VERSION = '2.2';
const ATTEMPT_CHARS_MAX = 64;
/** What a page may want: more names than there are capabilities, and no longer ones. */
const WANTS_MAX = 64;
const WANT_CHARS_MAX = 64;

/** Undefined for anything that begins nothing. */
export function dialectOf(data: unknown): Dialect | undefined {
  if (!isRecord(data)) return undefined;
  if (data.perch === 'hello' && Array.isArray(data.protocols) && data.protocols.includes(PROTOCOL)) {
    return { dialect: 'perch', wants: wanted(data as unknown as Hello) };
  }
  if (data.type === 'WCP1Hello' && isRecord(data.meta)) {
    const attempt = data.meta.connectionAttemptUuid;
    const named = typeof attempt === 'string' && attempt !== '' && attempt.length <= ATTEMPT_CHARS_MAX;
    return named ? { dialect: 'fdc3', attempt } : undefined;
  }
  // A widget first asks which versions the chat speaks, or says that it has loaded.
  const begins = data.action === 'supported_api_versions' || data.action === 'content_loaded';
  return data.api === 'fromWidget' && begins ? { dialect: 'matrix' } : undefined;
}

/** Whether a message belongs to the widget API of Matrix, which has no port: the broker passes such messages on. */
export function isMatrix(data: unknown): data is Readonly<Record<string, unknown>> {
  return isRecord(data) && (data.api === 'fromWidget' || data.api === 'toWidget');
}

/** What an FDC3 page is sent with its port. The chat draws what people choose from: pages inject nothing. */
export function handshake(attempt: string): object {
  return {
    type: 'WCP3Handshake',
    meta: { connectionAttemptUuid: attempt, timestamp: new Date() },
    payload: { fdc3Version: FDC3_VERSION, intentResolverUrl: false, channelSelectorUrl: false },
  };
}

function wanted({ wants }: Hello): readonly string[] {
  const name = (want: unknown) => typeof want === 'string' && want.length <= WANT_CHARS_MAX;
  return Array.isArray(wants) ? wants.slice(0, WANTS_MAX).filter(name) : [];
}
