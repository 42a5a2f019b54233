/**
 * The typed HTTP client. `api` speaks to every path of the interface; `unwrap` turns its answers into a
 * value or a thrown ProblemError, which is what TanStack Query wants.
 */
import createClient from 'openapi-fetch';
import { ProblemError, unreachable } from './problem';
import type { paths } from './schema';
import type { Problem } from './types';

export const api = createClient<paths>({
  baseUrl: typeof location === 'undefined' ? '' : location.origin,
  // Looked up per call, so that tests can replace fetch.
  fetch: (request: Request) => globalThis.fetch(request),
});

interface FetchAnswer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'detail' in value;
}

function problemOf(error: unknown, response: Response): ProblemError {
  const retryAfter = Number(response.headers.get('Retry-After') ?? Number.NaN);
  const problem: Problem = isProblem(error)
    ? error
    : {
        type: 'about:blank',
        title: response.statusText,
        status: response.status,
        code: 'ServerError',
        detail: 'The server gave an answer that cannot be read. Try again.',
      };
  return new ProblemError(problem, Number.isFinite(retryAfter) ? retryAfter : undefined);
}

async function answerOf<T>(call: Promise<FetchAnswer<T>>): Promise<FetchAnswer<T>> {
  let answer: FetchAnswer<T>;
  try {
    answer = await call;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw unreachable();
  }
  if (!answer.response.ok) throw problemOf(answer.error, answer.response);
  return answer;
}

/** The value of a successful answer that has one. */
export async function unwrap<T>(call: Promise<FetchAnswer<T>>): Promise<T> {
  const { data, response } = await answerOf(call);
  if (data === undefined) throw problemOf(undefined, response);
  return data;
}

/** For answers without a body (204). */
export async function done(call: Promise<FetchAnswer<unknown>>): Promise<void> {
  await answerOf(call);
}
