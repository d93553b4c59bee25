/** Saved sweeps beside each other: made by hand, and as the command line reads them. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { PUBLISHED } from '../../scripts/schemas/published.ts';
import { METRICS } from '../../src/compare/metrics.ts';
import { placesOf } from '../../src/compare/places.ts';
import { compareSweeps, type PointRun, type SavedSweep } from '../../src/compare/points.ts';
import { aDirectory, mapsim, type Said } from '../cli/support.ts';
import { aGroup, type RunParts } from './support.ts';

const THINK = 'writers[0].think';

type Made = readonly [think: string, strategy: string, parts: readonly RunParts[]];

/** @param made runs on seeds 1, 2, … */
function aSweep(file: string, made: readonly Made[], drawn = true): SavedSweep {
  const runs = made.flatMap(([think, strategy, parts]): PointRun[] => {
    const { runs: own } = aGroup(strategy, parts);
    return own.map((run) => ({ point: { [THINK]: think }, drawn, run: { ...run, strategy } }));
  });
  const values = [...new Set(made.map(([think]) => think))];
  const grid = { name: 'grid', sha256: file };
  return { file, grid, axes: [{ path: THINK, values }], runs };
}

const ops = (count: number, of: (i: number) => number): RunParts[] =>
  Array.from({ length: count }, (_, i) => ({ opNs: [of(i)] }));

const longest = (sweeps: readonly SavedSweep[]) => {
  const { scenarios, ...others } = compareSweeps(sweeps, METRICS);
  const told = scenarios.map(({ point, groups, comparison }) => ({
    point,
    labels: groups.map(({ label }) => label),
    cells: comparison!.metrics.find(({ metric }) => metric === 'max(writer.opNs)')!.cells,
    comparison: comparison!,
  }));
  return { told, scenarios, ...others };
};

describe('by hand', () => {
  const before = aSweep('a', [
    ['1us', 'mmap-lock', ops(4, (i) => 100 + i)],
    ['9us', 'mmap-lock', ops(4, (i) => 100 + i)],
  ]);
  const after = aSweep('b', [
    ['9us', 'mmap-lock', ops(4, (i) => 100 + i)],
    ['1us', 'mmap-lock', ops(4, (i) => 150 + i)],
  ]);

  test('points are matched by their axes, whatever their order in the files', () => {
    const { told } = longest([before, after]);

    expect(told.map(({ point }) => point)).toEqual([null, { [THINK]: '1us' }, { [THINK]: '9us' }]);
    expect(told.map(({ cells }) => cells[1]!.difference!.median)).toEqual([25, 50, 0]);
    expect(told[1]!.labels).toEqual(['a:mmap-lock', 'b:mmap-lock']);
  });

  test('the tests of all points are one family; all points together are another', () => {
    const { told } = longest([before, after]);
    const [together, ...points] = told;

    // Three times of the writer differ, at one of two points: 2 * 4 pairs, 4 of which differ.
    expect(together!.cells[1]!.difference!.n).toBe(8);
    expect(points.map(({ comparison }) => comparison.tests)).toEqual([3, 3]);
    expect(points[0]!.cells[1]!.difference).toMatchObject({ p: 0.125, pCorrected: 1 });
  });

  test('many points show what none of them can alone', () => {
    const made = (shift: number) =>
      Array.from({ length: 6 }, (_, at): Made => {
        return [`${at}us`, 'mmap-lock', ops(3, (i) => 100 + 10 * at + i + shift)];
      });
    const { told } = longest([aSweep('a', made(0)), aSweep('b', made(5))]);

    // 2 / 2^18 for 18 pairs with all signs alike, 2 / 2^3 for 3.
    expect(told.map(({ cells }) => cells[1]!.difference!.shown)).toEqual([
      true,
      ...Array<boolean>(6).fill(false),
    ]);
    expect(told.map(({ comparison }) => comparison.canShow)).toEqual([
      true,
      ...Array<boolean>(6).fill(false),
    ]);
  });

  test('the strategies of one sweep are held against its first', () => {
    const sweep = aSweep('a', [
      ['1us', 'mmap-lock', ops(2, () => 100)],
      ['1us', 'vma-lock', ops(2, () => 40)],
      ['9us', 'mmap-lock', ops(2, () => 100)],
      ['9us', 'vma-lock', ops(2, () => 10)],
    ]);
    const { told, scenarios } = longest([sweep]);
    const places = placesOf(scenarios).find(({ metric }) => metric === 'max(writer.opNs)');

    expect(told[1]!.labels).toEqual(['mmap-lock', 'vma-lock']);
    expect(told.map(({ cells }) => cells[1]!.difference!.median)).toEqual([-75, -60, -90]);
    expect(places).toMatchObject({
      ...{ group: 'vma-lock', against: 'mmap-lock', more: 0, less: 2, same: 0, shown: 0 },
      furthest: { point: { [THINK]: '9us' }, here: { value: 10 }, there: { value: 100 } },
    });
  });

  test('sweeps with one strategy each are compared, whatever it is', () => {
    const other = aSweep('b', [['1us', 'vma-lock', ops(4, () => 7)]]);
    const { told, leftOut } = longest([before, other]);

    expect(told[0]!.labels).toEqual(['a:mmap-lock', 'b:vma-lock']);
    expect(leftOut).toEqual({ points: [`grid ${THINK}=9us`], runs: 4, groups: [] });
  });

  test('a strategy of one file alone, a point and a seed that one lacks: left out', () => {
    const left = aSweep('a', [
      ['1us', 'mmap-lock', ops(3, () => 5)],
      ['1us', 'rcu-retry', ops(3, () => 5)],
    ]);
    const right = aSweep('b', [
      ['1us', 'mmap-lock', ops(2, () => 5)],
      ['2us', 'mmap-lock', ops(2, () => 5)],
      ['1us', 'vma-lock', ops(2, () => 5)],
    ]);
    const { told, leftOut } = longest([left, right]);

    expect(told.map(({ labels, cells }) => [labels, cells[1]!.n])).toEqual([
      [['a:mmap-lock', 'b:mmap-lock'], 2],
    ]);
    expect(leftOut).toEqual({
      points: [`grid ${THINK}=2us`],
      runs: 3, // one seed of the first file, two at the point of the second
      groups: ['a:rcu-retry', 'b:vma-lock'],
    });
  });

  test('where nothing is drawn one run is looked at, differences are exact, and there is no chance', () => {
    const made = (ns: number): Made[] => [
      ['1us', 'mmap-lock', ops(3, () => ns)],
      ['9us', 'mmap-lock', ops(3, () => 7)],
    ];
    const { told } = longest([aSweep('a', made(5), false), aSweep('b', made(6), false)]);

    expect(told.map(({ point }) => point)).toEqual([{ [THINK]: '1us' }, { [THINK]: '9us' }]);
    expect(told.map(({ cells }) => cells[1]!.difference)).toMatchObject([
      { test: 'exact', n: 1, median: 1, shown: true },
      { test: 'exact', n: 1, median: 0, shown: false },
    ]);
  });
});

const GRID = `mapsim: 1
about: A storm.
vmas:
  - { start: "0x7f0000000000", pages: 3, repeat: 10, gap: 1, perms: [r--p, rw-p], tag: child }
readers: [{ name: monitor, passes: 2 }]
writers: [{ name: churn, churn: split-merge, vma: { tag: child, pick: random }, think: 10us }]
sweep:
  vmas[0].repeat: [10, 20]
  writers[0].think: [2us, 10us]
  strategies: [mmap-lock, rcu-retry3]
  seeds: 4
`;
const SLOW = GRID.replace(
  'about:',
  'machine: {costs: {preset: server, formatAnon: 900ns}}\nabout:',
);

describe('mapsim compare', () => {
  async function saved(grids: Readonly<Record<string, string>>, ...argv: string[]) {
    const cwd = aDirectory(grids);
    for (const name of Object.keys(grids)) {
      const out = name.replace('.yaml', '.ndjson');
      const run = await mapsim(['sweep', name, '-o', out, '--quiet', ...argv], { cwd });
      expect([run.code, run.stderr]).toEqual([0, '']);
    }
    return {
      cwd,
      compare: (...more: string[]): Promise<Said> => mapsim(['compare', ...more], { cwd }),
    };
  }

  test('two sweeps: a table of the grid for each metric, and the verdict in words', async () => {
    const { compare } = await saved({ 'a.yaml': GRID, 'b.yaml': SLOW });
    const { code, stdout, stderr } = await compare('a.ndjson', 'b.ndjson', '--metrics=passNs');

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^b: 4 points, seeds 1..4 \(4\) at each; differences against a\.ndjson/);
    expect(stdout).toMatch(/^vmas\[0\]\.repeat {2}group +2us +10us$/m);
    expect(stdout).toMatch(/^10 +a\.ndjson:rcu-retry3 {2}[\d.]+us +[\d.]+us$/m);
    expect(stdout).toMatch(/^10 +b\.ndjson:rcu-retry3 {2}[\d.]+us \(\+[\d.]+ %( \?)?\) /m);
    expect(stdout).toContain('\nIn short, all points together, against a.ndjson:mmap-lock:\n');
    expect(stdout).toMatch(
      /significant with 16 pairs of runs:\n {6}median pass [\d.]+us \([^)]+\) instead/,
    );
    expect(stdout).toMatch(/median pass: more at 4 of 4 points \(shown at \d\); furthest at\n/);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('the strategies of one sweep; its JSON is of the schema, with each number of a sentence', async () => {
    const { cwd, compare } = await saved({ 'a.yaml': GRID });
    const { code } = await compare(
      'a.ndjson',
      '--quiet',
      '-o',
      'a.json',
      '-o',
      'a.md',
      '-o',
      'a.xml',
    );
    const text = readFileSync(join(cwd, 'a.json'), 'utf8');
    const { scenarios, grid, places } = JSON.parse(text);
    const validate = new Ajv({ strict: false }).compile(JSON.parse(PUBLISHED.compare()));

    expect(code).toBe(0);
    expect([validate(JSON.parse(text)), validate.errors]).toEqual([true, null]);
    expect(scenarios.map(({ point }: { point: unknown }) => point)).toHaveLength(5);
    expect(scenarios[0].point).toBe(null);
    expect(grid.axes.map(({ path }: { path: string }) => path)).toEqual([
      'vmas[0].repeat',
      'writers[0].think',
    ]);
    expect(places.map(({ group }: { group: string }) => group)).toContain('rcu-retry3');
    expect(readFileSync(join(cwd, 'a.md'), 'utf8')).toMatch(/^\| vmas\\\[0\\\]\.repeat \| group/m);
    expect(readFileSync(join(cwd, 'a.xml'), 'utf8').match(/<testsuite /g)).toHaveLength(4);
    expect((await compare('a.json', 'a.json')).stderr).toContain('a.json is given twice');
  });

  test('--exit-code judges all points together: 1 where it shows, 4 where it cannot, else 0', async () => {
    const { compare } = await saved({ 'a.yaml': GRID, 'b.yaml': SLOW, 'c.yaml': GRID });
    const few = await saved(
      { 'a.yaml': GRID, 'b.yaml': SLOW },
      '--seeds=1',
      '--strategies=vma-lock',
    );
    const gate = ['--exit-code', '--quiet'];

    expect((await compare('a.ndjson', 'b.ndjson', ...gate)).code).toBe(1);
    expect((await compare('a.ndjson', 'c.ndjson', ...gate)).code).toBe(0);
    const blind = await few.compare('a.ndjson', 'b.ndjson', ...gate);
    expect(blind.code).toBe(4);
    expect(blind.stderr).toMatch(
      /^mapsim: warning: b: --exit-code cannot judge: with 4 pairs of runs no difference can be/,
    );
  });

  test('--fail-on is judged at each point: counts, and of times none', async () => {
    const { compare } = await saved({ 'a.yaml': GRID });
    const judged = (expression: string) => compare('a.ndjson', '--fail-on', expression);
    const failed = await judged('rcu-retry3:lines>100');

    expect(failed.code).toBe(1);
    expect(
      failed.stderr.match(/^✗ a vmas\[0\]\.repeat=20, writers.*lines>100 \(1\d\d\)$/gm),
    ).toHaveLength(2);
    expect(failed.stderr).toContain('✓ rcu-retry3:lines<=100 at 2 of 4 points\n');
    const times = await judged('p99(passNs)>1ms');
    expect([times.code, times.stdout]).toEqual([2, '']);
    expect(times.stderr).toContain(
      '"p99(passNs)>1ms": a sweep stores only summaries of the times of each run',
    );
    expect((await judged('vma-lock:cuts>0')).stderr).toContain('(there is: mmap-lock, rcu-retry3)');
  });

  test('what cannot be matched is refused, what only one file has is told', async () => {
    const { cwd, compare } = await saved({
      'a.yaml': GRID,
      'other.yaml': GRID.replace('  vmas[0].repeat: [10, 20]\n', ''),
      'part.yaml': GRID.replace('[2us, 10us]', '[2us, 3us]'),
      'far.yaml': GRID.replace('[2us, 10us]', '[7us]'),
      'lone.yaml': GRID.replace('[mmap-lock, rcu-retry3]', '[vma-lock]'),
    });
    for (const i of [1, 2]) {
      await mapsim(['sweep', 'a.yaml', `--shard=${i}/2`, '-o', `s${i}.ndjson`, '-q'], { cwd });
    }
    writeFileSync(
      join(cwd, 'bad.ndjson'),
      readFileSync(join(cwd, 'a.ndjson'), 'utf8').replace('"seed":"1"', '"seed":1'),
    );
    const said = async (...argv: string[]) => (await compare(...argv)).stderr;

    const costs = /"costs":"\w+"/;
    const text = readFileSync(join(cwd, 'a.ndjson'), 'utf8');
    writeFileSync(join(cwd, 'dear.ndjson'), text.replace(costs, '"costs":"others"'));
    writeFileSync(join(cwd, 'old.ndjson'), text.replace(/"costs":"\w+",/, ''));

    expect(await said('dear.ndjson', 'a.ndjson')).toMatch(
      /dear\.ndjson \(mapsim [\d.]+\) and a\.ndjson \(mapsim [\d.]+\) were run with different costs/,
    );
    expect(await said('old.ndjson', 'a.ndjson')).toMatch(
      /warning: old\.ndjson \(mapsim [\d.]+\) does not say with which costs it was run/,
    );
    expect(await said('a.ndjson', 'other.ndjson')).toContain(
      'have different axes: vmas[0].repeat, writers[0].think and writers[0].think',
    );
    expect(await said('s1.ndjson', 's2.ndjson')).toContain('mapsim merge puts them together');
    expect(await said('a.ndjson', 'far.ndjson')).toContain('have no point with the same seeds in');
    expect(await said('a.ndjson', 'part.ndjson')).toMatch(
      /4 points are not in every file, and left out: .*think=10us; .*; …\n/,
    );
    expect(await said('a.ndjson', 'lone.ndjson')).toContain('have no strategy in common');
    expect(await said('lone.ndjson')).toContain('lone.ndjson has one strategy');
    expect(await said('a.ndjson', 'bad.ndjson')).toContain('bad.ndjson has an invalid run: seed');
    expect(await said('a.ndjson', 's1.ndjson', '--quiet')).toContain(
      's1.ndjson: some of its runs are missing',
    );
    expect(await said('a.ndjson', 'a.yaml')).toContain('a.ndjson is a sweep and a.yaml a scenario');
    expect(await said('a.ndjson', '--seeds=3')).toContain('--seeds is for new runs');
    expect(await said('a.ndjson', '--bars')).toContain('mapsim report draws sweeps');
  });
});
