/** (f): the start-up times of commands, compared with node alone. */
import { type Argv, timeCommands } from './command.ts';
import { type Figure, listed } from './figure.ts';
import type { Lab } from './lab.ts';

/** By the names of their figures. */
const STARTS: Readonly<Record<string, Argv>> = {
  'node -e 0': null,
  '--version': ['--version'],
  '--help': ['--help'],
  'run, one VMA in JSON': ['run', 'bench/one-vma.json'],
  'run, quiet.yaml': ['run', 'scenarios/quiet.yaml'],
  'run, quickstart': ['run', 'scenarios/bash.yaml', '--strategy=rcu-retry3', '--duration=10ms'],
};
/** For each run of the suite: starts are short and noisy. */
const STARTS_A_RUN = 3;

export async function startUp(lab: Lab): Promise<Figure[]> {
  lab.tell('start-up');
  const times = await timeCommands(lab, Object.values(STARTS), lab.runs * STARTS_A_RUN);
  return Object.keys(STARTS).map((name, i) => listed('f', name, 'ms', { wall: times[i]! }));
}
