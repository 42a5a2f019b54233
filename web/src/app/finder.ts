/** Whether the room finder is open. Several places open it; the shell shows it. */
import { useSyncExternalStore } from 'react';

let open = false;
const listeners = new Set<() => void>();

function set(next: boolean): void {
  open = next;
  for (const listener of listeners) listener();
}

export const openFinder = (): void => set(true);
export const closeFinder = (): void => set(false);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useFinderOpen(): boolean {
  return useSyncExternalStore(subscribe, () => open);
}
