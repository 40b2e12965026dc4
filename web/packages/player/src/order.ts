/** Order by several keys. */

/** Negative where `a` comes first: at the first key in which they differ it has the smaller. */
export function lexicographic(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((key, i) => key !== b[i]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
