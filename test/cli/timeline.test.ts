/** `mapsim timeline` as a user calls it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { traceFaults } from '../support/check-trace.ts';
import { ROOT } from './spawn.ts';
import { aDirectory, mapsim } from './support.ts';

const BASH = join(ROOT, 'scenarios/bash.yaml');
const STORM = `mapsim: 1
vmas: [{start: "0x10000000", pages: 3, repeat: 60, gap: 1, perms: [r--p, rw-p], tag: a}]
readers: [{name: r, passes: 20, strategy: rcu-retry3}]
writers: [{name: w, churn: split-merge, think: 3us}]
`;

test('draws the first torn pass, to standard output or to a file, the same bytes', async () => {
  const cwd = aDirectory();
  const shown = await mapsim(['timeline', BASH, '--strategy=rcu-retry3', '--seed=1'], { cwd });
  const filed = await mapsim(
    ['timeline', BASH, '--strategy=rcu-retry3', '--seed=1', '-o', 'p.svg'],
    { cwd },
  );

  expect(shown).toMatchObject({ code: 0, stderr: '' });
  expect(shown.stdout).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  expect(shown.stdout).toContain('A torn text: pieces of');
  expect(filed).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(readFileSync(join(cwd, 'p.svg'), 'utf8')).toBe(shown.stdout);
});

test('-o - is standard output, and no file named -', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  for (const format of ['svg', 'text', 'perfetto']) {
    const argv = ['timeline', 'storm.yaml', `--format=${format}`];
    expect(await mapsim([...argv, '-o', '-'], { cwd })).toEqual(await mapsim(argv, { cwd }));
  }
  expect(readdirSync(cwd)).toEqual(['storm.yaml']);
});

test('draws the run of a record as it draws the run itself', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  await mapsim(['run', 'storm.yaml', '--seed=3', '--record=r.ndjson'], { cwd });
  const run = await mapsim(['timeline', 'storm.yaml', '--seed=3', '--format=text'], { cwd });
  const record = await mapsim(['timeline', 'storm.yaml', '--schedule=r.ndjson', '--format=text'], {
    cwd,
  });

  expect(run.code).toBe(0);
  expect(record).toEqual(run);
});

test('a record that does not fit the scenario is told of with the step, exit code 1', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  await mapsim(['run', 'storm.yaml', '--record=r.ndjson'], { cwd });
  const { code, stdout, stderr } = await mapsim(
    ['timeline', 'storm.yaml', '--strategy=mmap-lock', '--schedule=r.ndjson', '-o', 'x.svg'],
    { cwd },
  );

  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(/^mapsim: error: the record does not fit at step \d+: recorded "/m);
  expect(readdirSync(cwd)).not.toContain('x.svg');
});

test('several strategies are lanes', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  const argv = ['timeline', 'storm.yaml', '--strategy=mmap-lock,rcu-retry3,vma-lock'];
  const { code, stdout } = await mapsim(argv, { cwd });

  expect(code).toBe(0);
  expect(stdout).toContain('The same writers, 3 readers');
  for (const name of ['mmap-lock', 'rcu-retry3', 'vma-lock']) expect(stdout).toContain(name);
});

test('lanes: writers with a call are drawn, wherever they stand in the list; the others are counted', async () => {
  const late = [1, 2, 3, 4].map((i) => `  - {name: late${i}, churn: split-merge, start: 1s}\n`);
  const writers = STORM.replace('writers: [', `writers:\n${late.join('')}  - `).replace(
    /\]\n$/,
    '\n',
  );
  const cwd = aDirectory({ 'late.yaml': writers });
  const { stdout } = await mapsim(['timeline', 'late.yaml', '--view=lanes'], { cwd });

  expect(stdout).toMatch(/>w</);
  expect(stdout).toContain('>4 without a call<');
  expect(stdout).not.toMatch(/>late\d</);
});

test('perfetto files are compressed where the name says so', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  const argv = ['timeline', 'storm.yaml', '--format=perfetto', '--window=..100us'];
  const plain = await mapsim(argv, { cwd });
  const { code } = await mapsim([...argv, '-o', 't.json.gz'], { cwd });

  expect([plain.code, code]).toEqual([0, 0]);
  expect(traceFaults(plain.stdout)).toEqual([]);
  expect(gunzipSync(readFileSync(join(cwd, 't.json.gz'))).toString()).toBe(plain.stdout);
});

test('perfetto has several strategies in one file', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  const argv = ['timeline', 'storm.yaml', '--format=perfetto', '--window=..50us'];
  const { code, stdout } = await mapsim([...argv, '--strategy=mmap-lock,vma-lock'], { cwd });

  expect(code).toBe(0);
  expect(traceFaults(stdout)).toEqual([]);
  for (const name of ['mmap-lock: tasks', 'vma-lock: tasks']) expect(stdout).toContain(name);
});

test('a pass that there is not is exit code 4, with the reason', async () => {
  const cwd = aDirectory({ 'storm.yaml': STORM });
  const { code, stderr } = await mapsim(
    ['timeline', 'storm.yaml', '--strategy=mmap-lock-all', '--pass=torn'],
    { cwd },
  );

  expect(code).toBe(4);
  expect(stderr).toContain('no pass is torn');
});

describe('refuses, with exit code 2,', () => {
  test.each([
    [['--view=lanes', '--format=text'], /--view needs --format=svg/],
    [['--pass=3', '--format=perfetto'], /--pass does not apply to perfetto/],
    [['--rows=9', '--view=lanes'], /--rows needs the view schedule/],
    [['--strategy=mmap-lock,vma-lock', '--format=text'], /--strategy: several strategies/],
    [['--pass=tron'], /Did you mean "torn"/],
    [['--window=5us'], /FROM\.\.TO/],
    [['--window=5us..2us'], /ends before it begins/],
    [['--schedule=storm.yaml'], /not a record of run --record/],
    [['--schedule=x', '--seed=1'], /the record already contains seed/],
  ])('%j', async (argv, message) => {
    const cwd = aDirectory({ 'storm.yaml': STORM });
    const { code, stderr } = await mapsim(['timeline', 'storm.yaml', ...argv], { cwd });

    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
