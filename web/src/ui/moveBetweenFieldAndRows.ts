/** Arrow keys in a search: from the field down into the rows of what was found, and from the first of them up again. */
import type { KeyboardEvent } from 'react';

export function moveBetweenFieldAndRows(event: KeyboardEvent<HTMLElement>): void {
  const box = event.currentTarget;
  const [field, row] = [box.querySelector('input'), box.querySelector<HTMLElement>('[role=row]')];
  const next =
    event.key === 'ArrowDown' && event.target === field
      ? row
      : event.key === 'ArrowUp' && event.target === row
        ? field
        : null;
  if (!next) return;
  event.preventDefault();
  next.focus();
}
