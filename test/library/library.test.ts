/** The library does what the command line does, and says what is wrong with what it is given. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  census,
  check,
  compare,
  explore,
  load,
  replay,
  run,
  ScenarioError,
  UserError,
} from '../../src/index.ts';
import { ROOT } from '../cli/spawn.ts';
import { mapsim } from '../cli/support.ts';

const readFile = (path: string): Uint8Array => readFileSync(path);

function scenario(name: string) {
  const path = join(ROOT, name);
  return load(readFile(path), { name: path, readFile });
}

async function printed(command: string, name: string, ...argv: string[]): Promise<string> {
  const { stdout } = await mapsim([command, join(ROOT, name), ...argv]);
  expect(stdout).not.toBe('');
  return stdout;
}

describe('report() has the bytes that the command prints', () => {
  const BASH = 'scenarios/bash.yaml';
  const BORDER = 'examples/border.yaml';

  test.each([
    [BASH, 'rcu-retry3', '1'],
    ['scenarios/scenario.json', 'vma-lock', 'a seed'],
    ['scenarios/quiet.yaml', 'mmap-lock', '2'],
    ['scenarios/exact-mremap.yaml', 'rcu-page3', '3'],
  ])('run %s %s, seed %s', async (name, strategy, seed) => {
    const argv = [`--strategy=${strategy}`, `--seed=${seed}`, '--duration=5ms'];

    const result = run(scenario(name), { strategy, seed, durationNs: 5_000_000 });

    for (const format of ['text', 'json', 'csv'] as const) {
      expect(result.report(format)).toBe(await printed('run', name, ...argv, `--format=${format}`));
    }
  });

  test('run with the first torn pass', async () => {
    const pass = 'torn';
    const text = await printed('run', BASH, '--strategy=rcu-retry3', '--seed=1', '--pass=torn');

    expect(run(scenario(BASH), { strategy: 'rcu-retry3', seed: 1, pass }).report()).toBe(text);
  });

  test("run with a strategy of the user's own", async () => {
    const file = join(ROOT, 'examples/strategy/pass-budget.mjs');
    const text = await printed('run', BASH, `--strategy=${file}`, '--duration=5ms');
    const { default: strategy } = await import(file);

    expect(run(scenario(BASH), { strategy, durationNs: 5e6 }).report()).toBe(text);
  });

  test('compare', async () => {
    const name = BORDER;
    const argv = ['--strategies=mmap-lock,vma-lock', '--seeds=2'];
    const result = compare(scenario(name), { strategies: ['mmap-lock', 'vma-lock'], seeds: 2 });

    for (const format of ['text', 'json', 'junit'] as const) {
      expect(result.report(format)).toBe(
        await printed('compare', name, ...argv, `--format=${format}`),
      );
    }
  });

  test.each(['text', 'json'] as const)('explore, census and replay as %s', async (format) => {
    const as = `--format=${format}`;
    const border = scenario(BORDER);
    const strategy = 'vma-lock';
    const find = 'overlaps';

    const found = explore(border, { strategy, find });
    const { schedule } = found.outcome.findings[0]!.course;

    const given = [BORDER, `--strategy=${strategy}`] as const;
    expect(found.report(format)).toBe(await printed('explore', ...given, `--find=${find}`, as));
    expect(explore(border, { strategy, random: 50, seed: '3' }).report(format)).toBe(
      await printed('explore', ...given, '--random=50', '--seed=3', '--jobs=1', as),
    );
    expect(census(border, { strategy, against: 'mmap-lock' }).report(format)).toBe(
      await printed('census', ...given, '--against=mmap-lock', as),
    );
    expect(replay(border, { strategy, schedule }).report(format)).toBe(
      await printed('replay', ...given, `--schedule=${schedule}`, as),
    );
    expect(replay(border, { strategy, schedule, carryTo: 'rcu-retry3' }).report(format)).toBe(
      await printed('replay', ...given, `--schedule=${schedule}`, '--carry-to=rcu-retry3', as),
    );
  });

  test.each(['text', 'json'] as const)('check as %s', async (format) => {
    const stdin =
      '00400000-00401000 r-xp 00000000 00:00 0\n00300000-00301000 r-xp 00000000 00:00 0 \n';
    const { stdout } = await mapsim(['check', '-', `--format=${format}`], { stdin });

    const checked = check(stdin);

    expect(checked.report(format)).toBe(stdout);
    expect(checked).toMatchObject({
      ok: false,
      texts: 1,
      lines: 2,
      counts: { spacing: 1, backward: 1 },
    });
  });
});

const LINE = '00400000-00401000 r-xp 00000000 00:00 0 ';

describe('what is wrong is thrown', () => {
  const faultsOf = (text: string): unknown => {
    try {
      return load(text, { name: 'x.yaml' });
    } catch (error) {
      return error instanceof ScenarioError ? error.faults : error;
    }
  };

  test('load: every fault of a text, with line and column', () => {
    expect(faultsOf('mapsim: 1\nfoo: 1\nreaders: [{ name: a, pases: 2 }]\n')).toMatchObject([
      { file: 'x.yaml', line: 2, column: 1, message: 'unknown key "foo"' },
      { line: 3, message: 'unknown key "pases"' },
    ]);
  });

  test('load: a scenario that needs files, where there is no readFile', () => {
    expect(faultsOf('mapsim: 1\nvmas: [{ from: a.maps }]\nreaders: [{ name: a }]\n')).toMatchObject(
      [{ line: 2, message: 'from: cannot read a.maps: load() has no readFile' }],
    );
  });

  test('load: what readFile throws', () => {
    const text = 'mapsim: 1\nvmas: [{ from: a.maps }]\nreaders: [{ name: a }]\n';
    const refuse = (path: string): never => {
      throw new Error(`404 ${path}`);
    };

    expect(() => load(text, { name: 'dir/x.yaml', readFile: refuse })).toThrow(
      'dir/x.yaml:2:16: error: from: cannot read dir/a.maps: 404 dir/a.maps',
    );
  });

  test('options that are wrong', () => {
    const quiet = scenario('scenarios/quiet.yaml');

    const wrong: readonly (readonly [() => unknown, RegExp])[] = [
      [() => run(quiet, { strategy: 'rcu-rety3' }), /did you mean "rcu-retry3"/],
      [() => run(quiet, { strategy: './mine.mjs' }), /pass the function itself/],
      [() => run(quiet, { maxEvents: 0.5 }), /maxEvents: 0.5 is not a whole number/],
      [() => run(quiet, { reader: 'nobody' }), /no reader "nobody"/],
      [() => run(quiet, { pass: -1 }), /pass: -1 is not a whole number/],
      [() => compare([quiet, quiet]), /two scenarios have the name "quiet"/],
      [
        () => compare(quiet, { strategies: ['vma-lock', 'linux-6.18'] }),
        /"vma-lock" is given twice/,
      ],
      [() => explore(quiet, { find: 'livelock', random: 3 }), /needs a search/],
      [() => explore(quiet, { maxStates: 0 }), /maxStates: 0 is not/],
      [() => replay(quiet), /no x-schedule/],
      [() => check('', { against: `${LINE}\n\n${LINE}\n` }), /--against: .* contains 2 texts/],
    ];

    for (const [call, message] of wrong) {
      expect(call, String(message)).toThrow(UserError);
      expect(call).toThrow(message);
    }
  });
});
