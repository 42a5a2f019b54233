/** How many messages a page sent in the present second, by the limits of our own protocol. */
import { LIMITS } from '@perch/addin/host';

const SECOND_MS = 1_000;

export type Pace = 'steady' | 'hasty' | 'flood';

export function pacer(now: () => number = () => performance.now()): () => Pace {
  let second = Number.NEGATIVE_INFINITY;
  let count = 0;
  return () => {
    if (now() - second >= SECOND_MS) {
      second = now();
      count = 0;
    }
    count += 1;
    if (count > LIMITS.floodPerSecond) return 'flood';
    return count > LIMITS.messagesPerSecond ? 'hasty' : 'steady';
  };
}
