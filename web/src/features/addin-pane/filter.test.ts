/** The questions to a page's filter: each ends once. */
import { LIMITS, type OutgoingMessage } from '@perch/addin/host';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FilterQuestions } from './filter';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function questions() {
  const shown: OutgoingMessage[] = [];
  const asked = new FilterQuestions((message) => shown.push(message) > 0);
  return { asked, shown };
}

describe('a question to the filter', () => {
  it('shows the whole message, and takes its answer once', async () => {
    const { asked, shown } = questions();
    const answer = asked.ask({ text: 'sell', title: 'Order', alert: true });
    expect(shown).toEqual([{ id: expect.any(String), text: 'sell', title: 'Order', alert: true }]);
    const id = shown[0]?.id ?? '';
    asked.answer(id, { action: 'canceled', reason: 'no' });
    expect(await answer).toEqual({ action: 'canceled', reason: 'no' });
    expect(() => asked.answer(id, { action: 'passed' })).toThrow('No message waits for this answer');
  });

  it('refuses an answer to what was never asked', () => {
    const { asked } = questions();
    expect(() => asked.answer('1', { action: 'passed' })).toThrow('No message waits for this answer');
  });

  it('refuses a title for what is no story, and waits on', async () => {
    const { asked, shown } = questions();
    const answer = asked.ask({ text: 'sell' });
    const id = shown[0]?.id ?? '';
    expect(() => asked.answer(id, { action: 'replaced', text: 'x', title: 'y' })).toThrow('Only a story');
    asked.answer(id, { action: 'replaced', text: 'x' });
    expect(await answer).toEqual({ action: 'replaced', text: 'x' });
  });

  it('ends without an answer after four seconds, and refuses the one that comes then', async () => {
    const { asked, shown } = questions();
    const answer = asked.ask({ text: 'sell' });
    vi.advanceTimersByTime(LIMITS.filterMs - 1);
    const late = asked.ask({ text: 'and buy' });
    vi.advanceTimersByTime(1);
    expect(await answer).toBeNull();
    expect(() => asked.answer(shown[0]?.id ?? '', { action: 'passed' })).toThrow();
    asked.answer(shown[1]?.id ?? '', { action: 'passed' });
    expect(await late).toEqual({ action: 'passed' });
  });

  it('ends at once with the session, and when the page cannot be shown the message', async () => {
    const { asked } = questions();
    const open = [asked.ask({ text: 'one' }), asked.ask({ text: 'two' })];
    asked.end();
    expect(await Promise.all(open)).toEqual([null, null]);
    const deaf = new FilterQuestions(() => false);
    expect(await deaf.ask({ text: 'one' })).toBeNull();
  });
});
