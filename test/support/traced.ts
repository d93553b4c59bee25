/** Runs shipped scenarios for some time with a tracer, and checks the rules of a trace. */

import { readdirSync, readFileSync } from 'node:fs';
import { COST_NAMES, COST_PRESETS } from '../../src/mm/costs.ts';
import { chooseStrategy, readStrategy, type Strategies } from '../../src/readers/index.ts';
import { TimedRun } from '../../src/run/timed.ts';
import { Tracer } from '../../src/run/tracer.ts';
import { loadScenario } from '../../src/scenario/load/validate.ts';
import * as yaml from '../../src/scenario/load/yaml-text.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { readTrace } from '../../src/trace/read-trace.ts';
import type { Outcome } from '../../src/world/outcome.ts';
import { EVENT, type RunTrace } from '../../src/world/run-trace.ts';
import { BUILT_IN } from './run.ts';

export const SHIPPED = readdirSync('scenarios').filter((name) => name.endsWith('.yaml'));

const EVENTS = 40_000;

export function shipped(name: string): Scenario {
  const path = `scenarios/${name}`;
  const loaded = loadScenario(
    { path, bytes: readFileSync(path), yaml },
    {
      readFile: (file) => readFileSync(file),
      strategies: readStrategy,
      readTrace,
      costs: { presets: COST_PRESETS, names: COST_NAMES },
    },
  );
  if (!loaded.ok) throw new Error(`${name} has faults`);
  return loaded.scenario;
}

export interface Traced {
  readonly trace: RunTrace;
  readonly outcome: Outcome;
}

export function traced(
  scenario: Scenario,
  strategy: string,
  strategies: Strategies = BUILT_IN,
): Traced {
  const tracer = new Tracer({ window: null, pass: null, maxEvents: 1e7 });
  const run = new TimedRun(scenario, {
    strategy: chooseStrategy(strategy),
    strategies,
    maxEvents: EVENTS,
    passes: { reader: null, which: 'none' },
    listener: tracer,
  });
  run.advance(EVENTS);
  run.end('interrupted');
  const outcome = run.outcome();
  return { trace: tracer.trace(outcome), outcome };
}

/** Sums over readers of the events of one kind that are over. */
function sumOf({ trace }: Traced, kind: number, of: 'ns' | 'count' = 'count'): number {
  const { events, tasks } = trace;
  let sum = 0;
  for (let i = 0; i < events.count; i++) {
    if (events.kind[i] !== kind || tasks[events.task[i]!]!.kind !== 'reader') continue;
    sum += of === 'ns' ? events.toNs[i]! - events.fromNs[i]! : 1;
  }
  return sum;
}

export function lawsOf(run: Traced): object {
  const failed = sumOf(run, EVENT.failed);
  const { totals } = run.outcome;
  const pending = failed - totals.retries - totals.fallbacks;
  const cutShort = run.outcome.readers.filter(
    ({ counters }) => counters.passesStarved + counters.passesCut > 0,
  ).length;
  return {
    waitNs: sumOf(run, EVENT.waitRead, 'ns'),
    holdNs: sumOf(run, EVENT.holdRead, 'ns'),
    cuts: sumOf(run, EVENT.cut),
    passes: sumOf(run, EVENT.pass),
    failedIsRetriesAndFallbacks: pending >= 0 && pending <= cutShort,
    fallbacksFollow: sumOf(run, EVENT.fallback) - totals.fallbacks <= Math.max(pending, 0),
  };
}

export function countsOf({ outcome: { totals, tearing } }: Traced): object {
  return {
    waitNs: totals.mmapReadLockWaitNs,
    holdNs: totals.mmapReadLockHoldNs,
    cuts: tearing.cuts,
    passes: totals.passesFinished,
    failedIsRetriesAndFallbacks: true,
    fallbacksFollow: true,
  };
}
