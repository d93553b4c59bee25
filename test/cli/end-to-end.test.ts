/** `mapsim run` with the simulator behind it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { STRATEGIES } from '../../src/readers/index.ts';
import { aDirectory, mapsim } from './support.ts';

const QUIET = `mapsim: 1
vmas:
  - "55d0c8a00000-55d0c8a21000 rw-p 00000000 00:00 0                          [heap]"
  - {start: "0x7f0000000000", pages: 3, repeat: 129, gap: 1, perms: [r--p, rw-p], tag: child}
  - start: "0x7f2000000000"
    pages: 16
    perms: r-xp
    file: {path: /usr/lib/libx.so, dev: "08:01", inode: 131, offset: 0}
readers:
  - {name: monitor, passes: 20}
`;

/** Fair, or a reader that loops under mmap_lock would starve the writer. */
const STORM = `${QUIET}machine: {rwsem: fifo}
writers:
  - {name: churn, churn: split-merge, vma: {tag: child, pick: random}, think: 1us}
`;

/** By hand: the maps text of QUIET. */
function quietText(): string {
  const lines = ['55d0c8a00000-55d0c8a21000 rw-p 00000000 00:00 0                          [heap]'];
  for (let i = 0; i < 129; i++) {
    const start = 0x7f0000000000 + i * 0x4000;
    const range = `${start.toString(16)}-${(start + 0x3000).toString(16)}`;
    lines.push(`${range} ${i % 2 === 0 ? 'r--p' : 'rw-p'} 00000000 00:00 0 `);
  }
  const file = '7f2000000000-7f2000010000 r-xp 00000000 08:01 131';
  lines.push(`${file.padEnd(72)} /usr/lib/libx.so`);
  return lines.map((line) => `${line}\n`).join('');
}

const run = (stdin: string, ...argv: string[]) => mapsim(['run', '-', ...argv], { stdin });

test('end to end: without writers every strategy prints the address space as it is', async () => {
  const names = STRATEGIES.map(({ name }) => name.replace(/N$/, '3'));
  for (const strategy of names) {
    const { code, stdout, stderr } = await run(QUIET, `--strategy=${strategy}`, '--summary=none');

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(quietText());
  }
});

test('end to end: the counts of every format agree', async () => {
  const argv = ['--strategy=rcu-retry3', '--seed=4'];
  const text = await run(STORM, ...argv);
  const json = JSON.parse((await run(STORM, ...argv, '--format=json')).stdout);
  const csv = (await run(STORM, ...argv, '--format=csv')).stdout.split('\r\n');
  const counts = { ...json.totals, ...json.tearing };

  for (const [key, value] of Object.entries(counts)) {
    expect(text.stdout).toContain(`\n# ${key}: ${value}\n`);
  }
  expect(csv[0]!.split(',').slice(4)).toEqual(Object.keys(counts));
  expect(csv[1]!.split(',').slice(4)).toEqual(Object.values(counts).map(String));
  expect(json.passes[0].text).toBe(text.stdout.slice(0, text.stdout.indexOf('# scenario')));
  expect(counts.retries).toBeGreaterThan(0);
});

test('end to end: a torn text has a line for each of its cuts, and no other change', async () => {
  const argv = ['--strategy=rcu-unchecked', '--pass=torn'];
  const { passes } = JSON.parse((await run(STORM, ...argv, '--format=json')).stdout);

  const { stdout } = await run(STORM, ...argv, '--summary=none');

  expect(passes).toHaveLength(1);
  expect(passes[0]).toMatchObject({ torn: true, finished: true });
  expect(stdout.match(/^# cut: (inPage|atPage)$/gm)).toHaveLength(passes[0].tearing.cuts);
  expect(stdout.replace(/^# .*\n/gm, '')).toBe(passes[0].text);
});

test('end to end: another seed is another run, the same seed the same', async () => {
  const [one, again, other] = await Promise.all(
    ['1', '1', '2'].map(async (seed) => (await run(STORM, `--seed=${seed}`)).stdout),
  );

  expect(again).toBe(one);
  expect(other!.replace('# seed: 2', '# seed: 1')).not.toBe(one);
});

test('end to end: --ops-log is the same under every strategy but for the times', async () => {
  const logOf = async (strategy: string) => {
    const cwd = aDirectory();
    const argv = ['run', '-', '--strategy', strategy, '--ops-log=log', '--duration=5ms'];
    await mapsim(argv, { stdin: STORM.replace('passes: 20', 'passes: 1000000'), cwd });
    const records = readFileSync(join(cwd, 'log'), 'utf8').trimEnd().split('\n');
    return records.map((record) => ({ ...JSON.parse(record), startNs: 0, endNs: 0 }));
  };

  const locked = await logOf('mmap-lock');
  const retried = await logOf('rcu-retry3');
  const both = Math.min(locked.length, retried.length);

  expect(both).toBeGreaterThan(50);
  expect(Object.keys(locked[0]!)).toEqual([
    'writer',
    'index',
    'operation',
    'arguments',
    'startNs',
    'endNs',
    'errno',
  ]);
  expect(locked.slice(0, both)).toEqual(retried.slice(0, both));
});

test('end to end: --max-events stops with 4 and a partial result', async () => {
  const { code, stdout, stderr } = await run(STORM, '--max-events=1000', '--format=json');

  expect(code).toBe(4);
  expect(JSON.parse(stdout)).toMatchObject({
    complete: false,
    ended: 'max-events',
    events: 1000,
  });
  expect(stderr).toContain('stopped by --max-events after 1000 steps');
});

test('end to end: --duration ends a run that is complete then', async () => {
  const { code, stdout } = await run(STORM, '--duration=100us', '--format=json');

  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    complete: true,
    ended: 'duration',
    simulatedNs: 100_000,
  });
});

test('end to end: --fail-on judges what was simulated', async () => {
  expect((await run(QUIET, '--fail-on=tornPasses>0', '--fail-on=passes!=20')).code).toBe(0);
  expect((await run(QUIET, '--fail-on=max(passNs)>1ns')).code).toBe(1);
  expect((await run(STORM, '--strategy=rcu-unchecked', '--fail-on=tornPasses>0')).code).toBe(1);
});

test("end to end: a strategy of the user's own runs like a built-in one", async () => {
  const mine = `export default ({ LIVE_VMA, mmapReadLock, mmapReadUnlock, vmaNext }) => ({
  medium: 'seq', name: 'mine', tearing: 'between-pages', gaps: 'none', progress: 'bounded',
  resumeAt: 'pending-start',
  lockVmaRange: (k, r) => mmapReadLock(k, r, r.ret),
  getNextVma: (k, r) => { vmaNext(k, r); r.source = LIVE_VMA; return r.ret; },
  unlockVmaRange: (k, r) => { mmapReadUnlock(k, r); return r.ret; },
});`;
  const cwd = aDirectory({ 'mine.mjs': mine });

  const own = await mapsim(['run', '-', '--strategy=mine.mjs'], { stdin: STORM, cwd });
  const builtIn = await run(STORM, '--strategy=mmap-lock');

  expect(own.code).toBe(0);
  expect(own.stdout.replace('# strategy: mine', '# strategy: mmap-lock')).toBe(builtIn.stdout);
});

test('end to end: final prints the address space that the writers leave', async () => {
  const program = `mapsim: 1
vmas:
  - {start: "0x7f0000000000", pages: 3, perms: r--p, tag: left}
writers:
  - name: once
    ops: 2
    program:
      - mprotect: {vma: {tag: left}, page: 1, pages: 1, perms: rw-p}
      - munmap: {vma: {tag: left}, page: 2}
`;

  expect(await mapsim(['final', '-'], { stdin: program })).toEqual({
    code: 0,
    stdout: `7f0000000000-7f0000001000 r--p 00000000 00:00 0 
7f0000001000-7f0000002000 rw-p 00000000 00:00 0 
`,
    stderr: '',
  });
});

test('end to end: final ends at --duration, and at --max-events with 4', async () => {
  const timed = await mapsim(['final', '-', '--duration=1ms', '--seed=2'], { stdin: STORM });
  const limited = await mapsim(['final', '-', '--duration=1ms', '--max-events=10'], {
    stdin: STORM,
  });

  expect([timed.code, timed.stderr]).toEqual([0, '']);
  expect(timed.stdout.endsWith(' /usr/lib/libx.so\n')).toBe(true);
  expect(limited.code).toBe(4);
  expect(limited.stderr).toContain('stopped by --max-events after 10 steps');
});

test('end to end: final refuses a writer that never ends', async () => {
  const { code, stdout, stderr } = await mapsim(['final', '-'], { stdin: STORM });

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('churn');
});
