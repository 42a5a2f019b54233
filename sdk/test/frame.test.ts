// The bounds of one message.
import { describe, expect, it } from 'vitest';
import { decode, fits } from '../src/frame.js';
import { paramsChecks } from '../src/params.js';
import { LIMITS } from '../src/protocol.js';

function nested(levels: number): string {
  return '['.repeat(levels) + ']'.repeat(levels);
}

describe('decode', () => {
  it('reads JSON text', () => {
    expect(decode('{"a":[1,"two",null]}')).toEqual({ value: { a: [1, 'two', null] } });
  });

  it.each([
    ['an object', {}],
    ['half a message', '{"a":'],
    ['more bytes than allowed', JSON.stringify('x'.repeat(LIMITS.messageBytes))],
    ['more bytes than characters', JSON.stringify('€'.repeat(LIMITS.messageBytes / 2))],
    ['a level too many', nested(LIMITS.depth + 1)],
    ['depth as large as the size allows', nested(LIMITS.messageBytes / 2)],
    ['a prototype key', '{"__proto__":{"admin":true}}'],
    ['a prototype key deep inside', '{"a":[{"b":{"__proto__":1}}]}'],
  ])('refuses %s', (_, data) => {
    expect(decode(data)).toHaveProperty('refused');
  });

  it('accepts the deepest and the largest that is allowed', () => {
    expect(decode(nested(LIMITS.depth))).toHaveProperty('value');
    const largest = JSON.stringify('x'.repeat(LIMITS.messageBytes - 2));
    expect(fits(largest)).toBe(true);
    expect(decode(largest)).toHaveProperty('value');
  });
});

describe('params', () => {
  it.each([
    ['messages.latest', { count: 0 }],
    ['messages.latest', { count: 101 }],
    ['messages.latest', { count: 1.5 }],
    ['messages.latest', { count: '5' }],
    ['messages.latest', { count: 5, more: 1 }],
    ['messages.latest', []],
    ['messages.latest', null],
    ['messages.send', { text: 1 }],
    ['messages.send', { text: 'x', alert: 'yes' }],
    ['messages.send', Object.create({ text: 'inherited' })],
    ['storage.get', { key: '' }],
    ['storage.set', { key: 'a', version: 0 }],
    ['storage.set', { key: 'a', value: 1, version: -1 }],
    ['room.get', { any: 1 }],
  ] as const)('of %s refuse %j', (method, params) => {
    expect(paramsChecks[method](params)).toBe(false);
  });
});
