import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BASELINE, DOCUMENT, withTables } from '../../bench/document.ts';
import { listed } from '../../bench/figure.ts';
import { parseResult, type Result, SCHEMA } from '../../bench/result.ts';
import { judge } from '../../bench/targets.ts';
import { ROOT } from '../cli/spawn.ts';

const directory = mkdtempSync(join(tmpdir(), 'mapsim-bench-test-'));
afterAll(() => rmSync(directory, { recursive: true }));

function bench(...argv: string[]) {
  return spawnSync(process.execPath, [join(ROOT, 'bench/run.mjs'), ...argv], {
    cwd: directory,
    encoding: 'utf8',
  });
}

describe('the suite at a tiny size', () => {
  const file = join(directory, 'result.json');
  const tiny = ['--runs=1', '--warm-up=0', '--sizes=50', '--strategies=mmap-lock,rcu-page3'];
  let ended: ReturnType<typeof bench>;
  beforeAll(() => {
    ended = bench('--only=a,b,c', ...tiny, '--json', file);
  }, 120_000);
  const result = (): Result => JSON.parse(readFileSync(file, 'utf8'));

  test('ends well and tells nothing that is wrong', () => {
    expect(ended).toMatchObject({ status: 0, stderr: '' });
  });

  test('writes a figure for every strategy and part, none of them empty', () => {
    const { schema, runs, figures } = result();
    expect({ schema, runs }).toEqual({ schema: 'mapsim/bench@1', runs: 1 });
    const grids = ['anonymous', 'file'];
    const quiet = figures.filter(({ part, row }) => part === 'a' && row !== '/proc');
    expect(quiet.map(({ grid, row, column }) => `${grid} ${row} ${column}`)).toEqual(
      grids.flatMap((grid) => [`${grid} mmap-lock 50`, `${grid} rcu-page3 50`]),
    );
    expect(figures.filter(({ part }) => part === 'b')).toHaveLength(8);
    for (const { cpu, wall, size } of figures) {
      const spreads = [cpu, wall, size].filter((spread) => spread !== null);
      expect(spreads.length).toBeGreaterThan(0);
      for (const { min, median } of spreads) {
        expect(min).toBeGreaterThan(0);
        expect(median).toBeGreaterThanOrEqual(min);
      }
    }
  });

  test('reads a real process in the same turns, or says why not', () => {
    const { figures, skipped } = result();
    const real = figures.filter(({ row }) => row === '/proc').length;
    expect(real + skipped.filter(({ what }) => what.includes('/proc')).length).toBe(2);
  });

  test('prints tables with the targets that it can judge', () => {
    const { stdout } = ended;
    expect(stdout).toMatch(/^events, 6 tasks .* at least 10 million\/s +(met|missed)$/m);
    expect(stdout).toMatch(/^mmap-lock +\d/m);
    expect(stdout).not.toContain('1M');
  });

  test('is held against an earlier result', () => {
    const { status, stdout } = bench('--only=a', ...tiny, '--compare', file);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^a\/anonymous\/mmap-lock\/50 ns\/line( +[\d.]+){3}$/m);
  });
});

test('the sizes of pictures and reports keep to their budgets', () => {
  const { status, stdout } = bench('--only=j', '--runs=1');
  const judged = stdout.split('\n').filter((line) => / at most \d+ kB /.test(line));

  expect(status).toBe(0);
  expect(judged).toHaveLength(9);
  expect(judged.filter((line) => !line.endsWith('met'))).toEqual([]);
  expect(stdout).toMatch(/^perfetto, compressed +bytes\/event +\d/m);
}, 120_000);

test('a signal ends it at once, and leaves no half of anything behind', async () => {
  const own = mkdtempSync(join(directory, 'signal-'));
  const argv = [join(ROOT, 'bench/run.mjs'), '--only=c', '--json=cut.json'];
  const env = { ...process.env, TMPDIR: own };
  const child = spawn(process.execPath, argv, { cwd: directory, env, stdio: 'ignore' });
  const ended = once(child, 'exit');
  const started = (): boolean => {
    const names = readdirSync(own, { recursive: true, encoding: 'utf8' });
    return names.some((name) => name.endsWith(join('bench', 'worker.cjs')));
  };
  while (!started()) await setTimeout(5);
  child.kill('SIGINT');

  expect(await ended).toEqual([130, null]);
  expect(readdirSync(own)).toEqual([]);
  expect(readdirSync(directory)).not.toContain('cut.json');
});

test('a whole run becomes the baseline and the tables of the document', () => {
  const figures = [listed('c', '6 tasks', 'ns/event', { cpu: { min: 80, median: 90 } })];
  const result: Result = {
    ...{ schema: SCHEMA, runs: 1, targets: judge(figures), skipped: [], figures },
    machine: { cpu: 'one', cores: 2, memoryGiB: 4, system: 'os', node: 'v20', load: 0 },
  };
  const document = withTables('before\n<!-- bench -->\nold\n<!-- /bench -->\nafter\n', result);

  expect(document).toMatch(/^before\n<!-- bench -->\n\none, 2 cores/);
  expect(document).toContain('| events, 6 tasks | 12.5 | at least 10 million/s | met |\n');
  expect(document.endsWith('\n\n<!-- /bench -->\nafter\n')).toBe(true);
  expect(document).not.toContain('old');
  expect(withTables(document, result)).toBe(document);
  expect(() => withTables('no marks', result)).toThrow('has no <!-- bench -->');
  expect(bench('--save', '--only=a').stderr).toContain('--save wants a whole run, without --only');
});

test('the document has the tables of the baseline', () => {
  const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
  const document = read(DOCUMENT);

  expect(withTables(document, parseResult(read(BASELINE)))).toBe(document);
});

test('mistakes on the command line are told before anything is measured', () => {
  expect(bench('--only=z')).toMatchObject({ status: 2, stdout: '' });
  const { status, stderr } = bench('--compare=nowhere.json');
  expect(status).toBe(3);
  expect(stderr).toMatch(/^bench: error: cannot use .*nowhere.json/);
});
