/**
 * States that are put together from what is known of other states are those that the steps
 * themselves lead to, and steps look at nothing and change nothing but what they say.
 */
import { expect, test } from 'vitest';
import { REDUCTIONS } from '../../src/cli/search-options.ts';
import type { Explorer } from '../../src/drive/explore.ts';
import { BUG_COMPAT } from '../../src/readers/rcu-retry.ts';
import type { SearchWorld } from '../../src/world/search-world.ts';
import { ALL_SHARED } from '../../src/world/shared-state.ts';
import { ALL_STRATEGIES } from '../support/run.ts';
import { aGraph } from '../support/search.ts';
import { smallWorld, worldOfTwoWriters } from '../support/small-worlds.ts';

const STRATEGIES = [
  ...ALL_STRATEGIES,
  ...BUG_COMPAT.filter((bug) => bug !== 'none').map((bug) => `rcu-retry:bug-compat=${bug}`),
];

test('explore: in 100 random small worlds each transition is what its step does', () => {
  for (let seed = 0; seed < 100; seed++) {
    const strategy = STRATEGIES[seed % STRATEGIES.length]!;
    const reduce = REDUCTIONS[seed % REDUCTIONS.length]!;
    const world = seed % 2 === 0 ? smallWorld(seed) : worldOfTwoWriters(seed);
    const graph = aGraph(world, strategy, { maxStates: 600, reduce });
    const of = { seed, strategy, reduce };
    expect({ ...of, differs: firstWrong(graph) }).toEqual({ ...of, differs: null });
  }
});

/** The first transition that is not what its step does, or state that is not what it says. */
function firstWrong(graph: Explorer): string | null {
  const { edges, store } = graph;
  for (let from = 0; from < store.count; from++) {
    const isState = (id: number, numbers: Int32Array): boolean =>
      numbers.every((number, place) => number === store.states[store.at(id) + place]);
    if (!isState(from, savedAnew(graph.look(from)))) return `state ${from}`;
    for (let edge = edges.startOf(from); edge < edges.startOf(from + 1); edge++) {
      const { task, choices } = graph.viaOf(edges.via(edge));
      const where = `state ${from}, task ${task}, choices ${choices}`;
      const world = graph.look(from);
      world.run(task, choices);
      const to = edges.to(edge);
      if (!isState(to, world.save())) return where;
      if (!isState(to, savedAnew(world))) return `${where}: touches more than it says`;
    }
  }
  return null;
}

/** All of it, as if every step had touched everything. */
function savedAnew(world: SearchWorld): Int32Array {
  for (const { id } of world.tasks) world.numbers.moves(id, ALL_SHARED);
  return world.save();
}
