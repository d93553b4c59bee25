/** `mapsim sweep` and `mapsim merge` as commands. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { SWEEP_FORMAT_NAMES } from '../../src/cli/options-many.ts';
import { sweepFormats } from '../../src/report/sweep-formats.ts';
import { parseGrid } from '../../src/scenario/edit/sweep.ts';
import * as yaml from '../../src/scenario/load/yaml-text.ts';
import { ensureBuilt, spawnMapsim } from '../cli/spawn.ts';
import { aDirectory, fakeSignals, mapsim } from '../cli/support.ts';

beforeAll(ensureBuilt);

const GRID = `mapsim: 1
vmas:
  - {start: "0x7f0000000000", pages: 3, repeat: 20, gap: 1, perms: [r--p, rw-p], tag: child}
readers: [{name: monitor, passes: 2}]
writers:
  - name: churn
    churn: split-merge
    vma: {tag: child, pick: random}
    think: 10us # swept
sweep:
  vmas[0].repeat: {from: 10, to: 40, factor: 2}
  writers[0].think: [2us, {exp: 10us}]
  strategies: [mmap-lock, rcu-retry3]
  seeds: 3
`;

function sha(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function records(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function whole(cwd: string): Promise<string> {
  const { code, stdout, stderr } = await mapsim(['sweep', 'grid.yaml'], { cwd });
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

function gridOf(text: string) {
  const parsed = parseGrid({ path: 'g.yaml', bytes: Buffer.from(text), yaml });
  if (!parsed.ok)
    throw new Error(
      parsed.faults.map(({ line, column, message }) => `${line}:${column} ${message}`).join('; '),
    );
  return parsed.grid;
}

describe('grid', () => {
  test('points are all combinations, the last place changing first', () => {
    const grid = gridOf(GRID);

    expect([grid.points, grid.strategies, grid.seeds]).toEqual([
      6,
      ['mmap-lock', 'rcu-retry3'],
      '3',
    ]);
    expect(Array.from({ length: 6 }, (_, i) => grid.valuesOf(i))).toEqual([
      [10, '2us'],
      [10, { exp: '10us' }],
      [20, '2us'],
      [20, { exp: '10us' }],
      [40, '2us'],
      [40, { exp: '10us' }],
    ]);
  });

  test('a point is the text with the values in their places, line by line', () => {
    const text = Buffer.from(gridOf(GRID).sourceOf(1)).toString();

    expect(text.split('\n').length).toBe(GRID.split('\n').length);
    expect(text).toContain('repeat: 10, gap');
    expect(text).toContain('think: {"exp":"10us"} # swept');
    expect(text).toContain('\n"x-sweep":\n');
  });

  test('JSON, block lists and durations in ranges work as well', () => {
    const json = gridOf(
      JSON.stringify({
        mapsim: 1,
        duration: '1ms',
        sweep: { duration: { from: '1us', to: '1ms', factor: 10 } },
      }),
    );
    const block = gridOf(
      'mapsim: 1\nvmas:\n  - perms:\n    - r--p\n    - rw-p\n    start: "0x1000"\nsweep:\n  vmas[0].perms: [r--p, [rw-p, r-xp]]\n',
    );

    expect(json.axes[0]!.values).toEqual([1000, 10_000, 100_000, 1_000_000]);
    expect(JSON.parse(Buffer.from(json.sourceOf(2)).toString())).toMatchObject({
      duration: 100_000,
      'x-sweep': {},
    });
    expect(Buffer.from(block.sourceOf(1)).toString()).toContain(
      'perms:\n    ["rw-p","r-xp"]\n    start:',
    );
    expect(
      gridOf('mapsim: 1\nseed: 0\nsweep: {seed: {from: 0.1, to: 0.5, step: 0.1}}\n').axes[0]!
        .values,
    ).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  });

  test.each([
    ['mapsim: 1\n', '1:1 a grid needs a key sweep: with lists of values'],
    ['mapsim: 1\nsweep: 5\n', '2:8 a grid needs a key sweep: with lists of values'],
    [
      'mapsim: 1\nsweep: {seed: [1]}\n',
      '2:9 the scenario has no seed: add it to the scenario, with any value',
    ],
    [
      'mapsim: 1\nseed: 1\nsweep: {seed: 5}\n',
      '3:15 seed: a list of values, or {from, to, step} or {from, to, factor}, is needed',
    ],
    [
      'mapsim: 1\nseed: 1\nsweep: {seed: []}\n',
      '3:15 seed: a list of at least one value is needed',
    ],
    ['mapsim: 1\nseed: 1\nsweep: {seed: [1, 2, 1]}\n', '3:15 seed: 1 is given twice'],
    [
      'mapsim: 1\nseed: 1\nsweep: {seed: {from: 1, to: 9, factor: 1}}\n',
      '3:15 seed: a factor has to be above 1, and its first value above 0',
    ],
    ['mapsim: 1\nseed: 1\nsweep: {seed: {from: 1, to: 90000, step: 1}}\n', 'more than 10000'],
    [
      'mapsim: 1\nmachine: {hz: 250}\nsweep: {machine: [{}], machine.hz: [100]}\n',
      '3:24 one of machine.hz and machine contains the other',
    ],
    [
      'mapsim: 1\nsweep: {"a b": [1]}\n',
      '2:9 "a b" is neither a path such as writers[0].think, nor strategies, nor seeds',
    ],
    [
      'mapsim: 1\nseed: 1\nsweep: {seed: [1], strategies: mmap-lock}\n',
      'strategies: a list of names is needed',
    ],
    ['mapsim: 1\nseed: 1\nsweep: {seed: [1], seeds: {}}\n', 'seeds: a count, a range'],
  ])('%j is refused', (text, fault) => {
    expect(() => gridOf(text)).toThrow(fault);
  });
});

describe('sweep', () => {
  test('writes a header, each run with its point, a footer', async () => {
    const all = records(await whole(aDirectory({ 'grid.yaml': GRID })));

    expect(all).toHaveLength(1 + 36 + 1);
    expect(all[0]).toMatchObject({
      type: 'header',
      schema: 'mapsim/sweep@1',
      prng: 'alea/1',
      units: 36,
      seeds: ['1', '2', '3'],
      shard: null,
    });
    expect(all.slice(1, -1).map(({ unit }) => unit)).toEqual(
      Array.from({ length: 36 }, (_, i) => i),
    );
    expect(all[1 + 9]).toMatchObject({
      point: { 'vmas[0].repeat': 10, 'writers[0].think': { exp: '10us' } },
      strategy: 'rcu-retry3',
      seed: '1',
      ended: 'passes',
    });
    expect(all.at(-1)).toEqual({ type: 'footer', units: 36, complete: true });
  });

  test('a run in it is the run of that scenario by itself', async () => {
    const cwd = aDirectory({ 'grid.yaml': GRID });
    const all = records(await whole(cwd));
    const point = GRID.slice(0, GRID.indexOf('sweep:'))
      .replace('repeat: 20', 'repeat: 40')
      .replace('think: 10us', 'think: 2us');
    writeFileSync(join(cwd, 'point.yaml'), point);
    const { stdout } = await mapsim(
      ['run', 'point.yaml', '--strategy=rcu-retry3', '--seed=2', '--format=json'],
      { cwd },
    );
    const { totals, tearing, events } = JSON.parse(stdout);

    expect(all.find((record) => record.unit === 28)).toMatchObject({
      strategy: 'rcu-retry3',
      seed: '2',
      totals,
      tearing,
      events,
    });
  });

  test('the command line wins over the grid; without either they are their own', async () => {
    const bare = GRID.replace(/ {2}(strategies|seeds): .*\n/g, '').replace(
      'mapsim: 1\n',
      'mapsim: 1\nseed: mine\n',
    );
    const cwd = aDirectory({ 'grid.yaml': GRID, 'bare.yaml': bare });
    const given = await mapsim(['sweep', 'grid.yaml', '--strategies=vma-lock', '--seeds=8..9'], {
      cwd,
    });
    const own = await mapsim(['sweep', 'bare.yaml'], { cwd });
    const who = (text: string) => [
      ...new Set(
        records(text)
          .slice(1, -1)
          .map(({ strategy, seed }) => `${strategy} ${seed}`),
      ),
    ];

    expect(who(given.stdout)).toEqual(['vma-lock 8', 'vma-lock 9']);
    expect(who(own.stdout)).toEqual(['mmap-lock mine']);
    expect(records(own.stdout)[0]).toMatchObject({ strategies: null, seeds: null, units: 6 });
  });

  test('a fault of a point has its place in the file, and the point is told', async () => {
    const cwd = aDirectory({ 'grid.yaml': GRID.replace('[2us,', '[2us, 5parsecs,') });
    const { code, stdout, stderr } = await mapsim(['sweep', 'grid.yaml'], { cwd });

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^grid\.yaml:9:12: error: think: /);
    expect(stderr).toContain('this is the point vmas[0].repeat=10, writers[0].think="5parsecs"');
  });

  test('failOn of the grid is not judged, and it says so', async () => {
    const cwd = aDirectory({ 'grid.yaml': `${GRID}failOn: ["cuts>0"]\n` });
    const { code, stderr } = await mapsim(['sweep', 'grid.yaml', '--seeds=1'], { cwd });

    expect(code).toBe(0);
    expect(stderr).toContain('failOn is not judged by sweep: see compare --fail-on');
  });

  test('--max-events is exit code 4, and every run is there', async () => {
    const cwd = aDirectory({ 'grid.yaml': GRID });
    const { code, stdout, stderr } = await mapsim(['sweep', 'grid.yaml', '--max-events=100'], {
      cwd,
    });

    expect(code).toBe(4);
    expect(stderr).toContain('a limit stopped 36 of 36 runs');
    expect(records(stdout)).toHaveLength(38);
  });

  test('csv has a column for each place, and a row for each run', async () => {
    const cwd = aDirectory({ 'grid.yaml': GRID });
    const { stdout } = await mapsim(['sweep', 'grid.yaml', '--format=csv'], { cwd });
    const rows = stdout.split('\r\n');

    expect(rows).toHaveLength(1 + 36 + 1);
    expect(rows[0]).toMatch(/^unit,vmas\[0\]\.repeat,writers\[0\]\.think,strategy,seed,ended,/);
    expect(rows[10]).toMatch(/^9,10,"\{""exp"":""10us""\}",rcu-retry3,1,passes,/);
    expect(
      new Set(rows.slice(1, -1).map((row) => row.split('passes')[1]!.split(',').length)).size,
    ).toBe(1);
    expect(sweepFormats(null, 80).map(({ name }) => name)).toEqual(SWEEP_FORMAT_NAMES);
  });

  test('a reader that has gone ends it quietly, long before its last run', async () => {
    const scenario = join(aDirectory({ 'grid.yaml': GRID }), 'grid.yaml');
    const { code, stderr } = await spawnMapsim(
      ['sweep', scenario, '--seeds=100000', '--jobs=1'],
      (child) => {
        child.stdout!.once('data', () => child.stdout!.destroy());
      },
    );

    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('tables', () => {
  const RETRIES = ['--metrics', 'passes,fallbackReads'];

  test('the last axis is across, the others and the strategies down, in a fixed order', async () => {
    const cwd = aDirectory({ 'grid.yaml': GRID });
    const { code, stdout, stderr } = await mapsim(['sweep', 'grid.yaml', ...RETRIES], { cwd });

    expect([code, stderr]).toEqual([0, '']);
    const [, title, ...rows] = stdout.split('\n\n')[1]!.split('\n');
    expect(stdout).toMatch(/36 runs, 3 seeds in each place: medians/);
    expect([stdout.split('\n\n')[1]!.split('\n')[0], title]).toEqual([
      'passes: passes that finished; across: writers[0].think',
      'vmas[0].repeat  strategy    2us  {"exp":"10us"}',
    ]);
    expect(rows.map((row) => row.split(/ {2,}/))).toEqual(
      ['10', '20', '40'].flatMap((repeat) =>
        ['mmap-lock', 'rcu-retry3'].map((name) => [repeat, name, '2', '2']),
      ),
    );
  });

  test('csv of chosen metrics has the medians of the records, times in ns', async () => {
    const cwd = aDirectory({ 'grid.yaml': GRID });
    const argv = ['--metrics=p50(passNs)', '--format=csv', '-o', 'all.ndjson'];
    const { stdout } = await mapsim(['sweep', 'grid.yaml', ...argv], { cwd });
    const runs = records(readFileSync(join(cwd, 'all.ndjson'), 'utf8')).slice(1, -1);
    const times = runs.slice(3, 6).map(({ passNs }) => (passNs as { p50: number }).p50);
    const rows = stdout.split('\r\n');

    expect(rows).toHaveLength(1 + 6 + 1);
    expect(rows[2]).toMatch(
      new RegExp(`^p50\\(passNs\\),ns,10,rcu-retry3,${times.sort((a, b) => a - b)[1]},\\d`),
    );
  });

  test('those of merged shards are those of the sweep, in text and Markdown', async () => {
    const cwd = aDirectory({ 'grid.yaml': GRID });
    const files = ['-o', 't.txt', '-o', 't.md', '-o', 'all.ndjson'];
    const { stdout } = await mapsim(['sweep', 'grid.yaml', ...RETRIES, ...files], { cwd });
    const merged = (...argv: string[]) => mapsim(['merge', 'all.ndjson', ...argv], { cwd });
    const [text, markdown] = ['t.txt', 't.md'].map((name) => readFileSync(join(cwd, name), 'utf8'));

    expect(stdout).toBe('');
    expect((await merged(...RETRIES)).stdout).toBe(text);
    expect((await merged(...RETRIES, '--format=markdown')).stdout).toBe(markdown);
    expect(markdown).toMatch(/^\| vmas\\\[0\\\]\.repeat +\| strategy +\| +2us \|/m);
  });

  test('a table of a shard says how many runs it lacks', async () => {
    const cwd = aDirectory({ 'grid.yaml': GRID });
    const argv = ['sweep', 'grid.yaml', '--shard=1/2', '--format=text'];

    expect((await mapsim(argv, { cwd })).stdout).toContain('only 18 of 36 runs are in these');
  });

  test('many values go below each other, and no line is longer than 80 columns', async () => {
    const values = Array.from({ length: 30 }, (_, i) => `${1000 + i}us`).join(', ');
    const grid = GRID.replace('[2us, {exp: 10us}]', `[${values}]`).replace('to: 40', 'to: 10');
    const cwd = aDirectory({ 'grid.yaml': grid });
    const { stdout } = await mapsim(['sweep', 'grid.yaml', '--seeds=1', '--format=text'], { cwd });

    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).toContain('1000us');
    expect(stdout).toContain('1029us');
  });

  test('metrics of no table are refused, and so are tables of a part that is kept', async () => {
    const cwd = aDirectory({ 'grid.yaml': GRID });
    const said = async (...argv: string[]) =>
      (await mapsim(['sweep', 'grid.yaml', ...argv], { cwd })).stderr;

    expect(await said('--metrics=cuts', '--format=ndjson')).toContain('--metrics makes tables');
    expect(await said('--metrics=cust')).toContain('did you mean "cuts"?');
    expect(await said('--metrics=cuts', '--resume', '-o', 'a.ndjson')).toContain(
      'mapsim merge makes tables of it',
    );
  });
});

describe('shards', () => {
  test('1/3, 2/3 and 3/3 merge to the bytes of the sweep in one piece, in any order', async () => {
    const cwd = aDirectory({ 'grid.yaml': GRID });
    const expected = await whole(cwd);
    for (const i of [1, 2, 3]) {
      await mapsim(['sweep', 'grid.yaml', `--shard=${i}/3`, '-o', `s${i}.ndjson`], { cwd });
    }
    const merged = await mapsim(['merge', 's2.ndjson', 's3.ndjson', 's1.ndjson'], { cwd });
    await mapsim(
      ['merge', 's1.ndjson', 's2.ndjson', 's3.ndjson', '-o', 'all.ndjson', '-o', 'all.csv'],
      { cwd },
    );
    const csv = await mapsim(['sweep', 'grid.yaml', '--format=csv'], { cwd });

    expect(merged).toEqual({ code: 0, stdout: expected, stderr: '' });
    expect(sha(readFileSync(join(cwd, 'all.ndjson'), 'utf8'))).toBe(sha(expected));
    expect(sha(readFileSync(join(cwd, 'all.csv'), 'utf8'))).toBe(sha(csv.stdout));
  });

  test('the same bytes for every number of threads', async () => {
    const grid = join(aDirectory({ 'grid.yaml': GRID }), 'grid.yaml');
    const outputs = [];
    for (const jobs of [1, 3])
      outputs.push((await spawnMapsim(['sweep', grid, `--jobs=${jobs}`])).stdout);

    expect(records(outputs[0]!)).toHaveLength(38);
    expect(outputs.map(sha)).toEqual(Array(2).fill(sha(outputs[0]!)));
  });

  test('merge refuses what is not of one sweep, and lists what is missing', async () => {
    const cwd = aDirectory({
      'grid.yaml': GRID,
      'other.yaml': GRID.replace('passes: 2', 'passes: 3'),
    });
    const sweep = (...argv: string[]) => mapsim(['sweep', ...argv], { cwd });
    await sweep('grid.yaml', '--shard=1/3', '-o', 's1.ndjson');
    await sweep('grid.yaml', '--shard=2/3', '-o', 's2.ndjson');
    await sweep('grid.yaml', '--shard=3/3', '--seeds=4', '-o', 'seeds.ndjson');
    await sweep('other.yaml', '--shard=3/3', '-o', 'other.ndjson');
    const twin = readFileSync(join(cwd, 's1.ndjson'), 'utf8').replace(/"events":\d+/, '"events":1');
    writeFileSync(join(cwd, 'twin.ndjson'), twin);
    writeFileSync(join(cwd, 'no.ndjson'), '{"type":"header","schema":"mapsim/compare@1"}\n');
    writeFileSync(join(cwd, 'empty.ndjson'), '');
    const merge = (...argv: string[]) => mapsim(['merge', ...argv], { cwd });

    expect((await merge('s1.ndjson', 'other.ndjson')).stderr).toContain(
      's1.ndjson and other.ndjson belong to different sweeps: ',
    );
    expect((await merge('s1.ndjson', 'seeds.ndjson')).stderr).toContain(
      'seeds: ["1","2","3"] and ["1","2","3","4"]',
    );
    expect((await merge('s1.ndjson', 'twin.ndjson')).stderr).toContain(
      'run 0 is in s1.ndjson and in twin.ndjson, and they differ',
    );
    expect((await merge('s1.ndjson', 'no.ndjson')).stderr).toContain(
      'no.ndjson is not the result of a sweep',
    );
    expect((await merge('empty.ndjson')).stderr).toContain('empty.ndjson is empty');
    expect((await merge('s1.ndjson', '-o', 's1.ndjson')).code).toBe(2);
    expect((await merge('s1.ndjson', 'missing.ndjson')).code).toBe(3);
    const partial = await merge('s1.ndjson', 's2.ndjson', 's1.ndjson', '-o', 'all.ndjson');
    expect(partial.code).toBe(4);
    expect(partial.stderr).toContain(
      '12 of 36 runs are missing: 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, …',
    );
    expect(existsSync(join(cwd, 'all.ndjson'))).toBe(false);
    const allowed = await merge('s1.ndjson', 's2.ndjson', '--allow-partial');
    expect(allowed.code).toBe(0);
    expect(records(allowed.stdout).at(-1)).toEqual({ type: 'footer', units: 24, complete: false });
  });
});

/** When the first runs are written, long before the last: told by events, not by a clock. */
function onFirstRuns(folder: string, act: () => void): void {
  const watcher = watch(folder, (_event, name) => {
    if (name !== 'all.ndjson' || statSync(join(folder, name)).size < 6_000) return;
    watcher.close();
    act();
  });
}

describe('resume', () => {
  test('a file that was cut anywhere is taken up to the same bytes', async () => {
    const cwd = aDirectory({ 'grid.yaml': GRID });
    const expected = await whole(cwd);
    const file = join(cwd, 'all.ndjson');
    const header = expected.indexOf('\n') + 1;
    for (const bytes of [10, header + 5, 9_000, expected.length]) {
      writeFileSync(file, expected.slice(0, bytes));
      const { code } = await mapsim(['sweep', 'grid.yaml', '-o', 'all.ndjson', '--resume'], {
        cwd,
      });

      expect([bytes, code, sha(readFileSync(file, 'utf8'))]).toEqual([bytes, 0, sha(expected)]);
    }
  });

  test('a killed sweep is taken up by threads to the same bytes', async () => {
    const cwd = aDirectory({ 'grid.yaml': GRID.replace('passes: 2', 'passes: 30') });
    const [grid, file, other] = ['grid.yaml', 'all.ndjson', 'other.ndjson'].map((name) =>
      join(cwd, name),
    ) as [string, string, string];
    const { signal } = await spawnMapsim(['sweep', grid, '-o', file, '--jobs=2'], (child) => {
      onFirstRuns(cwd, () => child.kill('SIGKILL'));
    });
    const left = readFileSync(file, 'utf8');
    const resumed = await spawnMapsim(['sweep', grid, '-o', file, '--jobs=2', '--resume']);
    await spawnMapsim(['sweep', grid, '-o', other, '--jobs=1']);

    expect(signal).toBe('SIGKILL');
    expect(left).not.toContain('"footer"');
    expect(resumed.stderr).toMatch(/\d+ of 36 runs are there/);
    expect(sha(readFileSync(file, 'utf8'))).toBe(sha(readFileSync(other, 'utf8')));
  });

  test('Ctrl-C leaves a footer that says so, and the rest can be done later', async () => {
    const signals = fakeSignals();
    const cwd = aDirectory({ 'grid.yaml': GRID });
    const argv = ['sweep', 'grid.yaml', '--seeds=20', '-o', 'all.ndjson'];
    onFirstRuns(cwd, () => signals.send('SIGINT'));
    const running = mapsim(argv, { cwd, ...signals });
    const { code, stderr } = await running;
    const last = records(readFileSync(join(cwd, 'all.ndjson'), 'utf8')).at(-1)!;

    expect([code, signals.deaths]).toEqual([130, ['SIGINT']]);
    expect(stderr).toMatch(/interrupted after \d+ of 240 runs; --resume goes on from there/);
    expect(last).toMatchObject({ type: 'footer', complete: false });
    const rest = await mapsim([...argv, '--resume'], { cwd });
    const done = records(readFileSync(join(cwd, 'all.ndjson'), 'utf8'));
    expect(rest.code).toBe(0);
    expect(done.slice(1, -1).map(({ unit }) => unit)).toEqual(
      Array.from({ length: 240 }, (_, i) => i),
    );
  });

  test('the file of another sweep or shard is refused and stays as it is', async () => {
    const cwd = aDirectory({ 'grid.yaml': GRID, 'notes.ndjson': 'notes\n' });
    await mapsim(['sweep', 'grid.yaml', '--shard=1/2', '-o', 'all.ndjson'], { cwd });
    const before = readFileSync(join(cwd, 'all.ndjson'), 'utf8');
    const resume = async (...argv: string[]) =>
      (await mapsim(['sweep', 'grid.yaml', '--resume', ...argv], { cwd })).stderr;

    expect(await resume('-o', 'all.ndjson')).toContain(
      'all.ndjson is of another sweep: it is shard 1/2, and the whole is asked for',
    );
    expect(await resume('-o', 'all.ndjson', '--shard=1/2', '--seeds=2')).toContain(
      'is of another sweep: seeds',
    );
    expect(await resume('-o', 'notes.ndjson')).toContain(
      'notes.ndjson is not the result of a sweep',
    );
    expect(await resume()).toContain('give one -o FILE.ndjson');
    expect(await resume('-o', 'a.csv')).toContain('give one -o FILE.ndjson');
    expect(readFileSync(join(cwd, 'all.ndjson'), 'utf8')).toBe(before);
    expect(readFileSync(join(cwd, 'notes.ndjson'), 'utf8')).toBe('notes\n');
  });
});
