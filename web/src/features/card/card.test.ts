import { describe, expect, it } from 'vitest';
import { type Card, pressOf, toneOf } from './card';

describe('an action of a card', () => {
  it('is a link that says where it leads, or a context that stands nowhere in the text', () => {
    expect(pressOf({ label: 'Open', url: 'https://tickets.contoso.example:8443/7?a=b' })).toEqual({
      label: 'Open',
      kind: 'link',
      href: 'https://tickets.contoso.example:8443/7?a=b',
      host: 'tickets.contoso.example:8443',
    });
    const context = { type: 'fdc3.instrument', name: 'MSFT', id: { ticker: 'MSFT' } };
    expect(pressOf({ label: 'Chart', context })).toEqual({
      label: 'Chart',
      kind: 'context',
      context: { ...context, start: 0, end: 0 },
    });
  });

  it.each([
    { url: 'javascript:alert(1)' },
    { url: ' javascript:alert(1)' },
    { url: 'data:text/html,x' },
    { url: '/page' },
    { url: 'https://' },
    { url: null, context: null },
    {},
  ])('is left out when it is %o', (action) => {
    expect(pressOf({ label: 'Open', ...action })).toBeUndefined();
  });
});

describe('a tone', () => {
  it('of tomorrow is shown as none', () => {
    const tones = ['critical', 'neutral', 'quiet', undefined].map((tone) =>
      toneOf({ title: 'x', tone } as unknown as Card),
    );
    expect(tones).toEqual(['critical', undefined, undefined, undefined]);
  });
});
