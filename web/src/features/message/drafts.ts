/**
 * What is written and not sent, per person and room, for as long as the page lives: changing rooms, or
 * signing in again after a session ended, loses nothing.
 */
import type { Draft } from '../../live/frames';

const drafts = new Map<string, Draft>();

export function keepDraft(person: string, room: string, draft: Draft): void {
  const key = `${person} ${room}`;
  if (draft.text === '' && !draft.title && !draft.alert) drafts.delete(key);
  else drafts.set(key, draft);
}

export function keptDraft(person: string, room: string): Draft {
  return drafts.get(`${person} ${room}`) ?? { text: '' };
}
