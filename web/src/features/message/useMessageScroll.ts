/**
 * Where in the conversation the reader is, held while rows come and go. The browser's scroll anchoring does most of it;
 * where that is missing (Safari), and wherever a target must be reached, the layout effect below does.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type WheelEvent } from 'react';
import { useLive } from '../../live/hooks';
import type { PendingPost, RoomState } from '../../live/store';
import { hasNewer, hasOlder } from '../../live/window';
import type { MessageRowModel } from './rows';

/** Closer to an end than this, the next page is asked for. */
const PREFETCH_PX = 1200;
const AT_END_PX = 24;
/** What stays visible above a row that is gone to. */
const ABOVE_PX = 48;
const anchorsNatively = typeof CSS !== 'undefined' && CSS.supports('overflow-anchor', 'auto');

/** How far a row is below the top of the box. */
function topIn(box: HTMLElement, row: Element): number {
  return row.getBoundingClientRect().top - box.getBoundingClientRect().top;
}

/** The topmost row that can be seen, and where it stands. */
function anchorOf(box: HTMLElement): { seq: string; top: number } | null {
  const top = box.getBoundingClientRect().top;
  const rows = box.querySelectorAll<HTMLElement>('[data-seq]');
  const row = [...rows].find((candidate) => candidate.getBoundingClientRect().bottom > top);
  return row ? { seq: row.dataset.seq ?? '', top: topIn(box, row) } : null;
}

/** Whether what is new begins above what can be seen. */
function beginsAbove(box: HTMLElement, newFrom: number | null, oldest: number): boolean {
  if (newFrom === null) return false;
  const line = box.querySelector('[data-new-line]');
  return line ? topIn(box, line) + line.clientHeight < 0 : oldest > newFrom;
}

export function useMessageScroll(
  state: RoomState,
  rows: readonly MessageRowModel[],
  pending: readonly PendingPost[],
  at: number | undefined,
) {
  const live = useLive();
  const { window: held, following, newFrom } = state;
  const { id } = state.room;
  const list = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const target = useRef<number | null>(null);
  const anchor = useRef<{ seq: string; top: number } | null>(null);
  const [newAbove, setNewAbove] = useState(false);
  const isShown = held !== null;
  const detached = isShown && hasNewer(held);

  const rowOf = useCallback(
    (seq: number | string) => list.current?.querySelector<HTMLElement>(`[data-seq="${seq}"]`) ?? null,
    [],
  );

  const look = useCallback(() => {
    const box = list.current;
    if (!box) return;
    const fromEnd = box.scrollHeight - box.scrollTop - box.clientHeight;
    // Only who scrolls up leaves the end; a composer that grows takes nobody away from it.
    const staysAtEnd = fromEnd < AT_END_PX || (following && box.scrollTop >= lastTop.current);
    lastTop.current = box.scrollTop;
    live.setFollowing(id, staysAtEnd && !detached);
    if (box.scrollTop < PREFETCH_PX) void live.load(id, 'older');
    if (fromEnd < PREFETCH_PX) void live.load(id, 'newer');
    // Browsers do not anchor at the very top, where a page put above would push everything down.
    if (box.scrollTop === 0 && held && hasOlder(held)) box.scrollTop = 1;
    if (!anchorsNatively) anchor.current = anchorOf(box);
    setNewAbove(beginsAbove(box, newFrom, held?.messages[0]?.seq ?? 0));
  }, [live, id, detached, following, held, newFrom]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: must run whenever rows change, to hold the position
  useLayoutEffect(() => {
    const box = list.current;
    if (!box) return;
    const wanted = target.current === null ? null : rowOf(target.current);
    if (wanted) {
      target.current = null;
      box.scrollTop += topIn(box, wanted) - ABOVE_PX;
      if (wanted.dataset.seq === `${at}`) wanted.focus({ preventScroll: true });
    } else if (following && !detached) {
      box.scrollTop = box.scrollHeight;
    } else if (!anchorsNatively && anchor.current) {
      const row = rowOf(anchor.current.seq);
      if (row) box.scrollTop += topIn(box, row) - anchor.current.top;
    }
    look();
  }, [rows, pending, id]);

  // The box changes height when the composer grows, the window is resized, a font arrives.
  useEffect(() => {
    const box = list.current;
    const content = box?.firstElementChild;
    if (!isShown || !box || !content) return;
    const observer = new ResizeObserver(() => {
      const now = live.state.rooms[id];
      if (now?.following && target.current === null) box.scrollTop = box.scrollHeight;
    });
    observer.observe(box);
    observer.observe(content);
    return () => observer.disconnect();
  }, [live, id, isShown]);

  const toEnd = useCallback(() => {
    live.goToEnd(id);
    const box = list.current;
    if (box && !detached) box.scrollTop = box.scrollHeight;
  }, [live, id, detached]);

  /** Goes to a message; one that has to be loaded first has the focus once it is there, if it is the one in the address. */
  const reveal = useCallback(
    (seq: number) => {
      live.setFollowing(id, false);
      const row = rowOf(seq);
      if (row && list.current) {
        list.current.scrollTop += topIn(list.current, row) - ABOVE_PX;
      } else {
        target.current = seq;
        void live.loadAround(id, seq);
      }
      return row;
    },
    [live, id, rowOf],
  );

  // A message that was looked for has the focus, so that the keys and a screen reader go on from there.
  useEffect(() => {
    if (at !== undefined && isShown) reveal(at)?.focus({ preventScroll: true });
  }, [at, isShown, reveal]);

  const toPlace = useCallback((seq: number) => reveal(seq)?.focus({ preventScroll: true }), [reveal]);

  const toNew = () => {
    if (newFrom !== null) reveal(newFrom);
  };

  /** What floats above the conversation must not stop the wheel. */
  const onWheel = (event: WheelEvent) => list.current?.scrollBy({ top: event.deltaY });

  return { list, look, toEnd, toPlace, toNew, onWheel, newAbove };
}
