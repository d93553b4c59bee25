/** Who gets what, seeds and shards as text. */
import { expect, test } from 'vitest';
import { CHUNK_MAX, Dealer } from '../../src/base/pool.ts';
import { RandomStream } from '../../src/base/prng.ts';
import { EXACT_MAX, Samples } from '../../src/base/statistics.ts';
import { inShard, parseShard } from '../../src/cli/shard.ts';
import { parseSeeds } from '../../src/compare/seeds.ts';

test('pool: results come out in the order of the units, whoever is done first', () => {
  const random = new RandomStream('pool', []);
  const units = Array.from({ length: 500 }, (_, i) => 3 * i);
  const dealer = new Dealer<string>(units, 4);
  const open: number[] = [];
  const out: number[] = [];
  while (!dealer.allReleased) {
    if (!dealer.allDealt && random.below(2) === 0) open.push(...dealer.deal());
    if (open.length === 0) continue;
    const [unit] = open.splice(random.below(open.length), 1);
    for (const ready of dealer.done(unit!, `of ${unit}`)) {
      expect(ready.result).toBe(`of ${ready.unit}`);
      out.push(ready.unit);
    }
    expect(dealer.released).toBe(out.length);
  }

  expect(out).toEqual(units);
  expect(dealer.finished).toBe(500);
});

test('pool: chunks are a share of what is left, never more than the most', () => {
  const dealer = new Dealer<null>(
    Array.from({ length: 1000 }, (_, i) => i),
    2,
  );
  const sizes: number[] = [];
  for (let chunk = dealer.deal(); chunk.length > 0; chunk = dealer.deal()) sizes.push(chunk.length);

  expect(sizes[0]).toBe(CHUNK_MAX);
  expect(sizes.slice(-4)).toEqual([1, 1, 1, 1]);
  expect(sizes.reduce((a, b) => a + b, 0)).toBe(1000);
  expect([...sizes].sort((a, b) => b - a)).toEqual(sizes);
});

test('pool: a unit that was not begun can be dealt again', () => {
  const dealer = new Dealer<null>([10, 11], 1);

  expect(dealer.deal(1)).toEqual([10]);
  dealer.takeBack(10);
  expect(dealer.deal(1)).toEqual([10]);
  expect(() => dealer.takeBack(11)).toThrow('not dealt last');
});

test('seeds: a count, a range, a list', () => {
  expect(parseSeeds('3')).toEqual(['1', '2', '3']);
  expect(parseSeeds('5..7')).toEqual(['5', '6', '7']);
  expect(parseSeeds('7..7')).toEqual(['7']);
  expect(parseSeeds('a,b c,9..10')).toEqual(['a', 'b c', '9', '10']);
  expect(parseSeeds('-5')).toEqual(['-5']);
  for (const [text, fault] of [
    ['0', '0 is an empty list; give at least one seed'],
    ['7..5', '7..5 is an empty list'],
    ['a,,b', 'is empty'],
    ['1..3,2', '"2" is given twice'],
    ['9999999', 'more than'],
  ] as const) {
    expect(() => parseSeeds(text)).toThrow(fault);
  }
});

test('shards: every unit is in exactly one', () => {
  for (let unit = 0; unit < 20; unit++) {
    const holders = [1, 2, 3].filter((index) => inShard({ index, count: 3 }, unit));
    expect(holders).toHaveLength(1);
  }
});

test('shards: auto reads what CI, Slurm and Kubernetes set, the plainest first', () => {
  const slurm = {
    SLURM_ARRAY_TASK_ID: '14',
    SLURM_ARRAY_TASK_COUNT: '3',
    SLURM_ARRAY_TASK_MIN: '10',
    SLURM_ARRAY_TASK_STEP: '2',
  };
  const kubernetes = { JOB_COMPLETION_INDEX: '0', MAPSIM_SHARDS: '8' };
  const gitlab = { CI_NODE_INDEX: '2', CI_NODE_TOTAL: '5' };

  expect(parseShard('auto', slurm)).toEqual({ index: 3, count: 3 });
  expect(parseShard('auto', kubernetes)).toEqual({ index: 1, count: 8 });
  expect(parseShard('auto', gitlab)).toEqual({ index: 2, count: 5 });
  expect(parseShard('auto', { ...slurm, ...gitlab, MAPSIM_SHARD: '1/9' })).toEqual({
    index: 1,
    count: 9,
  });
  expect(parseShard(undefined, slurm)).toEqual({ index: 1, count: 1 });
});

test('shards: what cannot be is refused', () => {
  expect(() => parseShard('0/3', {})).toThrow('no shard 0 of 3; they count from 1');
  expect(() => parseShard('4/3', {})).toThrow('no shard 4 of 3');
  expect(() => parseShard('1', {})).toThrow('is not i/n, such as 3/16, nor auto');
  expect(() => parseShard('auto', {})).toThrow('MAPSIM_SHARD (i/n)');
  expect(() => parseShard('auto', { JOB_COMPLETION_INDEX: '1' })).toThrow(
    'MAPSIM_SHARDS is not set',
  );
  expect(() =>
    parseShard('auto', {
      SLURM_ARRAY_TASK_ID: '3',
      SLURM_ARRAY_TASK_COUNT: '2',
      SLURM_ARRAY_TASK_MIN: '2',
      SLURM_ARRAY_TASK_STEP: '2',
    }),
  ).toThrow('no shard 1.5');
});

test('samples: saved and restored they summarise and merge alike, exact or in buckets', () => {
  for (const n of [0, 1, 1000, EXACT_MAX, EXACT_MAX + 1]) {
    const random = new RandomStream('saved', [n]);
    const samples = new Samples();
    for (let i = 0; i < n; i++) samples.add(random.below(1e6));
    const restored = Samples.restored(JSON.parse(JSON.stringify(samples.save())));
    const [a, b] = [samples, restored].map((part) => {
      const all = new Samples();
      all.add(7);
      all.merge(part);
      all.merge(part);
      return all.summary();
    });

    expect(restored.summary()).toEqual(samples.summary());
    expect(restored.save()).toEqual(samples.save());
    expect(a).toEqual(b);
  }
});

test('samples: what cannot have been saved is refused', () => {
  const buckets = { n: 200_000, min: 1, max: 9, sum: '5' };

  expect(() => Samples.restored({ values: [1, 0] })).toThrow('no count');
  expect(() => Samples.restored({ values: [1, EXACT_MAX + 1] })).toThrow('no count');
  expect(() => Samples.restored({ values: [-1, 1] })).toThrow('not a time');
  expect(() => Samples.restored({ ...buckets, buckets: [1, 7] })).toThrow('7 values in buckets');
  expect(() => Samples.restored({ ...buckets, buckets: [99_999, 7] })).toThrow('no bucket');
});
