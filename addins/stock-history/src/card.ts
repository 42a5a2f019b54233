// What is posted in the room when somebody shares what they see: the figures of the period, and the ticker to press.
import type { Card } from '@perch/addin';
import type { Strings } from './strings.js';

/** What the page says of a ticker, in words. */
export interface Said {
  readonly ticker: string;
  readonly price: string;
  /** Empty when there is none. */
  readonly change: string;
  readonly range: string;
  /** All of it in a line. */
  readonly summary: string;
  readonly source: string;
}

/** A card, and the text that says the same without it. */
export interface Post {
  readonly text: string;
  readonly card: Card;
}

const FOOTER_CHARS_MAX = 120;

/** Writes the card. The text names the ticker without its `$`: only the pane of who presses the card changes. */
export function post(said: Said, strings: Strings): Post {
  const { ticker, price, change, range, summary, source } = said;
  const fields = [
    { label: strings.change, value: change },
    { label: strings.period, value: range },
  ];
  return {
    text: summary,
    card: {
      title: `${ticker} ${price}`,
      fields: fields.filter(({ value }) => value !== ''),
      footer: strings.source(source).slice(0, FOOTER_CHARS_MAX),
      actions: [
        { label: strings.history, context: { type: 'fdc3.instrument', name: ticker, id: { ticker } } },
      ],
    },
  };
}
