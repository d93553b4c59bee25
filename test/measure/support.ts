/** Scenarios of tests as documents, and whether this machine can measure. */

import { spawnSync } from 'node:child_process';
import { COST_NAMES, COST_PRESETS } from '../../src/mm/costs.ts';
import { readStrategy } from '../../src/readers/index.ts';
import { loadScenario } from '../../src/scenario/load/validate.ts';
import * as yaml from '../../src/scenario/load/yaml-text.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { readTrace } from '../../src/trace/read-trace.ts';

export function aScenario(document: object): Scenario {
  return scenarioOf(Buffer.from(JSON.stringify({ mapsim: 1, ...document })));
}

export function scenarioOf(bytes: Uint8Array): Scenario {
  const source = { path: 'test.yaml', bytes, yaml };
  const loaded = loadScenario(source, {
    readFile: () => Buffer.alloc(0),
    strategies: readStrategy,
    readTrace,
    costs: { presets: COST_PRESETS, names: COST_NAMES },
  });
  if (!loaded.ok) throw new Error(loaded.faults.map(({ message }) => message).join('\n'));
  return loaded.scenario;
}

/** Linux with a C compiler: CI sees to it. */
export const CAN_MEASURE =
  process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;
