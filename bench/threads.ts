/**
 * (i): the gain of a sweep of 1,000 small runs from a second core: one thread on one core, compared
 * with two threads on two cores. One thread must be limited to one core, because V8 collects
 * garbage and compiles in other threads.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { timeCommands } from './command.ts';
import { type Figure, listed } from './figure.ts';
import type { Lab } from './lab.ts';
import { GRID } from './scenarios.ts';

const JOBS = [1, 2];
const RUNS_MAX = 3;

/** How to start a command on one core; where there is no taskset, on all. */
function oneCore(lab: Lab): readonly string[] {
  const pinned = ['taskset', '-c', '0'];
  const [file, ...args] = pinned as [string, ...string[]];
  if (spawnSync(file, [...args, 'true']).status === 0) return pinned;
  lab.skip({ what: 'i: one thread kept to one core', why: 'there is no taskset' });
  return [];
}

export async function threads(lab: Lab): Promise<Figure[]> {
  const cores = availableParallelism();
  if (cores < 2) lab.skip({ what: 'i: two threads against one', why: 'there is one core' });
  if (cores < 2) return [];
  lab.tell('sweep with one thread and with two');
  const grid = join(lab.directory, 'grid.yaml');
  writeFileSync(grid, GRID);
  const outOf = (jobs: number): string => join(lab.directory, `${jobs}.ndjson`);
  const commands = JOBS.map((jobs) => ['sweep', grid, `--jobs=${jobs}`, '-o', outOf(jobs)]);
  const under = [oneCore(lab), []];
  const times = await timeCommands(lab, commands, Math.min(lab.runs, RUNS_MAX), under);
  const [one, two] = JOBS.map((jobs) => readFileSync(outOf(jobs)));
  if (!one!.equals(two!)) throw new Error('a sweep writes something else with two threads');
  return JOBS.map((jobs, i) => listed('i', `--jobs=${jobs}`, 'ms', { wall: times[i]! }));
}
