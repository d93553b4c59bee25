/**
 * A collection of times, and its summary: count, least, mean, percentiles, greatest.
 *
 * Percentiles are by nearest rank: p90 is the least value that at least 90 % of all values do not
 * exceed, so it is always one of the values. Up to EXACT_MAX values are kept and sorted. Larger
 * numbers of values are counted in buckets, 128 to each doubling, and a percentile is the top of
 * its bucket (never above the greatest value): at most 1/128 too high. Count, least, mean and
 * greatest stay exact. The summary depends on the values only, not on the order of adding and
 * merging.
 */
import { assert } from './assert.ts';

/** A distribution of a time in ns; all null when n is 0. */
export interface Summary {
  readonly n: number;
  readonly min: number | null;
  /** Rounded to whole ns. */
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

interface SavedValues {
  /** Each value and how often it is there, alternating, rising. */
  readonly values: readonly number[];
}
interface SavedBuckets {
  readonly n: number;
  readonly min: number;
  readonly max: number;
  /** In decimal: it may be larger than a number can hold. */
  readonly sum: string;
  /** Each bucket that is not empty and what it counts, alternating. */
  readonly buckets: readonly number[];
}
export type SavedSamples = SavedValues | SavedBuckets;

/** Up to so many values percentiles are exact. */
export const EXACT_MAX = 100_000;

const FIRST_CAPACITY = 4;
const SUB_BUCKETS = 128;
/** For values up to 2^53: exponents 8 … 52, 128 buckets each, after the first 256. */
const BUCKETS = (52 - 7) * SUB_BUCKETS + 2 * SUB_BUCKETS;
/** The sum is kept as high * SUM_UNIT + low, both exact. */
const SUM_UNIT = 2 ** 52;

const NONE = new Float64Array(0);

export class Samples {
  #n = 0;
  #min = Infinity;
  #max = 0;
  #sumHigh = 0;
  #sumLow = 0;
  /** The values, the first n of it; empty once they are counted in buckets. */
  #values: Float64Array = NONE;
  #counts: Float64Array | null = null;

  /** Number of values. */
  get n(): number {
    return this.#n;
  }

  /** @param ns a whole number of 0 or more */
  add(ns: number): void {
    assert(Number.isSafeInteger(ns) && ns >= 0, `Samples: ${ns} is not a time in whole ns`);
    this.#tally(1, ns, ns);
    this.#addToSum(0, ns);
    if (this.#n > EXACT_MAX) this.#bucketCounts()[bucketOf(ns)]! += 1;
    else this.#append(ns);
  }

  /** Adds every value of `other`, which stays as it is. */
  merge(other: Samples): void {
    if (other.#n === 0) return;
    const before = this.#n;
    const taken = other.#n;
    const values = other.#values.slice(0, other.#counts === null ? taken : 0);
    const counts = other.#counts?.slice() ?? null; // copies: other may be this
    this.#tally(taken, other.#min, other.#max);
    this.#addToSum(other.#sumHigh, other.#sumLow);
    if (this.#n <= EXACT_MAX) {
      this.#reserve(this.#n);
      this.#values.set(values, before);
      return;
    }
    const into = this.#bucketCounts(before);
    for (const value of values) into[bucketOf(value)]! += 1;
    if (counts !== null) for (let i = 0; i < BUCKETS; i++) into[i]! += counts[i]!;
  }

  /** Everything in it as plain data, from which restored() makes the same collection again. */
  save(): SavedSamples {
    if (this.#counts === null) return { values: withCounts(this.#values.slice(0, this.#n).sort()) };
    const buckets: number[] = [];
    for (const [bucket, count] of this.#counts.entries())
      if (count > 0) buckets.push(bucket, count);
    return { n: this.#n, min: this.#min, max: this.#max, sum: String(this.#sum()), buckets };
  }

  /** @throws Error for what save() cannot have written */
  static restored(saved: SavedSamples): Samples {
    const samples = new Samples();
    if ('values' in saved) samples.#restoreValues(saved.values);
    else samples.#restoreBuckets(saved);
    return samples;
  }

  #restoreValues(values: readonly number[]): void {
    for (let i = 0; i < values.length; i += 2) {
      const count = values[i + 1]!;
      if (!isCount(count, EXACT_MAX - this.#n)) throw new Error(`no count of values: ${count}`);
      for (let left = count; left > 0; left--) this.add(values[i]!);
    }
  }

  #restoreBuckets({ n, min, max, sum, buckets }: SavedBuckets): void {
    this.#tally(n, min, max);
    const whole = BigInt(sum);
    this.#sumHigh = Number(whole / BigInt(SUM_UNIT));
    this.#sumLow = Number(whole % BigInt(SUM_UNIT));
    const counts = this.#bucketCounts(0);
    let seen = 0;
    for (let i = 0; i < buckets.length; i += 2) {
      const [bucket, count] = [buckets[i]!, buckets[i + 1]!];
      if (!isCount(bucket + 1, BUCKETS) || !isCount(count, n)) {
        throw new Error(`no bucket: ${bucket}, ${count}`);
      }
      counts[bucket]! += count;
      seen += count;
    }
    if (seen !== n || n <= EXACT_MAX) throw new Error(`${seen} values in buckets, ${n} promised`);
  }

  summary(): Summary {
    const n = this.#n;
    if (n === 0) return { n, min: null, mean: null, p50: null, p90: null, p99: null, max: null };
    const [p50, p90, p99] = this.#counts === null ? this.#exact() : this.#approximate(this.#counts);
    return {
      n,
      min: this.#min,
      mean: this.#mean(),
      p50: p50!,
      p90: p90!,
      p99: p99!,
      max: this.#max,
    };
  }

  #tally(n: number, min: number, max: number): void {
    this.#n += n;
    if (min < this.#min) this.#min = min;
    if (max > this.#max) this.#max = max;
  }

  #addToSum(high: number, low: number): void {
    // `low` may be a value of up to 2^53 - 1: split first, then nothing is ever rounded.
    this.#sumHigh += high + Math.floor(low / SUM_UNIT);
    this.#sumLow += low % SUM_UNIT;
    if (this.#sumLow >= SUM_UNIT) {
      this.#sumLow -= SUM_UNIT;
      this.#sumHigh += 1;
    }
  }

  #mean(): number {
    const n = BigInt(this.#n);
    return Number((2n * this.#sum() + n) / (2n * n)); // half up
  }

  #sum(): bigint {
    return BigInt(this.#sumHigh) * BigInt(SUM_UNIT) + BigInt(this.#sumLow);
  }

  #append(ns: number): void {
    this.#reserve(this.#n);
    this.#values[this.#n - 1] = ns;
  }

  #reserve(n: number): void {
    if (n <= this.#values.length) return;
    let capacity = Math.max(FIRST_CAPACITY, this.#values.length);
    while (capacity < n) capacity *= 2;
    const grown = new Float64Array(Math.min(capacity, EXACT_MAX));
    grown.set(this.#values);
    this.#values = grown;
  }

  /** The buckets; when they are first needed, the values kept so far move into them. */
  #bucketCounts(kept = this.#n - 1): Float64Array {
    if (this.#counts === null) {
      this.#counts = new Float64Array(BUCKETS);
      for (let i = 0; i < kept; i++) this.#counts[bucketOf(this.#values[i]!)]! += 1;
      this.#values = NONE;
    }
    return this.#counts;
  }

  #exact(): number[] {
    const sorted = this.#values.slice(0, this.#n).sort();
    return RANKS.map((percent) => sorted[rank(percent, this.#n) - 1]!);
  }

  #approximate(counts: Float64Array): number[] {
    const found: number[] = [];
    let seen = 0;
    for (let i = 0; i < BUCKETS && found.length < RANKS.length; i++) {
      seen += counts[i]!;
      while (found.length < RANKS.length && seen >= rank(RANKS[found.length]!, this.#n)) {
        found.push(Math.min(bucketTop(i), this.#max));
      }
    }
    return found;
  }
}

const RANKS = [50, 90, 99] as const;

function withCounts(sorted: Float64Array): number[] {
  const pairs: number[] = [];
  for (let from = 0, to = 0; from < sorted.length; from = to) {
    while (to < sorted.length && sorted[to] === sorted[from]) to++;
    pairs.push(sorted[from]!, to - from);
  }
  return pairs;
}

function isCount(value: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= most;
}

/** Nearest rank, from 1. In whole numbers, so that 90 % of 10 is 9 and not a hair more. */
function rank(percent: number, n: number): number {
  return Math.ceil((percent * n) / 100);
}

/** Values below 256 have a bucket each; above, the eight leading bits name the bucket. */
function bucketOf(ns: number): number {
  if (ns < 2 * SUB_BUCKETS) return ns;
  const shift = exponentOf(ns) - 7;
  return shift * SUB_BUCKETS + Math.floor(ns / 2 ** shift);
}

/** The greatest value that falls into the bucket. */
function bucketTop(bucket: number): number {
  if (bucket < 2 * SUB_BUCKETS) return bucket;
  const shift = Math.floor(bucket / SUB_BUCKETS) - 1;
  return (bucket - shift * SUB_BUCKETS + 1) * 2 ** shift - 1;
}

/** floor(log2(ns)) of a positive number below 2^53, without rounding. */
function exponentOf(ns: number): number {
  const high = Math.floor(ns / 2 ** 32);
  return high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(ns);
}
