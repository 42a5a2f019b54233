/** The rows whose text contains every word of a search, in any letter case. */
export function matching<T>(rows: readonly T[], search: string, textOf: (row: T) => string): T[] {
  const words = search.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const text = textOf(row).toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
}
