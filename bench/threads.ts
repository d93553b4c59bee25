/** (i): what a sweep of 1,000 small runs gains from a second thread. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { timeCommands } from './command.ts';
import { type Figure, listed } from './figure.ts';
import type { Lab } from './lab.ts';
import { GRID } from './scenarios.ts';

const JOBS = [1, 2];
const RUNS_MAX = 3;

export async function threads(lab: Lab): Promise<Figure[]> {
  const cores = availableParallelism();
  if (cores < 2) lab.skip({ what: 'i: two threads against one', why: 'there is one core' });
  if (cores < 2) return [];
  lab.tell('sweep with one thread and with two');
  const grid = join(lab.directory, 'grid.yaml');
  writeFileSync(grid, GRID);
  const outOf = (jobs: number): string => join(lab.directory, `${jobs}.ndjson`);
  const commands = JOBS.map((jobs) => ['sweep', grid, `--jobs=${jobs}`, '-o', outOf(jobs)]);
  const times = await timeCommands(lab, commands, Math.min(lab.runs, RUNS_MAX));
  const [one, two] = JOBS.map((jobs) => readFileSync(outOf(jobs)));
  if (!one!.equals(two!)) throw new Error('a sweep writes something else with two threads');
  return JOBS.map((jobs, i) => listed('i', `--jobs=${jobs}`, 'ms', { wall: times[i]! }));
}
