/** Random walks of explore and census: the same whoever walks them, and what ends them early. */
import { beforeAll, expect, test } from 'vitest';
import { RandomWalks, walkerOf, walksIn } from '../../src/drive/random-walk.ts';
import { WALKS_A_BLOCK } from '../../src/drive/walker.ts';
import { aScenario } from '../support/run.ts';
import { aRequest } from '../support/search.ts';
import { smallWorld } from '../support/small-worlds.ts';
import { ensureBuilt, ROOT, spawnMapsim } from './spawn.ts';
import { mapsim } from './support.ts';

const WORLD = 'scenarios/explore/split-merge.yaml';
const path = `${ROOT}${WORLD}`;

beforeAll(ensureBuilt);

test('explore --random: the output is the same for every number of threads', async () => {
  const argv = ['explore', path, '--strategy=rcu-retry3', '--random=100000', '--bias=churn'];
  const outputs: string[] = [];
  for (const jobs of [1, 2, 3]) {
    const { stdout, code } = await spawnMapsim([...argv, '--format=json', `--jobs=${jobs}`]);
    expect(code).toBe(4);
    outputs.push(stdout);
  }

  expect(JSON.parse(outputs[0]!).sampled.walks).toBe(100_000);
  expect(outputs[1]).toBe(outputs[0]);
  expect(outputs[2]).toBe(outputs[0]);
}, 60_000);

test('explore --random --find: ends with the first walk that finds it, in threads as well', async () => {
  const argv = ['explore', path, '--strategy=rcu-retry3', '--random=100000', '--find=cuts>9'];
  const [one, two] = await Promise.all(
    [1, 2].map((jobs) => spawnMapsim([...argv, '--format=json', `--jobs=${jobs}`])),
  );
  expect(one!.code).toBe(4);
  expect(two!.stdout).toBe(one!.stdout);

  const found = await mapsim([...argv.slice(0, -1), '--find=torn', '--format=json']);
  expect(found.code).toBe(1);
  expect(JSON.parse(found.stdout).sampled.walks).toBeLessThan(WALKS_A_BLOCK);
}, 60_000);

test('explore --random: an interrupt ends threads and prints what there is', async () => {
  const argv = ['census', path, '--strategy=mmap-lock', '--random=900000000', '--jobs=2'];
  const { signal, stdout } = await spawnMapsim([...argv, '--format=json'], (child) => {
    setTimeout(() => child.kill('SIGINT'), 4000);
  });

  expect(signal).toBe('SIGINT');
  const { sampled, texts } = JSON.parse(stdout);
  expect(sampled.walks).toBeGreaterThan(1000);
  expect(sampled.walks).toBeLessThan(900_000_000);
  expect(texts.length).toBeGreaterThan(1);
}, 60_000);

test('explore --random: blocks that others walk, late or twice, change nothing', () => {
  for (let seed = 0; seed < 8; seed++) {
    const scenario = aScenario(smallWorld(seed));
    const walks = 3 * WALKS_A_BLOCK + 5;
    const bias = seed % 2 === 0 ? 'uniform' : 'churn';
    const request = { ...aRequest(null), walks, bias, seed: String(seed) } as const;
    const alone = new RandomWalks(scenario, request);
    while (!alone.advance(777));

    const shared = new RandomWalks(scenario, request);
    shared.advance(1500);
    const walkers = [walkerOf(scenario, request), walkerOf(scenario, request)];
    for (const block of shared.handOver()) {
      const walker = walkers[block % 2]!;
      walker.begin(block, walksIn(walks, block));
      while (!walker.advance(333));
      shared.take(walker.result());
    }

    expect(shared.isDone).toBe(true);
    expect(shared.outcome()).toEqual(alone.outcome());
  }
});

test('explore --random: no number of threads is refused but 1 to 1024', async () => {
  const { code, stderr } = await mapsim(['explore', path, '--random=5', '--jobs=0']);

  expect(code).toBe(2);
  expect(stderr).toContain('It is a number of threads, 1 to 1024.');
});
