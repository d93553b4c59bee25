/** Random walks of explore and census: the same whoever walks them, and what ends them early. */
import { beforeAll, expect, test } from 'vitest';
import { RandomWalks, walkerOf, walksABlock, walksIn } from '../../src/search/random-walk.ts';
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
  expect(JSON.parse(found.stdout).sampled.walks).toBeLessThan(walksABlock(100_000));
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

test.each([
  [1, 'text'],
  [2, 'json'],
])(
  'explore --random: an interrupt within long walks tells how far they came, with --jobs=%i, as %s',
  async (jobs, format) => {
    const long = `${ROOT}scenarios/split-merge.yaml`; // its walks have no end of their own
    const asked = ['--find=deadlock', '--random=1e7', '--max-depth=1e9', `--jobs=${jobs}`];
    const argv = ['explore', long, ...asked, `--format=${format}`];
    const interruptedAfter = async (ms: number): Promise<string> => {
      const { stdout } = await spawnMapsim(argv, (child) => {
        setTimeout(() => child.kill('SIGINT'), ms);
      });
      // On a busy machine some thread may not have begun.
      const walks = Number(/"walks": ?(\d+)|sampled: (\d+)/.exec(stdout)?.slice(1).join(''));
      return walks < jobs ? interruptedAfter(2 * ms) : stdout;
    };
    const stdout = await interruptedAfter(2500);

    if (format === 'text') {
      expect(stdout).toMatch(
        /^sampled: 1 uniform random walk, \d+ steps, 1 of them cut short, [\s\S]*\ninterrupted, what/,
      );
      return;
    }
    const { bound, sampled, texts } = JSON.parse(stdout);
    expect(bound).toBe('interrupted');
    expect(sampled).toMatchObject({ walks: jobs, unfinished: jobs });
    expect(sampled.steps).toBeGreaterThan(1000);
    expect(texts.length).toBeGreaterThan(0);
  },
  600_000,
);

test('explore --random: an interrupt counts the block under way as far as it has come', () => {
  const scenario = aScenario(smallWorld(1));
  const request = { ...aRequest(null), walks: 100_000, bias: 'uniform', seed: '1' } as const;
  const walks = new RandomWalks(scenario, request);
  walks.advance(5000);
  walks.interrupt();
  const { bound, sampled, transitions } = walks.outcome();

  expect(bound).toBe('interrupted');
  expect(sampled!.unfinished).toBeLessThanOrEqual(1);
  expect(sampled!.walks).toBeGreaterThan(10);
  expect(transitions).toBeGreaterThanOrEqual(5000);

  const whole = new RandomWalks(scenario, { ...request, walks: 10 });
  while (!whole.advance(777));
  whole.interrupt(); // too late
  expect(whole.outcome().bound).toBe('random');
});

test.each([
  [1, 1],
  [5, 5],
  [64, 64],
  [1000, 63],
  [100_000, 98],
])('explore --random: %i walks are shared out in %i blocks', (walks, blocks) => {
  const request = { ...aRequest(null), walks, bias: 'uniform', seed: '1' } as const;
  const all = new RandomWalks(aScenario(smallWorld(1)), request).handOver();

  expect(all).toHaveLength(blocks);
  expect(all.reduce((sum, block) => sum + walksIn(walks, block), 0)).toBe(walks);
});

test('explore --random: blocks that others walk, late or twice, change nothing', () => {
  for (let seed = 0; seed < 8; seed++) {
    const scenario = aScenario(smallWorld(seed));
    const walks = 3000 + seed; // the last block is a short one
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
