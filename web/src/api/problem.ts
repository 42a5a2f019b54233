/**
 * Refusals. The server answers with a problem document whose `code` is stable; people read a sentence in
 * their language chosen by that code, or the server's own English sentence for a code not known here.
 */
import i18next from 'i18next';
import type { Problem } from './types';

export class ProblemError extends Error {
  readonly code: string;
  readonly status: number;
  readonly field: string | undefined;
  readonly params: Record<string, string | number>;
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: Problem, retryAfterSeconds?: number) {
    super(problem.detail);
    this.name = 'ProblemError';
    this.code = problem.code;
    this.status = problem.status;
    this.field = problem.field ?? undefined;
    this.params = { ...problem.params };
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Status 0: the server could not be reached at all. */
export function unreachable(): ProblemError {
  return new ProblemError({
    type: 'about:blank',
    title: 'Unreachable',
    status: 0,
    code: 'Unreachable',
    detail: 'The server cannot be reached.',
  });
}

export function isNotSignedIn(error: unknown): boolean {
  return error instanceof ProblemError && error.status === 401;
}

/** The sentence for a stable code, in the current language. */
export function codeSentence(
  code: string,
  fallback: string,
  params: Record<string, string | number> = {},
): string {
  const key = `problem:${code}`;
  // Some codes have a sentence for each reason, and one for all others.
  const context = params.reason;
  return i18next.exists(key) ? String(i18next.t(key as never, { ...params, context } as never)) : fallback;
}

/** What to tell a person about anything that was thrown by a request. */
export function problemSentence(error: unknown): string {
  if (error instanceof ProblemError) {
    const seconds = error.retryAfterSeconds;
    return codeSentence(error.code, error.message, {
      ...error.params,
      ...(seconds === undefined ? {} : { seconds }),
    });
  }
  return codeSentence('ServerError', 'Something went wrong. Try again.');
}

/** The sentence for one field of a form, when the refusal names that field. */
export function fieldProblem(error: unknown, field: string): string | undefined {
  return error instanceof ProblemError && error.field === field ? problemSentence(error) : undefined;
}
