/** How narrow the window is. A large text size makes it narrow, too: widths count in the reader's pixels. */
import { useSyncExternalStore } from 'react';

function widthBelow(pixels: number) {
  const query = `(width < ${pixels}px)`;
  return {
    subscribe: (listener: () => void) => {
      const list = matchMedia(query);
      list.addEventListener('change', listener);
      return () => list.removeEventListener('change', listener);
    },
    matches: () => matchMedia(query).matches,
  };
}

const phone = widthBelow(721);
const narrow = widthBelow(960);

/** Rail, conversation and pane are three screens. */
export function usePhone(): boolean {
  return useSyncExternalStore(phone.subscribe, phone.matches);
}

/** There is no room for a pane beside the conversation: it is a sheet above it. */
export function useNarrow(): boolean {
  return useSyncExternalStore(narrow.subscribe, narrow.matches);
}
