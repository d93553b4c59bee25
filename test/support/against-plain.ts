/** Compares the search of src/search with the plain search, on one world under one strategy. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { BUG_COMPAT } from '../../src/readers/rcu-retry.ts';
import { explorePlainly } from './plain-explorer.ts';
import { ALL_STRATEGIES, aScenario } from './run.ts';
import { exploredBySearch } from './search.ts';

const SCENARIOS = fileURLToPath(new URL('../../scenarios/', import.meta.url));

export const EVERY_STRATEGY: readonly string[] = [
  ...ALL_STRATEGIES,
  ...BUG_COMPAT.filter((bug) => bug !== 'none').map((bug) => `rcu-retry:bug-compat=${bug}`),
];

/** @param name below scenarios/ */
export function yamlOf(name: string): string {
  return readFileSync(`${SCENARIOS}${name}`, 'utf8').replace(/^mapsim: 1$/m, '');
}

/** A reader more, with another buffer. */
export function withTwoReaders(yaml: string): string {
  return yaml.replace(/^readers: \[(.*)\]$/m, 'readers: [$1, {name: q, buffer: 100}]');
}

/**
 * Both reductions, where the search has at most so many states. States, transitions, texts, faults,
 * deadlocks. @returns how many were compared
 */
export async function compareWithPlain(
  yaml: string,
  strategy: string,
  statesMax: number,
): Promise<number> {
  const scenario = aScenario(yaml);
  let compared = 0;
  for (const reduce of ['none', 'private'] as const) {
    const explored = exploredBySearch(scenario, strategy, { reduce, statesMax });
    const { privateChecks, ...search } = explored;
    expect(privateChecks).toBe(0);
    if (!search.complete) continue;
    const plain = await explorePlainly(scenario, { strategy, reduce, statesMax });
    expect({ strategy, reduce, ...search }).toEqual({ strategy, reduce, ...plain });
    compared++;
  }
  return compared;
}
