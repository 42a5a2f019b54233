/** The title of the window: what is shown, how much is new, and where. */
import { useEffect } from 'react';

export function useTitle(title: string, unread = 0): void {
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${title}` : title;
  }, [title, unread]);
}
