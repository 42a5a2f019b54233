import { describe, expect, it } from 'vitest';
import { resources as english } from './en';
import { resources as french } from './fr';

type Strings = Record<string, Record<string, string>>;

/** French counts millions apart; the key is the same. */
function keys(strings: Strings): string[] {
  const all = Object.entries(strings).flatMap(([namespace, texts]) =>
    Object.keys(texts).map((key) => `${namespace}:${key.replace(/_(one|many|other)$/, '_plural')}`),
  );
  return [...new Set(all)].sort();
}

function variables(text: string): string[] {
  return [...new Set(text.match(/{{\w+}}/g))].sort();
}

describe('the languages', () => {
  it('say the same things', () => {
    expect(keys(french)).toEqual(keys(english));
  });

  it('name the same variables', () => {
    const translated: Strings = french;
    for (const [namespace, texts] of Object.entries<Record<string, string>>(english)) {
      for (const [key, text] of Object.entries(texts)) {
        const [inFrench, inEnglish] = [translated[namespace]?.[key] ?? text, text].map(variables);
        expect(inFrench, `${namespace}:${key}`).toEqual(inEnglish);
      }
    }
  });

  it('keep French punctuation with its word by a narrow space', () => {
    const loose = Object.values<Record<string, string>>(french)
      .flatMap((texts) => Object.values(texts))
      .filter((text) =>
        /[^\s\u202f][;!?]|[^\u202f]:(?!\/\/|\w)|[ \u00a0][:;!?]/u.test(text.replace(/{{\w+}}/g, 'x')),
      );
    expect(loose).toEqual([]);
  });
});
