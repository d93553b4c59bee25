/**
 * Follows a schedule step by step and reports the effect of each step. It reports an error if the
 * schedule does not fit: a task cannot take a step, a step does not have the recorded name, or a
 * choice does not exist.
 *
 * The steps are those of the search that found the schedule, but none are merged.
 */
import { KernelFault } from '../mm/kernel-fault.ts';
import { type Misfit, type Schedule, type ScheduleItem, scheduleText } from '../sim/schedule.ts';
import { ChoiceMisfit } from './given-choices.ts';
import { markText, type PassSets, passSets } from './mark-text.ts';
import { Probe } from './probe.ts';
import type { Course, MarkedText, ScheduleStep } from './search-outcome.ts';
import type { FinishedText, SearchWorld } from './search-world.ts';
import { stepEffects } from './step-effects.ts';

/** Names of steps were once those of our functions. */
const EARLIER_NAME = /[A-Z]/;

export interface Replayed {
  readonly course: Course;
  readonly misfit: Misfit | null;
  /** Texts as the search has them, beside those of the course. */
  readonly finished: readonly FinishedText[];
}

/**
 * @param world a fresh one, used up by this
 * @param names of the steps as recorded, or null
 */
export function replaySchedule(
  world: SearchWorld,
  schedule: Schedule,
  names: readonly string[] | null = null,
): Replayed {
  return new Replay(world).follow(schedule, names);
}

/** A replay under way: steps are taken one by one. */
export class Replay {
  readonly #world: SearchWorld;
  readonly #probe: Probe;
  readonly #steps: ScheduleStep[] = [];
  readonly #texts: MarkedText[] = [];
  readonly #finished: FinishedText[] = [];
  /** By saved state: the number of steps taken when it was first there. */
  readonly #seen = new Map<string, number>();
  #cycleFrom: number | null = null;
  #fault: Course['fault'] = null;
  #misfit: Misfit | null = null;

  constructor(world: SearchWorld) {
    this.#world = world;
    this.#probe = new Probe(world);
    this.#noteState();
  }

  follow(schedule: Schedule, names: readonly string[] | null): Replayed {
    for (const [i, item] of schedule.entries()) {
      if (this.take(item, names?.[i]) !== null || this.#fault !== null) break;
    }
    return { course: this.course(), misfit: this.#misfit, finished: this.#finished };
  }

  /** Takes one more step. Returns why it cannot, or null. */
  take(item: ScheduleItem, name?: string): string | null {
    const error = this.#objection(item, name);
    if (error !== null) this.#misfit = { step: this.#steps.length + 1, error };
    else this.#take(item);
    return this.#misfit?.error ?? null;
  }

  /** Steps so far, and what came of them. */
  get steps(): readonly ScheduleStep[] {
    return this.#steps;
  }

  get texts(): readonly MarkedText[] {
    return this.#texts;
  }

  course(): Course {
    const steps = this.#steps;
    const world = this.#world;
    const taken = steps.map(({ task, choices }) => ({ task, choices }));
    const stuck = !world.isOver() && world.tasks.every((task) => !world.canRun(task.id));
    return {
      schedule: scheduleText(taken),
      steps,
      switches: switchesOf(taken),
      texts: this.#texts,
      cycleFrom: this.#cycleFrom,
      fault: this.#fault,
      deadlock: stuck && this.#fault === null,
    };
  }

  /** What the task's next step would do; nothing has happened after this. */
  ahead(task: number): Pick<ScheduleStep, 'name' | 'effects'> {
    const world = this.#world;
    const saved = Int32Array.from(world.save());
    const name = world.nameOf(task);
    const writer = world.world.writers[task - world.world.readers.length];
    const before = {
      view: this.#probe.begin(),
      call: writer?.call ?? null,
      plan: writer?.plan ?? null,
    };
    try {
      world.runItem({ task, choices: [] });
      return { name, effects: stepEffects(this.#probe, before, task) };
    } catch (error) {
      if (!(error instanceof KernelFault)) throw error;
      return { name, effects: [`${error.kind}: ${error.message}`] };
    } finally {
      world.restore(saved);
    }
  }

  /** Whether the step has the choices of the item; nothing has happened after this. */
  fits(item: ScheduleItem): boolean {
    const world = this.#world;
    const saved = Int32Array.from(world.save());
    try {
      return world.runItem(item).choices.length >= item.choices.length;
    } catch (error) {
      if (error instanceof ChoiceMisfit) return false;
      if (!(error instanceof KernelFault)) throw error;
      return true;
    } finally {
      world.restore(saved);
    }
  }

  /** Why the item cannot be the next step, or null. */
  #objection({ task }: ScheduleItem, recorded: string | undefined): string | null {
    const world = this.#world;
    const known = world.world.readers.length + world.world.writers.length;
    if (task >= known) return `there is no task ${task}; there are ${known}, counted from 0`;
    const { name } = world.tasks[task]!;
    const found = world.nameOf(task);
    if (!world.canRun(task)) {
      if (!world.isAsleep(task)) return `${name} has nothing left to do`;
      return `${name} sleeps and no task has woken it`;
    }
    if (recorded === undefined || recorded === found) return null;
    const differ = `schedule and program differ: recorded "${recorded}", found "${found}"`;
    if (!EARLIER_NAME.test(recorded)) return differ;
    return `${differ}: an earlier mapsim saved it; without "steps" its schedule is followed by number`;
  }

  #take(item: ScheduleItem): void {
    const world = this.#world;
    const { task } = item;
    const name = world.nameOf(task);
    const writer = world.world.writers[task - world.world.readers.length];
    const sets = world.world.readers.map((r) => passSets(world, r.id));
    const before = {
      view: this.#probe.begin(),
      call: writer?.call ?? null,
      plan: writer?.plan ?? null,
    };
    let made: readonly number[];
    try {
      made = world.runItem(item).choices;
    } catch (error) {
      this.#failed(error, item, name);
      return;
    }
    if (item.choices.length > made.length) {
      this.#misfit = {
        step: this.#steps.length + 1,
        error: `"${name}" makes ${made.length} choices, the schedule has ${item.choices.length}`,
      };
      return;
    }
    const effects = stepEffects(this.#probe, before, task);
    this.#steps.push({ task, name, choices: made, effects });
    for (const text of world.finished) this.#textComplete(text, sets[text.reader]!);
    this.#noteState();
  }

  #failed(error: unknown, { task, choices }: ScheduleItem, name: string): void {
    if (error instanceof ChoiceMisfit) {
      this.#misfit = { step: this.#steps.length + 1, error: `"${name}": ${error.message}` };
      return;
    }
    if (!(error instanceof KernelFault)) throw error;
    this.#steps.push({ task, name, choices, effects: [`${error.kind}: ${error.message}`] });
    this.#fault = { kind: error.kind, message: error.message };
  }

  #textComplete(text: FinishedText, sets: PassSets): void {
    this.#finished.push(text);
    this.#texts.push(markText(this.#world, text, sets));
  }

  /** A state seen before closes a cycle: the earliest such place is where it begins. */
  #noteState(): void {
    const key = this.#world.save().join();
    const before = this.#seen.get(key);
    const after = this.#steps.length;
    if (before === undefined) this.#seen.set(key, after);
    this.#cycleFrom = before === undefined ? null : before;
  }
}

export function switchesOf(schedule: Schedule): number {
  let switches = 0;
  for (let i = 1; i < schedule.length; i++) {
    if (schedule[i]!.task !== schedule[i - 1]!.task) switches++;
  }
  return switches;
}
