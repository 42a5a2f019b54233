/** The guide says the same in both languages: the same parts in the same order, and code that is not translated. */
import type { Token, Tokens } from 'marked';
import { expect, it } from 'vitest';
import { tokens as french } from '../../../../docs/guide/addins.fr.md';
import { tokens as english } from '../../../../docs/guide/addins.md';
import { anchor } from './Markdown';

/** What a translation keeps. */
function shape(token: Token): unknown {
  switch (token.type) {
    case 'heading':
      return `h${(token as Tokens.Heading).depth}`;
    case 'code':
      return (token as Tokens.Code).text;
    case 'table':
      return (token as Tokens.Table).rows.map((cells) => cells.length);
    default:
      return token.type;
  }
}

it('has the same parts in French as in English', () => {
  expect(french.map(shape)).toEqual(english.map(shape));
});

it.each([
  ['English', english],
  ['French', french],
])('leads nowhere but to its own headings, in %s', (_, tokens) => {
  const headings = tokens.filter(({ type }) => type === 'heading');
  const anchors = headings.map((token) => `#${anchor((token as Tokens.Heading).text)}`);
  const links = tokens.flatMap(({ raw }) => [...raw.matchAll(/\]\((#[^)]+)\)/g)].map(([, to]) => to));
  expect(links.length).toBeGreaterThan(0);
  for (const link of links) expect(anchors).toContain(link);
});
