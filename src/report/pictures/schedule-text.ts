/**
 * A pass in the form in which kernel commit messages show an interleaving: a column for each CPU,
 * time running down, 72 columns of ASCII. More than two tasks have a column of one letter each,
 * like in perf sched map, with `*` at the task that moves.
 */

import { wrap } from '../../base/wrap.ts';
import type { PassStory, RunTrace } from '../../world/run-trace.ts';
import { sharedPrefix, shorten } from '../interleaving.ts';
import { chooseRows, type Fold, foldWords, type RowChoice, type Shown } from './choose-rows.ts';
import { type Division, divide } from './division.ts';
import { type Row, rowsOf } from './rows.ts';
import { cutSentence, passSentence, timeWords } from './sentences.ts';

export const SCHEDULE_COLUMNS = 72;
const SCHEDULE_ROWS = 40;
const TIME_COLUMNS = 8;
const MARK_COLUMNS = 2;
const GAP = '  ';

/** Names of VMAs and tasks may have any character. */
export function asciiOf(text: string): string {
  return text.replace(/[^\n -~]/gu, '?');
}

export interface ScheduleTextOptions extends Partial<RowChoice> {
  /** Rows that decide: marked with `>`. */
  readonly deciding?: (row: Row) => boolean;
}

/** The rows, under the names of the CPUs; lines that end with a newline. */
export function passColumns(
  trace: RunTrace,
  story: PassStory,
  options: ScheduleTextOptions = {},
): string {
  const division = divide(story);
  const rows = rowsOf(trace, story, division);
  const choice: RowChoice = {
    rows: options.rows ?? SCHEDULE_ROWS,
    window: options.window ?? null,
    around: options.around ?? null,
  };
  const shown = chooseRows(rows, story, division, choice);
  const prefix = sharedPrefix(shown.map((row) => ('text' in row ? row.text : '')));
  const tasks = tasksOf(trace, story, shown);
  const layout: Layout = { trace, story, division, tasks, prefix, startNs: story.pass.startNs };
  const out = [
    ...wrap(asciiOf(passSentence(trace, story)), SCHEDULE_COLUMNS),
    ...(prefix === '' ? [] : [`addresses: ${prefix}.... and up`]),
    '',
    ...heads(layout),
    ...shown.flatMap((row) => lines(layout, row, options.deciding ?? (() => false))),
  ];
  return out.map((line) => `${line.trimEnd()}\n`).join('');
}

interface Layout {
  readonly trace: RunTrace;
  readonly story: PassStory;
  readonly division: Division;
  readonly tasks: readonly number[];
  readonly prefix: string;
  readonly startNs: number;
}

/** By the numbers of their CPUs, as in kernel mails. */
function tasksOf({ tasks }: RunTrace, { task }: PassStory, shown: readonly Shown[]): number[] {
  const used = new Set([task]);
  for (const row of shown) if ('task' in row) used.add(row.task);
  return [...used].sort((a, b) => tasks[a]!.cpu - tasks[b]!.cpu || a - b);
}

function columnWidth({ tasks }: Layout): number {
  const room = SCHEDULE_COLUMNS - TIME_COLUMNS - MARK_COLUMNS;
  return tasks.length <= 2 ? Math.floor((room - GAP.length) / 2) : room - 2 * tasks.length - 1;
}

function heads(layout: Layout): string[] {
  const { trace, tasks } = layout;
  const width = columnWidth(layout);
  const margin = ' '.repeat(TIME_COLUMNS + MARK_COLUMNS);
  const name = (task: number): string =>
    asciiOf(`CPU ${trace.tasks[task]!.cpu} (${trace.tasks[task]!.name})`);
  if (tasks.length > 2) {
    const legend = tasks.map((task, i) => `${letter(i)} = ${name(task)}`);
    return [...wrap(legend.join(', '), SCHEDULE_COLUMNS), ''];
  }
  const cells = tasks.map((task) => name(task).slice(0, width).padEnd(width));
  return [
    `${'us'.padStart(TIME_COLUMNS - 1)} ${' '.repeat(MARK_COLUMNS)}${cells.join(GAP)}`,
    `${margin}${tasks.map(() => '='.repeat(width)).join(GAP)}`,
  ];
}

function letter(index: number): string {
  return String.fromCharCode(65 + (index % 26));
}

function lines(layout: Layout, row: Shown, deciding: (row: Row) => boolean): string[] {
  if (row.kind === 'fold') return [foldLine(row)];
  if (row.kind === 'cut') {
    const { story, division, prefix } = layout;
    const text = shorten(cutSentence(division, story, row.number - 1), prefix);
    return wrap(asciiOf(`# ${text}`), SCHEDULE_COLUMNS);
  }
  return rowLines(layout, row, deciding(row) ? '> ' : '  ');
}

function foldLine(row: Fold): string {
  return `${' '.repeat(TIME_COLUMNS + MARK_COLUMNS)}... ${foldWords(row)}`;
}

function rowLines(layout: Layout, row: Row, mark: string): string[] {
  const { tasks, prefix, startNs } = layout;
  const width = columnWidth(layout);
  const time = `${timeWords(row.atNs - startNs)} `.padStart(TIME_COLUMNS);
  const state = row.kind === 'commit' && row.state !== null ? `, S${row.state}` : '';
  // With more than two tasks the letters say whose it is.
  const named = layout.tasks.length > 2 && row.note === layout.trace.tasks[row.task]!.name;
  const note = row.note === '' || named ? '' : `, ${row.note}`;
  const parts = wrap(asciiOf(`${shorten(row.text, prefix)}${note}${state}`), width);
  return parts.map((part, i) => {
    const margin = i === 0 ? time + mark : ' '.repeat(TIME_COLUMNS + MARK_COLUMNS);
    if (tasks.length > 2) {
      const map = tasks.map((task, at) => (task === row.task && i === 0 ? '*' : letterOr(i, at)));
      return `${margin}${map.join(' ')} ${part}`;
    }
    const column = tasks.indexOf(row.task);
    return `${margin}${column === 0 ? part : `${' '.repeat(width)}${GAP}${part}`}`;
  });
}

function letterOr(line: number, index: number): string {
  return line === 0 ? letter(index).toLowerCase() : ' ';
}
