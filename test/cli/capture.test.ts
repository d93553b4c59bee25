import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { aDirectory, mapsim } from './support.ts';

/** A process of our own: it maps and unmaps every few ms. */
const CHURN = `
const keep = [];
setInterval(() => {
  keep.push(new SharedArrayBuffer(1 << 20), Buffer.alloc(1 << 21));
  if (keep.length > 20) keep.splice(0, 10);
}, 5);
console.log('ready');
`;

function aChild(program: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  return new Promise((resolve) => child.stdout!.once('data', () => resolve(child)));
}

const STILL = "setInterval(() => {}, 1000); console.log('ready');";
const hasStrace = spawnSync('strace', ['-V']).status === 0;

describe('mapsim capture', () => {
  test('writes the text of a live process and a scenario that runs', async () => {
    const cwd = aDirectory();
    const { pid } = await aChild(STILL);
    const said = await mapsim(['capture', '--pid', String(pid), '-o', 'it'], { cwd });
    expect(said.code).toBe(0);
    const text = readFileSync(join(cwd, 'it/start.maps'), 'latin1');
    expect(text).toContain(process.execPath);
    const scenario = parse(readFileSync(join(cwd, 'it/scenario.yaml'), 'utf8'));
    expect(scenario.vmas).toEqual([{ from: 'start.maps' }]);
    expect((await mapsim(['run', 'it/scenario.yaml', '--quiet'], { cwd })).code).toBe(0);
  });

  test('--repeat checks each of many readings', async () => {
    const cwd = aDirectory();
    const { pid } = await aChild(STILL);
    const argv = ['capture', '--pid', String(pid), '--repeat', '50', '-o', 'it'];
    const said = await mapsim(argv, { cwd });
    expect(said.stdout).toBe('# 50 texts read, 0 with 0 findings\n');
    expect(said.code).toBe(0);
  });

  // .ci/run installs strace, so that this does not skip there.
  test.skipIf(!hasStrace)('--trace records its calls, which replay to its last text', async () => {
    const cwd = aDirectory();
    const { pid } = await aChild(CHURN);
    const argv = ['capture', '--pid', String(pid), '--trace', '0.5', '-o', 'it'];
    const said = await mapsim(argv, { cwd });
    expect(said.stderr).not.toContain('no log of calls');
    expect(said.code).toBe(0);
    expect(existsSync(join(cwd, 'it/calls.strace'))).toBe(true);
    const scenario = parse(readFileSync(join(cwd, 'it/scenario.yaml'), 'utf8'));
    expect(scenario.writers).toMatchObject([{ name: 'replay', trace: 'calls.strace' }]);
    const [, equal, all] = /replayed: (\d+) of (\d+) lines/.exec(said.stderr)!;
    expect(Number(equal) / Number(all)).toBeGreaterThanOrEqual(0.9);
    const run = await mapsim(['run', 'it/scenario.yaml', '--quiet'], { cwd });
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/# passesFinished: [1-9]/);
  });

  test('of a process that is not there says so: exit 3, and writes nothing', async () => {
    const cwd = aDirectory();
    const said = await mapsim(['capture', '--pid', '4194304', '-o', 'it'], { cwd });
    expect(said.stderr).toContain('cannot read /proc/4194304/maps: no such process');
    expect(said.code).toBe(3);
    expect(existsSync(join(cwd, 'it'))).toBe(false);
  });

  test('without --pid is a wrong usage', async () => {
    const said = await mapsim(['capture']);
    expect(said.stderr).toContain('--pid');
    expect(said.code).toBe(2);
  });
});
