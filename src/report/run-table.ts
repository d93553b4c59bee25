/**
 * The counts of a run as a table: one line per count with its denominators, times in fitting units,
 * all zero counts in one line, a summary in one sentence, and the command to try next. It is a pure
 * function of the report input.
 */

import { counted } from '../base/counted.ts';
import { printable } from '../base/printable.ts';
import { shellWord } from '../base/shell.ts';
import { wrap } from '../base/wrap.ts';
import type { Outcome, Tearing } from '../world/outcome.ts';
import { ATTEMPTS_MAX } from '../world/outcome.ts';
import { few, quantity } from './compare-cells.ts';
import type { ReportInput } from './report.ts';
import { runSentence, shareOf, timeOf } from './run-sentence.ts';
import { table } from './table.ts';

interface TableView {
  /** That a line may take. */
  readonly columns: number;
  /** As the user wrote it. */
  readonly scenarioPath: string;
}

/** Lines that end with a newline. */
export function runTable(
  { outcome, timing, paint }: ReportInput,
  { columns, scenarioPath }: TableView,
): string {
  const lines = (text: string): string => `${wrap(text, columns).join('\n')}\n`;
  const rows = [
    ...(outcome.readers.length === 0 ? [] : readerRows(outcome)),
    ...writerRows(outcome),
    ...(timing === null ? [] : [['wall time', quantity(timing.wallNs, 'ns'), '']]),
  ];
  const quiet = quietOnes(outcome);
  return [
    lines(titleOf(outcome)),
    '\n',
    ...(rows.length === 0 ? [] : [table(rows[0]!, rows.slice(1), columns)]),
    quiet.length === 0 ? '' : paint.remark(lines(`all zero: ${quiet.join(', ')}`)),
    '\n',
    outcome.tearing.tornPasses > 0
      ? paint.fault(lines(runSentence(outcome)))
      : lines(runSentence(outcome)),
    paint.remark(lines(`next: ${nextOf(outcome, scenarioPath)}`)),
  ].join('');
}

function titleOf({ scenario, strategy, seed, totals, complete }: Outcome): string {
  const { passesFinished, passesStarted, lines } = totals;
  const each =
    passesStarted === 0
      ? ''
      : `, ${counted(Number(few(lines / passesStarted)), 'line', 'lines')} each`;
  const passes =
    passesStarted === passesFinished
      ? counted(passesStarted, 'pass', 'passes')
      : `${passesFinished} of ${counted(passesStarted, 'pass', 'passes')} finished`;
  const partial = complete ? '' : ' (partial)';
  return `${printable(scenario.name)}, ${printable(strategy)}, seed ${printable(seed)}: ${passes}${each}${partial}`;
}

function readerRows(outcome: Outcome): string[][] {
  const { totals, tearing, readers } = outcome;
  const { reads, lines, passesStarted, passesFinished } = totals;
  const rows: string[][] = [];
  const median = timeOf(outcome, 'p50(passNs)');
  if (median !== null) {
    rows.push(['pass time', `median ${median}`, ...upTo(outcome, 'passNs')]);
  }
  if (totals.retries > 0) {
    const rate = lines === 0 ? '' : `${few((1000 * totals.retries) / lines)} per 1000 lines, `;
    rows.push([
      'retries',
      String(totals.retries),
      `${rate}${few(totals.retries / passesStarted)} per pass`,
    ]);
  }
  for (const [things, histogram] of attemptsOf(readers)) {
    rows.push(['attempts', '', `${attemptsText(histogram)} (${things} by attempts)`]);
  }
  if (totals.fallbacks > 0) {
    const passes = shareOf(totals.fallbackPasses, passesStarted, 'passes');
    rows.push([
      'fallbacks',
      String(totals.fallbacks),
      `in ${shareOf(totals.fallbackReads, reads, 'read() calls')}, ${passes}`,
    ]);
  }
  if (totals.discardedRecords > 0) {
    const formatted =
      totals.discardedLines === 0
        ? 'none of them formatted'
        : `${counted(totals.discardedLines, 'formatted line')}, ${totals.discardedBytes} bytes`;
    rows.push(['discarded', counted(totals.discardedRecords, 'record'), formatted]);
  }
  if (tearing.tornPasses > 0) {
    const counts = `${shareOf(tearing.tornPasses, passesFinished, 'texts')}: ${tornCounts(tearing)}`;
    rows.push(['torn', String(tearing.tornPasses), counts]);
  }
  if (totals.mmapReadLocks > 0) {
    rows.push([
      'mmap_lock',
      counted(totals.mmapReadLocks, 'time'),
      `total wait ${quantity(totals.mmapReadLockWaitNs, 'ns')}, total hold ${quantity(totals.mmapReadLockHoldNs, 'ns')}`,
    ]);
  }
  if (totals.vmaReadLocks > 0) rows.push(['VMA locks', counted(totals.vmaReadLocks, 'time'), '']);
  for (const [name, count] of [
    ['starved', totals.passesStarved],
    ['cut off', totals.passesCut],
  ] as const) {
    if (count > 0) rows.push([name, String(count), shareOf(count, passesStarted, 'passes')]);
  }
  return rows;
}

/** Records, or pages, by their attempts, where one took several. */
function attemptsOf(readers: Outcome['readers']): (readonly [string, readonly number[]])[] {
  const sums = new Map<string, number[]>();
  for (const { attempts, attemptsAt } of readers) {
    const things = `${attemptsAt}s`;
    const sum = sums.get(things) ?? [];
    sums.set(things, sum);
    for (const [i, count] of attempts.entries()) sum[i] = (sum[i] ?? 0) + count;
  }
  return [...sums].filter(([, { length }]) => length > 1);
}

/** Of long histograms the first and the last. */
const ATTEMPTS_SHOWN = 8;

/** `1: 8000, 2: 500, 3: 80, 4: 20`. */
function attemptsText(histogram: readonly number[]): string {
  const all = histogram.map((count, i) => `${i + 1}${i + 1 === ATTEMPTS_MAX ? '+' : ''}: ${count}`);
  if (all.length <= ATTEMPTS_SHOWN) return all.join(', ');
  return [...all.slice(0, ATTEMPTS_SHOWN - 1), '…', all.at(-1)].join(', ');
}

function writerRows(outcome: Outcome): string[][] {
  const calls = outcome.writers.reduce((sum, { opNs }) => sum + opNs.n, 0);
  if (calls === 0) return [];
  const failed = outcome.writers.flatMap(({ errors }) => Object.values(errors));
  const errors = failed.reduce((sum, count) => sum + count, 0);
  const rows = [
    [
      'writer calls',
      counted(calls, 'call'),
      `median ${timeOf(outcome, 'p50(writer.opNs)')}, ${upTo(outcome, 'writer.opNs').join()}`,
    ],
    [
      'their waits',
      `median ${timeOf(outcome, 'p50(writer.lockWaitNs)') ?? '0ns'}`,
      `${upTo(outcome, 'writer.lockWaitNs').join()} for mmap_lock`,
    ],
  ];
  return errors === 0
    ? rows
    : [...rows, ['failed', String(errors), shareOf(errors, calls, 'calls')]];
}

function upTo(outcome: Outcome, name: string): [string] {
  const [p99, most] = ['p99', 'max'].map((of) => timeOf(outcome, `${of}(${name})`) ?? '0ns');
  return [`p99 ${p99}, longest ${most}`];
}

const TORN_WORDS = {
  cuts: 'cuts',
  alienLines: 'alien lines',
  overlaps: 'overlaps',
  backwards: 'backward lines',
  falseGaps: 'false gaps',
  transientGaps: 'transient gaps',
  duplicates: 'duplicates',
  staleNames: 'stale names',
} as const satisfies Partial<Record<keyof Tearing, string>>;

const TORN = Object.entries(TORN_WORDS) as [keyof typeof TORN_WORDS, string][];

function tornCounts(tearing: Tearing): string {
  return TORN.filter(([key]) => tearing[key] > 0)
    .map(([key, words]) => `${words} ${tearing[key]}`)
    .join(', ');
}

function quietOnes({ totals, tearing, readers }: Outcome): string[] {
  if (readers.length === 0) return [];
  const counts: readonly (readonly [string, number])[] = [
    ['retries', totals.retries],
    ['fallbacks', totals.fallbacks],
    ['discarded records', totals.discardedRecords],
    ['torn texts', tearing.tornPasses],
    ...TORN.filter(([key]) => key !== 'cuts').map(([key, words]) => [words, tearing[key]] as const),
    ['starved passes', totals.passesStarved],
  ];
  return counts.filter(([, count]) => count === 0).map(([words]) => words);
}

function nextOf({ tearing, strategy, seed }: Outcome, path: string): string {
  const scenario = shellWord(path);
  if (tearing.tornPasses === 0 || strategy === 'mixed') return `mapsim compare ${scenario}`;
  const again = `--strategy=${shellWord(strategy)} --seed=${shellWord(seed)}`;
  return `mapsim run ${scenario} ${again} --pass=torn`;
}
