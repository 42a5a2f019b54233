// One message as it travels on the port: bounded before it is parsed, refused before anything uses it.
// Used by both sides, because neither should trust the other's size, depth or keys.
import { LIMITS } from './protocol.js';

/** What was received, or the sentence that says why it is refused. */
export type Decoded = { readonly value: unknown } | { readonly refused: string };

const utf8 = new TextEncoder();

/** Returns whether a text fits into one message of the protocol. */
export function fits(text: string): boolean {
  // A UTF-16 code unit is at least one byte of UTF-8: most oversized texts are refused without being encoded.
  return text.length <= LIMITS.messageBytes && utf8.encode(text).length <= LIMITS.messageBytes;
}

/** Parses one message; never throws. */
export function decode(data: unknown): Decoded {
  if (typeof data !== 'string') {
    return { refused: 'A message is one JSON text.' };
  }
  if (!fits(data)) {
    return { refused: `A message has at most ${LIMITS.messageBytes} bytes.` };
  }
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return { refused: 'The message is not JSON.' };
  }
  const refused = blemish(value);
  return refused === null ? { value } : { refused };
}

/** Walks with a list of its own instead of recursion, so that depth costs no stack. */
function blemish(root: unknown): string | null {
  let level = containers([root]);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth === LIMITS.depth) {
      return `A message is at most ${LIMITS.depth} levels deep.`;
    }
    // JSON.parse makes `__proto__` an own key; whoever copies the object later would set a prototype.
    if (level.some((container) => Object.hasOwn(container, '__proto__'))) {
      return 'A message holds no "__proto__" key.';
    }
    level = level.flatMap((container) => containers(Object.values(container)));
  }
  return null;
}

function containers(values: readonly unknown[]): object[] {
  return values.filter((value): value is object => typeof value === 'object' && value !== null);
}
