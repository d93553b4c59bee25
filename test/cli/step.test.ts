/** `mapsim step` with its commands from standard input, and `run --annotate`. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './spawn.ts';
import { aDirectory, mapsim } from './support.ts';

const SPLIT = join(ROOT, 'scenarios/explore/split-merge.yaml');
const BASH = join(ROOT, 'scenarios/bash.yaml');

async function stepped(commands: string, argv: readonly string[] = [], cwd = aDirectory()) {
  const all = ['step', SPLIT, '--strategy=rcu-retry1', '--quiet', ...argv];
  return mapsim(all, { cwd, stdin: commands });
}

test('Enter takes the steps of a timed run, a name lets that task move', async () => {
  const { code, stdout } = await stepped('\n\nreader\nwriter\n');

  expect(code).toBe(0);
  expect(stdout.split('\n').slice(0, 4)).toEqual([
    expect.stringMatching(/^ {3}1 {2}\w+ {2}\w+\(\)/),
    expect.stringMatching(/^ {3}2 {2}/),
    expect.stringMatching(/^ {3}3 {2}reader {2}/),
    expect.stringMatching(/^ {3}4 {2}writer {2}/),
  ]);
});

test('until retry goes on to a failed attempt, and why names what moved the counter', async () => {
  const { stdout } = await stepped('until retry\nwhy\n');

  expect(stdout).toMatch(
    /reader {2}mmap_lock_speculate_try_begin\(\) {2}samples mm_lock_seq: 1; fails:\s+odd\n/,
  );
  expect(stdout).toContain('the counter moved:\n');
  expect(stdout).toMatch(/writer {2}mm_lock_seqcount_begin\(\) {2}mm_lock_seq 0 -> 1/);
});

test('until vma goes on to the step that concerns an address', async () => {
  const { stdout } = await stepped('until vma 7f0000003000\n');

  expect(stdout.trimEnd().split('\n').at(-1)).toContain('7f0000003000');
});

test('back undoes steps: the same ones come again', async () => {
  const { stdout } = await stepped('\n\n\nback 2\n\n\n');
  const lines = stdout.trimEnd().split('\n');

  expect(lines[3]).toBe('at step 1');
  expect(lines.slice(4)).toEqual(lines.slice(1, 3));
});

test('what was saved replays to the same text', async () => {
  const cwd = aDirectory();
  const { stdout } = await stepped('until retry\nreader\nreader\nsave s.txt\nschedule\n', [], cwd);
  const schedule = readFileSync(join(cwd, 's.txt'), 'utf8').trim();
  const replay = await mapsim(['replay', SPLIT, '--strategy=rcu-retry1', '--schedule', 's.txt'], {
    cwd,
  });

  expect(stdout.trimEnd().split('\n').at(-1)).toBe(schedule);
  expect(replay.code).toBe(0);
  expect(replay.stdout).toContain('fails: odd');
});

test.each(['-', 'no/such/folder/s.txt', '.'])(
  'save %s is told, and the session goes on',
  async (file) => {
    const { code, stdout, stderr } = await stepped(`save ${file}\n\n`);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^cannot write \S+: .*\n {3}1 /);
  },
);

test('Enter alone comes to the text of run', async () => {
  const cwd = aDirectory();
  const { stdout: text } = await mapsim(['run', SPLIT, '--strategy=rcu-retry1', '--summary=none'], {
    cwd,
  });
  const { stdout } = await stepped('\n'.repeat(150));
  const printed = /has printed \(pass 0\):\n([\s\S]*?)\n(?:states|the only state) of/.exec(
    stdout,
  )![1]!;
  const lines = printed.split('\n').filter((line) => /^ {2}[0-9a-f]+-/.test(line));

  expect(
    lines.map((line) =>
      line
        .slice(2)
        .replace(/ +<- .*/, '')
        .trimEnd(),
    ),
  ).toEqual(
    text
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd()),
  );
});

test('states and text show maps text; what is no command is said', async () => {
  const { stdout } = await stepped('states\ntext\nfoo\nsave\nback x\nuntil x\n');

  expect(stdout).toContain('7f0000000000-7f0000001000 r--p 00000000 00:00 0 \n');
  expect(stdout).toContain('reader:\n(nothing)\n');
  expect(stdout).toContain('unknown command "foo"');
  expect(stdout).toContain('save to which file?');
  expect(stdout).toContain('back how many steps?');
  expect(stdout).toContain('until what?');
});

test('a search that is too large to step through is refused before any command', async () => {
  const cwd = aDirectory();
  const { code } = await mapsim(['step', '-'], { cwd, stdin: '' });

  expect(code).toBe(2);
  expect(existsSync(join(cwd, 's.txt'))).toBe(false);
});

test('run --annotate: a margin before each line, the operations at a cut, the counts as ever', async () => {
  const argv = ['run', BASH, '--strategy=rcu-retry3', '--seed=1', '--pass=torn'];
  const plain = await mapsim(argv);
  const { code, stdout } = await mapsim([...argv, '--annotate']);
  const lines = stdout.split('\n').filter((line) => /^S\d+ .* \| /.test(line));
  const counts = (text: string) => text.slice(text.indexOf('# scenario'));
  const maps = plain.stdout.split('\n').filter((line) => /^[0-9a-f]+-/.test(line));

  expect(code).toBe(0);
  expect(
    lines.map((line) => line.replace(/^S\d+ +S\d+ +\| /, '').replace(/ {2}<- .*$/, '')),
  ).toEqual(maps);
  expect(stdout).toMatch(/^# cut 1, (inside a page|between pages): S\d to S\d, past [^|]*; line/m);
  expect(stdout).toMatch(/<- not in S\d \(cut 1\)/);
  expect(counts(stdout)).toBe(counts(plain.stdout));
});
