/**
 * A message's text as it is shown: plain text, links, contexts. The server found the contexts; links are
 * found here, http(s) and mailto only. Ranges count UTF-16 code units, as JavaScript does.
 */
import type { Context } from '../../api/types';

export type Segment =
  | { kind: 'text'; text: string; start: number }
  | { kind: 'link'; text: string; href: string; start: number }
  | { kind: 'context'; text: string; context: Context; start: number };

interface Range {
  start: number;
  end: number;
  segment: (text: string) => Segment;
}

const LINK = /\b(?:https?:\/\/|mailto:)[^\s<>"“”«»]+/gi;
const CLOSERS: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

/** Punctuation that ends the sentence, not the address: "(see https://a.example/b)." */
function withoutTail(text: string): string {
  let end = text.length;
  while (end > 0) {
    const last = text.charAt(end - 1);
    const opener = CLOSERS[last];
    const body = text.slice(0, end);
    const unbalanced = opener !== undefined && body.split(last).length > body.split(opener).length;
    if (!unbalanced && !/[.,;:!?'’*_~\u202f]/.test(last)) break;
    end -= 1;
  }
  return text.slice(0, end);
}

function safeHref(text: string): string | undefined {
  try {
    const url = new URL(text);
    const allowed =
      url.protocol === 'mailto:'
        ? url.pathname !== ''
        : (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '';
    return allowed ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function linkRanges(text: string): Range[] {
  return [...text.matchAll(LINK)].flatMap((match) => {
    const shown = withoutTail(match[0]);
    const href = safeHref(shown);
    if (href === undefined) return [];
    const start = match.index;
    return [
      {
        start,
        end: start + shown.length,
        segment: (part: string) => ({ kind: 'link', text: part, href, start }),
      },
    ];
  });
}

function contextRanges(text: string, contexts: readonly Context[]): Range[] {
  return contexts
    .filter(({ start, end }) => Number.isInteger(start) && start >= 0 && start < end && end <= text.length)
    .map((context) => ({
      start: context.start,
      end: context.end,
      segment: (part) => ({ kind: 'context', text: part, context, start: context.start }),
    }));
}

/** The segments in order; together they are the text. Where ranges overlap, a link wins, then the earlier. */
export function segmentText(text: string, contexts: readonly Context[]): Segment[] {
  const links = linkRanges(text);
  const outside = contextRanges(text, contexts).filter((context) =>
    links.every((link) => context.end <= link.start || context.start >= link.end),
  );
  const segments: Segment[] = [];
  let at = 0;
  for (const range of [...links, ...outside].sort((a, b) => a.start - b.start)) {
    if (range.start < at) continue;
    if (range.start > at) segments.push({ kind: 'text', text: text.slice(at, range.start), start: at });
    segments.push(range.segment(text.slice(range.start, range.end)));
    at = range.end;
  }
  if (at < text.length) segments.push({ kind: 'text', text: text.slice(at), start: at });
  return segments;
}
