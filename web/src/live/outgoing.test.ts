/** The way of a message past the filter of the room's add-in. */
import type { FilterAnswer } from '@perch/addin/host';
import { describe, expect, it } from 'vitest';
import { Outgoing, type OutgoingFilter, type Verdict } from './outgoing';

const ADDIN = { addin: 'Wording', pane: () => 'token' };

/** A filter that is answered by hand, in any order. */
function byHand(warn = true) {
  const asked: { text: string; answer: (answer: FilterAnswer | null) => void }[] = [];
  const filter: OutgoingFilter = {
    ...ADDIN,
    warn: () => warn,
    ask: ({ text }) => new Promise((answer) => asked.push({ text, answer })),
  };
  return { filter, asked };
}

function judged(answer: FilterAnswer | null, warn = true): Promise<Verdict> {
  const outgoing = new Outgoing();
  outgoing.setFilter('r1', { ...ADDIN, warn: () => warn, ask: async () => answer });
  return outgoing.judge('r1', { text: 'bye', title: 'Order', alert: true });
}

describe('the way past the filter', () => {
  it('is no way at all in a room without one', () => {
    const outgoing = new Outgoing();
    const { filter } = byHand();
    const remove = outgoing.setFilter('r1', filter);
    expect([outgoing.isFree('r1'), outgoing.isFree('r2')]).toEqual([false, true]);
    remove();
    expect(outgoing.isFree('r1')).toBe(true);
  });

  it('lets pass what passed, and what came back the same', async () => {
    const draft = { text: 'bye', title: 'Order', alert: true };
    expect(await judged({ action: 'passed' })).toEqual({ kind: 'post', draft });
    expect(await judged({ action: 'replaced', text: 'bye' })).toEqual({ kind: 'post', draft });
  });

  it('keeps what was typed beside what replaces it', async () => {
    const draft = {
      text: 'buy',
      title: 'Order',
      alert: true,
      original: { text: 'bye', title: 'Order' },
      pane: 'token',
    };
    const answer = { action: 'replaced', text: 'buy' } as const;
    expect(await judged(answer)).toEqual({ kind: 'changed', draft, addin: 'Wording' });
    expect(await judged(answer, false)).toEqual({ kind: 'post', draft });
    const titled = await judged({ ...answer, title: 'Ticket' });
    expect(titled).toMatchObject({ draft: { title: 'Ticket', original: { title: 'Order' } } });
  });

  it('posts as it was typed without an answer, and says whose is missing', async () => {
    expect(await judged(null)).toMatchObject({ kind: 'post', draft: { text: 'bye' }, unanswered: 'Wording' });
  });

  it('keeps the order, whichever is answered first, and asks about all at once', async () => {
    const outgoing = new Outgoing();
    const { filter, asked } = byHand();
    const remove = outgoing.setFilter('r1', filter);
    const left: string[] = [];
    const whole = new Promise<void>((resolve) => {
      const leave = async (verdict: Verdict) => {
        left.push(verdict.kind === 'canceled' ? 'held back' : verdict.draft.text);
        if (left.length === 4) resolve();
      };
      for (const text of ['one', 'two', 'three']) outgoing.queue('r1', { text }, leave);
      expect(asked.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
      remove();
      // Written after the filter has gone: not asked about, and still not before the others.
      expect(outgoing.isFree('r1')).toBe(false);
      outgoing.queue('r1', { text: 'four' }, leave);
      asked[2]?.answer({ action: 'passed' });
      asked[1]?.answer({ action: 'canceled', reason: 'no' });
    });
    asked[0]?.answer(null);
    await whole;
    expect(left).toEqual(['one', 'held back', 'three', 'four']);
    await expect.poll(() => outgoing.isFree('r1')).toBe(true);
  });

  it('waits for the person before what was written next', async () => {
    const outgoing = new Outgoing();
    outgoing.setFilter('r1', { ...ADDIN, warn: () => true, ask: async () => ({ action: 'passed' }) });
    const left: string[] = [];
    let agree = () => {};
    outgoing.queue('r1', { text: 'one' }, async () => {
      await new Promise<void>((resolve) => {
        agree = resolve;
      });
      left.push('one');
    });
    const second = new Promise<void>((resolve) => {
      outgoing.queue('r1', { text: 'two' }, async () => {
        left.push('two');
        resolve();
      });
    });
    await new Promise((resolve) => setTimeout(resolve));
    agree();
    await second;
    expect(left).toEqual(['one', 'two']);
  });
});
