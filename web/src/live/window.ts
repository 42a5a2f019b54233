/**
 * The part of a room's conversation that is held and shown: consecutive messages, at most six pages of
 * fifty. What is shown is what is held, so memory, DOM and reach of a screen reader are one bound.
 *
 * The window slides: loading at one end drops pages at the other. It is *at the end* when its last message
 * is the room's newest; only then do live messages extend it.
 */
import type { Message, MessagePage } from '../api/types';
import { withVersion, withVersions } from './cards';

export const PAGE = 50;
export const WINDOW_MAX = 6 * PAGE;

export interface MessageWindow {
  /** Oldest first. */
  messages: readonly Message[];
  /** The room's oldest readable sequence number, as far as known. */
  first: number;
  /** The room's newest sequence number. */
  head: number;
}

export function emptyWindow(head: number): MessageWindow {
  return { messages: [], first: head + 1, head };
}

export function windowOf(page: MessagePage): MessageWindow {
  if (page.messages.length === 0) return emptyWindow(page.head);
  return { messages: page.messages.slice(-WINDOW_MAX), first: page.first, head: page.head };
}

export function oldest(window: MessageWindow): number | undefined {
  return window.messages[0]?.seq;
}

export function newest(window: MessageWindow): number | undefined {
  return window.messages.at(-1)?.seq;
}

export function hasOlder(window: MessageWindow): boolean {
  const seq = oldest(window);
  return seq !== undefined && seq > window.first;
}

export function hasNewer(window: MessageWindow): boolean {
  const seq = newest(window);
  return seq !== undefined && seq < window.head;
}

/** Puts an older page before the window and drops the newest rows above the bound. */
export function withOlder(window: MessageWindow, page: MessagePage): MessageWindow {
  const before = oldest(window) ?? Number.POSITIVE_INFINITY;
  const older = page.messages.filter((message) => message.seq < before);
  // An empty page means that nothing readable is left before, whatever the numbers say.
  if (older.length === 0) return { ...window, first: oldest(window) ?? window.first };
  return {
    messages: withVersions([...older, ...window.messages]).slice(0, WINDOW_MAX),
    first: page.first,
    head: Math.max(window.head, page.head),
  };
}

/** Puts a newer page after the window and drops the oldest rows above the bound. */
export function withNewer(window: MessageWindow, page: MessagePage): MessageWindow {
  const after = newest(window) ?? 0;
  const newer = page.messages.filter((message) => message.seq > after);
  if (newer.length === 0) return { ...window, head: newest(window) ?? page.head };
  return {
    messages: withVersions([...window.messages, ...newer]).slice(-WINDOW_MAX),
    first: page.first,
    head: Math.max(window.head, page.head),
  };
}

/**
 * A live message. It is shown when it directly follows what is held; otherwise only the head moves, and the
 * rows between are loaded when somebody looks. `following` says that the reader is at the end, so the oldest
 * rows may go; a reader further up must not lose what is before the eyes.
 */
export function withLive(held: MessageWindow, message: Message, following: boolean): MessageWindow {
  const window = withUpdated(held, message);
  const last = newest(window);
  if (last === undefined) {
    if (message.seq <= window.head) return window;
    return message.seq === window.head + 1
      ? { messages: [message], first: Math.min(window.first, message.seq), head: message.seq }
      : { messages: [message], first: 1, head: message.seq };
  }
  if (message.seq <= last) return window;
  const head = Math.max(window.head, message.seq);
  const follows = !hasNewer(window) && message.seq === last + 1;
  if (!follows || (!following && window.messages.length >= WINDOW_MAX)) return { ...window, head };
  const messages = [...window.messages, message];
  return { ...window, messages: messages.slice(-WINDOW_MAX), head };
}

/** A new version of a card is shown where that is held, also to a reader who is not at the end. */
function withUpdated(window: MessageWindow, version: Message): MessageWindow {
  const place = window.messages.findIndex(({ seq }) => seq === version.updates);
  const first = window.messages[place];
  return first ? { ...window, messages: window.messages.with(place, withVersion(first, version)) } : window;
}

/** Keeps only the last page, when nobody looks at the room; nothing when the window is not at the end. */
export function shrunk(window: MessageWindow): MessageWindow | null {
  if (hasNewer(window)) return null;
  if (window.messages.length <= PAGE) return window;
  return { ...window, messages: window.messages.slice(-PAGE) };
}
