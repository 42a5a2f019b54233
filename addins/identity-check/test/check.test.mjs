import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { check, publishedKeys } from '../check.mjs';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const CHAT = 'https://chat.contoso.com';
const CLAIMS = { iss: CHAT, aud: 'addin', sub: 'somebody', room: 'room', exp: 1_000 };

function token(claims = {}, header = {}) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'ES256', typ: 'perch-addin+jwt', kid: 'k1', ...header })}.${part({ ...CLAIMS, ...claims })}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

let fetched = 0;
async function fetch() {
  fetched += 1;
  return Response.json({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1' }] });
}

const options = (seconds = 900) => ({
  chat: CHAT,
  addin: 'addin',
  keys: publishedKeys(CHAT, { fetch, now: () => seconds * 1_000 }),
  now: () => seconds * 1_000,
});

test('a token says who looks at which room', async () => {
  assert.deepEqual(await check(token(), options()), CLAIMS);
});

test('keys are fetched once for many tokens, and again for a new key', async () => {
  fetched = 0;
  const once = options();
  await check(token(), once);
  await check(token(), once);
  assert.equal(fetched, 1);
  await assert.rejects(check(token({}, { kid: 'k2' }), once), /no such key/);
  assert.equal(fetched, 2);
});

for (const [what, bad] of [
  ['of another chat', () => token({ iss: 'https://evil.example' })],
  ['for another add-in', () => token({ aud: 'other' })],
  ['without an end', () => token({ exp: undefined })],
  ['of another type', () => token({}, { typ: 'perch-pane+jwt' })],
  ['by another algorithm', () => token({}, { alg: 'none' })],
  ['changed', () => token().replace(/\.[^.]+\./, `.${Buffer.from(JSON.stringify({ ...CLAIMS, sub: 'me' })).toString('base64url')}.`)],
  ['that is none', () => 'x'],
]) {
  test(`a token ${what} is refused`, () => assert.rejects(check(bad(), options())));
}

test('a token that has expired is refused', () => assert.rejects(check(token(), options(1_031)), /expired/));
