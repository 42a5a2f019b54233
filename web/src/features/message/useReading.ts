/**
 * What counts as read: the end of the conversation is on the screen, and the window is in front. Tells the
 * live client so, and marks the newest message read.
 */
import { useEffect, useSyncExternalStore } from 'react';
import { useLive } from '../../live/hooks';

function subscribe(listener: () => void): () => void {
  window.addEventListener('focus', listener);
  window.addEventListener('blur', listener);
  document.addEventListener('visibilitychange', listener);
  return () => {
    window.removeEventListener('focus', listener);
    window.removeEventListener('blur', listener);
    document.removeEventListener('visibilitychange', listener);
  };
}

/** Focus inside a frame of ours (the add-in) still means the person is here. */
function isHere(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

export function useReading(room: string, following: boolean, head: number, unread: number): void {
  const live = useLive();
  const here = useSyncExternalStore(subscribe, isHere);
  const present = here && following;

  useEffect(() => {
    live.setPresent(room, present);
    return () => live.setPresent(room, false);
  }, [live, room, present]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a changed unread count is a reason to tell again
  useEffect(() => {
    if (present && head > 0) live.markRead(room, head);
  }, [live, room, present, head, unread]);
}
