/**
 * Values that a page sent as they are, not as JSON text: bounded before anything looks into them.
 *
 * What arrives by structured clone may be cyclic, share its parts so that it grows without end when written out, or be
 * of any built-in class. Only plain data within the limits of our own protocol comes out.
 */
import { type Decoded, fits, LIMITS } from '@perch/addin/host';

/** Records, lists, texts, numbers in one message, each occurrence counted. */
const VALUES_MAX = 10_000;

/** Makes plain JSON data of a value, dates as RFC 3339 text; never throws. */
export function plain(value: unknown): Decoded {
  const refused = blemish(value);
  if (refused !== null) return { refused };
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return { refused: 'A message is an object.' };
  if (!fits(text)) return { refused: `A message has at most ${LIMITS.messageBytes} bytes.` };
  return { value: JSON.parse(text) as unknown };
}

/** Walks level by level: a cycle ends at the greatest depth, a part that is shared counts each time. */
function blemish(root: unknown): string | null {
  let level = [root];
  let values = 1;
  let chars = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > LIMITS.depth) return `A message is at most ${LIMITS.depth} levels deep.`;
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'string') chars += value.length;
      else if (typeof value === 'object' && value !== null) {
        const parts = partsOf(value);
        if (parts === null) return 'A message consists of records, lists, texts, numbers and dates.';
        values += parts.values.length;
        chars += parts.keys;
        if (values > VALUES_MAX) return `A message has at most ${VALUES_MAX} values.`;
        next.push(...parts.values);
      } else if (!['number', 'boolean', 'undefined', 'object'].includes(typeof value)) {
        return 'A message consists of records, lists, texts, numbers and dates.';
      }
      if (chars > LIMITS.messageBytes) return `A message has at most ${LIMITS.messageBytes} bytes.`;
    }
    level = next;
  }
  return null;
}

/** What is inside a container, and the length of its keys; null for one that is not plain. */
function partsOf(value: object): { values: unknown[]; keys: number } | null {
  if (Array.isArray(value)) return value.length > VALUES_MAX ? null : { values: value, keys: 0 };
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : { values: [], keys: 0 };
  if (Object.getPrototypeOf(value) !== Object.prototype) return null;
  const keys = Object.keys(value);
  // Whoever copies the object later would set a prototype.
  if (keys.includes('__proto__')) return null;
  return { values: Object.values(value), keys: keys.join('').length };
}
