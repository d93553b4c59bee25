import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { COST_NAMES, COST_PRESETS } from '../../src/mm/costs.ts';
import { chooseStrategy, readStrategy } from '../../src/readers/index.ts';
import { TimedRun } from '../../src/run/timed.ts';
import { loadScenario } from '../../src/scenario/load/validate.ts';
import * as yaml from '../../src/scenario/load/yaml-text.ts';
import { readTrace } from '../../src/trace/read-trace.ts';
import type { Outcome } from '../../src/world/outcome.ts';
import { BUILT_IN } from '../support/run.ts';

/** The shipped scenario under its own strategy (with the flaw), or under another. */
function run(name: string, strategy?: string): Outcome {
  const path = `scenarios/bug-compat/${name}.yaml`;
  const loaded = loadScenario(
    { path, bytes: readFileSync(path), yaml },
    {
      readFile: (file) => readFileSync(file),
      strategies: readStrategy,
      readTrace,
      costs: { presets: COST_PRESETS, names: COST_NAMES },
    },
  );
  if (!loaded.ok) throw new Error(`${path} is refused`);
  const timed = new TimedRun(loaded.scenario, {
    strategies: BUILT_IN,
    ...(strategy === undefined ? {} : { strategy: chooseStrategy(strategy) }),
    maxEvents: 10_000_000,
    passes: { reader: null, which: 0 },
  });
  while (!timed.advance(1_000_000));
  return timed.outcome();
}

describe('what review found in the series as posted', () => {
  test('pin-spin: a pin on a copy whose file is gone is tried for ever, and the run repeats itself', () => {
    const flawed = run('pin-spin');
    const mended = run('pin-spin', 'rcu-retry');

    expect(flawed.totals.passesStarved).toBe(1);
    expect(flawed.readers[0]!.failedByCause.filePin).toBe(flawed.totals.retries + 1);
    // Nothing but the pin itself takes time: filePin, 8 ns, by the factor of this read() call.
    expect(flawed.livelock?.periodNs).toBe(7);
    expect(mended.totals.passesFinished).toBe(1);
    expect(mended.readers[0]!.failedByCause.filePin).toBe(1);
  });

  test('end-unchecked: memory that was mapped all the time is missing at the end of the text', () => {
    const flawed = run('end-unchecked');
    const mended = run('end-unchecked', 'rcu-retry');

    expect(flawed.tearing.falseGaps).toBeGreaterThan(100);
    expect(mended.tearing.falseGaps).toBe(0);
  });

  test('stale-name: the name of a special mapping is read after it was freed', () => {
    const { kernelFault, ended } = run('stale-name');

    expect(ended).toBe('kernel-fault');
    expect(kernelFault?.kind).toBe('use-after-free');
    expect(kernelFault?.by.task).toBe('monitor');
    expect(kernelFault?.by.steps.at(-1)?.step).toBe('special_mapping_name');
    expect(kernelFault?.freedBy?.task).toBe('tracer');
    expect(kernelFault?.freedBy?.steps.at(-1)?.step).toBe('vm_area_free');
    expect(run('stale-name', 'rcu-retry').ended).toBe('passes');
  });

  test('null-copy: a lookup that finds nothing after a retry is copied', () => {
    const { kernelFault } = run('null-copy');

    expect(kernelFault?.kind).toBe('null-dereference');
    expect(kernelFault?.freedBy).toBeNull();
    expect(run('null-copy', 'rcu-retry').ended).toBe('passes');
  });
});

describe('a run that repeats itself', () => {
  test('ends where that is seen, with the period, unless its duration is given', () => {
    const source = readFileSync('scenarios/bug-compat/pin-spin.yaml', 'utf8');
    const endless = Buffer.from(source.replace('duration: 1ms\n', ''));
    const loaded = loadScenario(
      { path: 'scenarios/bug-compat/pin-spin.yaml', bytes: endless, yaml },
      {
        readFile: (file) => readFileSync(file),
        strategies: readStrategy,
        readTrace,
        costs: { presets: COST_PRESETS, names: COST_NAMES },
      },
    );
    if (!loaded.ok) throw new Error('refused');
    const timed = new TimedRun(loaded.scenario, {
      strategies: BUILT_IN,
      maxEvents: 10_000_000,
      passes: { reader: null, which: 'none' },
    });
    while (!timed.advance(1_000_000));
    const outcome = timed.outcome();

    expect(outcome.ended).toBe('livelock');
    expect(outcome.complete).toBe(false);
    // 64 failures before the first look, the state of which comes back after the next one.
    expect(outcome.readers[0]!.failedByCause.filePin).toBe(65);
  });
});
