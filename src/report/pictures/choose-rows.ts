/**
 * Chooses the rows of a pass that are shown: the rows that decide a cut, a failed attempt or a
 * fallback, a few lines around each, and folds for the rest.
 */

import { counted } from '../../base/counted.ts';
import { leastOf } from '../../base/extremes.ts';
import type { PassStory } from '../../world/run-trace.ts';
import { type Division, proofOf } from './division.ts';
import type { Row } from './rows.ts';

/** What stands in place of rows that are not shown. */
export interface Fold {
  readonly kind: 'fold';
  readonly atNs: number;
  readonly records: number;
  readonly sections: number;
  readonly failed: number;
  /** Of the lines in it, from 0; null: there is none. */
  readonly firstLine: number | null;
  readonly lastLine: number | null;
  /** The state in force after it, index into Division.states; null: as before it. */
  readonly state: number | null;
  /** States that come and go in it. */
  readonly states: number;
}

interface CutRow {
  readonly kind: 'cut';
  /** Number of the cut, from 1. */
  readonly number: number;
  readonly line: number;
  readonly inPage: boolean;
}

export type Shown = Row | Fold | CutRow;

export interface RowChoice {
  /** Rows at most, folds and cuts among them. */
  readonly rows: number;
  /** Only what lies in here. */
  readonly window: { readonly fromNs: number; readonly toNs: number } | null;
  /** The row that it is all about: its neighbours come first. */
  readonly around: number | null;
}

/** A fold saves nothing below this. */
const FOLD_MIN = 2;
/** Lines that stay beside a cut. */
const BESIDE_CUT = 2;

export function chooseRows(
  rows: readonly Row[],
  story: PassStory,
  division: Division,
  choice: RowChoice,
): Shown[] {
  const { window } = choice;
  const inside = rows.filter(
    ({ atNs }) => window === null || (window.fromNs <= atNs && atNs <= window.toNs),
  );
  const around = choice.around === null ? null : inside.indexOf(rows[choice.around]!);
  const weights = ranked(weigh(inside, story, division, around));
  const limits = [...new Set(weights)].sort((a, b) => a - b);
  let [low, high] = [0, limits.length];
  let shown = fold(inside, weights, Number.POSITIVE_INFINITY, division);
  if (shown.length > choice.rows) {
    // The highest limit that leaves few enough rows.
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const fewer = fold(inside, weights, limits[middle] ?? Number.POSITIVE_INFINITY, division);
      if (fewer.length <= choice.rows) {
        shown = fewer;
        low = middle;
      } else high = middle - 1;
    }
  }
  return cropped(shown, choice.rows, around === null ? null : inside[around]!);
}

/** Of rows that weigh the same, those nearest to what matters most stay longest. */
function ranked(weights: readonly number[]): number[] {
  const least = leastOf(weights);
  const near = weights.map((weight) => (weight === least ? 0 : Number.POSITIVE_INFINITY));
  for (let i = 1; i < near.length; i++) near[i] = Math.min(near[i]!, near[i - 1]! + 1);
  for (let i = near.length - 2; i >= 0; i--) near[i] = Math.min(near[i]!, near[i + 1]! + 1);
  return weights.map((weight, i) => weight + Math.min(near[i]! / 1e5, 0.9));
}

/** How dispensable each row is: 0 stays longest. */
function weigh(
  rows: readonly Row[],
  story: PassStory,
  division: Division,
  around: number | null,
): number[] {
  const weights = rows.map((row): number => {
    switch (row.kind) {
      case 'failed':
      case 'fallback':
      case 'lost':
        return 3;
      case 'wait':
      case 'end':
        return 4;
      case 'read':
      case 'lock':
      case 'unlock':
        return 6;
      case 'open':
      case 'commit':
        return 7;
      case 'record':
        return 9;
    }
  });
  const rowOfLine = new Map(
    rows.flatMap((row, i) =>
      row.kind === 'record' && row.line !== null ? [[row.line, i] as const] : [],
    ),
  );
  const keep = (row: number | undefined, weight: number): void => {
    if (row !== undefined && row >= 0 && row < weights.length)
      weights[row] = Math.min(weights[row]!, weight);
  };
  for (const cut of division.cuts) {
    const proof = proofOf(division, story, cut);
    for (const line of [proof.above, proof.below]) {
      if (line !== null) keep(rowOfLine.get(line), 0);
    }
    for (let near = -BESIDE_CUT; near < BESIDE_CUT; near++) {
      keep(rowOfLine.get(cut.line + near), near === -1 || near === 0 ? 0 : 2);
    }
    // The operations between the lines that prove the cut.
    const [from, to] = [
      rowOfLine.get(proof.above ?? Math.max(cut.line - 1, 0)),
      rowOfLine.get(proof.below ?? cut.line),
    ];
    if (from !== undefined && to !== undefined) {
      for (let i = from; i <= to; i++) if (rows[i]!.kind === 'commit') keep(i, 1);
    }
  }
  let written = -1;
  rows.forEach((row, i) => {
    if (row.kind === 'commit' || row.kind === 'open') written = i;
    if (row.kind !== 'failed') return;
    keep(written, 4);
    keep(i + 1, 5);
    keep(i - 1, 8);
  });
  keep(0, 4);
  keep(rowOfLine.get(0), 6);
  keep(rowOfLine.get(story.lines.length - 1), 6);
  if (around !== null && around >= 0) {
    for (let i = around - 8; i <= around + 8; i++) keep(i, Math.abs(i - around) < 4 ? 0 : 1);
  }
  return weights;
}

/** Rows of weight `limit` and above go into folds where several of them follow each other. */
function fold(
  rows: readonly Row[],
  weights: readonly number[],
  limit: number,
  division: Division,
): Shown[] {
  const out: Shown[] = [];
  let run: Row[] = [];
  const flush = (): void => {
    if (run.length < FOLD_MIN) out.push(...run);
    else out.push(foldOf(run));
    run = [];
  };
  rows.forEach((row, i) => {
    const cut = row.kind === 'record' && row.line !== null ? cutAt(division, row.line) : null;
    if (cut !== null) {
      flush();
      out.push(cut);
    }
    const quiet = row.kind === 'record' && isQuiet(rows, weights, i);
    if (weights[i]! >= limit || quiet) run.push(row);
    else {
      flush();
      out.push(row);
    }
  });
  flush();
  const last = cutAt(division, linesIn(division));
  if (last !== null) out.splice(out.length - 1, 0, last);
  return out;
}

/** A line among lines, far from everything. */
function isQuiet(rows: readonly Row[], weights: readonly number[], i: number): boolean {
  if (weights[i]! < 9) return false;
  for (const near of [i - 1, i + 1]) {
    if (rows[near] !== undefined && rows[near].kind !== 'record') return false;
  }
  return true;
}

function linesIn({ pieces }: Division): number {
  return pieces.at(-1)?.to ?? 0;
}

function cutAt({ cuts }: Division, line: number): CutRow | null {
  const index = cuts.findIndex((cut) => cut.line === line);
  const cut = cuts[index];
  return cut === undefined ? null : { kind: 'cut', number: index + 1, line, inPage: cut.inPage };
}

function foldOf(rows: readonly Row[]): Fold {
  const lines = rows.flatMap(({ kind, line }) =>
    kind === 'record' && line !== null ? [line] : [],
  );
  const commits = rows.filter(({ kind }) => kind === 'commit');
  return {
    kind: 'fold',
    atNs: rows[0]!.atNs,
    records: rows.filter(({ kind }) => kind === 'record').length,
    sections: commits.length,
    failed: rows.filter(({ kind }) => kind === 'failed').length,
    firstLine: lines[0] ?? null,
    lastLine: lines.at(-1) ?? null,
    state: commits.at(-1)?.state ?? null,
    states: commits.length,
  };
}

/** Still too many: those in the middle of the interest stay. */
function cropped(shown: readonly Shown[], rows: number, around: Row | null): Shown[] {
  if (shown.length <= rows) return [...shown];
  const middle =
    around === null
      ? shown.findIndex(({ kind }) => kind === 'cut' || kind === 'failed')
      : shown.indexOf(around);
  const from = Math.max(0, Math.min(shown.length - rows, middle - Math.floor(rows / 2)));
  return shown.slice(from, from + rows);
}

/** `74 records, nobody writes` */
export function foldWords({ records, sections, failed }: Fold): string {
  const parts = [
    ...(records > 0 ? [counted(records, 'record')] : []),
    ...(sections > 0 ? [counted(sections, 'write section')] : []),
    ...(failed > 0 ? [counted(failed, 'failed attempt')] : []),
  ];
  if (parts.length === 0) return 'locks taken and released';
  return sections === 0 && failed === 0 && records > 0
    ? `${parts.join(', ')}, nobody writes`
    : parts.join(', ');
}
