import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PaneUse } from './use';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('reports in sums, at most once in five seconds, and nothing when nothing happened', () => {
  const send = vi.fn();
  const use = new PaneUse(send);
  for (let call = 0; call < 1_000; call += 1) use.refused('ActionNotGranted');
  use.refused('a code that the server does not know');
  use.told('messages', 3);
  use.told('messages', 2);
  expect(send).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(send).toHaveBeenCalledExactlyOnceWith({
    told: { messages: 5, contexts: 0, participants: 0 },
    refused: [
      { code: 'ActionNotGranted', count: 1_000 },
      { code: 'ServerError', count: 1 },
    ],
  });
});

it('reports what is left when it ends, and counts anew in between', () => {
  const send = vi.fn();
  const use = new PaneUse(send);
  use.told('contexts', 1);
  vi.advanceTimersByTime(5_000);
  use.refused('Flooded');
  use.end();
  expect(send).toHaveBeenLastCalledWith({
    told: { messages: 0, contexts: 0, participants: 0 },
    refused: [{ code: 'Flooded', count: 1 }],
  });
  use.refused('Flooded');
  use.end();
  vi.advanceTimersByTime(60_000);
  expect(send).toHaveBeenCalledTimes(2);
});
