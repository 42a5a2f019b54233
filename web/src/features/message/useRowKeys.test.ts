import { describe, expect, it } from 'vitest';
import { rowAfter } from './useRowKeys';

describe('the keys of the conversation', () => {
  it.each([
    ['ArrowUp', 20, 19],
    ['ArrowDown', 20, 21],
    ['PageUp', 20, 10],
    ['PageDown', 20, 30],
    ['Home', 20, 0],
    ['End', 20, 49],
  ])('%s leads from row %i to row %i of fifty', (key, at, expected) => {
    expect(rowAfter(key, at, 50)).toBe(expected);
  });

  it('stop at the ends', () => {
    expect(rowAfter('ArrowUp', 0, 50)).toBe(0);
    expect(rowAfter('PageDown', 45, 50)).toBe(49);
  });

  it('leave other keys to the browser', () => {
    expect(rowAfter('a', 3, 50)).toBeUndefined();
  });
});
