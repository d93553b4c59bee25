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
import type { Schedule, ScheduleItem } from '../sim/schedule.ts';
import { ChoiceMisfit } from './given-choices.ts';
import { switchesOf } from './replay.ts';
import type { SearchWorld } from './search-world.ts';
import { CANNOT, type Event, Transitions } from './transitions.ts';

/** Runs of the world that one finding may cost, and steps of all of them: about a second. */
const RUNS_MAX = 1500;
const STEPS_MAX = 500_000;
/** Transitions that are remembered. */
const TRANSITIONS_MAX = 2 ** 17;
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

  /** @param world at its beginning, every step by itself */
  constructor(world: SearchWorld) {
    const { readers, writers } = world.world;
    this.transitions = new Transitions(world);
    this.initial = world.save().slice();
    this.tasks = readers.length + writers.length;
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
  // Of the run under way: where it stands, and the numbers of the state after it.
  #state: Int32Array;
  #next: Int32Array;
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
    this.#state = world.initial.slice();
    this.#next = world.initial.slice();
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
        const { task, choices } = this.#best[taken + i]!;
        const { transitions } = this.#world;
        const via = choices.length === 0 ? task : transitions.viaId({ task, choices });
        this.#follow(transitions.of(this.#state, 0, via));
        this.#count(task, choices);
      }
      const state = this.#state.slice();
      const steps = taken + this.#blocks[at]!.steps;
      this.#marks.push({ state, used: this.#used, taken: steps });
    }
    return Math.min(block, this.#marks.length - 1);
  }

  #begin(mark: number): void {
    const { state, used, taken } = this.#marks[mark]!;
    this.#state.set(state);
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
    this.#world.transitions.trim(TRANSITIONS_MAX);
    const mark = this.#markAt(alike);
    this.#begin(mark);
    for (const { task, steps } of blocks.slice(mark)) {
      for (let i = 0; i < steps; i++) {
        const transition = this.#firstOf(task);
        if (transition === CANNOT) break;
        const result = this.#step(task, transition);
        if (result !== null) return result ? this.#taken : null;
      }
    }
    for (let i = 0; i < TAIL_MAX && !this.#isOver(); i++) {
      let task = 0;
      let transition = CANNOT;
      while (task < this.#world.tasks) {
        transition = this.#firstOf(task);
        if (transition !== CANNOT) break;
        task++;
      }
      if (transition === CANNOT) break;
      const result = this.#step(task, transition);
      if (result !== null) return result ? this.#taken : null;
    }
    return this.#isStuck() && this.#isFound({ kind: 'deadlock' }) ? this.#taken : null;
  }

  /** The transition of a task without choices. */
  #firstOf(task: number): number {
    return this.#world.transitions.firstOf(this.#state, 0, task);
  }

  #isOver(): boolean {
    return this.#world.transitions.isOver(this.#state, 0);
  }

  #isStuck(): boolean {
    if (this.#isOver()) return false;
    for (let task = 0; task < this.#world.tasks; task++)
      if (this.#firstOf(task) !== CANNOT) return false;
    return true;
  }

  #follow(transition: number): void {
    this.#world.transitions.follow(this.#state, 0, transition, this.#next);
    const state = this.#state;
    this.#state = this.#next;
    this.#next = state;
  }

  /**
   * true: found; false: it can go no further, or come to nothing better; null: neither yet.
   * @param first the transition without choices
   */
  #step(task: number, first: number): boolean | null {
    const { transitions } = this.#world;
    const taken = this.#taken;
    if (this.#steps++ >= this.#stepsMax) return false;
    if (taken.length > 0 && taken.at(-1)!.task !== task) this.#switches++;
    if (this.#isTooLong()) return false;
    let transition = first;
    let choices: readonly number[] = NO_CHOICES;
    if (transitions.choicesOf(transition).length > 0) {
      const given = this.#choices.get(task)?.[this.#used.get(task) ?? 0] ?? NO_CHOICES;
      try {
        transition = transitions.of(this.#state, 0, transitions.viaId({ task, choices: given }));
      } catch (error) {
        if (error instanceof ChoiceMisfit) return false;
        throw error;
      }
      const made = transitions.choicesOf(transition).length;
      choices = Array.from({ length: made }, (_, i) => given[i] ?? 0);
    }
    this.#count(task, choices);
    taken.push({ task, choices });
    for (const event of transitions.eventsOf(transition)) if (this.#isFound(event)) return true;
    if (transitions.isFault(transition)) return false;
    this.#follow(transition);
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
