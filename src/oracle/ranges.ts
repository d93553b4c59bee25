/**
 * Ranges of pages, flat: start, end, start, end …, ends exclusive; and a log of when each range
 * last stopped being a hole.
 */
import { RecencyList, type Stamped } from './recency.ts';

class LoggedRange implements Stamped<LoggedRange> {
  readonly start: number;
  readonly end: number;
  stamp = 0;
  newer: LoggedRange | null = null;
  older: LoggedRange | null = null;

  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
  }
}

/**
 * The last time for each range, so that one that comes and goes for ever takes one place. A range
 * counts for a pass that began before that time.
 */
export class RangeLog {
  readonly #recent = new RecencyList<LoggedRange>();
  readonly #byStart = new Map<number, Map<number, LoggedRange>>();

  get length(): number {
    return this.#recent.length;
  }

  note(start: number, end: number, stamp: number): void {
    let byEnd = this.#byStart.get(start);
    if (byEnd === undefined) this.#byStart.set(start, (byEnd = new Map()));
    let range = byEnd.get(end);
    if (range === undefined) byEnd.set(end, (range = new LoggedRange(start, end)));
    else this.#recent.remove(range);
    this.#recent.push(range, stamp);
  }

  /** Appends the ranges noted after `stamp`, newest first; they may overlap. */
  since(stamp: number, into: number[]): void {
    let range = this.#recent.newest;
    while (range !== null && range.stamp > stamp) {
      into.push(range.start, range.end);
      range = range.older;
    }
  }

  /** Forgets what no pass that began at `stamp` or later can ask for. */
  trim(stamp: number): void {
    for (let range = this.#recent.takeUpTo(stamp); range !== null; ) {
      const byEnd = this.#byStart.get(range.start)!;
      byEnd.delete(range.end);
      if (byEnd.size === 0) this.#byStart.delete(range.start);
      range = this.#recent.takeUpTo(stamp);
    }
  }

  clear(): void {
    if (this.#recent.length === 0) return;
    this.#recent.clear();
    this.#byStart.clear();
  }
}

/** The same pages, rising, and apart from one another. */
export function normalize(ranges: readonly number[]): number[] {
  const order: number[] = [];
  for (let i = 0; i < ranges.length; i += 2) if (ranges[i]! < ranges[i + 1]!) order.push(i);
  order.sort((a, b) => ranges[a]! - ranges[b]!);
  const out: number[] = [];
  for (const i of order) {
    const last = out.length - 1;
    if (last >= 0 && ranges[i]! <= out[last]!) out[last] = Math.max(out[last]!, ranges[i + 1]!);
    else out.push(ranges[i]!, ranges[i + 1]!);
  }
  return out;
}

/** Index (even) of the first range of a normalized list that ends above `page`. */
function firstEndingAbove(ranges: readonly number[], page: number): number {
  let low = 0;
  let high = ranges.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranges[middle * 2 + 1]! > page) high = middle;
    else low = middle + 1;
  }
  return low * 2;
}

/** Whether a normalized list has a page of [start, end). */
export function touches(ranges: readonly number[], start: number, end: number): boolean {
  const at = firstEndingAbove(ranges, start);
  return at < ranges.length && ranges[at]! < end;
}

/** Appends what is left of [start, end) when the pages of a normalized list are taken away. */
export function subtract(
  start: number,
  end: number,
  taken: readonly number[],
  into: number[],
): void {
  let from = start;
  for (let i = firstEndingAbove(taken, start); i < taken.length && taken[i]! < end; i += 2) {
    if (taken[i]! > from) into.push(from, taken[i]!);
    from = taken[i + 1]!;
  }
  if (from < end) into.push(from, end);
}
