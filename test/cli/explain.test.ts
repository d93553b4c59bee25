/** `run --explain`: the rows that it marks are those that its sentence speaks of. */
import { expect, test } from 'vitest';
import { mapsim } from './support.ts';

/** A record takes longer than the writer rests. */
const RESTLESS = `mapsim: 1
vmas: [{start: "0x7f0000000000", pages: 3, repeat: 50, gap: 1, tag: t}]
readers: [{name: r}]
writers: [{name: w, churn: split-merge, vma: {tag: t}, think: 1ns}]
`;

/** @returns the marked rows, the sentence on one line, what standard error has */
async function explain(argv: readonly string[]) {
  const run = ['run', ...argv, '--summary=none'];
  const { code, stdout, stderr } = await mapsim(run, { stdin: RESTLESS });
  const [columns, sentence] = stdout.split('\n\nWhy it ');
  const marked = columns!.split('\n').filter((line) => /^ *[\d.]+ > /.test(line));
  return { code, columns: columns!, marked, why: sentence?.replace(/\s+/g, ' ').trim(), stderr };
}

test('run --explain=retry marks the first failed attempt, and says its line, time and cause', async () => {
  const { code, columns, marked, why, stderr } = await explain([
    '@bash',
    '--strategy=rcu-retry3',
    '--explain=retry',
  ]);
  const told =
    /^retries: the attempt at line (\d+) failed at ([\d.]+) us because mm_lock_seq had moved since the sample: brk\(561bf6c96000\) of shell had begun in between\.$/;
  const [, line, us] = told.exec(why!)!;

  expect([code, stderr]).toEqual([0, '']);
  expect(columns).toMatch(/^pass 0 of monitor, rcu-retry3, seed 1: .* 10 retries/);
  expect(marked[0]).toBe(`${us!.padStart(7)} > attempt 1 fails: counter moved`);
  expect(columns.slice(0, columns.indexOf(marked[0]!))).not.toContain('fails');
  expect(columns).toContain(`, line ${Number(line) - 1}\n`);
  expect(columns).not.toMatch(new RegExp(`, line ${line}$`, 'm'));
});

test('run --explain=torn marks the two lines that no one state has, and names them', async () => {
  const { code, columns, marked, why, stderr } = await explain([
    '@bash',
    '--strategy=vma-lock',
    '--explain=torn',
  ]);
  const lines = marked.map((row) => /, line (\d+)$/.exec(row)![1]);

  expect([code, stderr]).toEqual([0, '']);
  expect(columns).toMatch(/^pass \d+ of monitor, vma-lock, seed 1: 1 cut /);
  expect(lines).toHaveLength(2);
  expect(why).toBe(
    'is torn: cut 1, inside a page: S0 to S1, past brk(561bf6c96000); ' +
      `line ${lines[0]} is not in S1 and line ${lines[1]} is not in S0.`,
  );
  const cut = columns.indexOf('# cut 1, ');
  expect(columns.indexOf(marked[0]!)).toBeLessThan(cut);
  expect(columns.indexOf(marked[1]!)).toBeGreaterThan(cut);
});

test('run --explain=starved counts the attempts at the record that was never printed', async () => {
  const { code, marked, why, stderr } = await explain([
    '-',
    '--strategy=rcu-retry',
    '--duration=100us',
    '--explain=starved',
  ]);
  const [, attempts] = /^starves: (\d+) attempts at line 1 failed one after the other; /.exec(
    why!,
  )!;

  expect(code).toBe(0);
  expect(stderr).toContain(`in pass 0 of reader r, after ${attempts} failed attempts at 0x0: `);
  expect(Number(attempts)).toBeGreaterThan(3);
  expect(marked.at(-1)).toMatch(/ > attempt \d+ fails: counter moved$/);
  expect(why).toContain('the last one failed because mm_lock_seq had moved since the sample: ');
});

test.each([
  ['retry', '--strategy=mmap-lock'],
  ['fallback', '--strategy=rcu-retry'],
  ['torn', '--strategy=mmap-lock'],
  ['starved', '--strategy=mmap-lock'],
])('run --explain=%s %s: where nothing of the kind happens it says so', async (what, strategy) => {
  const argv = ['run', '@quiet', strategy, '--summary=none', `--explain=${what}`];

  expect(await mapsim(argv)).toEqual({
    code: 0,
    stdout: '',
    stderr: `mapsim: nothing to explain: there is no pass with --explain=${what}\n`,
  });
});

test('a pass of more rows than a call has room for arguments is explained', async () => {
  const { code, marked, why, stderr } = await explain([
    '@bug-compat/pin-spin',
    '--explain=starved',
  ]);

  expect([code, stderr]).toEqual([0, expect.stringContaining('counts as starved')]);
  expect(marked.length).toBeGreaterThan(0);
  expect(Number(/^starves: (\d+) attempts at line 2 failed/.exec(why!)![1])).toBeGreaterThan(
    100_000,
  );
});
