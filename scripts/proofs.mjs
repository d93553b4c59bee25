/**
 * `npm run proofs [-- ARGS]`: vitest over the proofs (vitest.config.ts says which files those are).
 * It is a file of its own because setting a variable in front of a command differs between shells.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

const { status } = spawnSync(process.execPath, [VITEST, 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, MAPSIM_PROOFS: '1' },
});
process.exitCode = status ?? 70;
