import { describe, expect, it } from 'vitest';
import { resources as en } from './en';
import { resources as fr } from './fr';

type Strings = Record<string, Record<string, string>>;

/** Keys without the suffixes of plurals, which languages have different ones of. */
function keysOf(resources: Strings): string[] {
  const keys = Object.entries(resources).flatMap(([namespace, strings]) =>
    Object.keys(strings).map((key) => `${namespace}:${key.replace(/_(zero|one|two|few|many|other)$/, '')}`),
  );
  return [...new Set(keys)].sort();
}

describe('The languages', () => {
  it('have the same strings', () => {
    expect(keysOf(fr)).toEqual(keysOf(en));
  });

  it('put a narrow no-break space before : ; ! ? in French', () => {
    const wrong = Object.values<Record<string, string>>(fr)
      .flatMap((strings) => Object.values(strings))
      .filter((text) => /[ \u00a0][:;!?]|[\p{L})»}][;!?]/u.test(text));
    expect(wrong).toEqual([]);
  });
});
