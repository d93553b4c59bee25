/**
 * Each shipped scenario with writers says how many calls a second they make: that is what its own
 * run shows.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { aRun, aScenario } from '../support/run.ts';

const FOLDER = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const NAMES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(
  (name) => /\.(yaml|json)$/.test(name) && !/^explore\/|^quiet\./.test(name),
);

/** Writers that do the same all the time need not be watched for a second. */
const LONGEST_NS = { kernel: 100e6, node: 5e9 };

function textOf(name: string): string {
  const text = readFileSync(FOLDER + name, 'utf8');
  if (!name.endsWith('.json')) return text.replace(/^mapsim: 1$/m, '');
  const { mapsim: _version, $schema, ...data } = JSON.parse(text) as Record<string, unknown>;
  return Object.entries(data)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
}

test.each(NAMES)('%s: its writers make as many calls a second as it says', (name) => {
  const scenario = aScenario(textOf(name));
  const [, longestNs] = Object.entries(LONGEST_NS).find(([start]) => name.startsWith(start)) ?? [];
  const durationNs = Math.min(scenario.durationNs ?? 1e9, longestNs ?? 1e9);
  const { writers, simulatedNs } = aRun({ ...scenario, durationNs }, { passes: 'none' });
  const ops = writers.reduce((sum, writer) => sum + writer.ops, 0);
  const said = /([0-9,]+) calls a second/.exec(scenario.about!)?.[1]?.replaceAll(',', '');

  if (said === undefined) expect(scenario.about).toContain('one call');
  const saidOps = said === undefined ? 1 : (Number(said) * simulatedNs) / 1e9;
  expect(ops / saidOps).toBeCloseTo(1, 1); // less than 5 % off
});
