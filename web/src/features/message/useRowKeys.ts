/** Moves the focus through the rows by keys. One row is a tab stop: the one that had the focus last, or the newest. */
import { type FocusEvent, type KeyboardEvent, useState } from 'react';
import type { MessageRowModel } from './rows';

const PAGE_STEP = 10;

/** The row that a key leads to; undefined for a key that leads nowhere. */
export function rowAfter(key: string, at: number, count: number): number | undefined {
  const steps: Record<string, number> = {
    ArrowUp: at - 1,
    ArrowDown: at + 1,
    PageUp: at - PAGE_STEP,
    PageDown: at + PAGE_STEP,
    Home: 0,
    End: count - 1,
  };
  const next = steps[key];
  return next === undefined ? undefined : Math.min(count - 1, Math.max(0, next));
}

function rowAt(target: EventTarget): HTMLElement | null {
  return target instanceof HTMLElement ? target.closest<HTMLElement>('[data-seq]') : null;
}

export function useRowKeys(rows: readonly MessageRowModel[]) {
  const [last, setLast] = useState<number | null>(null);
  const tabStop = rows.some((row) => row.message.seq === last) ? last : rows.at(-1)?.message.seq;

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const row = rowAt(event.target);
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target !== row) {
      if (event.key === 'Escape') row.focus();
      return;
    }
    if (event.key === 'Enter') {
      row.querySelector<HTMLElement>('button, a')?.focus();
      event.preventDefault();
      return;
    }
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-seq]')];
    const next = rowAfter(event.key, all.indexOf(row), all.length);
    if (next === undefined) return;
    event.preventDefault();
    all[next]?.focus();
  };
  const onFocus = (event: FocusEvent<HTMLElement>) => {
    const row = rowAt(event.target);
    if (row) setLast(Number(row.dataset.seq));
  };
  return { tabStop, onKeyDown, onFocus };
}
