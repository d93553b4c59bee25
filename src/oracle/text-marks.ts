/**
 * The faults of a text, line by line: the states that contain a line, lines out of order, memory
 * that is left out. The small oracle counts these faults for its verdict.
 *
 * For searches and replays, whose worlds are small: whole texts are compared.
 */
import { LINE_END, LINE_FIELDS, LINE_START } from '../mm/line.ts';
import { type Disorder, eachDisorder } from './order.ts';
import { normalize, subtract } from './ranges.ts';

/** What a pass saw: lines as SmallOracle has them, ranges as start, end, start, end, … in pages. */
export interface PassView {
  readonly states: readonly (readonly string[])[];
  /** Mapped in every state of the pass. */
  readonly committed: readonly number[];
  /** Mapped in every state of the tree, those inside write sections included. */
  readonly trees: readonly number[];
}

/** Counts of a verdict to which a line adds one. */
type LineFault = 'alienLines' | 'staleNames' | Disorder;

export interface LineMark {
  /** Indices of the states that have the line; null for the gate line. */
  readonly states: readonly number[] | null;
  readonly faults: ReadonlySet<LineFault>;
}

export interface GapMark {
  readonly kind: 'falseGaps' | 'transientGaps';
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
  const bodies = new Set(states.flat().map(bodyOf));
  const marks = linesOf(lines, count).map((line) => {
    const holding = states.flatMap((state, at) => (state.includes(line) ? [at] : []));
    const stranger = bodies.has(bodyOf(line)) ? 'staleNames' : 'alienLines';
    return { states: holding, faults: new Set<LineFault>(holding.length > 0 ? [] : [stranger]) };
  });
  const all: { states: number[] | null; faults: Set<LineFault> }[] = marks;
  if (gate) all.push({ states: null, faults: new Set() });
  eachDisorder(lines, count, gate, (line, what) => all[line]!.faults.add(what));
  return all;
}

/** The maximal ranges that were mapped in every state and that no line covers. */
export function markGaps(lines: Float64Array, count: number, view: PassView): GapMark[] {
  const printed: number[] = [];
  for (let i = 0; i < count; i++) {
    printed.push(lines[i * LINE_FIELDS + LINE_START]!, lines[i * LINE_FIELDS + LINE_END]!);
  }
  const covered = normalize(printed);
  const left: number[] = [];
  for (let i = 0; i < view.committed.length; i += 2) {
    subtract(view.committed[i]!, view.committed[i + 1]!, covered, left);
  }
  const gaps: GapMark[] = [];
  for (let i = 0; i < left.length; i += 2) {
    const startPage = left[i]!;
    const endPage = left[i + 1]!;
    const kind = covers(view.trees, startPage, endPage) ? 'falseGaps' : 'transientGaps';
    let line = 0;
    while (line < count && lines[line * LINE_FIELDS + LINE_START]! < startPage) line++;
    gaps.push({ kind, startPage, endPage, line });
  }
  return gaps;
}

/** Lines as text: of each the numbers, joined by slashes. */
export function linesOf(numbers: ArrayLike<number>, count: number): string[] {
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    const fields: number[] = [];
    for (let f = 0; f < LINE_FIELDS; f++) fields.push(numbers[i * LINE_FIELDS + f]!);
    lines.push(fields.join('/'));
  }
  return lines;
}

/** All of a line but its name. */
function bodyOf(line: string): string {
  return line.slice(0, line.lastIndexOf('/'));
}

function covers(ranges: readonly number[], start: number, end: number): boolean {
  for (let i = 0; i < ranges.length; i += 2) {
    if (ranges[i]! <= start && end <= ranges[i + 1]!) return true;
  }
  return false;
}
