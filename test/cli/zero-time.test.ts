import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureBuilt, spawnMapsim } from './spawn.ts';

ensureBuilt();

/** Runs the scenario text; its exit code and what it said on stderr. */
async function run(yaml: string, ...args: string[]): Promise<{ code: number; stderr: string }> {
  const path = join(mkdtempSync(join(tmpdir(), 'mapsim-')), 's.yaml');
  writeFileSync(path, yaml);
  const { code, stderr } = await spawnMapsim(['run', path, '--max-events=100000', ...args]);
  return { code: code ?? -1, stderr };
}

const FREE = `mapsim: 1
machine: {costs: zero}
vmas: [{start: "0x10000000", pages: 3, tag: a}]
readers: [{name: r}]
writers:
  - {name: w, program: [{hold: 0}, {pause: 0}]}
`;

test('a writer without ops whose whole program costs nothing is refused, with its place', async () => {
  const { code, stderr } = await run(FREE);

  expect(code).toBe(2);
  expect(stderr).toContain(':6:');
  expect(stderr).toContain('a loop that takes no simulated time');
});

test('a pause, a think, a cost or an end of the writer is enough', async () => {
  for (const other of [
    FREE.replace('pause: 0', 'pause: 1ns'),
    FREE.replace('name: w,', 'name: w, think: 1ns,'),
    FREE.replace('name: w,', 'name: w, ops: 5,'),
    FREE.replace('costs: zero', 'costs: {preset: zero, mmapWriteLock: 1ns}'),
  ]) {
    expect((await run(other)).code).toBe(0);
  }
});

test('wait=none where try_begin is free is refused, in the scenario and on the command line', async () => {
  const spin = FREE.replace('name: w,', 'name: w, think: 1us,');
  const own = spin.replace('name: r', 'name: r, strategy: "rcu-retry:wait=none"');

  for (const { code, stderr } of [
    await run(own),
    await run(spin, '--strategy=rcu-retry:wait=none'),
  ]) {
    expect(code).toBe(2);
    expect(stderr).toContain('wait=none where speculateBegin costs nothing');
  }
});
