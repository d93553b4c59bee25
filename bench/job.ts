/** A job: something to measure in its own process. It is prepared once and run many times. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { COST_NAMES, COST_PRESETS } from '../src/mm/costs.ts';
import { chooseStrategy, readStrategy, Strategies } from '../src/readers/index.ts';
import { TimedRun } from '../src/run/timed.ts';
import { renderFaults } from '../src/scenario/load/faults.ts';
import { loadScenario } from '../src/scenario/load/validate.ts';
import * as yaml from '../src/scenario/load/yaml-text.ts';
import type { Scenario } from '../src/scenario/scenario.ts';
import { RandomWalks } from '../src/search/random-walk.ts';
import { Search, type SearchRequest } from '../src/search/search.ts';
import { readTrace } from '../src/trace/read-trace.ts';

/** A scenario: its text, or a path relative to `root`. */
export interface Source {
  readonly root: string;
  readonly yaml?: string;
  readonly path?: string;
}

export type Job = Source & { readonly strategy: string | null } & (
    | { readonly kind: 'timed' }
    | { readonly kind: 'search' }
    | { readonly kind: 'walks'; readonly walks: number }
  );

/** Times of a run, and what was done in it. Units are the counts of the job's kind. */
export interface Sample {
  readonly cpuNs: number;
  readonly wallNs: number;
  readonly units: Readonly<Record<string, number>>;
}

const STRATEGIES = new Strategies();

/** A search of a small world is over before the clock has moved: it is repeated for so long. */
const SEARCH_NS = 150e6;

export function prepare(job: Job): () => Sample {
  const scenario = load(job);
  switch (job.kind) {
    case 'timed':
      return () => timed(scenario, job.strategy);
    case 'search':
      return () => search(scenario, job.strategy);
    case 'walks':
      return () => walks(scenario, job.strategy, job.walks);
  }
}

/** Events until all readers are done; building the world is not in it. */
function timed(scenario: Scenario, strategy: string | null): Sample {
  const run = new TimedRun(scenario, {
    ...(strategy === null ? {} : { strategy: chooseStrategy(strategy) }),
    strategies: STRATEGIES,
    maxEvents: 1e9,
    passes: { reader: null, which: 'none' },
  });
  const times = new Stopwatch();
  times.during(() => run.advance(Number.POSITIVE_INFINITY));
  const { events, simulatedNs, totals } = run.outcome();
  const made = totals.lines + totals.discardedRecords;
  return times.sample({ events, simulatedNs, lines: totals.lines, made, bytes: totals.bytes });
}

/** Everything that `explore` without `--find` looks for; making the report is not in it. */
function search(scenario: Scenario, strategy: string | null): Sample {
  const times = new Stopwatch();
  let states = 0;
  let bytes = {};
  do {
    const one = new Search(scenario, requestOf(strategy));
    times.during(() => one.advance(Number.POSITIVE_INFINITY));
    const { explorer } = one;
    const { count } = explorer.store;
    states += count;
    bytes = {
      bytesPerState: Math.round(explorer.bytes / count),
      plainBytesPerState: Math.round(explorer.store.plainBytes / count),
    };
  } while (times.wallNs < SEARCH_NS);
  return times.sample({ states, ...bytes });
}

function walks(scenario: Scenario, strategy: string | null, count: number): Sample {
  const request = { ...requestOf(strategy), walks: count, bias: 'uniform' as const, seed: '1' };
  const run = new RandomWalks(scenario, request);
  const times = new Stopwatch();
  times.during(() => run.advance(Number.POSITIVE_INFINITY));
  const { walks: schedules, states: steps } = run.progress();
  return times.sample({ schedules, steps });
}

function requestOf(strategy: string | null): SearchRequest {
  return {
    strategy: strategy === null ? null : chooseStrategy(strategy),
    strategies: STRATEGIES,
    find: null,
    maxStates: 1_000_000,
    maxDepth: null,
    preemptions: null,
    store: 'exact',
    reduce: 'private',
  };
}

class Stopwatch {
  wallNs = 0;
  #cpuNs = 0;

  during(work: () => void): void {
    const cpu = process.cpuUsage();
    const start = process.hrtime.bigint();
    work();
    this.wallNs += Number(process.hrtime.bigint() - start);
    const { user, system } = process.cpuUsage(cpu);
    this.#cpuNs += (user + system) * 1e3;
  }

  sample(units: Sample['units']): Sample {
    return { cpuNs: this.#cpuNs, wallNs: this.wallNs, units };
  }
}

function load({ root, yaml: text, path = 'bench.yaml' }: Source): Scenario {
  const bytes = text === undefined ? readFileSync(resolve(root, path)) : Buffer.from(text);
  const loaded = loadScenario(
    { path, bytes, yaml },
    {
      readFile: (name) => readFileSync(resolve(root, name)),
      strategies: readStrategy,
      readTrace,
      costs: { presets: COST_PRESETS, names: COST_NAMES },
    },
  );
  if (!loaded.ok) throw new Error(renderFaults(loaded.faults, { dropped: loaded.dropped }));
  return loaded.scenario;
}
