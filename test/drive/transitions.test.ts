/**
 * States that are put together from what is known of other states are those that the steps
 * themselves lead to.
 */
import { expect, test } from 'vitest';
import { ALL_STRATEGIES } from '../support/run.ts';
import { aGraph } from '../support/search.ts';
import { smallWorld } from '../support/small-worlds.ts';

test('explore: in 60 random small worlds each transition is what its step does', () => {
  for (let seed = 0; seed < 60; seed++) {
    const strategy = ALL_STRATEGIES[seed % ALL_STRATEGIES.length]!;
    const graph = aGraph(smallWorld(seed), strategy);
    const { data, count } = graph.edges;
    const { states, width } = graph.store;
    const rowOf = (state: number): number[] => [...states.subarray(state * width).slice(0, width)];
    for (let i = 0; i < count; i += 7) {
      const [from, to, via] = data.subarray(4 * i) as unknown as [number, number, number];
      const { task, choices } = graph.viaOf(via);
      const world = graph.look(from);
      world.run(task, choices);
      const of = { seed, strategy, from, task, choices };
      expect({ ...of, state: [...world.save()] }).toEqual({ ...of, state: rowOf(to) });
    }
  }
});
