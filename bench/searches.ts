/** (d): states of exhaustive searches; (e): random schedules. */

import { timeCommands } from './command.ts';
import { type Figure, listed, spread } from './figure.ts';
import { costs, type Lab, measureJobs } from './lab.ts';
import { SHORT_SCHEDULES } from './scenarios.ts';

/** Two readers and a writer: more states than anybody waits for. */
const LARGE = 'two';

/**
 * The smallest that answers a question of the thread (unlimited retry against a writer that never
 * rests), a middle one, a larger one, and one that ends at its limit of a million states, with a
 * strategy for each.
 */
const WORLDS = [
  { world: 'never-rests', strategy: 'rcu-retry' },
  { world: 'split-merge', strategy: 'rcu-retry3' },
  { world: 'race-remap', strategy: 'vma-lock' },
  { world: LARGE, strategy: 'vma-lock' },
];

const pathOf = (world: string): string =>
  world === LARGE ? `bench/${world}.yaml` : `scenarios/explore/${world}.yaml`;

export async function states(lab: Lab): Promise<Figure[]> {
  lab.tell('searches');
  const jobs = WORLDS.map(({ world, strategy }) => {
    return { kind: 'search' as const, root: lab.root, path: pathOf(world), strategy };
  });
  const samples = await measureJobs(lab, jobs);
  const figures = WORLDS.flatMap(({ world, strategy }, i) => {
    const row = `${world} ${strategy}`;
    const size = (of: string) => ({ size: spread(samples[i]!.map(({ units }) => units[of]!)) });
    return [
      listed('d', row, 'ns/state', costs(samples[i]!, 'states')),
      listed('d', row, 'bytes/state', size('bytesPerState')),
      listed('d', row, 'bytes/state without the cache', size('plainBytesPerState')),
    ];
  });
  return [...figures, await wholeSearch(lab)];
}

/** The whole command on a world of some 500 states. */
async function wholeSearch(lab: Lab): Promise<Figure> {
  const [world, strategy] = ['one-write', 'rcu-page'];
  lab.tell(`mapsim explore ${world}`);
  const argv = ['explore', pathOf(world), `--strategy=${strategy}`];
  const [wall] = await timeCommands(lab, [argv], lab.runs);
  return listed('d', `mapsim explore ${world}`, 'ms', { wall: wall! });
}

const WALKS = 20_000;

export async function schedules(lab: Lab): Promise<Figure[]> {
  lab.tell('random schedules');
  const strategy = 'rcu-retry3';
  const job = {
    kind: 'walks',
    root: lab.root,
    yaml: SHORT_SCHEDULES,
    strategy,
    walks: WALKS,
  } as const;
  const [samples] = await measureJobs(lab, [job]);
  return ['schedule', 'step'].map((unit) => {
    return listed('e', `one VMA, ${strategy}`, `ns/${unit}`, costs(samples!, `${unit}s`));
  });
}
