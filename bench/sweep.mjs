/**
 * How much a sweep of 1,000 small runs gains from the second core: wall time of --jobs=1 over that
 * of --jobs=2, the best of some rounds, alternating. Needs a build and two cores with nothing else
 * to do.
 *
 *     npm run build && node bench/sweep.mjs
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin/mapsim.js', import.meta.url));
const ROUNDS = 3;
const WANTED = 1.8;
const GRID = `mapsim: 1
vmas:
  - {start: "0x7f0000000000", pages: 3, repeat: 60, gap: 1, perms: [r--p, rw-p], tag: child}
readers: [{name: monitor, passes: 60}]
writers: [{name: churn, churn: split-merge, vma: {tag: child, pick: random}, think: {exp: 5us}}]
sweep:
  vmas[0].repeat: {from: 60, to: 240, step: 20}
  strategies: [mmap-lock, rcu-retry3]
  seeds: 50
`;

const directory = mkdtempSync(join(tmpdir(), 'mapsim-bench-'));
try {
  const grid = join(directory, 'grid.yaml');
  writeFileSync(grid, GRID);
  const best = { 1: Number.POSITIVE_INFINITY, 2: Number.POSITIVE_INFINITY };
  const files = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const jobs of [1, 2]) {
      const out = join(directory, `${jobs}.ndjson`);
      const start = process.hrtime.bigint();
      execFileSync(process.execPath, [BIN, 'sweep', grid, `--jobs=${jobs}`, '-o', out]);
      best[jobs] = Math.min(best[jobs], Number(process.hrtime.bigint() - start) / 1e9);
      files[jobs] = readFileSync(out);
    }
  }
  const ratio = best[1] / best[2];
  const cores = availableParallelism();
  console.log(`1 thread ${best[1].toFixed(2)} s, 2 threads ${best[2].toFixed(2)} s`);
  console.log(`ratio ${ratio.toFixed(2)}, wanted ${WANTED}, on ${cores} cores`);
  if (!files[1].equals(files[2])) throw new Error('the outputs differ');
  process.exitCode = ratio >= WANTED ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
