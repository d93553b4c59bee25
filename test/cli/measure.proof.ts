/**
 * `mapsim measure` and `mapsim calibrate` on the kernel that runs the tests: what takes longer than
 * a test may, and that nothing is left behind.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, test } from 'vitest';
import { PUBLISHED } from '../../scripts/schemas/published.ts';
import { CAN_MEASURE } from '../measure/support.ts';
import { ensureBuilt, ROOT, spawnMapsim } from './spawn.ts';
import { aDirectory, mapsim } from './support.ts';

const scenario = (name: string): string => join(ROOT, 'scenarios', `${name}.yaml`);
const SHORT = ['--burst=50ms', '--for=50ms', '--gate=0ms', '--max-foreign=100000%'];
const QUICK = [...SHORT, '--costs=vm-epyc'];

describe.runIf(CAN_MEASURE)('on this kernel', () => {
  test('a burst of 50 ms is measured, and valid by the published schema', async () => {
    const validate = new Ajv({ strict: false }).compile(JSON.parse(PUBLISHED.measure()));

    const { code, stdout, stderr } = await mapsim([
      'measure',
      scenario('merge-churn'),
      ...QUICK,
      '--format=json',
      '--fail-on=measured:passes==0',
      '--fail-on=simulated:passes==0',
    ]);
    const document = JSON.parse(stdout);

    expect([code, stderr.replace(/\d+/g, 'N')]).toEqual([
      0,
      '✓ measured:passes!=N (N)\n✓ simulated:passes!=N (N)\n',
    ]);
    expect([validate(document), validate.errors]).toEqual([true, null]);
    expect(document.states).toEqual({ calls: 4000, distinct: 101 });
    const lines = document.rows.find((row: { metric: string }) => row.metric === 'lines/pass');
    expect(Math.abs(lines.ratio - 1)).toBeLessThan(0.05);
  });

  test('no byte of a scenario reaches the plan: names and paths stay outside', async () => {
    const cwd = aDirectory({
      's.yaml': [
        'mapsim: 1',
        'vmas:',
        '  - {start: "0x7f1000000000", pages: 3, file: {path: "/a $(touch pwned); `id`", dev: "08:01", inode: 7}}',
        'readers: [{name: "r;touch$IFS"}]',
        'writers: [{name: "w`touch`", program: [{mprotect: {at: "0x7f1000000000", pages: 1, perms: rw-p}}, {restore: true}]}]',
        '',
      ].join('\n'),
    });

    const { code } = await mapsim(['measure', 's.yaml', ...QUICK, '--keep=recorded'], { cwd });
    const plan = readFileSync(join(cwd, 'recorded/plan.txt'), 'latin1');

    expect(code).toBe(0);
    expect(plan).not.toMatch(/pwned|touch|\$/);
    expect(readdirSync(cwd).sort()).toEqual(['recorded', 's.yaml']);
  });

  test.each(['text', 'csv', 'markdown'])('the table as %s has every row', async (format) => {
    const { code, stdout } = await mapsim([
      'measure',
      scenario('exact-mremap'),
      ...QUICK,
      `--format=${format}`,
    ]);

    expect(code).toBe(0);
    for (const metric of ['passes/s', 'p99(writer.opNs)', 'tornPasses', 'gaps', 'fallbacks/pass']) {
      expect(stdout).toContain(metric);
    }
  });

  test.each([
    'split-merge',
    'resize',
    'remap',
    'exact-mremap',
    'flip-pair',
    'selftest-remap',
    'munmap-heavy',
    'mckenney',
  ])('%s: the model and the kernel agree on every state', async (name) => {
    const { code, stdout } = await mapsim(['measure', '--check-model', scenario(name)]);

    expect([code, stdout]).toEqual([0, expect.stringContaining('agree on all of them')]);
  });

  test('1000 random programs: the model and the kernel agree on every state', async () => {
    const { code, stdout } = await mapsim(['measure', '--check-model', '--programs=1000']);

    expect([code, stdout]).toEqual([0, expect.stringContaining('agree on all of them')]);
  });

  test('validate-model --measure: what is claimed of texts holds on this kernel', async () => {
    const { code, stdout } = await mapsim(['validate-model', '--measure', '--format=json']);
    const { claims } = JSON.parse(stdout) as { claims: { id: string; holds: boolean }[] };

    // Whether a rare thing is seen in 300 ms depends on what else runs.
    const certain = ['chunk-whole-records', 'chunk-small-buffer', 'gate-line', 'aliens-none'];
    expect(claims.filter(({ id, holds }) => certain.includes(id) && !holds)).toEqual([]);
    expect([0, 1]).toContain(code);
  });

  test('several writers and readers, queries, small buffers, hogs; taken addresses are moved', async () => {
    const cwd = aDirectory({
      's.json': JSON.stringify({
        mapsim: 1,
        vmas: [
          { start: '0x400000', pages: 3, repeat: 20, gap: 1, tag: 'a' },
          {
            start: '0x7f1000000000',
            pages: 3,
            file: { path: '/f', dev: '08:01', inode: 7 },
            tag: 'b',
          },
        ],
        machine: { cpus: 2, hogs: [{ cpu: 0, run: '50us', sleep: '1ms', nice: 5 }] },
        readers: [
          { name: 'whole' },
          { name: 'asking', strategy: 'query-vma' },
          { name: 'small', buffer: 100, think: { exp: '20us' } },
        ],
        writers: [
          { name: 'churn', churn: 'merge-churn', vma: { tag: 'a', pick: 'random' }, think: '20us' },
          {
            name: 'file',
            think: { exp: '30us' },
            program: [
              { mprotect: { vma: { tag: 'b' }, page: 1, pages: 1, perms: 'r--p' } },
              { restore: true },
              { munmap: { vma: { tag: 'b' }, page: 2 } },
              { restore: true },
            ],
          },
        ],
      }),
    });

    const { code, stdout, stderr } = await mapsim(
      ['measure', 's.json', ...QUICK, '--format=json'],
      {
        cwd,
      },
    );
    const { measured, states } = JSON.parse(stdout);

    expect(code).toBe(0);
    expect(stderr).toMatch(/^mapsim: .* is where the scenario is: moved everything by 0x\w+\n$/);
    expect(states.calls).toBe(8000);
    expect(measured.tearing.unjudged).toBe(0);
    expect(measured.totals.passes).toBeGreaterThan(0);
  });

  test('what was kept is judged again, to the same figures', async () => {
    const cwd = aDirectory();
    const argv = ['measure', scenario('remap'), ...QUICK, '--format=json'];

    const first = await mapsim([...argv, '--keep=recorded'], { cwd });
    const again = await mapsim([...argv, '--from=recorded'], { cwd });

    expect([first.code, again.code]).toEqual([0, 0]);
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(first.stdout));
  });

  test('calibrate writes costs that a scenario takes', async () => {
    const cwd = aDirectory();

    const { code } = await mapsim(['calibrate', '-o', 'costs.json'], { cwd });
    const costs = readFileSync(join(cwd, 'costs.json'), 'utf8');
    const text = readFileSync(scenario('resize'), 'utf8');
    writeFileSync(join(cwd, 's.yaml'), `${text}machine: {costs: {from: costs.json}}\n`);

    expect(code).toBe(0);
    expect(costs).toContain('"wakeup": {');
    expect(await mapsim(['validate', 's.yaml'], { cwd })).toMatchObject({ code: 0 });
  });

  test('too many disturbed bursts end with 4, and with what there is', async () => {
    const argv = ['--burst=20ms', '--for=40ms', '--gate=0ms', '--tries=2', '--max-foreign=0%'];

    const { code, stdout } = await mapsim([
      'measure',
      scenario('resize'),
      ...argv,
      '--costs=vm-epyc',
    ]);

    expect([0, 4]).toContain(code); // 0 where nothing else ran at all
    expect(stdout).toContain('passes/s');
  });
});

describe.runIf(CAN_MEASURE)('nothing is left behind', () => {
  beforeAll(ensureBuilt);

  /** Processes of the measuring program below this one that are not its zombies. */
  const measuring = (parent: number): string[] => {
    const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid=,stat=,comm='], { encoding: 'utf8' });
    const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/));
    const below = new Set([String(parent)]);
    for (let grew = true; grew; ) {
      const found = rows.filter(([pid, ppid]) => below.has(ppid!) && !below.has(pid!));
      for (const [pid] of found) below.add(pid!);
      grew = found.length > 0;
    }
    return rows
      .filter(([pid, , stat]) => below.has(pid!) && !stat?.startsWith('Z'))
      .map(([pid]) => pid!);
  };

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'after %s no process is left, and no file that the next run does not remove',
    async (signal) => {
      const tmp = mkdtempSync(join(tmpdir(), 'mapsim-test-'));
      const env = { TMPDIR: tmp, HOME: process.env.HOME ?? tmp };
      const argv = ['measure', scenario('resize'), '--burst=30s', '--for=30s', '--gate=0ms'];
      let pids: string[] = [];

      const ended = await spawnMapsim(
        [...argv, '--costs=vm-epyc'],
        (child) => {
          const poll = setInterval(() => {
            pids = measuring(child.pid!);
            if (pids.length < 4) return; // itself, the measuring program, target and reader
            clearInterval(poll);
            child.kill(signal);
          }, 50);
        },
        env,
      );
      const left = (): string[] =>
        pids.filter((pid) => existsSync(`/proc/${pid}/maps`) && alive(pid));
      for (let i = 0; i < 100 && left().length > 0; i++)
        await new Promise((d) => setTimeout(d, 50));

      expect(ended.signal).toBe(signal);
      expect(left()).toEqual([]);
      if (signal === 'SIGKILL') {
        await spawnMapsim(['measure', '--check-model', '--programs=1'], () => {}, env);
      }
      expect(readdirSync(tmp)).toEqual([]);
    },
  );
});

function alive(pid: string): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return !/^\d+ \(.*\) Z/.test(stat);
}
