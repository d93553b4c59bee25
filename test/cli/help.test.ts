import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { VERSION } from '../../src/base/version.ts';
import { FORMAT_NAMES } from '../../src/cli/options.ts';
import { FORMATS } from '../../src/report/index.ts';
import { mapsim } from './support.ts';

const COMMANDS = ['run', 'validate', 'schema', 'strategies', 'final'];

test('mapsim alone says in a few lines what it is, with two examples', async () => {
  const { code, stdout, stderr } = await mapsim([]);

  expect(code).toBe(0);
  expect(stderr).toBe('');
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '').length,
  ).toBeLessThanOrEqual(6);
  expect(stdout.match(/^ {2}mapsim /gm)).toHaveLength(2);
});

test('--help lists every command with its purpose, and the exit codes', async () => {
  for (const argv of [['--help'], ['-h'], ['help']]) {
    const { code, stdout, stderr } = await mapsim(argv);

    expect([code, stderr]).toEqual([0, '']);
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(stdout).toContain('\n  70  a bug in mapsim');
  }
});

test("each command's help has purpose, examples, usage, options, exit codes", async () => {
  for (const name of COMMANDS) {
    const { code, stdout } = await mapsim([name, '--help']);
    const headings = [
      'Examples:',
      `Usage: mapsim ${name} [options]`,
      'Global options:',
      'Exit codes:',
    ];
    const places = headings.map((heading) => stdout.indexOf(`\n${heading}`));

    expect(code).toBe(0);
    expect(stdout).toMatch(/^[A-Z][^\n]*\.\n\nExamples:\n {2}mapsim/);
    expect(places).not.toContain(-1);
    expect([...places].sort((a, b) => a - b)).toEqual(places);
    expect(await mapsim(['help', name])).toEqual({ code: 0, stdout, stderr: '' });
  }
});

test('help tells the exit codes that a command has, and no other', async () => {
  const codesOf = async (...argv: string[]): Promise<string> => {
    const { stdout } = await mapsim([...argv, '--help']);
    const [, list] = stdout.split('Exit codes:\n');
    return [...list!.matchAll(/^ {2}(\d+)/gm)].map(([, code]) => code).join(' ');
  };

  expect(await codesOf()).toBe('0 1 2 3 4 70 130');
  expect(await codesOf('run')).toBe('0 1 2 3 4 70 130');
  expect(await codesOf('census')).toBe('0 2 3 4 70 130');
  expect(await codesOf('merge')).toBe('0 2 3 4 70');
  expect(await codesOf('schema')).toBe('0 2 3 70');
});

test('help stays within 80 columns', async () => {
  for (const argv of [[], ['--help'], ...COMMANDS.map((name) => [name, '--help'])]) {
    const { stdout } = await mapsim(argv);

    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  }
});

test('the help of run names every option of the contract, in groups', async () => {
  const { stdout } = await mapsim(['run', '--help']);

  for (const option of [
    '--strategy',
    '--seed',
    '--duration',
    '--pass',
    '--reader',
    '--summary',
    '--format',
    '--ops-log',
    '--fail-on',
    '--max-events',
    '--color',
    '--progress',
    '--timing',
    '--require <EXPR>',
    '-q, --quiet',
  ]) {
    expect(stdout).toContain(`\n  ${option}`);
  }
  expect(stdout).toContain('"# cut: inPage"');
  expect(stdout).toContain('[STRATEGY:]METRIC[/METRIC]');
});

test('help offers the formats that there are', () => {
  expect(FORMATS.map(({ name }) => name)).toEqual([...FORMAT_NAMES]);
});

test('-V and --version print one line, the version of the package', async () => {
  const packageJson = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');

  expect(VERSION).toBe(JSON.parse(packageJson).version);
  expect(await mapsim(['-V'])).toEqual({ code: 0, stdout: `mapsim ${VERSION}\n`, stderr: '' });
  expect((await mapsim(['--version'])).stdout).toBe(`mapsim ${VERSION}\n`);
});
