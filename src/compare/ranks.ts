/**
 * Ranks with ties: equal values get the mean of their ranks. The ranks are doubled, so that they
 * are whole numbers and their sums can be counted.
 */

interface Ranks {
  /** Twice the rank of each value, in the order of the values. */
  readonly doubled: readonly number[];
  /** Sum of t^3 - t over the groups of t equal values, by which ties reduce the variance. */
  readonly ties: number;
}

export function ranksOf(values: readonly number[]): Ranks {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const doubled = new Array<number>(values.length);
  let ties = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let at = from; at < to; at++) doubled[order[at]!] = from + 1 + to; // first + last place
    ties += cubed(to - from) - (to - from);
    from = to;
  }
  return { doubled, ties };
}

/** By products: `**` may differ in the last digit from one engine to the next. */
export function cubed(n: number): number {
  return n * n * n;
}
