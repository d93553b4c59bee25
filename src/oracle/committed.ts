/**
 * The current state: the live layout, except that inside the windows of an open write section it is
 * the layout from before this section.
 */
import { LINE_END, LINE_FIELDS, LINE_START } from '../mm/line.ts';
import type { LiveLayout } from './live.ts';
import type { Section } from './section.ts';

const line = new Float64Array(LINE_FIELDS);

export function sameLine(a: Float64Array, at: number, b: Float64Array): boolean {
  return a[at + 5] === b[5] && sameBody(a, at, b);
}

/** Everything but the name. */
export function sameBody(a: Float64Array, at: number, b: Float64Array): boolean {
  return (
    a[at] === b[0] &&
    a[at + 1] === b[1] &&
    a[at + 2] === b[2] &&
    a[at + 3] === b[3] &&
    a[at + 4] === b[4]
  );
}

/**
 * The VMA that starts where the line at `lines[at]` does, its line left in `into`; or -1. Only for
 * addresses that the open section does not concern.
 */
export function liveVmaOf(
  live: LiveLayout,
  lines: Float64Array,
  at: number,
  into: Float64Array,
): number {
  const start = lines[at + LINE_START]!;
  const id = live.firstAtOrAfter(start);
  if (id < 0) return -1;
  live.readLine(id, into);
  return into[LINE_START] === start ? id : -1;
}

/**
 * Whether items `item` and `item + 1` of a text of n lines stand consecutively in the live layout.
 * Item 0 is the begin of the text, item n + 1 its end.
 */
export function standsLive(live: LiveLayout, lines: Float64Array, n: number, item: number) {
  let next: number;
  if (item === 0) {
    next = live.firstAtOrAfter(0);
  } else {
    const at = (item - 1) * LINE_FIELDS;
    const id = liveVmaOf(live, lines, at, line);
    if (id < 0 || !sameLine(lines, at, line)) return false;
    next = live.next(id);
  }
  if (item === n) return next < 0;
  if (next < 0) return false;
  live.readLine(next, line);
  return sameLine(lines, item * LINE_FIELDS, line);
}

/** Appends the pages of [from, to) that are mapped in the state in force: start, end, …, rising. */
export function mappedRanges(
  live: LiveLayout,
  section: Section | null,
  bounds: { readonly from: number; readonly to: number },
  into: number[],
): void {
  let page = bounds.from;
  if (section !== null) {
    for (let w = Math.max(section.windowAt(page), 0); w < section.windows.length; w++) {
      const { prev, before, next } = section.windows[w]!;
      const coreFrom = prev?.end ?? 0;
      const coreTo = next?.start ?? Number.POSITIVE_INFINITY;
      if (coreFrom >= bounds.to) break;
      if (page < coreFrom) mappedLive(live, page, coreFrom, into);
      for (const vma of before) clip(vma.start, vma.end, page, bounds.to, into);
      page = Math.max(page, coreTo);
    }
  }
  if (page < bounds.to) mappedLive(live, page, bounds.to, into);
}

function mappedLive(live: LiveLayout, from: number, to: number, into: number[]): void {
  for (let id = live.firstAtOrAfter(from); id >= 0; id = live.next(id)) {
    live.readLine(id, line);
    if (line[LINE_START]! >= to) return;
    clip(line[LINE_START]!, line[LINE_END]!, from, to, into);
    if (line[LINE_END]! >= to) return;
  }
}

function clip(start: number, end: number, from: number, to: number, into: number[]): void {
  const low = Math.max(start, from);
  const high = Math.min(end, to);
  if (low < high) into.push(low, high);
}
