/**
 * Explains why a pass was retried, fell back, tore or starved: the columns around the first such
 * event, with `>` before the rows that decide it, and one sentence.
 */

import { wrap } from '../../base/wrap.ts';
import { CAUSES, type Cause } from '../../world/outcome.ts';
import { EVENT, type PassStory, type RunTrace } from '../../world/run-trace.ts';
import { type Division, divide, proofOf } from './division.ts';
import { kindOf, type Row, rowsOf } from './rows.ts';
import {
  asciiOf,
  passColumns,
  SCHEDULE_COLUMNS,
  type ScheduleTextOptions,
} from './schedule-text.ts';
import { cutSentence, proofSentence, timeWords } from './sentences.ts';

export const EXPLAINED = ['torn', 'retry', 'fallback', 'starved'] as const;
export type Explained = (typeof EXPLAINED)[number];

const ROWS = 24;

/** Columns and a sentence; lines that end with a newline. */
export function explainText(
  trace: RunTrace,
  story: PassStory,
  what: Explained,
  options: ScheduleTextOptions = {},
): string {
  const division = divide(story);
  const rows = rowsOf(trace, story, division);
  const at = decidingRow(rows, division, what);
  const text = passColumns(trace, story, {
    rows: ROWS,
    around: at,
    deciding: (row) => decides(rows, at, row, { story, division, what }),
    ...options,
  });
  const why = whyOf(trace, story, division, what);
  return `${text}\n${wrap(asciiOf(why), SCHEDULE_COLUMNS)
    .map((line) => `${line.trim()}\n`)
    .join('')}`;
}

/** The row that it is all about. */
function decidingRow(rows: readonly Row[], { cuts }: Division, what: Explained): number | null {
  const index = rows.findIndex((row, i) => {
    if (what === 'torn') return row.kind === 'record' && row.line === cuts[0]?.line;
    if (what === 'fallback') return row.kind === 'fallback';
    if (what === 'starved')
      return row.kind === 'failed' && !rows.slice(i).some(({ kind }) => kind === 'record');
    return row.kind === 'failed';
  });
  return index < 0 ? null : index;
}

function decides(
  rows: readonly Row[],
  at: number | null,
  row: Row,
  means: { story: PassStory; division: Division; what: Explained },
): boolean {
  if (at === null) return false;
  const deciding = rows[at]!;
  if (means.what === 'torn') {
    const [cut] = means.division.cuts;
    if (cut === undefined) return false;
    const { above, below } = proofOf(means.division, means.story, cut);
    return row.kind === 'record' && row.line !== null && (row.line === above || row.line === below);
  }
  if (row === deciding || (row.kind === 'failed' && row.line === deciding.line)) return true;
  // What the writer did just before the attempt failed.
  const before = rows.slice(0, at).findLast(({ kind }) => kind === 'open' || kind === 'commit');
  return row === before;
}

function whyOf(trace: RunTrace, story: PassStory, division: Division, what: Explained): string {
  if (what === 'torn') {
    const [cut] = division.cuts;
    if (cut === undefined) return 'The text is whole: it is the text of one state.';
    return `Why it is torn: ${cutSentence(division, story, 0)}; ${proofSentence(division, story, 0)}.`;
  }
  const { events, tasks, calls } = trace;
  const failed: number[] = [];
  let fallback = -1;
  for (let i = 0; i < events.count; i++) {
    if (events.task[i] !== story.task || events.fromNs[i]! < story.pass.startNs) continue;
    const kind = kindOf(trace, i);
    if (kind === EVENT.failed) failed.push(i);
    if (kind === EVENT.fallback && fallback < 0) fallback = i;
  }
  const [first] = failed;
  if (first === undefined) return 'No attempt failed in this pass.';
  const about = (event: number): string => {
    const cause = CAUSES[events.a[event]!]!;
    const section = sectionOf(trace, events.c[event]!);
    const writer = section < 0 ? 'a writer' : tasks[events.task[section]!]!.name;
    const call =
      section < 0 || events.b[section]! < 0 ? 'a write section' : calls[events.b[section]!]!;
    return CAUSE_SENTENCES[cause](call, writer);
  };
  const line = (event: number): string => `line ${events.b[event]! + 1}`;
  if (what === 'retry') {
    const atNs = events.toNs[first]! - story.pass.startNs;
    return `Why it retries: the attempt at ${line(first)} failed at ${timeWords(atNs)} us because ${about(first)}.`;
  }
  if (what === 'starved') {
    const last = failed.at(-1)!;
    const here = failed.filter((event) => events.b[event] === events.b[last]).length;
    return `Why it starves: ${here} attempts at ${line(last)} failed one after the other; the last one failed because ${about(last)}.`;
  }
  if (fallback < 0) return 'No attempt ended in a fallback in this pass.';
  const here = failed.filter(
    (event) => events.b[event] === events.c[fallback] || events.b[event] === events.b[fallback],
  );
  const until = here.filter((event) => events.toNs[event]! <= events.fromNs[fallback]!);
  const last = until.at(-1) ?? first;
  return `Why it falls back: ${until.length === 1 ? 'one attempt' : `${until.length} attempts`} at ${line(last)} failed, all that are allowed; the last one failed because ${about(last)}.`;
}

function sectionOf({ events }: RunTrace, number: number): number {
  for (let i = 0; i < events.count; i++) {
    if (events.kind[i] === EVENT.section && events.a[i] === number) return i;
  }
  return -1;
}

const CAUSE_SENTENCES: Readonly<Record<Cause, (call: string, writer: string) => string>> = {
  sequence: (call, writer) =>
    `mm_lock_seq had moved since the sample: ${call} of ${writer} had begun in between`,
  odd: (call, writer) => `mm_lock_seq was odd: ${call} of ${writer} was under way`,
  filePin: (call, writer) => `the file could not be pinned: ${call} of ${writer} had let it go`,
  namePin: (call, writer) => `the name could not be pinned: ${call} of ${writer} had let it go`,
  detached: (call, writer) => `the VMA was detached: ${call} of ${writer} had unmapped it`,
  locked: (call, writer) => `the VMA was write-locked by ${call} of ${writer}`,
  gap: (call, writer) =>
    `a write section (${call} of ${writer}) had ended since the lookup, so the gap had to be checked`,
};
