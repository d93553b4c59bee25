/** Checks the order of the lines of a text by address, independent of their states. */
import { GATE_PAGE, LINE_END, LINE_FIELDS, LINE_START } from '../mm/line.ts';

export type Disorder = 'overlaps' | 'backwards' | 'duplicates';

/** @param gate whether the gate line follows the n lines @param found for each line that is out */
export function eachDisorder(
  lines: Float64Array,
  n: number,
  gate: boolean,
  found: (line: number, what: Disorder) => void,
): void {
  const starts = new Starts();
  let previousStart = Number.NEGATIVE_INFINITY;
  let previousEnd = Number.NEGATIVE_INFINITY;
  const count = gate ? n + 1 : n;
  for (let i = 0; i < count; i++) {
    const start = i < n ? lines[i * LINE_FIELDS + LINE_START]! : GATE_PAGE;
    if (start < previousStart) found(i, 'backwards');
    else if (start < previousEnd) found(i, 'overlaps');
    if (!starts.add(start)) found(i, 'duplicates');
    previousStart = start;
    if (i < n) previousEnd = lines[i * LINE_FIELDS + LINE_END]!;
  }
}

export function countDisorder(
  lines: Float64Array,
  n: number,
  gate: boolean,
): Record<Disorder, number> {
  const counts = { overlaps: 0, backwards: 0, duplicates: 0 };
  eachDisorder(lines, n, gate, (_, what) => counts[what]++);
  return counts;
}

/** A set of numbers that mostly come rising: those in a list, the stragglers in a set. */
class Starts {
  readonly #rising: number[] = [];
  readonly #stragglers = new Set<number>();

  /** False if it was there already. */
  add(start: number): boolean {
    const rising = this.#rising;
    if (rising.length === 0 || start > rising.at(-1)!) {
      rising.push(start);
      return true;
    }
    let low = 0;
    let high = rising.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (rising[middle]! < start) low = middle + 1;
      else high = middle;
    }
    if (rising[low] === start || this.#stragglers.has(start)) return false;
    this.#stragglers.add(start);
    return true;
  }
}
