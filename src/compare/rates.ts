/**
 * Confidence intervals of rates.
 *
 * For k of n (for example torn passes of all passes) the interval is Wilson's, which stays within 0
 * and 1 and is not empty at k = 0. For events that are not a share (retries per line) and did not
 * occur, the rule of three applies: with 95 % confidence the rate is below 3/n.
 * Source: E. B. Wilson, JASA 22 (1927); J. A. Hanley, A. Lippman-Hand, JAMA 249 (1983).
 */

/** Normal quantile of 97.5 %. */
const Z = 1.959963984540054;

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** 95 % interval of a share; n at least 1. */
export function wilson(k: number, n: number): Interval {
  const share = k / n;
  const z2 = Z * Z;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z / (1 + z2 / n)) * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  return {
    low: k === 0 ? 0 : Math.max(0, centre - half),
    high: k === n ? 1 : Math.min(1, centre + half),
  };
}

/**
 * 95 % interval of the difference of two shares, from the intervals of the shares. It ignores
 * pairs, so it is too wide rather than too narrow.
 * Source: R. G. Newcombe, Statistics in Medicine 17 (1998), method 10.
 */
export function shareDifference(
  [before, of]: readonly [number, number],
  [after, ofAfter]: readonly [number, number],
): Interval {
  const [p, q] = [before / of, after / ofAfter];
  const [first, second] = [wilson(before, of), wilson(after, ofAfter)];
  const down = Math.hypot(q - second.low, first.high - p);
  const up = Math.hypot(second.high - q, p - first.low);
  return { low: q - p - down, high: q - p + up };
}

/** 95 % upper bound of a rate if no event occurred in n. */
export function ruleOfThree(n: number): number {
  return 3 / n;
}
