/** `npm run soak` runs, and a few of its inputs find nothing. Many more are for a quiet evening. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { ensureBuilt, ROOT } from './spawn.ts';
import { aDirectory } from './support.ts';

beforeAll(ensureBuilt);

test('soak: 150 mutated inputs end as they should', () => {
  const script = join(ROOT, 'scripts/soak.mjs');

  const said = spawnSync(process.execPath, [script, '--seed=7', '--inputs=150', '--minutes=60'], {
    cwd: aDirectory(),
    encoding: 'utf8',
  });

  expect(said.stdout).toBe('soak: seed 7\nsoak: 150 inputs, nothing wrong\n');
  expect(said.status).toBe(0);
});
