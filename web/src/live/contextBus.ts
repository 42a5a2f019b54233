/**
 * Contexts ($MSFT and the like) on their way to the add-in pane. The conversation sends one when a message
 * with a context arrives or a chip is pressed; the pane listens. Each room's latest is remembered, so that a
 * pane that starts late can ask for it.
 */
import type { Author, Context } from '../api/types';

/** The message a context was found in. */
export interface ContextSource {
  seq: number;
  author: Author;
  at: string;
}

export interface ContextSent {
  context: Context;
  message: ContextSource | null;
  /** Somebody pressed it; otherwise it was posted. */
  chosen: boolean;
}

type Handler = (sent: ContextSent) => void;

const handlers = new Map<string, Set<Handler>>();
const latest = new Map<string, ContextSent>();

export function sendContext(
  room: string,
  context: Context,
  message: ContextSource | null,
  chosen = false,
): void {
  const sent = { context, message, chosen };
  latest.set(room, sent);
  for (const handler of handlers.get(room) ?? []) handler(sent);
}

/** Calls the handler for each context sent from now on; returns the function that ends it. */
export function onContext(room: string, handler: Handler): () => void {
  const listening = handlers.get(room) ?? new Set();
  listening.add(handler);
  handlers.set(room, listening);
  return () => {
    listening.delete(handler);
    if (listening.size === 0) handlers.delete(room);
  };
}

export function latestContext(room: string): ContextSent | undefined {
  return latest.get(room);
}

/** Forgets everything, at sign-out. */
export function forgetContexts(): void {
  latest.clear();
}
