/**
 * A search that several shards share comes to what one alone comes to: states, transitions, how
 * each state was reached, findings, texts, to the byte.
 */
import { expect, test } from 'vitest';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { Search } from '../../src/search/search.ts';
import { ALL_STRATEGIES, aScenario } from '../support/run.ts';
import { aRequest, aSharedSearch, type SearchSettings } from '../support/search.ts';
import { smallWorld, worldOfTwoWriters } from '../support/small-worlds.ts';

/** All that a search has come to. Long lists as text, which is compared in a moment. */
function everythingOf(search: Search) {
  const { explorer } = search;
  const { store, edges } = explorer;
  const outcome = search.outcome();
  const textOf = (via: number): string => {
    const { task, choices } = explorer.viaOf(via);
    return [task, ...choices].join('c');
  };
  const list = (length: number, one: (i: number) => unknown): string =>
    Array.from({ length }, (_, i) => one(i)).join(' ');
  return {
    outcome,
    parents: list(store.count, (s) => store.parents[s]),
    vias: list(store.count, (s) => textOf(store.vias[s]!)),
    edges: list(edges.count, (e) => [edges.to(e), textOf(edges.via(e)), edges.isProgress(e)]),
    starts: list(store.count + 1, (s) => edges.startOf(s)),
  };
}

function alone(world: Scenario, strategy: string, settings: SearchSettings) {
  const search = new Search(world, aRequest(strategy, settings));
  while (!search.advance(1000));
  return everythingOf(search);
}

const SETTINGS: readonly SearchSettings[] = [
  {},
  { reduce: 'none' },
  { onlyTexts: true },
  { maxStates: 100 },
  { maxStates: 301, reduce: 'private' },
  { maxDepth: 17 },
  { preemptions: 2 },
  { preemptions: 1, find: 'torn' },
  { find: 'torn' },
  { find: 'falseGaps' },
  { find: 'attempts>1' },
  { find: 'livelock' },
  { find: 'starved' },
  { find: 'hang' },
  { find: 'cuts>0', maxStates: 200 },
];

test('explore: in 70 random worlds, 2 to 4 shards come to what one search comes to', async () => {
  for (let seed = 0; seed < 70; seed++) {
    const strategy = ALL_STRATEGIES[seed % ALL_STRATEGIES.length]!;
    const settings = { maxStates: 1000, ...SETTINGS[seed % SETTINGS.length]! };
    const world = aScenario(seed % 3 === 2 ? worldOfTwoWriters(seed) : smallWorld(seed));
    const how = { shards: 2 + (seed % 3), alone: seed % 2 === 0 ? 0 : 10 * (seed % 7) };
    const shared = await aSharedSearch(world, strategy, settings, how);
    const of = { seed, strategy, settings, how };

    expect({ ...of, ...everythingOf(shared) }).toEqual({
      ...of,
      ...alone(world, strategy, settings),
    });
  }
});

/**
 * Names, files and texts that are made while the search is under way, in an order that differs from
 * shard to shard; a reader that prints them.
 */
const MADE_ON_THE_WAY = `
vmas:
  - {from: heap.maps}
  - {start: "0x7f0000000000", pages: 2, perms: rw-p}
readers: [{name: r, buffer: 4096}]
writers:
  - {name: u, ops: 1, program: [{name: {at: "0x7f0000000000", pages: 1, name: first}}]}
  - {name: v, ops: 2, program: [
      {name: {at: "0x7f0000001000", pages: 1, name: second}},
      {mmap: {at: "0x7f0000008000", pages: 1, perms: rw-s}}]}
`;

const HEAP = '10000000-10001000 rw-p 00000000 00:00 0    [heap]\n';

test('explore: names and files that are made on the way mean the same in every shard', async () => {
  const world = aScenario(MADE_ON_THE_WAY, { 'heap.maps': HEAP });
  for (const strategy of ['mmap-lock', 'rcu-retry3']) {
    const settings = { onlyTexts: true, maxStates: 50_000 };
    const shared = await aSharedSearch(world, strategy, settings, { shards: 3 });
    const one = alone(world, strategy, settings);
    const texts = one.outcome.texts.map(({ text }) => text).join('');

    expect(everythingOf(shared)).toEqual(one);
    for (const word of ['[heap]', '[anon:first]', '[anon:second]', '/dev/zero']) {
      expect(texts).toContain(word);
    }
  }
});
