/**
 * Bootstrap confidence intervals of medians, from the percentiles of RESAMPLES resamples.
 *
 * The median of a resample depends on which ranks were drawn, not on the values. So the ranks are
 * drawn once for each sample size, and an interval is a look-up in the sorted values: the same
 * numbers as by drawing values, at a fraction of the cost. The random stream has a name and a fixed
 * seed, so the same values give the same interval.
 * Source: B. Efron, Annals of Statistics 7 (1979).
 */
import { RandomStream } from '../base/prng.ts';
import type { Interval } from './rates.ts';

export const RESAMPLES = 2_000;

/**
 * Index of the start of the interval among the sorted resamples; it ends as far before their end.
 */
const CUT = Math.floor(RESAMPLES * 0.025);

/** The median of a sorted list: its middle value, or the mean of the two middle values. */
function sortedMedian(sorted: ArrayLike<number>): number {
  const n = sorted.length;
  return (sorted[(n - 1) >> 1]! + sorted[n >> 1]!) / 2;
}

export function median(values: readonly number[]): number {
  return sortedMedian(sortedCopy(values));
}

/** 95 % interval of the median of at least one value. */
export function medianInterval(values: readonly number[]): Interval {
  const sorted = sortedCopy(values);
  if (sorted[0] === sorted.at(-1)) return { low: sorted[0]!, high: sorted[0]! };
  return percentiles(medians(sorted, 'first'));
}

/**
 * 95 % interval of the median of `second` minus the median of `first`, two unpaired samples.
 */
export function shiftInterval(first: readonly number[], second: readonly number[]): Interval {
  const before = medians(sortedCopy(first), 'first');
  const after = medians(sortedCopy(second), 'second');
  return percentiles(after.map((value, i) => value - before[i]!));
}

function sortedCopy(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function percentiles(resamples: Float64Array): Interval {
  const sorted = resamples.slice().sort();
  return { low: sorted[CUT]!, high: sorted[RESAMPLES - 1 - CUT]! };
}

function medians(sorted: Float64Array, stream: string): Float64Array {
  const ranks = medianRanks(sorted.length, stream);
  const found = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i++) {
    found[i] = (sorted[ranks[2 * i]!]! + sorted[ranks[2 * i + 1]!]!) / 2;
  }
  return found;
}

const known = new Map<string, Int32Array>();

/** The two middle ranks, from 0, of each resample of n values. */
function medianRanks(n: number, stream: string): Int32Array {
  const key = `${stream}/${n}`;
  let ranks = known.get(key);
  if (ranks === undefined) {
    ranks = drawRanks(n, new RandomStream('bootstrap', [stream, n]));
    known.set(key, ranks);
  }
  return ranks;
}

function drawRanks(n: number, random: RandomStream): Int32Array {
  const ranks = new Int32Array(2 * RESAMPLES);
  const counts = new Int32Array(n);
  for (let i = 0; i < RESAMPLES; i++) {
    counts.fill(0);
    for (let draw = 0; draw < n; draw++) counts[random.below(n)]! += 1;
    let rank = 0;
    let seen = counts[0]!;
    while (seen <= (n - 1) >> 1) seen += counts[++rank]!;
    ranks[2 * i] = rank;
    while (seen <= n >> 1) seen += counts[++rank]!;
    ranks[2 * i + 1] = rank;
  }
  return ranks;
}
