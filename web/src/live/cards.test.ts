import { describe, expect, it } from 'vitest';
import type { Message } from '../api/types';
import { aMessage } from '../test/builders';
import { withVersions } from './cards';
import { windowOf, withLive, withNewer, withOlder } from './window';

const carded = (seq: number, title: string, updates?: number): Message =>
  aMessage({ seq, text: title, card: { title }, ...(updates === undefined ? {} : { updates }) });

const shown = (messages: readonly Message[]) =>
  messages.map(({ card, latest }) => (latest?.card ?? card)?.title);

describe('new versions of a card', () => {
  const first = carded(1, 'first');
  const plain = aMessage({ seq: 2 });
  const second = carded(3, 'second', 1);
  const third = carded(4, 'third', 1);

  it('are shown where the card is, the newest of them, and stay messages of their own', () => {
    const messages = withVersions([first, plain, second, third]);
    expect(shown(messages)).toEqual(['third', undefined, 'second', 'third']);
    expect(messages[0]?.latest).toMatchObject({ seq: 4, text: 'third', author: third.author });
  });

  it('change nothing where there are none, and nothing that is newer', () => {
    const messages = [first, plain];
    expect(withVersions(messages)).toBe(messages);
    const { seq, author, at, text } = third;
    const known = { ...first, latest: { seq, author, at, text, card: { title: 'third' } } };
    expect(shown(withVersions([known, plain, second]))).toEqual(['third', undefined, 'second']);
  });

  it('arrive live, also at a reader who holds none of what is new', () => {
    const page = { messages: [first, plain], first: 1, head: 2 };
    expect(shown(withLive(windowOf(page), second, true).messages)).toEqual(['second', undefined, 'second']);
    const detached = windowOf({ ...page, head: 10 });
    const window = withLive(detached, carded(11, 'far', 1), false);
    expect(shown(window.messages)).toEqual(['far', undefined]);
    expect(window.head).toBe(11);
  });

  it('are found whichever page comes first', () => {
    const older = { messages: [first, plain], first: 1, head: 4 };
    const newer = { messages: [second, third], first: 1, head: 4 };
    const wanted = ['third', undefined, 'second', 'third'];
    expect(shown(withOlder(windowOf(newer), older).messages)).toEqual(wanted);
    expect(shown(withNewer(windowOf(older), newer).messages)).toEqual(wanted);
  });

  it('of a card that is not held change nothing', () => {
    expect(withVersions([plain, second])).toEqual([plain, second]);
  });
});
