/**
 * What is wrong with a text, line by line: which states a line stands in, where it overlaps, what
 * it leaves out. The counts are the oracle's (tearing.ts, small-world.ts); this says where they
 * lie.
 *
 * For searches and replays, whose worlds are small: whole texts are compared.
 */
import { LINE_END, LINE_FIELDS, LINE_START } from '../mm/line.ts';
import { GATE_PAGE } from './order.ts';

/** What a pass saw: lines as SmallOracle has them, ranges as start, end, start, end, … in pages. */
interface PassView {
  readonly states: readonly (readonly string[])[];
  /** Mapped in every state of the pass. */
  readonly committed: readonly number[];
  /** Mapped in every state of the tree, those inside write sections included. */
  readonly trees: readonly number[];
}

export interface LineMark {
  /** Indices of the states that have the line; null for the gate line. */
  readonly states: readonly number[] | null;
  readonly alien: boolean;
  readonly staleName: boolean;
  readonly overlap: boolean;
  readonly backwards: boolean;
  readonly duplicate: boolean;
}

export interface GapMark {
  readonly kind: 'false' | 'transient';
  readonly startPage: number;
  readonly endPage: number;
  /** It lies before this line; the number of lines: after the last. */
  readonly line: number;
}

/** @param count lines in `lines`; the gate line, if any, follows them */
export function markLines(
  lines: Float64Array,
  count: number,
  gate: boolean,
  states: PassView['states'],
): LineMark[] {
  const marks: LineMark[] = [];
  const starts = new Set<number>();
  let previousStart = Number.NEGATIVE_INFINITY;
  let previousEnd = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < (gate ? count + 1 : count); i++) {
    const isGate = i === count;
    const start = isGate ? GATE_PAGE : lines[i * LINE_FIELDS + LINE_START]!;
    const key = isGate ? '' : keyOf(lines, i);
    const holding = states.flatMap((state, at) => (state.includes(key) ? [at] : []));
    const strange = !isGate && holding.length === 0;
    const body = bodyOf(key);
    const known = states.some((state) => state.some((line) => bodyOf(line) === body));
    marks.push({
      states: isGate ? null : holding,
      alien: strange && !known,
      staleName: strange && known,
      overlap: start >= previousStart && start < previousEnd,
      backwards: start < previousStart,
      duplicate: starts.has(start),
    });
    starts.add(start);
    previousStart = start;
    if (!isGate) previousEnd = lines[i * LINE_FIELDS + LINE_END]!;
  }
  return marks;
}

/** The maximal ranges that were mapped in every state and that no line covers. */
export function markGaps(lines: Float64Array, count: number, view: PassView): GapMark[] {
  const gaps: GapMark[] = [];
  for (let i = 0; i < view.committed.length; i += 2) {
    let from = view.committed[i]!;
    const end = view.committed[i + 1]!;
    while (from < end) {
      const to = nextStart(lines, count, from, end);
      if (from < to) gaps.push(gapOf(lines, count, from, to, view.trees));
      from = coveredTo(lines, count, to);
    }
  }
  return gaps;
}

function gapOf(
  lines: Float64Array,
  count: number,
  startPage: number,
  endPage: number,
  trees: readonly number[],
): GapMark {
  let covered = false;
  for (let i = 0; i < trees.length; i += 2) {
    if (trees[i]! <= startPage && endPage <= trees[i + 1]!) covered = true;
  }
  let line = 0;
  while (line < count && lines[line * LINE_FIELDS + LINE_START]! < startPage) line++;
  return { kind: covered ? 'false' : 'transient', startPage, endPage, line };
}

/** The first page from `from` on that a line covers, or `end`. */
function nextStart(lines: Float64Array, count: number, from: number, end: number): number {
  let next = end;
  for (let i = 0; i < count; i++) {
    const lineStart = lines[i * LINE_FIELDS + LINE_START]!;
    const lineEnd = lines[i * LINE_FIELDS + LINE_END]!;
    if (lineStart < lineEnd && lineEnd > from) next = Math.min(next, Math.max(lineStart, from));
  }
  return next;
}

/** The first page from `page` on that no line covers. */
function coveredTo(lines: Float64Array, count: number, page: number): number {
  for (let i = 0; i < count; i++) {
    const start = lines[i * LINE_FIELDS + LINE_START]!;
    const end = lines[i * LINE_FIELDS + LINE_END]!;
    if (start <= page && page < end) return coveredTo(lines, count, end);
  }
  return page;
}

function keyOf(lines: Float64Array, line: number): string {
  return lines.subarray(line * LINE_FIELDS, (line + 1) * LINE_FIELDS).join('/');
}

/** All of a line but its name. */
function bodyOf(line: string): string {
  return line.slice(0, line.lastIndexOf('/'));
}
