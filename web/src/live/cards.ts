/**
 * New versions of cards. Each is a message of its own, and no message changes; a client shows the newest version where the card was
 * posted first.
 */
import type { Message } from '../api/types';

/**
 * Messages in which each card has the newest of the versions that are among them. The server says the newest as of when it was
 * asked; what was posted since then is a later message.
 */
export function withVersions(messages: readonly Message[]): readonly Message[] {
  const newest = new Map<number, Message>();
  for (const message of messages) {
    if (message.updates && message.card) newest.set(message.updates, message);
  }
  if (newest.size === 0) return messages;
  return messages.map((message) => {
    const version = newest.get(message.seq);
    return version === undefined ? message : withVersion(message, version);
  });
}

/** A message whose card has a new version, unless a later one is known. */
export function withVersion(message: Message, { seq, author, at, text, card }: Message): Message {
  if (!card || (message.latest?.seq ?? 0) >= seq) return message;
  return { ...message, latest: { seq, author, at, text, card } };
}
