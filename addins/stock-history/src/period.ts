// Periods of a price history, and the figures that are said about one.
import type { Price } from './source.js';

/** Years back from the last price; null is everything. */
export type Years = 1 | 3 | 5 | null;

/** The periods offered, in the order shown. */
export const PERIODS: readonly Years[] = [1, 3, 5, null];

/** What is said about the prices of a period. */
export interface Figures {
  readonly first: Price;
  readonly last: Price;
  /** Last to first as a ratio less one; null when the first price is zero. */
  readonly change: number | null;
}

/** Returns the prices of the last years, the one the period starts from included. */
export function within(prices: readonly Price[], years: Years): readonly Price[] {
  const last = prices.at(-1);
  if (years === null || last === undefined) {
    return prices;
  }
  const start = `${Number(last.day.slice(0, 4)) - years}${last.day.slice(4)}`;
  return prices.filter(({ day }) => day >= start);
}

/** Returns the figures of a period, or null when it holds no price. */
export function figures(prices: readonly Price[]): Figures | null {
  const first = prices[0];
  const last = prices.at(-1);
  if (first === undefined || last === undefined) {
    return null;
  }
  return { first, last, change: first.value === 0 ? null : last.value / first.value - 1 };
}
