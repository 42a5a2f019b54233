/** What a result shows of a text: the part around the first place that was found, with the places marked. */
import type { Span } from '../../api/types';

export interface Piece {
  text: string;
  start: number;
  marked: boolean;
}

/** Characters shown before the first place, and in all. */
const BEFORE = 60;
const SHOWN = 320;

/** The nearest beginning of a word at or after a place, so that no word and no surrogate pair is cut. */
function wordAt(text: string, from: number): number {
  const space = text.slice(from).search(/\s/);
  return space < 0 || space > BEFORE ? from : from + space + 1;
}

/** The pieces in order; an ellipsis stands where something is left out. Spans count UTF-16 code units. */
export function excerpt(text: string, spans: readonly Span[]): Piece[] {
  const first = spans[0]?.start ?? 0;
  const begin = first > BEFORE && text.length > SHOWN ? Math.min(first, wordAt(text, first - BEFORE)) : 0;
  const end = Math.min(text.length, begin + SHOWN);
  const pieces: Piece[] = [];
  const add = (from: number, to: number, marked: boolean) => {
    if (to > from) pieces.push({ text: text.slice(from, to), start: from, marked });
  };
  let at = begin;
  for (const { start, end: stop } of spans) {
    if (start < at || start >= end) continue;
    add(at, start, false);
    add(start, Math.min(stop, end), true);
    at = Math.min(stop, end);
  }
  add(at, end, false);
  if (begin > 0) pieces.unshift({ text: '… ', start: -1, marked: false });
  if (end < text.length) pieces.push({ text: ' …', start: text.length, marked: false });
  return pieces;
}
