/** The strategy that examples/ works out is held to what is asked of the built-in ones. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadStrategies } from '../../src/cli/own-strategies.ts';
import { chooseStrategy, type Strategies } from '../../src/readers/index.ts';
import { TimedRun } from '../../src/run/timed.ts';
import type { Outcome } from '../../src/world/outcome.ts';
import { randomWorld } from '../support/random-world.ts';
import { aScenario, textOf } from '../support/run.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILE = 'examples/strategy/pass-budget.mjs';
const BUDGET = 8;
const WORLDS = 60;

let strategies: Strategies;
beforeAll(async () => {
  strategies = await loadStrategies({ paths: [FILE], directory: ROOT });
});

function run(yaml: string, strategy = FILE): Outcome {
  const timed = new TimedRun(aScenario(yaml), {
    strategy: chooseStrategy(strategy),
    strategies,
    maxEvents: 2_000_000,
    passes: { reader: null, which: 'all' },
  });
  timed.advance(Number.POSITIVE_INFINITY);
  return timed.outcome();
}

test.each(['bash', 'python3', 'node'])('prints the capture %s byte for byte', (name) => {
  for (const buffer of [1, 100, 4096, 65_536]) {
    const outcome = run(
      `vmas: [{from: captures/${name}.maps}]\nreaders: [{name: r, buffer: ${buffer}}]`,
    );

    expect(textOf(outcome)).toBe(readFileSync(`${ROOT}/scenarios/captures/${name}.maps`, 'latin1'));
  }
});

describe(`in ${WORLDS} random worlds`, () => {
  test('shows no more than it declares', () => {
    let torn = 0;
    for (let world = 0; world < WORLDS; world++) {
      const { tearing } = run(randomWorld(world));
      torn += tearing.tornPasses;

      expect([tearing.alienLines, tearing.falseGaps, tearing.transientGaps]).toEqual([0, 0, 0]);
    }
    expect(torn).toBeGreaterThan(0);
  });

  test('retries no more often in a pass than its budget, then takes the lock', () => {
    let fallbacks = 0;
    for (let world = 0; world < WORLDS; world++) {
      for (const { counters, failedByCause } of run(randomWorld(world)).readers) {
        const failed = Object.values(failedByCause).reduce((a, b) => a + b, 0);
        fallbacks += counters.fallbacks;

        expect(counters.retries).toBeLessThanOrEqual(BUDGET * counters.passesStarted);
        expect(counters.retries + counters.fallbacks + counters.passesStarved).toBe(failed);
      }
    }
    expect(fallbacks).toBeGreaterThan(0);
  });
});

test('finishes every pass beside a writer that starves rcu-retry', () => {
  const yaml = readFileSync(`${ROOT}/scenarios/hyperactive-writer.yaml`, 'utf8').replace(
    'mapsim: 1',
    '',
  );

  expect(run(yaml, 'rcu-retry').totals).toMatchObject({ passesFinished: 0, passesStarved: 1 });
  expect(run(yaml).totals).toMatchObject({
    passesFinished: 100,
    passesStarved: 0,
    retries: 100 * BUDGET,
    fallbacks: 100,
  });
});
