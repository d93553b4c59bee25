/**
 * Runs scenarios for tests of the model, given as YAML text: with times to the end (`aRun`), or
 * only built and then driven by the test (`aWorld`). Paths of captures are relative to
 * `scenarios/`.
 */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { COST_NAMES, COST_PRESETS } from '../../src/mm/costs.ts';
import type { Host } from '../../src/mm/kernel.ts';
import type { Strategy } from '../../src/proc/reader.ts';
import { chooseStrategy, readStrategy, STRATEGIES, Strategies } from '../../src/readers/index.ts';
import type { Machine } from '../../src/run/machine.ts';
import { TimedRun } from '../../src/run/timed.ts';
import { machineOf, TimedDriver } from '../../src/run/timed-driver.ts';
import { renderFaults } from '../../src/scenario/load/faults.ts';
import { loadScenario } from '../../src/scenario/load/validate.ts';
import * as parser from '../../src/scenario/load/yaml-text.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { readTrace } from '../../src/trace/read-trace.ts';
import { buildTimedWorld, type TimedWorld } from '../../src/world/build.ts';
import type { OperationRecord, Outcome } from '../../src/world/outcome.ts';
import type { PassSelection } from '../../src/world/pass-watch.ts';

const SCENARIOS = fileURLToPath(new URL('../../scenarios/', import.meta.url));

/**
 * The scenario of this text; `mapsim: 1` is put in front. Faults throw.
 * @param files beside those of `scenarios/`, by path
 */
export function aScenario(yaml: string, files: Readonly<Record<string, string>> = {}): Scenario {
  const loaded = loadScenario(
    { path: 'test.yaml', bytes: Buffer.from(`mapsim: 1\n${yaml}`), yaml: parser },
    {
      readFile: (path) => Buffer.from(files[path] ?? readFileSync(`${SCENARIOS}${path}`)),
      strategies: readStrategy,
      readTrace,
      costs: { presets: COST_PRESETS, names: COST_NAMES },
    },
  );
  if (!loaded.ok) throw new Error(renderFaults(loaded.faults, { dropped: loaded.dropped }));
  return loaded.scenario;
}

/** The built-in strategies, each made once for all tests of a file. */
export const BUILT_IN = new Strategies();

export function aStrategy(text: string): Strategy {
  return BUILT_IN.of(chooseStrategy(text));
}

const loaded = new Map<string, Scenario>();

/** Many strategies are asked the same of one world: its text is read once. */
function scenarioOf(given: string | Scenario): Scenario {
  if (typeof given !== 'string') return given;
  let scenario = loaded.get(given);
  if (scenario === undefined) {
    scenario = aScenario(given);
    loaded.set(given, scenario);
  }
  return scenario;
}

export interface RunOptions {
  readonly strategy?: string;
  readonly seed?: string;
  readonly passes?: PassSelection['which'];
  /** Whose passes are kept; the first reader's by default. */
  readonly reader?: string;
  readonly maxEvents?: number;
  readonly onOperation?: (operation: OperationRecord) => void;
}

/** Runs to the end. The texts of all passes of the first reader are kept, unless told otherwise. */
export function aRun(scenario: string | Scenario, options: RunOptions = {}): Outcome {
  const { strategy, passes = 'all', reader = null, maxEvents = 50_000_000, ...rest } = options;
  const run = new TimedRun(scenarioOf(scenario), {
    ...rest,
    ...(strategy === undefined ? {} : { strategy: chooseStrategy(strategy) }),
    strategies: BUILT_IN,
    maxEvents,
    passes: { reader, which: passes },
  });
  run.advance(Number.POSITIVE_INFINITY);
  return run.outcome();
}

/** A world that the oracle watches, to be advanced by the test. */
export function aWorld(
  scenario: string | Scenario,
  options: RunOptions = {},
  host?: Host,
): TimedWorld {
  const built = scenarioOf(scenario);
  return buildTimedWorld(built, {
    host: host ?? machineOf(built),
    strategy: options.strategy === undefined ? null : chooseStrategy(options.strategy),
    strategies: BUILT_IN,
    seed: options.seed ?? built.seed,
    passes: { reader: null, which: options.passes ?? 'all' },
    onOperation: options.onOperation ?? null,
  });
}

/** The clock of a world. */
export function aDriver(timed: TimedWorld, options: RunOptions = {}): TimedDriver {
  return new TimedDriver(timed, timed.world.kernel.host as Machine, {
    durationNs: timed.world.scenario.durationNs,
    maxEvents: options.maxEvents ?? 50_000_000,
  });
}

/** The text of a pass of the first reader. */
export function textOf(outcome: Outcome, pass = 0): string {
  return Buffer.from(outcome.passes[pass]!.text).toString('latin1');
}

/** Attempts that failed, whatever the cause. */
export function failedAttempts(outcome: Outcome): number {
  return outcome.readers.reduce(
    (sum, { failedByCause }) => sum + Object.values(failedByCause).reduce((a, b) => a + b, 0),
    0,
  );
}

/** Every strategy with every value of every option once, and each family with a small N. */
const LISTED: readonly string[] = [
  'mmap-lock',
  'mmap-lock:end=pending',
  'rcu-retry',
  'rcu-retry:mstart=speculate',
  'rcu-retry:sample=vma',
  'rcu-retry:wait=try',
  'rcu-retry:wait=none',
  'rcu-retry0',
  'rcu-retry1:fallback=vma',
  'rcu-retry2:scope=read,fallback=vma',
  'rcu-retry2:mstart=lock,sample=vma',
  'rcu-retry3',
  'rcu-retry3:wait=lock',
  'rcu-retry3:wait=none',
  'rcu-retry3:sample=vma,fallback=vma',
  'rcu-once',
  'rcu-once:mstart=lock,sample=vma,wait=lock',
  'rcu-once:wait=none,scope=read,fallback=read',
  'rcu-page',
  'rcu-page:wait=try',
  'rcu-page:wait=none',
  'rcu-page0',
  'rcu-page1:wait=lock',
  'rcu-page2',
  'rcu-page2:wait=none',
  'vma-lock',
  'vma-lock:resume=printed-end',
  'vma-lock:gap-check=off',
  'vma-lock:sample=before',
  'vma-lock:end-check=on',
  'vma-lock:sample=before,end-check=on',
  'mmap-lock-vma',
  'mmap-lock-all',
  'rcu-unchecked',
];

const LISTED_QUERIES: readonly string[] = ['query', 'query-rcu', 'query-vma'];

/** What the registry has and the lists do not: each with every value of every option once. */
const ADDED: readonly string[] = STRATEGIES.filter(({ name }) =>
  [...LISTED, ...LISTED_QUERIES].every((text) => chooseStrategy(text).entry !== name),
).flatMap(({ name: entry, options }) => {
  const name = entry.replace(/N$/, '3');
  const values = options.flatMap(({ key, values: [, ...others] }) =>
    others.map((value) => `${name}:${key}=${value}`),
  );
  return [name, ...values];
});

const isSeq = (text: string): boolean => aStrategy(text).medium === 'seq';

/** `query*` only where asked for: they print no gate line and read no seq_file. */
export const SEQ_STRATEGIES: readonly string[] = [...LISTED, ...ADDED.filter(isSeq)];
export const QUERY_STRATEGIES: readonly string[] = [
  ...LISTED_QUERIES,
  ...ADDED.filter((text) => !isSeq(text)),
];

export const ALL_STRATEGIES: readonly string[] = [...SEQ_STRATEGIES, ...QUERY_STRATEGIES];
