/** A search that runs out of address space ends as one that met its limit. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ROOT } from '../cli/spawn.ts';

test('explore: under ulimit -v it stops with 4 and says what it has seen', () => {
  const command = 'node bin/mapsim.js explore scenarios/bash.yaml --max-states=1e12';
  const { status, stdout } = spawnSync('sh', ['-c', `ulimit -v 1400000; exec ${command}`], {
    cwd: ROOT,
    encoding: 'utf8',
  });

  expect(status).toBe(4);
  expect(stdout).toMatch(/^bounded: \d+ states, .*\nstopped by --max-memory/);
});
