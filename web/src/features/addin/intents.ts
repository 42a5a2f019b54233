/** Intents of an add-in as text: what stands under `interop.intents.listensFor` in an application record of FDC3. */
import type { Addin } from '../../api/types';

type Intents = Addin['intents'];

export function intentsText(intents: Intents): string {
  return Object.keys(intents).length === 0 ? '' : JSON.stringify(intents, null, 2);
}

/** Null for a text that is no such record; what is in it, the server judges. `customConfig` is not kept. */
export function intentsOf(text: string): Intents | null {
  if (text.trim() === '') return {};
  try {
    const read: unknown = JSON.parse(text);
    if (!isRecord(read) || !Object.values(read).every(isIntent)) return null;
    return Object.fromEntries(
      Object.entries(read as Intents).map(([name, { displayName, contexts, resultType }]) => [
        name,
        {
          contexts: contexts ?? [],
          ...(displayName == null ? {} : { displayName }),
          ...(resultType == null ? {} : { resultType }),
        },
      ]),
    );
  } catch {
    return null;
  }
}

function isIntent(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { displayName, contexts, resultType } = value;
  const isText = (it: unknown) => it == null || typeof it === 'string';
  const isList =
    contexts == null || (Array.isArray(contexts) && contexts.every((it) => typeof it === 'string'));
  return isText(displayName) && isText(resultType) && isList;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
