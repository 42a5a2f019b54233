import { describe, expect, it } from 'vitest';
import type { MessagePage } from '../api/types';
import { aMessage } from '../test/builders';
import {
  hasNewer,
  hasOlder,
  type MessageWindow,
  newest,
  oldest,
  PAGE,
  shrunk,
  WINDOW_MAX,
  windowOf,
  withLive,
  withNewer,
  withOlder,
} from './window';

/** A room's history, of which pages are asked for as the server would give them. */
function history(length: number) {
  const page = (from: number, to: number): MessagePage => ({
    messages: Array.from({ length: to - from + 1 }, (_, index) => aMessage({ seq: from + index })),
    first: 1,
    head: length,
  });
  return {
    latest: () => page(Math.max(1, length - PAGE + 1), length),
    before: (seq: number) => page(Math.max(1, seq - PAGE), seq - 1),
    after: (seq: number) => page(seq + 1, Math.min(length, seq + PAGE)),
  };
}

function isConsecutive({ messages }: MessageWindow): boolean {
  return messages.every(({ seq }, index) => index === 0 || seq === (messages[index - 1]?.seq ?? 0) + 1);
}

describe('the window over a conversation', () => {
  it('reaches the first of 100,000 messages and the last again, never holding more than its bound', () => {
    const room = history(100_000);
    let window = windowOf(room.latest());
    while (hasOlder(window)) {
      window = withOlder(window, room.before(oldest(window) ?? 0));
      if (window.messages.length > WINDOW_MAX) throw new Error('The window outgrew its bound.');
    }
    expect(oldest(window)).toBe(1);
    expect(isConsecutive(window)).toBe(true);
    while (hasNewer(window)) window = withNewer(window, room.after(newest(window) ?? 0));
    expect(newest(window)).toBe(100_000);
    expect(isConsecutive(window)).toBe(true);
  });

  it('is extended by the message that follows', () => {
    const window = withLive(windowOf(history(60).latest()), aMessage({ seq: 61 }), true);
    expect([newest(window), window.head]).toEqual([61, 61]);
  });

  it('is not extended across a gap, but knows of it', () => {
    const window = withLive(windowOf(history(60).latest()), aMessage({ seq: 70 }), true);
    expect([newest(window), window.head, hasNewer(window)]).toEqual([60, 70, true]);
  });

  it('shows nothing twice', () => {
    const window = windowOf(history(60).latest());
    expect(withLive(window, aMessage({ seq: 60 }), true)).toBe(window);
    expect(withOlder(window, history(60).latest()).messages).toEqual(window.messages);
  });

  it('takes no row from a reader further up', () => {
    const room = history(1_000);
    let window = windowOf(room.latest());
    while (window.messages.length < WINDOW_MAX) window = withOlder(window, room.before(oldest(window) ?? 0));
    const first = oldest(window);
    expect(oldest(withLive(window, aMessage({ seq: 1_001 }), false))).toBe(first);
    expect(oldest(withLive(window, aMessage({ seq: 1_001 }), true))).toBe((first ?? 0) + 1);
  });

  it('keeps its last page when nobody looks, and nothing when its end is not there', () => {
    const room = history(1_000);
    const window = withOlder(windowOf(room.latest()), room.before(951));
    expect(shrunk(window)?.messages).toHaveLength(PAGE);
    expect(shrunk({ ...window, head: 1_001 })).toBeNull();
  });
});
