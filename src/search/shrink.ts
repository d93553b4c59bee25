/**
 * Shrinks the schedule of a finding: first to fewer switches between tasks, then to fewer steps.
 *
 * A schedule is a list of blocks of steps of one task. A block is moved to the next or the previous
 * block of the same task, left out or made shorter, or some of its steps are moved. The new
 * schedule is run, and it is kept if it still has the finding. This is repeated until no change
 * helps. A run is lenient: steps that a task cannot take are left out, and at the end the readers
 * run on as far as the finding needs. The number of steps never grows, unless the number of
 * switches falls. A run starts where the candidate differs from the best schedule, and ends when it
 * cannot become better.
 *
 * The result is rarely a step longer than the shortest possible schedule, which only a search
 * without merged steps could find.
 */

import { grownInt32 } from '../base/grow.ts';
import { RowInterner } from '../base/row-interner.ts';
import type { Schedule, ScheduleItem } from '../sim/schedule.ts';
import { ChoiceMisfit } from './given-choices.ts';
import { switchesOf } from './replay.ts';
import type { SearchWorld } from './search-world.ts';
import { CANNOT, type Event, Transitions } from './transitions.ts';

/** Runs of the world that one finding may cost, and steps of all of them: about a second. */
const RUNS_MAX = 1500;
const STEPS_MAX = 500_000;
/** Transitions that are remembered, and states with the steps that lead on from them. */
const TRANSITIONS_MAX = 2 ** 17;
const STATES_MAX = 2 ** 17;
/** In place of the state after a task's step: not known; the task cannot take one. */
const UNKNOWN = -1;
const NONE = -2;
const NO_CHOICES: readonly number[] = [];
/** Steps that may be added at the end. */
const TAIL_MAX = 20_000;

interface Block {
  readonly task: number;
  readonly steps: number;
}

/** A world whose steps are worked out once for all schedules that are shrunk in it. */
export class ShrinkWorld {
  readonly transitions: Transitions;
  readonly initial: Int32Array;
  readonly tasks: number;
  /** States that schedules went through; a state is its number here. */
  readonly #states: RowInterner;
  /** By state and task: the state after a step of which nothing else comes, or UNKNOWN or NONE. */
  #next = new Int32Array(64);
  readonly #to: Int32Array;

  /** @param world at its beginning, every step by itself */
  constructor(world: SearchWorld) {
    const { readers, writers } = world.world;
    this.transitions = new Transitions(world);
    this.initial = world.save().slice();
    this.tasks = readers.length + writers.length;
    this.#states = new RowInterner(world.states.width);
    this.#to = this.initial.slice();
  }

  /** Numbers of states and transitions may be void after this. */
  trim(): void {
    this.transitions.trim(TRANSITIONS_MAX);
    if (this.#states.count > STATES_MAX) this.#states.clear();
  }

  stateOf(row: Int32Array): number {
    const { count } = this.#states;
    const state = this.#states.idOf(row);
    if (state < count) return state;
    const from = state * this.tasks;
    const end = from + this.tasks;
    if (end > this.#next.length) this.#next = grownInt32(this.#next, end);
    this.#next.fill(UNKNOWN, from, end);
    return state;
  }

  rowOf(state: number): Int32Array {
    const { rows, width } = this.#states;
    return rows.slice(state * width, (state + 1) * width);
  }

  isOver(state: number): boolean {
    const { rows, width } = this.#states;
    return this.transitions.isOver(rows, state * width);
  }

  /** The state after the task's step, as far as `setNext` says. */
  nextOf(state: number, task: number): number {
    return this.#next[state * this.tasks + task]!;
  }

  setNext(state: number, task: number, next: number): void {
    this.#next[state * this.tasks + task] = next;
  }

  /** The transition of a task without choices, or CANNOT. */
  firstOf(state: number, task: number): number {
    const { rows, width } = this.#states;
    return this.transitions.firstOf(rows, state * width, task);
  }

  transitionOf(state: number, item: ScheduleItem): number {
    const { rows, width } = this.#states;
    const via = item.choices.length === 0 ? item.task : this.transitions.viaId(item);
    return this.transitions.of(rows, state * width, via);
  }

  follow(state: number, transition: number): number {
    const { rows, width } = this.#states;
    this.transitions.follow(rows, state * width, transition, this.#to);
    return this.stateOf(this.#to);
  }
}

/**
 * The same schedule up to the finding in a world that may be another one, as leniently as above; or
 * null.
 */
export function followLeniently(
  world: ShrinkWorld,
  schedule: Schedule,
  isFound: (event: Event) => boolean,
): Schedule | null {
  return new Shrinker(world, schedule, { isFound, stepsMax: Number.POSITIVE_INFINITY }).follow();
}

/**
 * @param isFound whether this event is the finding
 * @param stepsMax that all runs together may take
 */
export function shrink(
  world: ShrinkWorld,
  schedule: Schedule,
  isFound: (event: Event) => boolean,
  stepsMax = STEPS_MAX,
): Schedule {
  return new Shrinker(world, schedule, { isFound, stepsMax }).shrink();
}

/** The beginning of a block of the best schedule: the world there, and what led to it. */
interface Mark {
  readonly state: Int32Array;
  /** By task: choices made so far. */
  readonly used: ReadonlyMap<number, number>;
  readonly taken: number;
}

class Shrinker {
  readonly #world: ShrinkWorld;
  readonly #isFound: (event: Event) => boolean;
  readonly #stepsMax: number;
  /** By task: the choices of its steps that made some, in order. */
  readonly #choices = new Map<number, (readonly number[])[]>();
  #best: Schedule;
  #blocks: readonly Block[];
  #marks: Mark[];
  #runs = 0;
  #steps = 0;
  /** Candidates that were no better. */
  readonly #tried = new Set<string>();
  // Of the run under way: where it stands.
  #state = 0;
  #taken: ScheduleItem[] = [];
  #used = new Map<number, number>();
  #switches = 0;
  /** It must be better than this; null: it need not. */
  #toBeat: { readonly switches: number; readonly steps: number } | null = null;

  constructor(
    world: ShrinkWorld,
    schedule: Schedule,
    { isFound, stepsMax }: { isFound: (event: Event) => boolean; stepsMax: number },
  ) {
    this.#world = world;
    this.#isFound = isFound;
    this.#stepsMax = stepsMax;
    this.#best = schedule;
    this.#blocks = blocksOf(schedule);
    this.#marks = [{ state: world.initial, used: new Map(), taken: 0 }];
    for (const { task, choices } of schedule) {
      if (choices.length === 0) continue;
      this.#choices.set(task, [...(this.#choices.get(task) ?? []), choices]);
    }
  }

  follow(): Schedule | null {
    return this.#run(this.#blocks, 0);
  }

  shrink(): Schedule {
    const isSpent = (): boolean => this.#runs >= RUNS_MAX || this.#steps >= this.#stepsMax;
    this.#toBeat = { switches: switchesOf(this.#best), steps: this.#best.length };
    for (let improved = true; improved && !isSpent(); ) {
      improved = false;
      for (const candidate of candidates(this.#blocks)) {
        if (isSpent()) break;
        const key = candidate.map(({ task, steps }) => `${task}x${steps}`).join();
        this.#runs++;
        if (this.#tried.has(key)) continue;
        this.#tried.add(key);
        const found = this.#run(candidate, firstDifference(candidate, this.#blocks));
        if (found === null || !isBetter(found, this.#best)) continue;
        this.#improveTo(found);
        improved = true;
        break;
      }
    }
    return this.#best;
  }

  #improveTo(found: Schedule): void {
    const blocks = blocksOf(found);
    this.#marks.length = Math.min(this.#marks.length, firstDifference(blocks, this.#blocks) + 1);
    this.#best = found;
    this.#blocks = blocks;
    this.#toBeat = { switches: switchesOf(found), steps: found.length };
  }

  /** The mark of this block, or the last one before it: worked out as far as candidates ask. */
  #markAt(block: number): number {
    while (this.#marks.length <= block && this.#marks.length < this.#blocks.length) {
      const at = this.#marks.length - 1;
      this.#begin(at);
      const { taken } = this.#marks[at]!;
      for (let i = 0; i < this.#blocks[at]!.steps; i++) {
        const item = this.#best[taken + i]!;
        const transition = this.#world.transitionOf(this.#state, item);
        this.#state = this.#world.follow(this.#state, transition);
        this.#count(item.task, item.choices);
      }
      const state = this.#world.rowOf(this.#state);
      const steps = taken + this.#blocks[at]!.steps;
      this.#marks.push({ state, used: this.#used, taken: steps });
    }
    return Math.min(block, this.#marks.length - 1);
  }

  #begin(mark: number): void {
    const { state, used, taken } = this.#marks[mark]!;
    this.#state = this.#world.stateOf(state);
    this.#used = new Map(used);
    this.#taken = this.#best.slice(0, taken);
    this.#switches = Math.max(0, mark - 1);
  }

  #count(task: number, choices: readonly number[]): void {
    if (choices.length > 0) this.#used.set(task, (this.#used.get(task) ?? 0) + 1);
  }

  /**
   * The steps up to the finding, or null if it is not there any more, or they are no better.
   * @param alike so many blocks are those of the best
   */
  #run(blocks: readonly Block[], alike: number): Schedule | null {
    this.#world.trim();
    const mark = this.#markAt(alike);
    this.#begin(mark);
    for (const { task, steps } of blocks.slice(mark)) {
      for (let i = 0; i < steps; i++) {
        if (!this.#canStep(task)) break;
        const result = this.#step(task);
        if (result !== null) return result ? this.#taken : null;
      }
    }
    for (let i = 0; i < TAIL_MAX && !this.#world.isOver(this.#state); i++) {
      const task = this.#firstAble();
      if (task < 0) return this.#isFound({ kind: 'deadlock' }) ? this.#taken : null;
      const result = this.#step(task);
      if (result !== null) return result ? this.#taken : null;
    }
    return null;
  }

  /** The first task that can take a step, or -1. */
  #firstAble(): number {
    for (let task = 0; task < this.#world.tasks; task++) if (this.#canStep(task)) return task;
    return -1;
  }

  #canStep(task: number): boolean {
    const world = this.#world;
    const next = world.nextOf(this.#state, task);
    if (next !== UNKNOWN) return next !== NONE;
    if (world.firstOf(this.#state, task) !== CANNOT) return true;
    world.setNext(this.#state, task, NONE);
    return false;
  }

  /** true: found; false: it can go no further, or come to nothing better; null: neither yet. */
  #step(task: number): boolean | null {
    const world = this.#world;
    const { transitions } = world;
    const taken = this.#taken;
    const before = this.#state;
    if (this.#steps++ >= this.#stepsMax) return false;
    if (taken.length > 0 && taken.at(-1)!.task !== task) this.#switches++;
    if (this.#isTooLong()) return false;
    const known = world.nextOf(before, task);
    if (known >= 0) {
      taken.push({ task, choices: NO_CHOICES });
      this.#state = known;
      return null;
    }
    let transition = world.firstOf(before, task);
    let choices: readonly number[] = NO_CHOICES;
    if (transitions.choicesOf(transition).length > 0) {
      const given = this.#choices.get(task)?.[this.#used.get(task) ?? 0] ?? NO_CHOICES;
      try {
        transition = world.transitionOf(before, { task, choices: given });
      } catch (error) {
        if (error instanceof ChoiceMisfit) return false;
        throw error;
      }
      const made = transitions.choicesOf(transition).length;
      choices = Array.from({ length: made }, (_, i) => given[i] ?? 0);
    }
    this.#count(task, choices);
    taken.push({ task, choices });
    const events = transitions.eventsOf(transition);
    for (const event of events) if (this.#isFound(event)) return true;
    if (transitions.isFault(transition)) return false;
    this.#state = world.follow(before, transition);
    if (choices.length === 0 && events.length === 0) world.setNext(before, task, this.#state);
    return null;
  }

  /** With one step more it is no better than the best. */
  #isTooLong(): boolean {
    if (this.#toBeat === null) return false;
    const { switches, steps } = this.#toBeat;
    if (this.#switches !== switches) return this.#switches > switches;
    return this.#taken.length + 1 >= steps;
  }
}

/** How many blocks are alike at the beginning. */
function firstDifference(a: readonly Block[], b: readonly Block[]): number {
  let alike = 0;
  while (alike < a.length && alike < b.length) {
    if (a[alike]!.task !== b[alike]!.task || a[alike]!.steps !== b[alike]!.steps) break;
    alike++;
  }
  return alike;
}

function isBetter(a: Schedule, b: Schedule): boolean {
  const fewer = switchesOf(a) - switchesOf(b);
  return fewer < 0 || (fewer === 0 && a.length < b.length);
}

function blocksOf(schedule: Schedule): Block[] {
  const blocks: Block[] = [];
  for (const { task } of schedule) {
    const last = blocks.at(-1);
    if (last?.task === task) blocks[blocks.length - 1] = { task, steps: last.steps + 1 };
    else blocks.push({ task, steps: 1 });
  }
  return blocks;
}

/**
 * Each block moved to its task's next one, and to the one before, and left out; then made shorter;
 * then some of its steps moved to another one.
 */
function* candidates(blocks: readonly Block[]): Iterable<Block[]> {
  for (const [i, block] of blocks.entries()) {
    const next = blocks.findIndex(({ task }, at) => at > i && task === block.task);
    const before = blocks.findLastIndex(({ task }, at) => at < i && task === block.task);
    for (const target of [next, before]) {
      if (target < 0) continue;
      const moved = blocks.map(({ task, steps }, at) => ({
        task,
        steps: at === target ? steps + block.steps : steps,
      }));
      yield moved.filter((_, at) => at !== i);
    }
    // It may be needed for nothing.
    yield blocks.filter((_, at) => at !== i);
  }
  for (const [i, block] of blocks.entries()) {
    for (let less = block.steps >> 1; less > 0; less >>= 1) {
      yield blocks.with(i, { ...block, steps: block.steps - less });
    }
  }
  for (const [i, { steps }] of blocks.entries()) {
    for (let other = 0; other < blocks.length; other++) {
      if (other === i || blocks[other]!.task !== blocks[i]!.task) continue;
      for (let some = 1; some < steps; some++) yield shifted(blocks, i, other, some);
    }
  }
}

/** Some steps of a block are taken in another one of the same task. */
function shifted(blocks: readonly Block[], from: number, to: number, some: number): Block[] {
  return blocks.map(({ task, steps }, at) => {
    const more = at === from ? -some : at === to ? some : 0;
    return { task, steps: steps + more };
  });
}
