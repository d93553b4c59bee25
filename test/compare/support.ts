/** Runs and groups made by hand, and real ones in this process. */

import type { Group } from '../../src/compare/comparison.ts';
import { Pool, type RunSummary, summaryOf } from '../../src/compare/record.ts';
import type { CompareResult, ScenarioResult } from '../../src/compare/result.ts';
import { chooseStrategy } from '../../src/readers/index.ts';
import { TimedRun } from '../../src/run/timed.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { Counters, Tearing } from '../../src/world/outcome.ts';
import { anOutcome, aReader, aWriter } from '../report/outcomes.ts';
import { BUILT_IN } from '../support/run.ts';

export interface RunParts {
  readonly counters?: Partial<Counters>;
  readonly tearing?: Partial<Tearing>;
  readonly passNs?: readonly number[];
  readonly opNs?: readonly number[];
}

const SOME: Partial<Counters> = { passesStarted: 10, passesFinished: 10, lines: 1000 };

/** A group of runs, one for each of `parts`, on seeds 1, 2, … (or others). */
export function aGroup(
  label: string,
  parts: readonly RunParts[],
  seedOf: (index: number) => string = (i) => String(i + 1),
): Group {
  const pool = new Pool();
  const runs = parts.map((part, i): RunSummary => {
    const reader = aReader({
      strategy: label,
      counters: { ...SOME, ...part.counters },
      tearing: part.tearing ?? {},
      passNs: part.passNs ?? [100],
    });
    const outcome = anOutcome({
      seed: seedOf(i),
      readers: [reader],
      writers: [aWriter('churn', part.opNs ?? [])],
    });
    const { run, pool: own } = summaryOf(outcome);
    pool.merge(own);
    return run;
  });
  return { label, strategy: label, file: null, runs, pool };
}

/** Real runs of one strategy. */
export function realGroup(scenario: Scenario, strategy: string, seeds: readonly string[]): Group {
  const pool = new Pool();
  const runs = seeds.map((seed) => {
    const passes = { reader: null, which: 'none' as const };
    const run = new TimedRun(scenario, {
      strategy: chooseStrategy(strategy),
      strategies: BUILT_IN,
      seed,
      maxEvents: 1e9,
      passes,
    });
    while (!run.advance(1e9)) {}
    const { run: record, pool: own } = summaryOf(run.outcome());
    pool.merge(own);
    return record;
  });
  return { label: strategy, strategy, file: null, runs, pool };
}

export function aResult(
  scenarios: readonly ScenarioResult[],
  parts: Partial<CompareResult> = {},
): CompareResult {
  return {
    tool: '1.2.3',
    prng: 'alea/1',
    costs: 'table',
    complete: true,
    scenarios,
    judgements: [],
    ...parts,
  };
}
