/** What is wrong with a name, by the server's rule for all names (crates/domain/src/name.rs). */
export function nameProblem(
  typed: string,
  charsMax: number,
): 'name_missing' | 'name_too_long' | 'name_characters' | undefined {
  const name = typed.trim();
  if (name === '') return 'name_missing';
  if ([...name].length > charsMax) return 'name_too_long';
  if (/\p{Cc}/u.test(name)) return 'name_characters';
  return undefined;
}

export function descriptionProblem(
  typed: string,
  charsMax: number,
): { key: 'description_too_long'; max: number } | undefined {
  return [...typed.trim()].length > charsMax ? { key: 'description_too_long', max: charsMax } : undefined;
}
