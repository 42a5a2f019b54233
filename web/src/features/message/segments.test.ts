import { describe, expect, it } from 'vitest';
import type { Context } from '../../api/types';
import { segmentText } from './segments';

function context(start: number, end: number): Context {
  return { type: 'fdc3.instrument', name: 'MSFT', id: { ticker: 'MSFT' }, start, end };
}

const parts = (text: string, contexts: Context[] = []) =>
  segmentText(text, contexts).map(({ kind, text: part }) => `${kind}:${part}`);

describe('a text as it is shown', () => {
  it('has its contexts and links in their places', () => {
    expect(parts('see $MSFT at https://a.example/b.', [context(4, 9)])).toEqual([
      'text:see ',
      'context:$MSFT',
      'text: at ',
      'link:https://a.example/b',
      'text:.',
    ]);
  });

  it('leaves a closing bracket outside, unless the link opened it', () => {
    expect(parts('(https://a.example/b)')[1]).toBe('link:https://a.example/b');
    expect(parts('https://a.example/b_(c)')[0]).toBe('link:https://a.example/b_(c)');
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'http://'])('makes no link of %s', (text) => {
    expect(parts(text)).toEqual([`text:${text}`]);
  });

  it('does not trust ranges that lie outside the text', () => {
    expect(parts('short', [context(3, 99), context(-1, 2), context(2, 2)])).toEqual(['text:short']);
  });

  it('is the whole text, whatever is found in it', () => {
    const text = 'a $MSFT https://x.example/$MSFT, fin';
    const shown = segmentText(text, [context(2, 7), context(26, 31)]);
    expect(shown.map((segment) => segment.text).join('')).toBe(text);
  });
});
