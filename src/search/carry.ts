/**
 * The writers' part of a schedule under another strategy: the writers take the same steps in the
 * same order; before each of these steps, the readers advance as far as in the schedule (in passes
 * and printed lines). Within a line the steps of the readers differ, because the strategy is
 * different.
 *
 * If a writer has to wait, the readers continue until it can take its step. If the schedule ended
 * in a fault of the kernel, the writers take their steps up to this fault, and the readers of the
 * other strategy run to their end. If one of these readers meets a fault, the new schedule ends
 * there.
 */
import { KernelFault } from '../mm/kernel-fault.ts';
import type { Schedule, ScheduleItem } from '../sim/schedule.ts';
import { type SearchWorld, WAITED } from './search-world.ts';

/** Reader steps without progress that are taken for a loop that only a writer can end. */
const PATIENCE = 10_000;

interface WriterStep extends ScheduleItem {
  /** By reader: how far it had come. */
  readonly after: readonly number[];
}

/**
 * @param from a fresh world that the schedule fits
 * @param to a fresh world with the other strategy
 * @returns a schedule of `to`, to its end
 */
export function carryWriters(from: SearchWorld, schedule: Schedule, to: SearchWorld): Schedule {
  const carrier = new Carrier(to);
  for (const step of writerSteps(from, schedule)) {
    carrier.readersTo(step.after);
    carrier.writer(step);
  }
  return carrier.finish();
}

function writerSteps(world: SearchWorld, schedule: Schedule): WriterStep[] {
  const { readers } = world.world;
  const steps: WriterStep[] = [];
  for (const item of schedule) {
    const waited = world.nameOf(item.task) === WAITED;
    const isWriter = item.task >= readers.length;
    const after = readers.map((_, reader) => progressOf(world, reader));
    const taken = take(world, item);
    if (taken === null) break;
    if (isWriter && !waited) steps.push({ ...taken, after });
  }
  return steps;
}

/** Takes the step, and says with which choices; null where the kernel does not survive it. */
function take(world: SearchWorld, item: ScheduleItem): ScheduleItem | null {
  try {
    return world.runItem(item);
  } catch (error) {
    if (error instanceof KernelFault) return null;
    throw error;
  }
}

/** Grows with each printed line and each pass. */
function progressOf(world: SearchWorld, reader: number): number {
  const r = world.world.readers[reader]!;
  return (r.passIndex + 1) * 2 ** 24 + r.lineCount;
}

class Carrier {
  readonly #world: SearchWorld;
  readonly #taken: ScheduleItem[] = [];
  /** The last step taken ended in a fault of the kernel: nobody goes on. */
  #isFaulty = false;

  constructor(world: SearchWorld) {
    this.#world = world;
  }

  readersTo(after: readonly number[]): void {
    after.forEach((progress, reader) => {
      for (let i = 0; i < PATIENCE && progressOf(this.#world, reader) < progress; i++) {
        if (!this.#take(reader, [])) return;
      }
    });
  }

  writer({ task, choices }: ScheduleItem): void {
    const world = this.#world;
    for (let i = 0; i < PATIENCE && !this.#isFaulty; i++) {
      if (!world.canRun(task)) {
        if (!this.#anyReader()) return; // it has nothing left to do, or waits for another writer
      } else if (world.nameOf(task) === WAITED) {
        this.#take(task, []);
      } else {
        this.#take(task, choices);
        return;
      }
    }
  }

  /** Readers to their end; writers only where readers cannot go on without them. */
  finish(): Schedule {
    const world = this.#world;
    for (let i = 0; i < PATIENCE && !world.isOver(); i++) {
      const able = world.tasks.find(({ id }) => world.canRun(id));
      if (able === undefined || !this.#take(able.id, [])) break;
    }
    return this.#taken;
  }

  #anyReader(): boolean {
    return this.#world.world.readers.some(({ id }) => this.#take(id, []));
  }

  #take(task: number, choices: readonly number[]): boolean {
    if (this.#isFaulty || !this.#world.canRun(task)) return false;
    const item = { task, choices };
    const taken = take(this.#world, item);
    this.#isFaulty = taken === null;
    this.#taken.push(taken ?? item);
    return !this.#isFaulty;
  }
}
