/**
 * The pane as the server knows it: what is asked for the add-in's page carries its token, so that the server refuses
 * what the add-in was not granted, and records what it did.
 */
import { api, unwrap } from '../../api/client';
import { ProblemError } from '../../api/problem';
import type { Pane } from '../../api/types';
import type { UseReport } from './use';

/** Headers that mark a request as one for the page of a pane. */
export type PaneHeaders = { 'Perch-Pane': string };

export class OpenPane {
  #pane: Pane;
  readonly #room: string;
  readonly #beside: string | undefined;

  private constructor(room: string, beside: string | undefined, pane: Pane) {
    this.#room = room;
    this.#beside = beside;
    this.#pane = pane;
  }

  /** `beside` is the add-in, if its page is not the room's own. */
  static async open(room: string, beside?: string, wants: readonly string[] = []): Promise<OpenPane> {
    return new OpenPane(room, beside, await opened(room, beside, wants));
  }

  get granted(): Pane['granted'] {
    return this.#pane.granted;
  }

  get denied(): Pane['denied'] {
    return this.#pane.denied;
  }

  /** Who looks at the page, as the add-in may know them. */
  get subject(): string {
    return this.#pane.subject;
  }

  get token(): string {
    return this.#pane.token;
  }

  /** Says what the page was told and refused without the server. It comes too late when the pane has ended. */
  report(report: UseReport): void {
    const params = { path: { room: this.#room } };
    const body = { pane: this.token, ...report };
    // Outlives the document: the last report is sent when the chat is closed.
    api.POST('/api/v1/rooms/{room}/panes/report', { params, body, keepalive: true }).catch(() => {});
  }

  /** Asks something for the page. A pane that was open for too long is opened once more. */
  async ask<T>(request: (headers: PaneHeaders) => Promise<T>): Promise<T> {
    try {
      return await request({ 'Perch-Pane': this.#pane.token });
    } catch (error) {
      if (!(error instanceof ProblemError && error.code === 'PaneEnded')) throw error;
      this.#pane = await opened(this.#room, this.#beside, []);
      return request({ 'Perch-Pane': this.#pane.token });
    }
  }
}

function opened(room: string, beside: string | undefined, wants: readonly string[]): Promise<Pane> {
  const params = { path: { room } };
  const body = { wants: [...wants], ...(beside !== undefined && { beside }) };
  return unwrap(api.POST('/api/v1/rooms/{room}/panes', { params, body }));
}
