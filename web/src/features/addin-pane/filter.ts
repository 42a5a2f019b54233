/**
 * The questions to a page's filter of outgoing messages: each is answered once, or not in time.
 *
 * Invariant: a question always ends, by its answer, its time-out or the end of the session, whichever is first, and
 * whatever comes for it afterwards is refused.
 */

import { type FilterAnswer, LIMITS, type OutgoingMessage } from '@perch/addin/host';
import { v4 as newUuid } from 'uuid';
import type { Draft } from '../../live/frames';
import { BridgeRefusal } from './refusal';

interface Question {
  story: boolean;
  settle: (answer: FilterAnswer | null) => void;
}

export class FilterQuestions {
  readonly #tell: (message: OutgoingMessage) => boolean;
  readonly #open = new Map<string, Question>();

  /** `tell` shows the page a message, and says whether it could be shown. */
  constructor(tell: (message: OutgoingMessage) => boolean) {
    this.#tell = tell;
  }

  /** Asks the page about a message; null when it gives no answer in time, or cannot. */
  ask({ text, alert, title }: Draft): Promise<FilterAnswer | null> {
    return new Promise((resolve) => {
      // Not a number that counts: a page cannot answer what it has not been asked yet.
      const id = newUuid();
      const settle = (answer: FilterAnswer | null) => {
        clearTimeout(timer);
        this.#open.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(() => settle(null), LIMITS.filterMs);
      this.#open.set(id, { story: title !== undefined, settle });
      const message = { id, text, alert: alert ?? false, ...(title === undefined ? {} : { title }) };
      if (!this.#tell(message)) settle(null);
    });
  }

  /** Takes an answer; throws for one that is not waited for. */
  answer(id: string, answer: FilterAnswer): void {
    const question = this.#open.get(id);
    if (question === undefined) {
      const detail = 'No message waits for this answer: it was answered before, or four seconds have passed.';
      throw new BridgeRefusal('InvalidFlowOfOperations', detail);
    }
    if (answer.action === 'replaced' && answer.title !== undefined && !question.story) {
      throw new BridgeRefusal('InvalidArgument', 'Only a story has a title; replace the text alone.');
    }
    question.settle(answer);
  }

  /** Ends what is open without an answer. */
  end(): void {
    for (const { settle } of [...this.#open.values()]) settle(null);
  }
}
