/** Assigns CPUs of this machine to the tasks, following the scenario. */
import { leastOf } from '../base/extremes.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Placement } from './plan.ts';

export interface Placed {
  readonly placement: Placement;
  /** Number of CPUs of the simulated side: the highest that is used, and all below it. */
  readonly cpus: number;
  readonly notes: readonly string[];
}

/**
 * @param available the CPUs that the program may use, rising; numbers in the result are
 * indexes of this list
 */
export function placeTasks(scenario: Scenario, available: number): Placed {
  const { cpus, hogs } = scenario.machine;
  const writers = scenario.writers.map(({ cpu }) => cpu);
  const readers = scenario.readers.map(({ cpu }) => cpu);
  const hogCpus = hogs.flatMap(({ cpu, count }) => Array.from({ length: count }, () => cpu));
  const wanted = cpus ?? writers.length + readers.length;
  const used = Math.min(wanted, available);
  const load = new Array<number>(used).fill(0);
  const take = (pinned: number | null): number => {
    const cpu = pinned === null ? load.indexOf(leastOf(load)) : pinned % used;
    load[cpu]!++;
    return cpu;
  };
  const pinnedFirst = (list: readonly (number | null)[]): number[] => list.map(take);
  const placement = {
    writers: pinnedFirst(writers),
    readers: pinnedFirst(readers),
    hogs: hogCpus.map((cpu) => cpu % used),
    shared: false,
  };
  const tasks = writers.length + readers.length + hogCpus.length;
  const shared = load.some((n) => n > 1) || hogCpus.length > 0;
  const notes: string[] = [];
  if (scenario.machine.rwsem === 'fifo')
    notes.push('rwsem: fifo exists only in the model, not in this kernel');
  if (wanted > available) {
    const have = available === 1 ? 'one CPU' : `${available} CPUs`;
    notes.push(
      `${tasks} tasks of the scenario need ${wanted} CPUs but share ${have}, on both sides`,
    );
  }
  if (used === 1 && tasks > 1) {
    notes.push('writer and reader share one CPU: only preemption can tear the text');
  }
  return { placement: { ...placement, shared }, cpus: used, notes };
}
