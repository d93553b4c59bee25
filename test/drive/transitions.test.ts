/**
 * States that are put together from what is known of other states are those that the steps
 * themselves lead to.
 */
import { expect, test } from 'vitest';
import { REDUCTIONS } from '../../src/cli/search-options.ts';
import type { Explorer } from '../../src/drive/explore.ts';
import { ALL_STRATEGIES } from '../support/run.ts';
import { aGraph } from '../support/search.ts';
import { smallWorld, worldOfTwoWriters } from '../support/small-worlds.ts';

test('explore: in 100 random small worlds each transition is what its step does', () => {
  for (let seed = 0; seed < 100; seed++) {
    const strategy = ALL_STRATEGIES[seed % ALL_STRATEGIES.length]!;
    const reduce = REDUCTIONS[seed % REDUCTIONS.length]!;
    const world = seed % 2 === 0 ? smallWorld(seed) : worldOfTwoWriters(seed);
    const graph = aGraph(world, strategy, { maxStates: 600, reduce });
    const of = { seed, strategy, reduce };
    expect({ ...of, differs: firstWrong(graph) }).toEqual({ ...of, differs: null });
  }
});

/** The first transition that is not what its step does. */
function firstWrong(graph: Explorer): string | null {
  const { edges, store } = graph;
  for (let from = 0; from < store.count; from++) {
    for (let edge = edges.startOf(from); edge < edges.startOf(from + 1); edge++) {
      const { task, choices } = graph.viaOf(edges.via(edge));
      const world = graph.look(from);
      world.run(task, choices);
      const at = store.at(edges.to(edge));
      if (world.save().some((number, place) => number !== store.states[at + place])) {
        return `state ${from}, task ${task}, choices ${choices}`;
      }
    }
  }
  return null;
}
