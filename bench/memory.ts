/** (g): peak memory of the whole command in a run without writers, per anonymous VMA. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { type Figure, listed, spread } from './figure.ts';
import type { Lab } from './lab.ts';
import { sizeName } from './lines.ts';
import { quiet } from './scenarios.ts';

/** With fewer it would be the memory of the compiler that is measured. */
const VMAS_MIN = 60_000;

/** Writes the peak of resident memory, in KiB, when the process ends. */
const TELL_PEAK = `process.on('exit', () => require('node:fs').writeFileSync(
  process.env.MAPSIM_BENCH_PEAK, String(process.resourceUsage().maxRSS)));
`;

export async function memory(lab: Lab): Promise<Figure[]> {
  const largest = Math.max(...lab.sizes);
  const sizes = lab.sizes.filter((size) => size >= VMAS_MIN || size === largest);
  const bytes: number[][] = sizes.map(() => []);
  for (let run = 0; run < lab.runs; run++) {
    const least = peakBytes(lab, 1);
    for (const [i, size] of sizes.entries()) {
      lab.tell(`memory, ${sizeName(size)} VMAs`);
      bytes[i]!.push((peakBytes(lab, size) - least) / size);
      await new Promise((resolve) => setImmediate(resolve)); // signals are delivered here
    }
  }
  return sizes.map((size, i) => {
    return listed('g', `${sizeName(size)} VMAs`, 'bytes/VMA', { size: spread(bytes[i]!) });
  });
}

function peakBytes(lab: Lab, size: number): number {
  const [scenario, hook, told] = ['memory.yaml', 'peak.cjs', 'peak.txt'].map((name) =>
    join(lab.directory, name),
  ) as [string, string, string];
  writeFileSync(scenario, quiet(size, 'anonymous', '', 1));
  writeFileSync(hook, TELL_PEAK);
  runCommand(lab, ['run', scenario], {
    node: ['--require', hook],
    env: { MAPSIM_BENCH_PEAK: told },
  });
  return Number(readFileSync(told, 'utf8')) * 1024;
}
