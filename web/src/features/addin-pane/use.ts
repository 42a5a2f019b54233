/**
 * What a pane's page was told and was refused by this client, in sums: the server cannot know it, and writes it into the
 * audit log and the log.
 *
 * Invariant: however much a page asks, there is at most one report in five seconds, and it is small.
 */
import type { PaneReport } from '../../api/types';

export type Told = keyof NonNullable<PaneReport['told']>;
export type RefusedCode = NonNullable<PaneReport['refused']>[number]['code'];
export type UseReport = Omit<PaneReport, 'pane'>;

const REPORT_EVERY_MS = 5_000;
const CODES: readonly string[] = [
  'InvalidArgument',
  'MsgNotSupported',
  'LimitExceeded',
  'Flooded',
  'ReloadedTooOften',
  'ForeignHello',
  'LeftOrigin',
  'ActionNotGranted',
  'ActionDeclined',
  'Canceled',
  'InvalidFlowOfOperations',
] satisfies RefusedCode[];
/** The server takes 32 bits. */
const COUNT_MAX = 4_294_967_295;

export class PaneUse {
  readonly #send: (report: UseReport) => void;
  readonly #told: Record<Told, number> = { messages: 0, contexts: 0, participants: 0 };
  readonly #refused = new Map<RefusedCode, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(send: (report: UseReport) => void) {
    this.#send = send;
  }

  told(what: Told, records: number): void {
    if (records === 0) return;
    this.#told[what] = Math.min(COUNT_MAX, this.#told[what] + records);
    this.#later();
  }

  /** `code` is what the page was told; what the report has no name for is `ServerError`. */
  refused(code: string): void {
    const known = CODES.includes(code) ? (code as RefusedCode) : 'ServerError';
    this.#refused.set(known, Math.min(COUNT_MAX, (this.#refused.get(known) ?? 0) + 1));
    this.#later();
  }

  /** Reports what is left; nothing is counted afterwards. */
  end(): void {
    this.#report();
    this.#ended = true;
  }

  #later(): void {
    if (!this.#ended) this.#timer ??= setTimeout(() => this.#report(), REPORT_EVERY_MS);
  }

  #report(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const refused = [...this.#refused].map(([code, count]) => ({ code, count }));
    this.#send({ told: { ...this.#told }, refused });
    this.#refused.clear();
    this.#told.messages = this.#told.contexts = this.#told.participants = 0;
  }
}
