/** The pages that the page of a room opened beside it, by FDC3: for as long as that one is there, framed or in a window of its own. */
import { useCallback, useRef, useState } from 'react';
import { v4 as newUuid } from 'uuid';
import type { Opened } from './fdc3/desk';
import { Fdc3Error } from './fdc3/messages';

/** What the page of a room does with them, wherever it is shown. */
export interface PagesBeside {
  /** The instance that it is itself, also after it has moved. */
  own(): string;
  /** Shows a page beside it; throws when there are too many. */
  open(page: Opened): void;
}

export interface PagesBesideState {
  pages: PagesBeside;
  opened: readonly Opened[];
  /** The one of them that is shown; null for the room's own. */
  shown: string | null;
  show: (instance: string | null) => void;
  close: (instance: string) => void;
  /** Closes all of them: the page that opened them ends. */
  end: () => void;
}

/** A page cannot open others without end. */
const OPENED_MAX = 8;

export function usePagesBeside(): PagesBesideState {
  const own = useRef(newUuid());
  const held = useRef<readonly Opened[]>([]);
  const [opened, setOpened] = useState(held.current);
  const [shown, show] = useState<string | null>(null);
  const hold = useCallback((next: readonly Opened[]) => {
    held.current = next;
    setOpened(next);
  }, []);
  const close = useCallback(
    (instance: string) => {
      hold(held.current.filter((page) => page.instance !== instance));
      show((current) => (current === instance ? null : current));
    },
    [hold],
  );
  const end = useCallback(() => {
    own.current = newUuid();
    hold([]);
    show(null);
  }, [hold]);
  const [pages] = useState<PagesBeside>(() => ({
    own: () => own.current,
    open: (page) => {
      if (held.current.length >= OPENED_MAX) throw new Fdc3Error('ErrorOnLaunch');
      hold([...held.current, page]);
      show(page.instance);
    },
  }));
  return { pages, opened, shown, show, close, end };
}
