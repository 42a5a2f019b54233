/**
 * Add-ins' pages in windows of their own: which rooms' are, for as long as somebody is signed in, wherever in the chat the person
 * is. A window is opened by a document of ours that is ready before it is asked for, because browsers open windows only in
 * answer to a press.
 */
import {
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useContext,
  useEffect,
  useMemo,
  useState,
} from 'react';
import type { RoomAddin } from '../../api/types';
import type { Phase } from './PageFrame';
import type { PagesBeside } from './usePagesBeside';

const AddinWindows = lazy(() =>
  import('./AddinWindows').then(({ AddinWindows }) => ({ default: AddinWindows })),
);

/** What is in a window, and what became of it. */
interface Held {
  shows: string;
  phase: Phase;
}

export interface Windows {
  /** The rooms whose panes are shown, with the pages that its page opens beside itself in each. */
  panes: ReadonlyMap<string, PagesBeside>;
  /** What is in a window, by room. */
  open: ReadonlyMap<string, string>;
  /** How the documents fare that open the windows, by room. */
  held: ReadonlyMap<string, Held>;
  setPane: (room: string, pages: PagesBeside | undefined) => void;
  setOpen: (room: string, shows: string | undefined) => void;
  note: (room: string, held: Held | undefined) => void;
}

export const WindowsContext = createContext<Windows | null>(null);

export function useWindows(): Windows {
  const windows = useContext(WindowsContext);
  if (!windows) throw new Error('useWindows needs a WindowsProvider above it.');
  return windows;
}

/** Names what a pane shows: another add-in, another address, or a frame that may do other things is something else. */
export function showsOf({ id, url, granted, proxied }: RoomAddin): string {
  return `${id} ${url} ${proxied} ${granted.includes('popups')}`;
}

export function WindowsProvider({ children }: { children: ReactNode }) {
  const [panes, setPane] = useMapState<PagesBeside>();
  const [open, setOpen] = useMapState<string>();
  const [held, note] = useMapState<Held>();
  const windows = useMemo(
    () => ({ panes, open, held, setPane, setOpen, note }),
    [panes, open, held, setPane, setOpen, note],
  );
  return (
    <WindowsContext value={windows}>
      {children}
      {panes.size + open.size > 0 && (
        <Suspense>
          <AddinWindows />
        </Suspense>
      )}
    </WindowsContext>
  );
}

function useMapState<V>() {
  const [map, setMap] = useState<ReadonlyMap<string, V>>(new Map());
  const set = useMemo(
    () => (key: string, value: V | undefined) =>
      setMap((before) => {
        if (before.get(key) === value && before.has(key) === (value !== undefined)) return before;
        const after = new Map(before);
        if (value === undefined) after.delete(key);
        else after.set(key, value);
        return after;
      }),
    [],
  );
  return [map, set] as const;
}

/** The window of a room's add-in, for the room's pane. */
export interface AddinWindow {
  isOpen: boolean;
  /** It can be opened now. */
  isReady: boolean;
  phase: Phase;
  open: () => void;
  close: () => void;
}

/** `pages` are those that the one in the window opens beside itself. */
export function useAddinWindow(room: string, shows: string | undefined, pages: PagesBeside): AddinWindow {
  const { open, held, setPane, setOpen } = useWindows();
  useEffect(() => {
    setPane(room, pages);
    return () => setPane(room, undefined);
  }, [setPane, room, pages]);
  const known = held.get(room);
  const phase = known !== undefined && known.shows === shows ? known.phase : 'loading';
  return {
    isOpen: shows !== undefined && open.get(room) === shows,
    isReady: phase !== 'loading' && phase !== 'failed',
    phase,
    open: () => setOpen(room, shows),
    close: () => setOpen(room, undefined),
  };
}
