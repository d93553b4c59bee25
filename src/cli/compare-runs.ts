/**
 * Compares strategies on scenarios: every strategy runs with the same seeds, and so against the
 * same writers.
 */

import { counted } from '../base/counted.ts';
import { UserError } from '../base/errors.ts';
import { PRNG } from '../base/prng.ts';
import { expressionsOf } from '../base/requiring.ts';
import { VERSION } from '../base/version.ts';
import { LEVEL } from '../compare/comparison.ts';
import { Gatherer } from '../compare/gather.ts';
import { seedsNeeded } from '../compare/holm.ts';
import { chooseMetrics, METRICS, type MetricInfo } from '../compare/metrics.ts';
import { Pool } from '../compare/record.ts';
import type { CompareResult } from '../compare/result.ts';
import { parseSeeds } from '../compare/seeds.ts';
import { DEFAULT_MAX_EVENTS, DEFAULT_SEEDS, DEFAULT_STRATEGIES } from '../library/defaults.ts';
import { judgeGroups, parseForGroups } from '../library/judge-groups.ts';
import { costsMark, costsOf } from '../mm/costs.ts';
import type { FailOn } from '../report/fail-on.ts';
import { finalLayout } from '../run/final.ts';
import type { TraceTask } from '../run/trace-pass.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { isDrawn } from '../world/drawn.ts';
import { TraceOutcomes } from '../world/trace-outcomes.ts';
import type { OperationRecord } from '../writers/writer.ts';
import { type Batch, runBatch } from './batch.ts';
import { type BatchRequest, type RunUnit, type UnitResult, unitRequest } from './batch-unit.ts';
import type { CommandContext } from './command.ts';
import type { Interrupt } from './interrupt.ts';
import { load } from './load.ts';
import { listStrategies, type StrategyList, withRepeat } from './many.ts';
import type { Messages } from './messages.ts';
import type { OptionsOf } from './option-tables.ts';
import type { RunPlace } from './page-file.ts';
import type { ProgressChoice } from './progress.ts';
import { endlessWarnings, lockstepNotes } from './traps.ts';

export interface PreparedRuns {
  readonly ok: true;
  readonly paths: readonly string[];
  readonly scenarios: readonly Scenario[];
  readonly strategies: StrategyList;
  readonly seeds: readonly string[];
  readonly metrics: readonly MetricInfo[];
  readonly request: BatchRequest;
  /** For each scenario. */
  readonly failOn: readonly (readonly FailOn[])[];
}

/** Everything that can be found wrong before the first run. */
export async function prepareRuns(
  paths: readonly string[],
  options: OptionsOf<'compare'>,
  context: CommandContext,
): Promise<PreparedRuns | { readonly ok: false; readonly exitCode: number }> {
  const { io, messages } = context;
  const seeds = parseSeeds(options.seeds ?? DEFAULT_SEEDS);
  const metrics = options.metrics === undefined ? METRICS : chooseMetrics(options.metrics);
  const strategies = await listStrategies(options.strategies ?? [DEFAULT_STRATEGIES], io.cwd);
  const scenarios: Scenario[] = [];
  let exitCode = 0;
  for (const path of paths) {
    const loaded = await load(path, context);
    if (loaded.ok) {
      scenarios.push(loaded.scenario);
      warnOfTrace(loaded.scenario, messages);
      noteSmaps(loaded.scenario, messages);
      for (const note of lockstepNotes(loaded.scenario, true)) messages.note(note);
    } else exitCode = Math.max(exitCode, loaded.exitCode);
  }
  if (exitCode > 0) return { ok: false, exitCode };
  checkScenarios(scenarios, paths);
  const limits = { ...strategies, limited: options.duration !== undefined };
  for (const warning of endlessWarnings(scenarios, limits)) messages.warning(warning);
  if (scenarios.some(isDrawn))
    warnOfFewSeeds(seeds.length, metrics.length * (strategies.names.length - 1), messages);
  const failOn = scenarios.map((scenario) =>
    parseForGroups(expressionsOf(options), scenario, strategies, (text) => messages.warning(text)),
  );
  const request: BatchRequest = {
    maxEvents: options.maxEvents ?? DEFAULT_MAX_EVENTS,
    durationNs: options.duration ?? null,
    pools: true,
    own: strategies.own,
  };
  return { ok: true, paths, scenarios, strategies, seeds, metrics, request, failOn };
}

/**
 * Before the runs: afterwards the table says it of the tests that there were.
 * @param tests at most so many
 */
function warnOfFewSeeds(seeds: number, tests: number, messages: Messages): void {
  const needed = tests === 0 ? 0 : seedsNeeded(tests, LEVEL, true);
  if (seeds >= needed) return;
  messages.note(
    `${counted(seeds, 'seed')} may be too few to show any difference; ${needed} are enough for up to ` +
      `${tests} tests (--seeds=${needed})`,
  );
}

/** A line of maps takes less than a microsecond, one of smaps up to milliseconds. */
const SMAPS_LINE_NS = 100_000;

/** Where lines stand in for those of smaps, strategies for maps are no cure. */
function noteSmaps({ name, machine }: Scenario, messages: Messages): void {
  const { formatAnon, formatFile } = costsOf(machine.costs.preset, machine.costs.overrides);
  if (Math.max(formatAnon, formatFile) < SMAPS_LINE_NS) return;
  messages.note(
    `${name}: lines cost as much as those of smaps, which is read under mmap_lock up to Linux 7.0: ` +
      'no strategy here changes that (docs/inputs.md)',
  );
}

/** Calls of a log that come out otherwise here do so under every strategy. */
function warnOfTrace(scenario: Scenario, messages: Messages): void {
  const outcomes = new TraceOutcomes(scenario);
  if (!outcomes.any || scenario.writers.some(({ ops }) => ops === null)) return;
  const onOperation = (operation: OperationRecord): void => outcomes.add(operation);
  finalLayout({ ...scenario, durationNs: null }, { maxEvents: DEFAULT_MAX_EVENTS, onOperation });
  const summary = outcomes.summary();
  if (summary !== null) messages.warning(`${scenario.name}: ${summary}`);
}

function checkScenarios(scenarios: readonly Scenario[], paths: readonly string[]): void {
  for (const [i, { name, readers }] of scenarios.entries()) {
    const first = scenarios.findIndex((other) => other.name === name);
    if (first < i) {
      throw new UserError(`${paths[first]} and ${paths[i]} would both be called "${name}"`);
    }
    if (readers.length === 0) {
      throw new UserError(`${paths[i]} has no reader, so there is nothing to compare`);
    }
  }
}

/** Runs all, or as much as there is time for before a signal. */
export async function compareRuns(
  prepared: PreparedRuns,
  means: { jobs: number; progress: ProgressChoice; interrupt: Interrupt },
  context: CommandContext,
): Promise<CompareResult> {
  const { scenarios, strategies, metrics, request, paths } = prepared;
  const seedsOf = seedsFor(prepared);
  // Seed by seed, so that what a signal leaves has every strategy in it.
  const units = scenarios.flatMap((_, scenario) =>
    seedsOf[scenario]!.flatMap((seed) =>
      strategies.choices.map((strategy): RunUnit => ({ scenario, strategy, seed })),
    ),
  );
  const chosen = units.map((_, i) => i);
  const { jobs, progress, interrupt } = means;
  const batch: Batch = {
    scenarios,
    units,
    chosen,
    request,
    strategies: strategies.strategies,
    jobs,
  };
  const gather = new Gatherer(
    scenarios.map((scenario) => ({ ...scenario, drawn: isDrawn(scenario) })),
    strategies.names,
    metrics,
  );
  const repeat = (index: number) => {
    const { scenario, strategy, seed } = units[index]!;
    const limit = request.durationNs === null ? [] : [`--duration=${request.durationNs}ns`];
    const argv = [
      'run',
      paths[scenario]!,
      `--strategy=${strategy!.text}`,
      `--seed=${seed}`,
      ...limit,
    ];
    return { seed, argv };
  };
  const release = (unit: number, result: UnitResult) => {
    gather.take(units[unit]!.scenario, { run: result.run, pool: Pool.restored(result.pool!) });
  };
  await withRepeat(context.bug, repeat, () =>
    runBatch(batch, { interrupt, release, progress }, context),
  );
  const results = gather.results();
  const wanted = seedsOf.reduce((sum, { length }) => sum + length, 0);
  const complete = gather.wholeSeeds === wanted;
  if (!complete) {
    context.messages.warning(
      `interrupted: the result has ${gather.wholeSeeds} of ${counted(wanted, 'seed')}`,
    );
  }
  const judgements = results.flatMap(({ name, groups }, i) =>
    groups.length === 0 ? [] : judgeGroups(name, prepared.failOn[i]!, groups, groups),
  );
  return {
    tool: VERSION,
    prng: PRNG,
    costs: costsMark(),
    complete,
    scenarios: results,
    judgements,
  };
}

/** One run again, to be traced: a task for each of its readers. */
export function tracesOf(
  { scenarios, strategies, request }: PreparedRuns,
  { scenario: index, strategy, seed }: RunPlace,
): readonly TraceTask[] {
  const scenario = scenarios[index]!;
  const { names, choices, strategies: known } = strategies;
  const unit = { scenario: index, strategy: choices[names.indexOf(strategy)]!, seed };
  const { passes: _, ...again } = unitRequest(unit, request, known);
  return scenario.readers.map(({ name }) => ({
    ...{ scenario, record: null, reader: name },
    request: again,
  }));
}

/** Where nothing is drawn every seed gives the same run: it is run once. */
function seedsFor({ scenarios, seeds }: PreparedRuns): readonly (readonly string[])[] {
  return scenarios.map((scenario) => (isDrawn(scenario) ? seeds : seeds.slice(0, 1)));
}
