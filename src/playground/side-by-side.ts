/**
 * The parts of the page below the counts of the strategies: their lanes, the first torn text, then
 * more seeds for intervals. They are generators that pause every few steps and report results as
 * they come.
 */

import type { Choice } from '../base/choice.ts';
import { mostOf } from '../base/extremes.ts';
import { compareGroups, type Group } from '../compare/comparison.ts';
import { Pool, type RunSummary, summaryOf } from '../compare/record.ts';
import { type Picture, svgOf } from '../draw/svg.ts';
import {
  CELL_HEADS,
  cellText,
  columnsOf,
  partedMetrics,
  tableTitle,
} from '../report/compare-cells.ts';
import { type Lane, lanesPicture } from '../report/pictures/lanes-svg.ts';
import { schedulePicture } from '../report/pictures/schedule-svg.ts';
import { TimedRun } from '../run/timed.ts';
import { type TraceTask, traceCalls, tracePass } from '../run/trace-pass.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { isDrawn } from '../world/drawn.ts';
import type { IntervalTable } from './messages.ts';
import { type RunSubject, requestOf, SLICE, type Tell } from './runs.ts';

/** Lanes and the torn text are those of a pass that begins and ends within so many. */
const TRACE_EVENTS_MAX = 2_000_000;
/** So much of a pass is drawn as lanes. */
const LANES_NS = 60_000;
/** What each of the seeds of the table is given. */
const SEEDS = 20;
const SEED_NS = 50_000_000;
const SEED_EVENTS_MAX = 2_000_000;

function taskOf(subject: RunSubject, choice: Choice | null): TraceTask {
  const request = { ...requestOf(subject, choice), maxEvents: TRACE_EVENTS_MAX };
  return { scenario: subject.scenario, record: null, reader: null, request };
}

/**
 * One pass under each strategy, on one axis: the first that is torn under any of them, or else the
 * first with a fallback, or with a retry; otherwise the first of all.
 */
export function* lanes(subject: RunSubject, tell: Tell): Generator<void, void> {
  const tasks = subject.choices.map((choice) => taskOf(subject, choice));
  let index: number | null = null;
  for (const word of ['torn', 'fallback', 'retry', 0] as const) {
    for (const task of tasks) {
      const trace = yield* tracePass(task, word);
      const found = trace?.story?.pass.index ?? null;
      if (found !== null && (index === null || found < index)) index = found;
    }
    if (index !== null) break;
  }
  const drawn: Lane[] = [];
  for (const task of index === null ? [] : tasks) {
    const trace = yield* tracePass(task, index!);
    if (trace?.story != null) drawn.push({ trace, story: trace.story });
  }
  if (drawn.length === 0) return;
  const calls =
    index === 0
      ? yield* traceCalls(
          tasks[0]!,
          mostOf(drawn.map(({ story }) => story.pass.startNs)) + LANES_NS,
        )
      : null;
  tell({ kind: 'lanes', markup: markupOf(lanesPicture(drawn, calls, LANES_NS), 'lanes') });
}

/** The first torn text of the first strategy that tears. */
export function* tornText(
  subject: RunSubject,
  torn: readonly boolean[],
  tell: Tell,
): Generator<void, void> {
  const index = torn.indexOf(true);
  const task = index < 0 ? null : taskOf(subject, subject.choices[index]!);
  const trace = task === null ? null : yield* tracePass(task, 'torn');
  if (trace?.story == null) {
    tell({ kind: 'torn', strategy: null, markup: '' });
    return;
  }
  const markup = markupOf(schedulePicture(trace, trace.story), 'torn');
  tell({ kind: 'torn', strategy: subject.names[index]!, markup });
}

function markupOf(picture: Picture, name: string): string {
  return svgOf(picture, name, '');
}

/** One seed after the other under every strategy, as compare does it. */
export function* intervals(subject: RunSubject, tell: Tell): Generator<void, void> {
  const { scenario, choices, names, strategies } = subject;
  const exact = !isDrawn(scenario);
  const durationNs = Math.min(scenario.durationNs ?? SEED_NS, SEED_NS);
  const runs: RunSummary[][] = choices.map(() => []);
  const pools = choices.map(() => new Pool());
  for (let seed = 1; seed <= (exact ? 1 : SEEDS); seed++) {
    for (const [i, choice] of choices.entries()) {
      const run = new TimedRun(scenario, {
        ...requestOf({ ...subject, seed: String(seed) }, choice),
        strategies,
        durationNs,
        maxEvents: SEED_EVENTS_MAX,
        passes: { reader: null, which: 'none' },
      });
      while (!run.advance(SLICE)) yield;
      const summary = summaryOf(run.outcome());
      runs[i]!.push(summary.run);
      pools[i]!.merge(summary.pool);
      yield;
    }
    const groups = names.map(
      (label, i): Group => ({
        label,
        strategy: label,
        file: null,
        runs: runs[i]!,
        pool: pools[i]!,
      }),
    );
    tell({ kind: 'intervals', table: tableOf(scenario, groups, { exact, durationNs }) });
  }
}

function tableOf(
  scenario: Scenario,
  groups: readonly Group[],
  { exact, durationNs }: { readonly exact: boolean; readonly durationNs: number },
): IntervalTable {
  const against = groups.map((_, i) => (i === 0 ? null : 0));
  const comparison = compareGroups(groups, against, exact);
  const { name, sha256: hash } = scenario;
  const [told, quiet] = partedMetrics(comparison);
  const shown = columnsOf(comparison, groups.length > 1);
  const rows = told.flatMap(({ metric, unit, cells }) =>
    cells.map((cell) => [
      metric,
      cell.group,
      ...cellText(cell, unit).filter((_, i) => shown.has(i)),
    ]),
  );
  const heads = CELL_HEADS.filter((_, i) => shown.has(i));
  return {
    title: tableTitle({ name, sha256: hash, groups, comparison }, comparison),
    seeds: groups[0]!.runs.length,
    ofSeeds: exact ? 1 : SEEDS,
    durationNs,
    heads: ['metric', 'strategy', ...heads],
    rows,
    quiet,
  };
}
