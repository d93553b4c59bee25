/**
 * Pages that a text leaves out although they were mapped in every state of the pass.
 *
 * A maximal range of such pages is one gap. It is a false gap if every page of it was mapped in
 * every intermediate state of the tree as well, else (even if the tree lost only one of its pages,
 * and only for one step) a transient one.
 *
 * Each difference between states that maps pages again records until when they were a hole, and so
 * does each store that fills a range that its own section had cleared. So a page was mapped in
 * every state if it is in the current state and was not mapped again since the pass began.
 */

import { LINE_END, LINE_FIELDS, LINE_START } from '../mm/line.ts';
import { mappedRanges } from './committed.ts';
import type { LiveLayout } from './live.ts';
import { EVERYWHERE } from './pass-states.ts';
import { normalize, type RangeLog, subtract, touches } from './ranges.ts';
import type { Section } from './section.ts';

export interface HoleLogs {
  /** Pages that a commit mapped, when it did: until then they were a hole of the state in force. */
  readonly committed: RangeLog;
  /** Pages that were cleared and stored to again in one section, when they were stored to. */
  readonly intermediate: RangeLog;
}

interface GapQuestion {
  readonly live: LiveLayout;
  readonly section: Section | null;
  readonly holes: HoleLogs;
  readonly began: number;
  readonly lines: Float64Array;
  readonly n: number;
  /** How each item of the text and the next one stand in the states of the pass. */
  readonly standing: Int32Array;
}

export function countGaps(q: GapQuestion): { falseGaps: number; transientGaps: number } {
  const mapped: number[] = [];
  const unprinted = suspectRanges(q);
  for (let i = 0; i < unprinted.length; i += 2) {
    mappedRanges(q.live, q.section, { from: unprinted[i]!, to: unprinted[i + 1]! }, mapped);
  }
  if (mapped.length === 0) return { falseGaps: 0, transientGaps: 0 };
  const committedHoles: number[] = [];
  q.holes.committed.since(q.began, committedHoles);
  const taken = normalize(committedHoles);
  const left: number[] = [];
  for (let i = 0; i < mapped.length; i += 2) subtract(mapped[i]!, mapped[i + 1]!, taken, left);
  const gaps = normalize(left); // neighbouring VMAs make one range

  const intermediateHoles = q.section === null ? [] : [...q.section.holes];
  q.holes.intermediate.since(q.began, intermediateHoles);
  const cleared = normalize(intermediateHoles);
  let transientGaps = 0;
  for (let i = 0; i < gaps.length; i += 2) {
    if (touches(cleared, gaps[i]!, gaps[i + 1]!)) transientGaps++;
  }
  return { falseGaps: gaps.length / 2 - transientGaps, transientGaps };
}

/**
 * The unprinted ranges, without those between two lines that stand consecutively in every state:
 * nothing was ever mapped there.
 */
function suspectRanges(q: GapQuestion): number[] {
  const { lines, n, standing } = q;
  const out: number[] = [];
  let covered = 0;
  let coveredBy = 0; // item, 0 being the begin of the text
  for (const line of byStart(lines, n)) {
    const start = lines[line * LINE_FIELDS + LINE_START]!;
    const end = lines[line * LINE_FIELDS + LINE_END]!;
    if (start >= end) continue; // a torn copy may cover nothing
    const item = line + 1;
    const known = coveredBy === item - 1 && standing[coveredBy] === EVERYWHERE;
    if (start > covered && !known) out.push(covered, start);
    if (end > covered) {
      covered = end;
      coveredBy = item;
    }
  }
  if (coveredBy !== n || standing[n] !== EVERYWHERE) out.push(covered, Number.POSITIVE_INFINITY);
  return out;
}

function byStart(lines: Float64Array, n: number): Int32Array {
  const order = new Int32Array(n);
  let rising = true;
  for (let i = 0; i < n; i++) {
    order[i] = i;
    const at = i * LINE_FIELDS + LINE_START;
    if (i > 0 && lines[at]! < lines[at - LINE_FIELDS]!) rising = false;
  }
  const start = (line: number): number => lines[line * LINE_FIELDS + LINE_START]!;
  return rising ? order : order.sort((a, b) => start(a) - start(b) || a - b);
}
