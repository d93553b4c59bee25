/** (f): how long commands take to start, against node itself. */
import { type Argv, timeCommands } from './command.ts';
import { type Figure, listed } from './figure.ts';
import type { Lab } from './lab.ts';

const QUICKSTART = ['run', 'scenarios/bash.yaml', '--strategy=rcu-retry3'];
const STARTS: readonly Argv[] = [null, ['--version'], ['--help'], QUICKSTART];
/** For each run of the suite: starts are short and noisy. */
const STARTS_A_RUN = 3;

export async function startUp(lab: Lab): Promise<Figure[]> {
  lab.tell('start-up');
  const times = await timeCommands(lab, STARTS, lab.runs * STARTS_A_RUN);
  return STARTS.map((argv, i) => listed('f', argv?.[0] ?? 'node -e 0', 'ms', { wall: times[i]! }));
}
