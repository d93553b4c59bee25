/**
 * The least and the largest of a list of any length. `Math.min(...list)` puts the list on the
 * stack, which has room for some 100,000 numbers.
 */

/** Infinity where there is none. */
export function leastOf(values: Iterable<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const value of values) if (value < least) least = value;
  return least;
}

/** -Infinity where there is none. */
export function mostOf(values: Iterable<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) if (value > most) most = value;
  return most;
}
