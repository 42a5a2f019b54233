// What an add-in's own server does with a token of Perch: checks it offline, by the chat's public keys. No dependencies.
import { createPublicKey, verify } from 'node:crypto';

const KEYS_KEPT_MS = 300_000;
const CLOCKS_DIFFER_S = 30;

const decode = (part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

/** Fetches the chat's public keys, and keeps them for a while. */
export function publishedKeys(chat, { fetch = globalThis.fetch, now = Date.now } = {}) {
  let kept = [];
  let until = 0;
  return async (kid) => {
    if (now() >= until || !kept.some((key) => key.kid === kid)) {
      const answer = await fetch(new URL('/.well-known/jwks.json', chat));
      if (!answer.ok) throw new Error(`The chat's keys could not be fetched: ${answer.status}.`);
      kept = (await answer.json()).keys;
      until = now() + KEYS_KEPT_MS;
    }
    return kept.find((key) => key.kid === kid);
  };
}

/**
 * Returns what a token says, or throws. `chat` is the address under which people open the chat, `addin` the add-in's
 * identifier (the Control Panel and `perch addin list` show it), `keys` what `publishedKeys` made.
 */
export async function check(token, { chat, addin, keys, now = Date.now }) {
  const parts = String(token).split('.');
  if (parts.length !== 3) throw new Error('This is no token.');
  const [header, claims] = [decode(parts[0]), decode(parts[1])];
  // The algorithm and the type are ours to name; what the token says of them is only compared.
  if (header.alg !== 'ES256' || header.typ !== 'perch-addin+jwt') throw new Error('This is no token for an add-in.');
  const jwk = await keys(header.kid);
  if (jwk === undefined) throw new Error('The chat has no such key.');
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const signed = Buffer.from(`${parts[0]}.${parts[1]}`);
  const signature = Buffer.from(parts[2], 'base64url');
  if (!verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, signature)) {
    throw new Error('The signature does not fit.');
  }
  const seconds = now() / 1_000;
  if (claims.iss !== chat) throw new Error('It is of another chat.');
  if (claims.aud !== addin) throw new Error('It is for another add-in.');
  if (!(claims.exp > seconds - CLOCKS_DIFFER_S)) throw new Error('It has expired.');
  return claims;
}

/** Asks the chat whether a token still holds: not once the add-in is disabled, or the person may no longer see it. */
export async function stillHolds(token, chat, fetch = globalThis.fetch) {
  const answer = await fetch(new URL('/api/v1/introspect', chat), {
    method: 'POST',
    body: new URLSearchParams({ token }),
  });
  return answer.ok && (await answer.json()).active === true;
}
