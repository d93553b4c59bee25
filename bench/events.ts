/** (c): events per second if tasks take turns; (h): simulated time per wall-clock time. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Figure, listed } from './figure.ts';
import { costs, type Lab, measureJobs } from './lab.ts';
import { tasks } from './scenarios.ts';

const TASKS = [
  { count: 6, passes: 400 },
  { count: 1000, passes: 4 },
];

export async function events(lab: Lab): Promise<Figure[]> {
  lab.tell('events with few and with many tasks');
  const jobs = TASKS.map(({ count, passes }) => ({
    kind: 'timed' as const,
    root: lab.root,
    yaml: tasks(count, passes),
    strategy: null,
  }));
  const samples = await measureJobs(lab, jobs);
  return TASKS.map(({ count }, i) => {
    const row = `${count.toLocaleString('en')} tasks`;
    return listed('c', row, 'ns/event', costs(samples[i]!, 'events'));
  });
}

/** Folders with scenarios that run by the clock. */
const FOLDERS = ['scenarios', 'scenarios/bug-compat'];

export async function realTime(lab: Lab): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const path of shippedScenarios(lab.root)) {
    lab.tell(path);
    const job = { kind: 'timed', root: lab.root, path, strategy: null } as const;
    const [samples] = await measureJobs(lab, [job]);
    figures.push(listed('h', path, 'ns/simulated ns', costs(samples!, 'simulatedNs')));
  }
  return figures;
}

function shippedScenarios(root: string): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => `${folder}/${name}`),
  );
}
