/**
 * A slow oracle that follows the definitions literally. It has the full text of every state of the
 * pass and the mapped pages of every state of the tree, and tries all possibilities.
 */
import type { Line } from '../../src/mm/line.ts';
import { GATE_PAGE } from '../../src/mm/line.ts';
import type { CutLine, Verdict } from '../../src/oracle/verdict.ts';
import type { Text } from './toy-space.ts';

export interface BrutePass {
  /** The states in force at some instant of the pass. */
  readonly states: readonly { readonly text: Text; readonly mapped: readonly boolean[] }[];
  /** The states of the tree at some instant of the pass: which pages are mapped. */
  readonly trees: readonly (readonly boolean[])[];
  readonly lines: Text;
  readonly pageOf: readonly number[];
  readonly endPage: number;
  readonly gate: boolean;
}

/** With so many lines every division is tried; with more, every piece at every place. */
const ALL_DIVISIONS_MAX = 5;

export function bruteJudge(pass: BrutePass): Verdict {
  const items = ['begin', ...pass.lines.map(keyOf), 'end'];
  const texts = pass.states.map(({ text }) => ['begin', ...text.map(keyOf), 'end']);
  const torn = !texts.some((text) => text.join() === items.join());
  const cutLines =
    pass.lines.length <= ALL_DIVISIONS_MAX
      ? bestOfAll(items, texts, pass)
      : bestByPieces(items, texts, pass);
  const cutsInPage = cutLines.filter((cut) => cut.inPage).length;
  return {
    torn,
    cuts: cutLines.length,
    cutsAtPage: cutLines.length - cutsInPage,
    cutsInPage,
    ...strangers(pass),
    ...disorder(pass),
    ...gaps(pass),
    cutLines,
  };
}

function keyOf(line: Line): string {
  return [line.start, line.end, line.perms, line.offset, line.device, line.name].join('/');
}

function bodyOf(line: Line): string {
  return [line.start, line.end, line.perms, line.offset, line.device].join('/');
}

/** Items i … j, both included, are a piece. */
function isPiece(items: readonly string[], i: number, j: number, texts: readonly string[][]) {
  if (i === j) return true;
  return texts.some((text) =>
    text.some((_, at) => items.slice(i, j + 1).every((item, k) => text[at + k] === item)),
  );
}

/** The cut before item i (the begin being item 0, line 0 item 1). */
function cutBefore(i: number, pass: BrutePass): CutLine {
  const page = (item: number): number => {
    if (item > pass.lines.length || pass.lines.length === 0) return pass.endPage;
    return pass.pageOf[Math.max(0, item - 1)]!;
  };
  return { line: i - 1, inPage: page(i - 1) === page(i) };
}

/** Below 0 if a is better: fewer cuts in pages, then fewer cuts, then later ones. */
function compareCuts(a: readonly CutLine[], b: readonly CutLine[]): number {
  const inPage = (cuts: readonly CutLine[]) => cuts.filter((cut) => cut.inPage).length;
  if (inPage(a) !== inPage(b)) return inPage(a) - inPage(b);
  if (a.length !== b.length) return a.length - b.length;
  for (let i = a.length - 1; i >= 0; i--) {
    if (a[i]!.line !== b[i]!.line) return b[i]!.line - a[i]!.line;
  }
  return 0;
}

/** For all i <= j whether items i … j are a piece. */
function allPiecesOf(items: readonly string[], texts: readonly string[][]): boolean[][] {
  return items.map((_, i) => items.map((_, j) => i <= j && isPiece(items, i, j, texts)));
}

function bestOfAll(items: readonly string[], texts: readonly string[][], pass: BrutePass) {
  const piece = allPiecesOf(items, texts);
  let best: CutLine[] | null = null;
  const places = items.length - 1;
  for (let mask = 0; mask < 2 ** places; mask++) {
    const starts = [0];
    for (let i = 1; i <= places; i++) if (mask & (1 << (i - 1))) starts.push(i);
    if (!starts.every((start, k) => piece[start]![(starts[k + 1] ?? items.length) - 1])) continue;
    const cuts = starts.slice(1).map((start) => cutBefore(start, pass));
    if (best === null || compareCuts(cuts, best) < 0) best = cuts;
  }
  return best!;
}

function bestByPieces(items: readonly string[], texts: readonly string[][], pass: BrutePass) {
  const piece = allPiecesOf(items, texts);
  const best: CutLine[][] = [];
  for (let j = 0; j < items.length; j++) {
    for (let i = 0; i <= j; i++) {
      if (!piece[i]![j]) continue;
      const cuts = i === 0 ? [] : [...best[i - 1]!, cutBefore(i, pass)];
      if (best[j] === undefined || compareCuts(cuts, best[j]!) < 0) best[j] = cuts;
    }
  }
  return best.at(-1)!;
}

function strangers(pass: BrutePass) {
  const all = pass.states.flatMap(({ text }) => text);
  let alienLines = 0;
  let staleNames = 0;
  for (const line of pass.lines) {
    if (!all.some((other) => bodyOf(other) === bodyOf(line))) alienLines++;
    else if (!all.some((other) => keyOf(other) === keyOf(line))) staleNames++;
  }
  return { alienLines, staleNames };
}

function disorder(pass: BrutePass) {
  const found = { overlaps: 0, backwards: 0, duplicates: 0 };
  const gate = { start: GATE_PAGE, end: GATE_PAGE + 1 };
  const lines = pass.gate ? [...pass.lines, gate] : pass.lines;
  for (const [i, line] of lines.entries()) {
    const before = lines[i - 1];
    if (before !== undefined && line.start >= before.start && line.start < before.end) {
      found.overlaps++;
    }
    if (before !== undefined && line.start < before.start) found.backwards++;
    if (lines.slice(0, i).some((earlier) => earlier.start === line.start)) found.duplicates++;
  }
  return found;
}

function gaps(pass: BrutePass) {
  const pages = pass.states[0]!.mapped.length;
  const missing = (page: number): boolean =>
    page < pages &&
    pass.states.every(({ mapped }) => mapped[page]) &&
    !pass.lines.some((line) => line.start <= page && page < line.end);
  let falseGaps = 0;
  let transientGaps = 0;
  for (let page = 0; page < pages; page++) {
    if (!missing(page) || (page > 0 && missing(page - 1))) continue;
    let always = true;
    for (let p = page; missing(p); p++) always &&= pass.trees.every((tree) => tree[p]);
    if (always) falseGaps++;
    else transientGaps++;
  }
  return { falseGaps, transientGaps };
}
