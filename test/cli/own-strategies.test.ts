import { expect, test } from 'vitest';
import { aReader } from '../report/outcomes.ts';
import { aDirectory, fakeRuns, mapsim } from './support.ts';

const SCENARIO = `mapsim: 1
vmas:
  - {start: "0x7f0000000000", pages: 3, perms: r--p}
readers:
  - {name: monitor, strategy: strategies/mine.mjs}
`;
const PLAIN = SCENARIO.replace('strategies/mine.mjs', 'mmap-lock');

/** mmap-lock under another name. */
const MINE = `export default ({ LIVE_VMA, mmapReadLock, mmapReadUnlock, vmaNext }) => ({
  medium: 'seq',
  name: 'mine',
  tearing: 'between-pages',
  gaps: 'none',
  progress: 'bounded',
  resumeAt: 'pending-start',
  lockVmaRange: (k, r) => mmapReadLock(k, r, r.ret),
  getNextVma: (k, r) => {
    vmaNext(k, r);
    r.source = LIVE_VMA;
    return r.ret;
  },
  unlockVmaRange: (k, r) => {
    mmapReadUnlock(k, r);
    return r.ret;
  },
});
`;

test("a strategy of the user's own is found beside the scenario that names it", async () => {
  const cwd = aDirectory({ 'scenarios/s.yaml': SCENARIO, 'scenarios/strategies/mine.mjs': MINE });
  const { runs, startRun } = fakeRuns();

  const { code, stderr } = await mapsim(['run', 'scenarios/s.yaml', '-q', '--allow-code'], {
    cwd,
    startRun,
  });

  expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')]);
  expect(runs[0]!.request.strategies.own.get('strategies/mine.mjs')?.name).toBe('mine');
  expect(runs[0]!.request.strategy).toBeUndefined();
});

test('given on the command line it is found from the working directory', async () => {
  const cwd = aDirectory({ 'scenarios/s.yaml': PLAIN, 'mine.mjs': MINE });
  const { runs, startRun } = fakeRuns();
  const argv = ['run', 'scenarios/s.yaml', '--strategy=./mine.mjs'];

  const { code } = await mapsim(argv, { cwd, startRun });

  expect(code).toBe(0);
  expect(runs[0]!.request.strategy?.text).toBe('./mine.mjs');
  expect(runs[0]!.request.strategies.own.get('./mine.mjs')?.name).toBe('mine');
});

test('expressions name it by its name or by its path', async () => {
  const cwd = aDirectory({ 'scenarios/s.yaml': PLAIN, 'mine.mjs': MINE });
  const outcome = { readers: [aReader({ strategy: 'mine', tearing: { cuts: 1 } })] };
  for (const prefix of ['mine', './mine.mjs']) {
    const argv = ['--strategy=./mine.mjs', '--fail-on', `${prefix}:cuts>0`];

    const { code } = await mapsim(['run', 'scenarios/s.yaml', ...argv], {
      cwd,
      ...fakeRuns({ outcome }),
    });

    expect(code).toBe(1);
  }
});

test('a file that is not there is exit code 3', async () => {
  const cwd = aDirectory({ 's.yaml': SCENARIO });
  const stderr = 'mapsim: error: cannot read strategies/mine.mjs: no such file or directory\n';

  expect(await mapsim(['run', 's.yaml', '--allow-code'], { cwd })).toEqual({
    code: 3,
    stdout: '',
    stderr,
  });
});

test.each([
  ['export default 1', 'its default export is no function'],
  ['export const strategy = () => ({})', 'its default export is no function'],
  ['export default () => { throw new RangeError("oops") }', 'RangeError: oops'],
  ['export default (', 'cannot be loaded: '],
  ['export default () => null', 'the function does not return an object'],
  [MINE.replace("name: 'mine'", 'name: 5'), 'name: must be a word of letters'],
  [MINE.replace("'mine'", "'mmap-lock'"), 'name: "mmap-lock" is already a strategy of mapsim'],
  [MINE.replace("'mine'", "'rcu-retry7'"), 'name: "rcu-retry7" is already a strategy of mapsim'],
  [MINE.replace("'seq'", "'page'"), 'medium: must be one of seq, query'],
  [
    MINE.replace("tearing: 'between-pages'", "tearing: 'some'"),
    'tearing: must be one of none, between-',
  ],
  [MINE.replace("  gaps: 'none',", ''), 'gaps: must be one of none, transient, false'],
  [MINE.replace("'bounded'", 'true'), 'progress: must be one of bounded, unbounded'],
  [MINE.replace("'pending-start'", "'start'"), 'resumeAt: must be one of pending-start, shown-end'],
  [MINE.replace('getNextVma:', 'getNextVmas:'), 'getNextVma is missing'],
  [MINE.replace('lockVmaRange:', 'putVma: 5, lockVmaRange:'), 'putVma is not a step (a function)'],
  [MINE.replace('lockVmaRange:', 'locals: "x", lockVmaRange:'), 'locals: must be a list of names'],
])('a file that breaks the contract is refused with the reason (%#)', async (source, reason) => {
  const cwd = aDirectory({ 's.yaml': PLAIN, 'mine.mjs': source });
  const { runs, startRun } = fakeRuns();

  const { code, stdout, stderr } = await mapsim(['run', 's.yaml', '--strategy=mine.mjs'], {
    cwd,
    startRun,
  });

  expect([code, stdout, runs.length]).toEqual([2, '', 0]);
  expect(stderr).toContain('mapsim: error: strategy mine.mjs');
  expect(stderr).toContain(reason);
});

test("a step of the user's own that returns nothing is the strategy's fault, by name", async () => {
  const broken = MINE.replace(
    '    return r.ret;\n  },\n  unlockVmaRange',
    '  },\n  unlockVmaRange',
  );
  const cwd = aDirectory({ 's.yaml': SCENARIO.replace('strategies/', ''), 'mine.mjs': broken });

  const { code, stderr } = await mapsim(['run', 's.yaml', '--allow-code'], { cwd });

  expect(code).toBe(2);
  expect(stderr).toContain('strategy mine: step getNextVma returns no step');
});

test('the same hooks make a walk by queries', async () => {
  const query = MINE.replace("medium: 'seq'", "medium: 'query'");
  const cwd = aDirectory({ 's.yaml': SCENARIO.replace('strategies/', ''), 'mine.mjs': query });

  const { code, stdout } = await mapsim(['run', 's.yaml', '--allow-code', '--summary=none'], {
    cwd,
  });

  expect(code).toBe(0);
  expect(stdout).toBe('7f0000000000-7f0000003000 r--p 00000000 00:00 0 \n');
});
