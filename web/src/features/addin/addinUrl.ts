/**
 * Which addresses may be registered as an add-in: the server's rule (crates/domain/src/addin.rs) in the browser, so
 * that a form can judge before it sends. Both are tested with api/fixtures/addin-url.json.
 */

/** The variables that a URL may contain, as `{room.id}`: in path, query and fragment only. */
export const URL_VARIABLES = ['room.id', 'room.name', 'pool', 'locale', 'theme', 'addin'] as const;

export type UrlProblem =
  | 'missing'
  | 'too_long'
  | 'characters'
  | 'scheme'
  | 'host'
  | 'variable_place'
  | 'brace'
  | 'variable'
  | 'unreadable'
  | 'credentials'
  | 'own';

/** What is wrong with an address, or undefined when it may be registered. */
export function addinUrlProblem(typed: string, ownOrigin: string, bytesMax: number): UrlProblem | undefined {
  const text = typed.trim();
  if (text === '') return 'missing';
  if (new TextEncoder().encode(text).length > bytesMax) return 'too_long';
  if (/[\p{Cc}\p{White_Space}\\]/u.test(text)) return 'characters';
  const authority = /^https?:\/\/([^/?#]*)/i.exec(text)?.[1];
  if (authority === undefined) return 'scheme';
  if (authority === '') return 'host';
  if (/[{}]/.test(authority)) return 'variable_place';
  const withoutVariables = text.replace(/\{([^}]*)\}/g, (whole, name) => (isVariable(name) ? 'x' : whole));
  if (withoutVariables.includes('{')) return withoutVariables.includes('}') ? 'variable' : 'brace';
  if (!URL.canParse(withoutVariables)) return 'unreadable';
  if (authority.includes('@')) return 'credentials';
  if (new URL(withoutVariables).origin === ownOrigin) return 'own';
  return undefined;
}

function isVariable(name: string): boolean {
  return URL_VARIABLES.some((known) => known === name);
}
