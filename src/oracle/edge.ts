/**
 * The difference between two states: for each stretch that changed, its lines before and after.
 *
 * Flat, for each stretch: the number of lines before, the number after, then line ids: the
 * neighbour below (or BEGIN), the lines before, the lines after, the neighbour above (or END). The
 * change removes the pairs of consecutive lines of `below, before…, above` and adds those of
 * `below, after…, above`; no other pair of the text changes.
 */
import type { VmaRecord } from '../mm/layout.ts';
import { LINE_FIELDS } from '../mm/line.ts';
import type { Plan, PlanWindow } from '../mm/plan.ts';
import { BEGIN, END, type LineTable } from './line-table.ts';
import type { LiveLayout } from './live.ts';

export type Edge = number[];

const line = new Float64Array(LINE_FIELDS);

/**
 * The lines that a plan's windows mention, in the order of an Edge. To be taken when the section is
 * planned: later the files and names of what it removes may be gone.
 * @returns `into`, or a longer array if that is too short
 */
export function windowLines(
  plan: Plan,
  live: LiveLayout,
  into: Float64Array<ArrayBuffer>,
): Float64Array<ArrayBuffer> {
  const brkBefore = live.brkPage();
  let out = into;
  let at = 0;
  const put = (record: VmaRecord | null, brkPage: number): void => {
    if (record === null) return;
    live.recordLine(record, brkPage, line);
    if (at + LINE_FIELDS > out.length) {
      const longer = new Float64Array(out.length * 2);
      longer.set(out);
      out = longer;
    }
    for (let f = 0; f < LINE_FIELDS; f++) out[at++] = line[f]!;
  };
  for (const { prev, before, after, next } of plan.windows) {
    put(prev, brkBefore);
    for (const record of before) put(record, brkBefore);
    for (const record of after) put(record, plan.brk);
    put(next, brkBefore);
  }
  return out;
}

/** @param lines what windowLines() has found */
export function makeEdge(
  windows: readonly PlanWindow[],
  lines: Float64Array,
  table: LineTable,
): Edge {
  const edge: Edge = [];
  let at = 0;
  for (const { prev, before, after, next } of windows) {
    edge.push(before.length, after.length);
    if (prev === null) edge.push(BEGIN);
    let count = before.length + after.length;
    if (prev !== null) count++;
    if (next !== null) count++;
    for (; count > 0; count--, at += LINE_FIELDS) edge.push(table.intern(lines, at));
    if (next === null) edge.push(END);
  }
  return edge;
}

export function markEdgeLines(edge: Edge, marks: Uint8Array): void {
  for (let i = 0; i < edge.length; ) {
    const end = i + edge[i]! + edge[i + 1]! + 4;
    for (i += 2; i < end; i++) marks[edge[i]!] = 1;
  }
}

export function renumberLines(edge: Edge, renumbered: Int32Array): void {
  for (let i = 0; i < edge.length; ) {
    const end = i + edge[i]! + edge[i + 1]! + 4;
    for (i += 2; i < end; i++) edge[i] = renumbered[edge[i]!]!;
  }
}
