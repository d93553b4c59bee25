/** `mapsim report` and `-o NAME.html`: pages from saved results, and results from pages. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './spawn.ts';
import { aDirectory, mapsim, Sink } from './support.ts';

const SPLIT = join(ROOT, 'scenarios/explore/split-merge.yaml');
const STORM = `mapsim: 1
vmas: [{start: "0x10000000", pages: 3, repeat: 60, gap: 1, perms: [r--p, rw-p], tag: a}]
readers: [{name: r, passes: 20}]
writers: [{name: w, churn: split-merge, think: 3us}]
`;
const LIVELY = `${STORM.replace('passes: 20', 'passes: 5')}sweep: {"writers[0].think": [3us, 300us], strategies: [mmap-lock, rcu-retry3], seeds: 2}
`;
const COMPARE = ['compare', 'storm.yaml', '--strategies=mmap-lock,rcu-retry3', '--seeds=3'];

test('compare: the page has the same pictures as the report of the saved result', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  await mapsim([...COMPARE, '-o', 'c.html', '-o', 'c.json'], { cwd });
  const made = await mapsim(['report', 'c.json', '-o', 'r.html'], { cwd });
  const main = (name: string): string =>
    /<main>[\s\S]*<\/main>/.exec(readFileSync(join(cwd, name), 'utf8'))![0];

  expect(made).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(main('c.html')).toBe(main('r.html'));
  expect(main('c.html')).toContain('no strategy prints a torn text');
});

test('compare: what happened has its panel, also under a name that only an earlier version gave', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  const lists = '--strategies=mmap-lock,rcu-retry0,rcu-page1';
  await mapsim(['compare', 'storm.yaml', lists, '--seeds=3', '-o', 'c.json'], { cwd });
  const saved = readFileSync(join(cwd, 'c.json'), 'utf8');
  writeFileSync(join(cwd, 'old.json'), saved.replaceAll('1000*fallbacks/lines', 'fallbacks'));
  const titles = async (file: string): Promise<string[]> => {
    const { stdout } = await mapsim(['report', file], { cwd });
    return [...stdout.matchAll(/<title id="r0s0-m[^>]*>([^<]*)</g)].map(([, title]) => title!);
  };
  const fallbacks = 'fallbacks per 1000 lines (1000*fallbacks/lines)';

  const now = await titles('c.json');
  expect(now).toContain(fallbacks);
  expect(now).toContain('lines formatted and discarded per 1000 lines (1000*discardedLines/lines)');
  expect((await titles('old.json')).sort()).toEqual(
    now
      .map((title) => (title === fallbacks ? 'fallbacks per 1000 lines (fallbacks)' : title))
      .sort(),
  );
});

test('compare: what so few seeds cannot show has its factor all the same, with a question mark', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  const argv = ['compare', 'storm.yaml', '--strategies=mmap-lock,rcu-retry0', '--seeds=3'];
  await mapsim([...argv, '-o', 'c.html'], { cwd });
  const page = readFileSync(join(cwd, 'c.html'), 'utf8');

  expect(page).toMatch(/No difference can be significant with so few seeds; \d+ are enough\./);
  expect(page).toMatch(/×[\d.]+ \?/);
  expect(page).not.toContain('>~<');
});

test('compare: a saved result that tears says the command that draws a torn pass', async () => {
  const bash = join(ROOT, 'scenarios/bash.yaml');
  const cwd = aDirectory();
  const argv = [
    'compare',
    bash,
    '--strategies=vma-lock,rcu-retry3',
    '--seeds=2',
    '--duration=40ms',
  ];
  await mapsim([...argv, '-o', 'c.json'], { cwd });
  const { stdout } = await mapsim(['report', 'c.json'], { cwd });
  const [, command] = /<code>mapsim (timeline SCENARIO [^<]*)<\/code>/.exec(stdout)!;
  const drawn = await mapsim(command!.replace('SCENARIO', bash).split(' '), { cwd });

  expect(command).toBe('timeline SCENARIO --strategy=vma-lock --seed=1 --pass=torn -o torn.svg');
  expect(drawn).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(readFileSync(join(cwd, 'torn.svg'), 'utf8')).toContain('A torn text: pieces of');
});

test('a report reads itself back, and writes its pictures alone', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  await mapsim([...COMPARE, '-o', 'c.html'], { cwd });
  const again = await mapsim(['report', 'c.html'], { cwd });
  const { code } = await mapsim(['report', 'c.html', '--svg', 'pictures'], { cwd });
  const files = readdirSync(join(cwd, 'pictures'));

  expect([again.code, code]).toEqual([0, 0]);
  expect(again.stdout).toContain('Who pays');
  expect(files).toContain('r0s0-trade.svg');
  for (const name of files) {
    expect(readFileSync(join(cwd, 'pictures', name), 'utf8')).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" class="ms".*<style>/,
    );
  }
});

test('report -o - is standard output, with --svg too', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  await mapsim([...COMPARE, '-o', 'c.json'], { cwd });
  const main = (text: string): string => /<main>[\s\S]*<\/main>/.exec(text)![0];
  const plain = await mapsim(['report', 'c.json'], { cwd });
  const named = await mapsim(['report', 'c.json', '-o', '-'], { cwd });
  const both = await mapsim(['report', 'c.json', '-o', '-', '--svg', 'pictures'], { cwd });

  for (const { code, stdout } of [named, both]) {
    expect(code).toBe(0);
    expect(main(stdout)).toBe(main(plain.stdout));
  }
  expect(readdirSync(cwd).sort()).toEqual(['c.json', 'pictures', 'storm.yaml']);
});

test.each([
  ['run', 'storm.yaml', '-o'],
  ['run', 'storm.yaml', '--record'],
  ['run', 'storm.yaml', '--ops-log'],
  ['report', 'c.json', '--svg'],
  [...COMPARE, '-o'],
  ['sweep', 'grid.yaml', '-o'],
  ['explore', SPLIT, '--find=torn', '-o'],
  ['explore', SPLIT, '--find=torn', '--save'],
  ['census', SPLIT, '-o'],
  ['scenarios', 'quiet', '-o'],
])('%s %s %s -: refused before any work, no file named - is left', async (...argv) => {
  const cwd = aDirectory({ 'storm.yaml': STORM, 'grid.yaml': LIVELY });
  await mapsim([...COMPARE, '-o', 'c.json'], { cwd });
  const { code, stdout, stderr } = await mapsim([...argv, '-'], { cwd });

  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/cannot write -:|name has to end in .html|standard output has/);
  expect(readdirSync(cwd).sort()).toEqual(['c.json', 'grid.yaml', 'storm.yaml']);
});

test('explore, census and replay: a finding can be stepped through, the policy names its script', async () => {
  const cwd = aDirectory();
  const explore = ['explore', SPLIT, '--strategy=vma-lock', '--find=falseGaps', '-o', 'e.html'];
  const { code, stdout } = await mapsim(explore, { cwd });
  const schedule = /--schedule (\S+)/.exec(stdout)![1]!;
  await mapsim(['replay', SPLIT, '--strategy=vma-lock', '--schedule', schedule, '-o', 'p.html'], {
    cwd,
  });
  await mapsim(['census', SPLIT, '--strategy=rcu-retry', '-o', 'n.html'], { cwd });
  const [found, replayed, census] = ['e', 'p', 'n'].map((name) =>
    readFileSync(join(cwd, `${name}.html`), 'utf8'),
  );

  expect(code).toBe(1);
  for (const page of [found!, replayed!]) {
    expect(page).toContain('class="steppable"');
    expect(page).toMatch(/script-src 'sha256-[\w+/=]+'/);
  }
  expect(census).toContain('rcu-retry can print 4 texts');
  expect(census).not.toContain('script-src');
});

test('run: the page has the counts, and one pass drawn in three ways', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  const { code } = await mapsim(['run', 'storm.yaml', '-o', 'r.html'], { cwd });
  const page = readFileSync(join(cwd, 'r.html'), 'utf8');

  expect(code).toBe(0);
  for (const id of ['r0-schedule-t', 'r0-lanes-t', 'r0-addresses-t']) expect(page).toContain(id);
  expect(page).toContain('no torn text in 20 passes');
});

test('run, compare: a page that is read back has the drawn pass again', async () => {
  const bash = join(ROOT, 'scenarios/bash.yaml');
  const cwd = aDirectory({ 'storm.yaml': STORM });
  const strategies = '--strategies=mmap-lock,vma-lock';
  await mapsim(['run', 'storm.yaml', '--strategy=rcu-retry3', '-o', 'run.html'], { cwd });
  await mapsim(['compare', bash, strategies, '--seeds=2', '--duration=40ms', '-o', 'c.html'], {
    cwd,
  });
  const main = (text: string): string => /<main>[\s\S]*<\/main>/.exec(text)![0];

  for (const name of ['run.html', 'c.html']) {
    const page = readFileSync(join(cwd, name), 'utf8');
    const { code, stdout } = await mapsim(['report', name], { cwd });
    expect(code).toBe(0);
    expect(main(stdout)).toBe(main(page));
    expect(page).toContain('-schedule-t"');
  }
});

test('replay of a recorded run writes the page of the run', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  const run = ['run', 'storm.yaml', '--strategy=rcu-retry1', '--seed=4'];
  await mapsim([...run, '--record=r.ndjson', '-o', 'run.html'], { cwd });
  const replay = ['replay', 'storm.yaml', '--schedule=r.ndjson', '--format=json'];
  const { code } = await mapsim([...replay, '-o', 'replay.html'], { cwd });
  const carried = await mapsim([...replay, '--carry-to=mmap-lock', '-o', 'carried.html'], { cwd });
  const main = (name: string): string =>
    /<main>[\s\S]*<\/main>/.exec(readFileSync(join(cwd, name), 'utf8'))![0];

  expect([code, carried.code]).toEqual([0, 0]);
  expect(main('replay.html')).toBe(main('run.html'));
  expect(main('carried.html')).toContain('storm under mmap-lock');
});

test('a page whose pass is damaged is refused with a reason', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  await mapsim(['run', 'storm.yaml', '-o', 'r.html'], { cwd });
  const page = readFileSync(join(cwd, 'r.html'), 'utf8');
  writeFileSync(join(cwd, 'x.html'), page.replace('"texts":["', '"texts":[],"more":["'));
  const { code, stderr } = await mapsim(['report', 'x.html'], { cwd });

  expect(code).toBe(2);
  expect(stderr).toContain('x.html: the data of its pass are damaged: a line has no text');
});

test('sweep: the page is that of the report of its records', async () => {
  const grid = `${STORM}sweep: {"writers[0].think": [3us, 30us], strategies: [mmap-lock, vma-lock], seeds: 2}\n`;
  const cwd = aDirectory({ 'grid.yaml': grid });
  await mapsim(['sweep', 'grid.yaml', '-o', 's.html', '-o', 's.ndjson'], { cwd });
  await mapsim(['report', 's.ndjson', '-o', 'r.html'], { cwd });
  const main = (name: string): string =>
    /<main>[\s\S]*<\/main>/.exec(readFileSync(join(cwd, name), 'utf8'))![0];

  expect(main('s.html')).toBe(main('r.html'));
  expect(main('s.html')).toContain('2 strategies over 2 values of writers[0].think');
});

test('compare --bars: a bar for each strategy on one scale, of ASCII where asked', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  const drawn = await mapsim([...COMPARE, '--bars'], { cwd });
  const ascii = await mapsim([...COMPARE, '--bars', '--ascii'], { cwd });
  const bars = (text: string) => text.split('\n').filter((line) => /[│|].{36}[│|]/.test(line));

  expect(bars(drawn.stdout).length).toBeGreaterThan(3);
  expect(bars(ascii.stdout)).toEqual(
    bars(drawn.stdout).map((line) => line.replace(/─/g, '-').replace(/●/g, 'o').replace(/│/g, '|')),
  );
  expect(bars(ascii.stdout).every((line) => line.length <= 80)).toBe(true);
});

describe('on a terminal', () => {
  const UTF8 = { LANG: 'C.UTF-8' };
  const terminal = (columns: number): Sink =>
    Object.defineProperty(new Sink(true), 'columns', { value: columns });

  test('compare: bars are there where they have room, and leave the tables as they are', async () => {
    const cwd = aDirectory({ 'storm.yaml': STORM });
    const on = async (columns: number, argv: readonly string[], env = UTF8): Promise<string> => {
      const stdout = terminal(columns);
      await mapsim([...COMPARE, '--color=never', ...argv], { cwd, env, stdout });
      return stdout.text;
    };
    const drawn = await mapsim([...COMPARE, '--bars'], { cwd });
    const ascii = await mapsim([...COMPARE, '--bars', '--ascii'], { cwd });
    const tables = await mapsim(COMPARE, { cwd });

    expect(drawn.stdout.startsWith(tables.stdout)).toBe(true);
    expect(drawn.stdout).not.toBe(tables.stdout);
    expect(await on(80, [])).toBe(drawn.stdout);
    expect(await on(80, [], { LANG: 'C' })).toBe(ascii.stdout);
    expect(await on(79, [])).toBe(await on(79, ['--no-bars']));
    expect(await on(80, ['--no-bars'])).toBe(tables.stdout);
    expect(await on(79, ['--bars'])).not.toBe(await on(79, []));
  });

  test('sweep: bars are there where a file has the records', async () => {
    const cwd = aDirectory({ 'grid.yaml': LIVELY });
    const on = async (columns: number, argv: readonly string[]): Promise<string> => {
      const stdout = terminal(columns);
      await mapsim(['sweep', 'grid.yaml', '--progress=none', ...argv], { cwd, env: UTF8, stdout });
      return stdout.text;
    };
    const drawn = await mapsim(['sweep', 'grid.yaml', '--bars', '-o', 's.csv'], { cwd });
    const tables = await mapsim(['sweep', 'grid.yaml', '--format=text'], { cwd });

    expect(await on(80, ['-o', 's.csv'])).toBe(drawn.stdout);
    expect(await on(79, ['-o', 's.csv'])).toBe('');
    expect(await on(80, ['-o', 's.csv', '--no-bars'])).toBe('');
    expect(await on(80, [])).toBe(`${tables.stdout}\n${drawn.stdout}`);
    expect(await on(79, [])).toBe(await on(79, ['--no-bars']));
    expect(await on(80, ['--no-bars'])).toBe(tables.stdout);
    expect(await on(79, ['--bars'])).toBe(`${tables.stdout}\n${drawn.stdout}`);
  });
});

test('sweep --bars: a sign for each value of the last axis, high where there is more', async () => {
  const cwd = aDirectory({ 'grid.yaml': LIVELY });
  const bars = ['sweep', 'grid.yaml', '--bars', '-o', 's.ndjson'];
  const drawn = await mapsim(bars, { cwd });
  const ascii = await mapsim([...bars, '--ascii'], { cwd });
  const [title, axis, ...rows] = ascii.stdout.split('\n');

  expect([drawn.code, ascii.code]).toEqual([0, 0]);
  expect([title, axis]).toEqual([
    'retries per 1000 lines, median over seeds',
    'over writers[0].think 3us to 300us',
  ]);
  expect(rows[0]).toBe('  mmap-lock      __  0 .. 0');
  expect(rows[1]).toMatch(/^ {2}rcu-retry3 {5}#_ {2}\d/);
  expect(drawn.stdout).toContain('  rcu-retry3     █▁  ');
  expect(ascii.stdout).toMatch(/^[\n -~]+$/);
  expect(readFileSync(join(cwd, 's.ndjson'), 'utf8').split('\n')).toHaveLength(11);
});

test('sweep --bars without -o: tables, and the bars under them, also in a pipe', async () => {
  const cwd = aDirectory({ 'grid.yaml': LIVELY });
  const both = await mapsim(['sweep', 'grid.yaml', '--bars', '--ascii'], { cwd });
  const tables = await mapsim(['sweep', 'grid.yaml', '--format=text'], { cwd });
  const bars = await mapsim(['sweep', 'grid.yaml', '--bars', '--ascii', '-o', 's.csv'], { cwd });

  expect(both).toMatchObject({ code: 0, stdout: `${tables.stdout}\n${bars.stdout}` });
});

test('sweep --bars: many values share signs, so that a line fits into 80 columns', async () => {
  const values = Array.from({ length: 80 }, (_, i) => `${i + 1}us`).join(', ');
  const grid = `${STORM.replace('passes: 20', 'passes: 1')}sweep: {"writers[0].think": [${values}], strategies: [rcu-retry3]}\n`;
  const cwd = aDirectory({ 'grid.yaml': grid });
  const { stdout } = await mapsim(['sweep', 'grid.yaml', '--bars', '-o', 's.csv'], { cwd });

  expect(stdout).toContain('over writers[0].think 1us to 80us, the highest of 3 values a sign\n');
  expect(stdout).toMatch(/^ {2}rcu-retry3 {5}[▁-█]{27} {2}/m);
  expect(stdout.split('\n').every((line) => line.length <= 80)).toBe(true);
});

test('compare: the page ends with a torn pass of a strategy that tears', async () => {
  const cwd = aDirectory();
  const scenario = join(ROOT, 'scenarios/bash.yaml');
  const argv = ['compare', scenario, '--strategies=mmap-lock,rcu-retry3', '--seeds=2'];
  const { code } = await mapsim([...argv, '-o', 'c.html'], { cwd });
  const page = readFileSync(join(cwd, 'c.html'), 'utf8');
  const heads = [...page.matchAll(/<h2>([^<]*)/g)].map(([, head]) => head);

  expect(code).toBe(0);
  expect(heads.at(-1)).toBe('bash: a torn pass of rcu-retry3, seed 1');
  expect(page).toContain('id="r1-schedule-t"');
  // Dots of single seeds are shares where the value is one: no axis goes beyond the whole.
  const shares = [...page.matchAll(/>([\d.]+) %</g)].map(([, share]) => Number(share));
  expect(Math.max(...shares)).toBe(100);
});

describe('refuses, with exit code 2,', () => {
  test.each([
    [['report', 'storm.yaml'], /this is not JSON/],
    [['report', 'x.json'], /its schema is other/],
    [['run', 'storm.yaml', '-o', 'x.pdf'], /the ending sets the format and has to be one of/],
    [['explore', 'storm.yaml', '-o', 'x.txt'], /the name has to end in .html/],
    [['sweep', 'grid.yaml', '--bars', '--format=ndjson'], /standard output has ndjson/],
    [['sweep', 'grid.yaml', '--bars', '--resume', '-o', 's.ndjson'], /--bars draws whole sweeps/],
    [['report', '-', '-'], /only one input/],
  ])('%j', async (argv, message) => {
    const cwd = aDirectory({
      'storm.yaml': STORM,
      'grid.yaml': LIVELY,
      'x.json': '{"schema": "other"}',
    });
    const { code, stderr } = await mapsim(argv, { cwd });

    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
