import { describe, expect, it } from 'vitest';
import { aMessage } from '../../test/builders';
import { buildRows } from './rows';

const at = (minutes: number) => new Date(2026, 10, 24, 9, minutes).toISOString();

describe('the rows of a conversation', () => {
  it('do not repeat the author within five minutes', () => {
    const rows = buildRows(
      [0, 4, 9].map((minute, index) => aMessage({ seq: index + 1, at: at(minute) })),
      null,
    );
    expect(rows.map((row) => row.continues)).toEqual([false, true, false]);
  });

  it('name the author of a story and of what is of high importance', () => {
    const rows = buildRows(
      [
        aMessage({ seq: 1, at: at(0) }),
        aMessage({ seq: 2, at: at(1), title: 'Morning note' }),
        aMessage({ seq: 3, at: at(2), alert: true }),
      ],
      null,
    );
    expect(rows.map((row) => row.continues)).toEqual([false, false, false]);
  });

  it('say when a day begins', () => {
    const rows = buildRows([aMessage({ seq: 1, at: at(0) }), aMessage({ seq: 2, at: at(24 * 60) })], null);
    expect(rows.map((row) => row.startsDay)).toEqual([true, true]);
  });

  it('have one line above what is new', () => {
    const messages = [4, 5, 6].map((seq) => aMessage({ seq, at: at(seq) }));
    expect(buildRows(messages, 5).map((row) => row.startsNew)).toEqual([false, true, false]);
  });

  it('have no line when what is new begins further up', () => {
    const messages = [4, 5, 6].map((seq) => aMessage({ seq, at: at(seq) }));
    expect(buildRows(messages, 2).some((row) => row.startsNew)).toBe(false);
  });
});
