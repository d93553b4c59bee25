/**
 * `npm run proofs [-- ARGS]`: runs the proofs with vitest (vitest.config.ts selects the files),
 * then prints the CPU time of each file, largest first, and the sum.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuSeconds } from './cpu-seconds.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

const directory = mkdtempSync(join(tmpdir(), 'mapsim-proofs-'));
const times = join(directory, 'cpu-times'); // note-cpu-time.mjs writes a line for each file
const { status } = spawnSync(process.execPath, [VITEST, 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, MAPSIM_PROOFS: '1', MAPSIM_CPU_TIMES: times },
});
if (existsSync(times)) print(readFileSync(times, 'utf8').trimEnd().split('\n'));
rmSync(directory, { recursive: true });
process.exitCode = status ?? 70;

function print(lines) {
  const row = (seconds, name) => console.log(`${seconds.toFixed(1).padStart(8)} s  ${name}`);
  const files = lines.map((line) => JSON.parse(line)).sort(([, a], [, b]) => b - a);
  const all = cpuSeconds().children;
  console.log('CPU time, with that of the processes that a file starts:');
  for (const [path, seconds] of files) row(seconds, relative(ROOT, path));
  row(all, `in all, vitest and the build among it: ${(all / 60).toFixed(1)} min`);
}
