import { describe, expect, it } from 'vitest';
import { excerpt } from './excerpt';

const shown = (text: string, spans: { start: number; end: number }[]) =>
  excerpt(text, spans)
    .map(({ text: piece, marked }) => (marked ? `[${piece}]` : piece))
    .join('');

describe('an excerpt', () => {
  it('marks what was found', () => {
    expect(
      shown('📈 Résumé of $MSFT', [
        { start: 3, end: 9 },
        { start: 13, end: 18 },
      ]),
    ).toBe('📈 [Résumé] of [$MSFT]');
    expect(shown('nothing', [])).toBe('nothing');
  });

  it('begins near the first place in a long text, and says that more is left out', () => {
    const text = `${'before '.repeat(100)}here ${'after '.repeat(100)}`;
    const result = shown(text, [{ start: 700, end: 704 }]);
    expect(result).toMatch(/^… before .*\[here\] after .* …$/);
    expect(result.length).toBeLessThan(340);
  });

  it('passes over places outside of what is shown and places that overlap', () => {
    const text = 'x'.repeat(1_000);
    expect(
      shown(text, [
        { start: 0, end: 2 },
        { start: 1, end: 3 },
        { start: 900, end: 901 },
      ]),
    ).toBe(`[xx]${'x'.repeat(318)} …`);
  });
});
