/** A measured figure as plain data. Every figure is a cost: less is better. */

export interface Spread {
  readonly median: number;
  readonly min: number;
}

export const PARTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'] as const;
export type PartId = (typeof PARTS)[number];

export interface Figure {
  readonly part: PartId;
  readonly row: string;
  /** Of a part that is made of grids: which of them, and where in it. Else ''. */
  readonly grid: string;
  readonly column: string;
  /** `ns/line`, `ns/event`, `ms`, `bytes/VMA`, … */
  readonly unit: string;
  /** CPU time of the process with all its threads; null where it is not to be had. */
  readonly cpu: Spread | null;
  /** Time by the clock; null for what is no time. */
  readonly wall: Spread | null;
  /** What is no time: bytes. */
  readonly size: Spread | null;
}

export interface Skipped {
  readonly what: string;
  readonly why: string;
}

/** As in `a/anonymous/mmap-lock/60k ns/line`: the same in every run of the suite. */
export function nameOf({ part, grid, row, column, unit }: Figure): string {
  const words = [part, grid, row, column].filter((word) => word !== '');
  return `${words.join('/')} ${unit}`;
}

/** A figure of a part that is a list. */
export function listed(
  part: PartId,
  row: string,
  unit: string,
  values: Partial<Pick<Figure, 'cpu' | 'wall' | 'size'>>,
): Figure {
  return { part, grid: '', row, column: '', unit, cpu: null, wall: null, size: null, ...values };
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  const median =
    sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median: round(median), min: round(sorted[0]!) };
}

/** Four digits are more than a benchmark knows. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
