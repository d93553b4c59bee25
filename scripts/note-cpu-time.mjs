/**
 * Records the CPU time of each file of proofs, which scripts/proofs.mjs prints. It is loaded before
 * each file. Each worker is a process and runs one file after the other, so the CPU time of the
 * worker and its children in between belongs to the file.
 */
import { appendFileSync } from 'node:fs';
import { afterAll, expect } from 'vitest';
import { cpuSeconds } from './cpu-seconds.mjs';

const before = cpuSeconds();

afterAll(() => {
  const after = cpuSeconds();
  if (before === null || after === null || process.env.MAPSIM_CPU_TIMES === undefined) return;
  const seconds = after.own - before.own + after.children - before.children;
  const line = `${JSON.stringify([expect.getState().testPath, seconds])}\n`;
  appendFileSync(process.env.MAPSIM_CPU_TIMES, line);
});
