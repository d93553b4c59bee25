/**
 * Before each file of proofs: notes what it takes of CPU time, for scripts/proofs.mjs to print.
 * Each worker is a process and takes one file after the other, so what it and its children have
 * taken meanwhile is the file's.
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
