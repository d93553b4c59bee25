/** `run --record` and `replay --schedule FILE` of what it wrote. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { StartRun } from '../../src/cli/sliced-run.ts';
import { TimedRun } from '../../src/run/timed.ts';
import { ensureBuilt, ROOT, spawnMapsim } from './spawn.ts';
import { aDirectory, fakeSignals, mapsim } from './support.ts';

/** The proof beside it takes both formats. */
const MANY = process.env.MAPSIM_PROOFS === '1';

const scenario = (name: string): string => join(ROOT, 'scenarios', name);

const TORN = `mapsim: 1
seed: 4
duration: 2ms
vmas: [{start: "0x10000000", pages: 3, repeat: 60, gap: 1, perms: [r--p, rw-p], tag: a}]
readers: [{name: r, passes: 20, buffer: 200, strategy: rcu-retry3}, {name: other, passes: 9}]
writers: [{name: w, churn: split-merge, think: 3us}]
failOn: ["tornPasses>0"]
`;

async function runAndReplay(file: string, argv: readonly string[], replayArgv: string[] = []) {
  const cwd = aDirectory({ 'torn.yaml': TORN });
  const path = file === 'torn.yaml' ? file : scenario(file);
  const run = await mapsim(['run', path, ...argv, '--record=r.ndjson'], { cwd });
  const again = await mapsim(['replay', path, '--schedule=r.ndjson', ...replayArgv], { cwd });
  return { run, again };
}

describe('a recorded run replays to the same bytes', () => {
  beforeAll(ensureBuilt);

  test.each([
    ['own CPUs, a capture', 'bash.yaml', ['--strategy=rcu-retry3', '--duration=300us']],
    ['several readers', 'convoy.yaml', ['--duration=300us']],
    ['shared CPUs and hogs', 'mckenney.yaml', ['--max-events=20000']],
    ['a trace', 'node-churn.yaml', ['--max-events=20000', '--seed=x']],
    ['a livelock', 'hyperactive-writer.yaml', []],
    ['passes to their end', 'quiet.yaml', ['--strategy=query-vma']],
    ['the torn pass', 'torn.yaml', ['--pass=torn']],
    ['all passes of another reader', 'torn.yaml', ['--pass=all', '--reader=other']],
    ['an expression that holds', 'torn.yaml', ['--fail-on=rcu-retry3:retries>=0']],
  ])('%s', async (_, file, argv) => {
    for (const format of MANY ? ['text', 'json'] : ['json']) {
      const { run, again } = await runAndReplay(
        file,
        [...argv, `--format=${format}`],
        [`--format=${format}`],
      );

      expect(run.stdout.length).toBeGreaterThan(100);
      expect(again).toEqual(run);
    }
  });

  test('in a process of its own', async () => {
    const record = join(aDirectory(), 'r.ndjson');
    const path = scenario('stack-growth.yaml');

    const run = await spawnMapsim(['run', path, `--record=${record}`]);
    const again = await spawnMapsim(['replay', path, '--schedule', record]);

    expect(run.code).toBe(0);
    expect(again).toEqual(run);
  });

  test('shown as text where the run had a format without texts', async () => {
    const { again } = await runAndReplay('quiet.yaml', ['--format=csv']);
    const { stdout } = await mapsim(['run', scenario('quiet.yaml')]);

    expect(again.stdout).toBe(stdout);
  });
});

describe('the file', () => {
  const interrupted = async (signals: number) => {
    const cwd = aDirectory({ 'torn.yaml': TORN });
    const { send, ...watched } = fakeSignals();
    const startRun: StartRun = (...of) => {
      const run = new TimedRun(...of);
      let slices = 0;
      return {
        progress: () => run.progress(),
        interrupt: () => run.interrupt(),
        outcome: () => run.outcome(),
        advance: () => {
          slices++;
          if (slices === 2) for (let i = 0; i < signals; i++) send('SIGINT');
          return run.advance(1000);
        },
      };
    };
    const run = await mapsim(['run', 'torn.yaml', '--record=r.ndjson'], {
      cwd,
      startRun,
      ...watched,
    });
    return { cwd, run };
  };

  test('of a run that was interrupted replays to where it was', async () => {
    const { cwd, run } = await interrupted(1);

    const again = await mapsim(['replay', 'torn.yaml', '--schedule=r.ndjson'], { cwd });

    expect(run.code).toBe(130);
    expect(again.stdout).toBe(run.stdout);
    expect(again.stderr).toContain('interrupted after 2000 steps');
  });

  test('is left alone, and nothing beside it, when the run is killed', async () => {
    const { cwd } = await interrupted(2);

    // The fake death does not end the process: what was written is gone at the second signal.
    expect(readdirSync(cwd).filter((name) => name.includes('tmp'))).toEqual([]);
  });

  test('is not written for a scenario that cannot be run', async () => {
    const cwd = aDirectory({ 'bad.yaml': 'mapsim: 1\nreaders: [{}]\n' });

    const { code } = await mapsim(['run', 'bad.yaml', '--record=r.ndjson'], { cwd });

    expect(code).toBe(2);
    expect(existsSync(join(cwd, 'r.ndjson'))).toBe(false);
  });

  test.each([
    [['--record=-'], '--record: standard output has the result; give a file name'],
    [['--record=a', '--ops-log=a'], '--record and --ops-log: name two files'],
  ])('%j is refused', async (argv, message) => {
    const { code, stderr } = await mapsim(['run', scenario('quiet.yaml'), ...argv]);

    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  test('a directory that is not there is an error of output', async () => {
    const argv = ['run', scenario('quiet.yaml'), '--record=no/such/r.ndjson'];

    expect(await mapsim(argv)).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringContaining('cannot write no/such/r.ndjson'),
    });
  });
});

describe('what does not fit', () => {
  const aRecord = async (): Promise<string> => {
    const cwd = aDirectory({ 'torn.yaml': TORN });
    await mapsim(['run', 'torn.yaml', '--record=r.ndjson'], { cwd });
    return cwd;
  };

  test('another strategy: the step and why, exit code 1, and what there was until then', async () => {
    const cwd = await aRecord();

    const { code, stdout, stderr } = await mapsim(
      ['replay', 'torn.yaml', '--schedule=r.ndjson', '--strategy=mmap-lock'],
      { cwd },
    );

    expect(code).toBe(1);
    expect(stderr).toMatch(/the record does not fit at step \d+: recorded "\w+", found "\w+"/);
    expect(stdout).toContain('# strategy: mmap-lock');
  });

  test('another scenario: said at once', async () => {
    const cwd = await aRecord();

    const argv = ['replay', scenario('quiet.yaml'), '--schedule=r.ndjson'];
    const { code, stderr } = await mapsim(argv, { cwd });

    expect(code).toBe(1);
    expect(stderr).toContain('r.ndjson was recorded with another scenario');
    expect(stderr).toContain('does not fit at step');
  });

  test('a file that was cut short', async () => {
    const cwd = await aRecord();
    const text = readFileSync(join(cwd, 'r.ndjson'), 'utf8');
    const cut = aDirectory({ 'torn.yaml': TORN, 'cut.ndjson': text.slice(0, 5000) });

    const argv = ['replay', 'torn.yaml', '--schedule=cut.ndjson'];

    expect(await mapsim(argv, { cwd: cut })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('cut.ndjson: the record has no end: it was cut short'),
    });
  });

  test('an empty file', async () => {
    const cwd = aDirectory({ 'torn.yaml': TORN, empty: '' });

    const { code, stderr } = await mapsim(['replay', 'torn.yaml', '--schedule=empty'], { cwd });

    expect(code).toBe(2);
    expect(stderr).toContain('empty has no x-schedule');
  });
});

describe('carried to another strategy', () => {
  test('the passes of a recorded run are those of the other strategy', async () => {
    const { run, again } = await runAndReplay('torn.yaml', [], ['--carry-to=mmap-lock-all']);

    expect(run.stdout).toContain('# strategy: mixed');
    expect(run.code).toBe(1);
    expect(again.stdout).toContain('# strategy: mmap-lock-all');
    expect(again.stdout).toContain('# tornPasses: 0');
    expect(again.code).toBe(0);
  });

  test('as JSON it is a run', async () => {
    const carry = ['--carry-to=vma-lock', '--format=json'];
    const { again } = await runAndReplay('torn.yaml', [], carry);

    expect(JSON.parse(again.stdout)).toMatchObject({
      schema: 'mapsim/run@1',
      strategy: 'vma-lock',
    });
  });

  test('shared CPUs are refused', async () => {
    const { again } = await runAndReplay(
      'mckenney.yaml',
      ['--max-events=1000'],
      ['--carry-to=vma-lock'],
    );

    expect(again.code).toBe(2);
    expect(again.stderr).toContain('carried only where every task has a CPU of its own');
  });
});
