/** What of a card is shown. The server has judged it; what this client does not know is left out, and the rest is shown. */
import type * as bridge from '@perch/addin/host';
import type * as chat from '../../api/types';

/** A card as the server gives it, or as a page would like to post it. */
export type Card = chat.Card | bridge.Card;

const TONES = ['info', 'success', 'warning', 'critical'] as const;

/** What is shown of a tone; undefined for a card that does not say, or says what this client does not know. */
export function toneOf({ tone }: Card): (typeof TONES)[number] | undefined {
  return TONES.find((known) => known === tone);
}

/** An action as it can be pressed. */
export type Press =
  | { label: string; kind: 'link'; href: string; host: string }
  | { label: string; kind: 'context'; context: chat.Context };

export function pressOf(action: chat.CardAction | bridge.CardAction): Press | undefined {
  const { label, url = null, context = null }: chat.CardAction = { ...action };
  if (context) {
    const { type, name, id } = context;
    // It stands nowhere in the text.
    return { label, kind: 'context', context: { type, name, id: { ...id }, start: 0, end: 0 } };
  }
  if (!url || !/^https?:\/\//i.test(url) || !URL.canParse(url)) return undefined;
  return { label, kind: 'link', href: url, host: new URL(url).host };
}
