/**
 * What the person posts, on its way past the filter of the room's add-in (reference 4.4): passed, replaced, held back, or
 * posted as it was typed when the filter does not answer.
 *
 * Invariants: a message is asked about once, and what leaves here leaves in the order in which it was written. A room
 * without a filter is not touched: its messages leave at once.
 */
import type { FilterAnswer } from '@perch/addin/host';
import type { Draft } from './frames';

export interface OutgoingFilter {
  /** The add-in's name. */
  addin: string;
  /** The token of its pane, which proves to the server that its page may filter. */
  pane: () => string;
  /** The person agrees to what the add-in makes of the text, unless the administrator waived that. */
  warn: () => boolean;
  /** The add-in's answer; null when there is none. */
  ask(draft: Draft): Promise<FilterAnswer | null>;
}

/** What became of a message. */
export type Verdict =
  | { kind: 'post'; draft: Draft; unanswered?: string }
  | { kind: 'changed'; draft: Draft; addin: string }
  | { kind: 'canceled'; reason: string; addin: string };

export class Outgoing {
  readonly #filters = new Map<string, OutgoingFilter>();
  /** The end of each room's queue; absent while nothing of it waits. */
  readonly #queues = new Map<string, Promise<void>>();

  /** Puts a filter before a room; returns the function that takes it away. */
  setFilter(room: string, filter: OutgoingFilter): () => void {
    this.#filters.set(room, filter);
    return () => {
      if (this.#filters.get(room) === filter) this.#filters.delete(room);
    };
  }

  /** Whether a message of the room would leave at once. */
  isFree(room: string): boolean {
    return !this.#filters.has(room) && !this.#queues.has(room);
  }

  /** Asks the room's filter now. */
  async judge(room: string, draft: Draft): Promise<Verdict> {
    const filter = this.#filters.get(room);
    if (filter === undefined) return { kind: 'post', draft };
    return verdict(filter, draft, await filter.ask(draft));
  }

  /**
   * Asks the room's filter now, and calls `done` with the verdict when everything written earlier in the room has left;
   * what comes after waits until `done` has.
   */
  queue(room: string, draft: Draft, done: (verdict: Verdict) => Promise<void>): void {
    const judged = this.judge(room, draft);
    const before = this.#queues.get(room) ?? Promise.resolve();
    const own = before
      .then(async () => done(await judged))
      .finally(() => {
        if (this.#queues.get(room) === own) this.#queues.delete(room);
      });
    this.#queues.set(room, own);
  }
}

function verdict({ addin, pane, warn }: OutgoingFilter, draft: Draft, answer: FilterAnswer | null): Verdict {
  if (answer === null) return { kind: 'post', draft, unanswered: addin };
  if (answer.action === 'canceled') return { kind: 'canceled', reason: answer.reason, addin };
  const text = answer.action === 'passed' ? draft.text : answer.text;
  const title = (answer.action === 'replaced' ? answer.title : undefined) ?? draft.title;
  if (text === draft.text && title === draft.title) return { kind: 'post', draft };
  const typed = { text: draft.text, ...(draft.title === undefined ? {} : { title: draft.title }) };
  const changed: Draft = {
    ...draft,
    text,
    ...(title === undefined ? {} : { title }),
    original: typed,
    pane: pane(),
  };
  return warn() ? { kind: 'changed', draft: changed, addin } : { kind: 'post', draft: changed };
}
