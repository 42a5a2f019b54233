/** Whether the window is phone-narrow: then rail, conversation and pane are three screens. */
import { useSyncExternalStore } from 'react';

const NARROW = '(max-width: 720px)';

function subscribe(listener: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

export function usePhone(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(NARROW).matches);
}
