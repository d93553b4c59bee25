/**
 * What a step makes of a state, worked out once for all states that look alike to it.
 *
 * A step of a task reads and changes what all tasks have in common and what is its own, and it may
 * change a little of the others: wake one, leave a cursor on a dead leaf, add to what the oracle
 * knows of a pass. A state says just that (world/state-numbers.ts): a number for what is common,
 * and for each task one that stands for its registers, which nobody else reads or writes, and for
 * what others can change. So the outcome for the task itself is a function of (task, choices,
 * common number, own number), and the outcome for another task of that and of what others can
 * change of it. Both are kept as rows of numbers; a state that is put together from known parts
 * needs no kernel. Not known: the world is restored, the step runs, and what came of it is kept.
 *
 * It is a cache: exact, since the numbers are, and nothing depends on what is in it. It is emptied
 * when it has outgrown its limit. (LTSmin calls this transition caching: Blom, van de Pol, Weber,
 * CAV 2010.)
 */
import { grownInt32 } from '../base/grow.ts';
import { Interned } from '../base/intern.ts';
import { RowInterner } from '../base/row-interner.ts';
import { KernelFault } from '../mm/kernel-fault.ts';
import type { FinishedText, SearchWorld } from '../world/search-world.ts';
import type { StateNumbers } from '../world/state-numbers.ts';

/** What a transition can bring to light. */
export type Event =
  | { readonly kind: 'text'; readonly text: FinishedText }
  /** Attempts at the record where the reader stands: those that failed, and the retry under way. */
  | { readonly kind: 'attempts'; readonly reader: number; readonly attempts: number }
  | { readonly kind: 'fault'; readonly fault: KernelFault }
  | { readonly kind: 'deadlock' };

/** A task and its choices, as one number. That of a task without choices is the task's own. */
export interface Via {
  readonly task: number;
  readonly choices: readonly number[];
}

/** No other combination of choices is left to try. */
export const NO_VIA = -1;

/** Numbers of an outcome: common number, own number, the next via to try, flags. */
const OUTCOME = 4;
const SLEEPS = 1;
const FINISHED = 2;
const FAULT = 4;
const HAS_EVENTS = 8;
const PROGRESS = 16;
/** Others are as they were. */
const QUIET = 32;

const NO_EVENTS: readonly Event[] = [];

export class Transitions {
  readonly #world: SearchWorld;
  readonly #numbers: StateNumbers;
  readonly #vias = new Interned<Via>();
  /** Via, common number, number of the task; and by row number the outcome. */
  readonly #known = new RowInterner(3);
  #outcomes = new Int32Array(64 * OUTCOME);
  readonly #events = new Map<number, readonly Event[]>();
  /** Outcome and other task, what others can change of it; by row number what becomes of that. */
  readonly #effects = new RowInterner(2);
  #changed = new Int32Array(64);
  readonly #row = new Int32Array(3);
  /** Steps that had to be taken. */
  runs = 0;

  constructor(world: SearchWorld) {
    this.#world = world;
    this.#numbers = world.numbers;
    for (const { id } of world.tasks) this.#viaId({ task: id, choices: [] });
  }

  viaOf(id: number): Via {
    return this.#vias.thingOf(id);
  }

  /** Bytes of memory that it holds. */
  get bytes(): number {
    const rows = this.#known.bytes + this.#effects.bytes;
    return rows + this.#outcomes.byteLength + this.#changed.byteLength;
  }

  /** Forgets everything if it knows more than so many outcomes; their numbers are void then. */
  trim(most: number): void {
    if (this.#known.count + this.#effects.count <= most) return;
    this.#known.clear();
    this.#effects.clear();
    this.#events.clear();
  }

  /** The number of the outcome when `via` is taken in the state that begins at `states[at]`. */
  of(states: Int32Array, at: number, via: number): number {
    const row = this.#row;
    row[0] = via;
    row[1] = states[at]!;
    row[2] = states[at + 1 + this.viaOf(via).task]!;
    const known = this.#known.find(row);
    return known >= 0 ? known : this.#run(states, at, via);
  }

  // --- Outcomes ---

  canRun(outcome: number): boolean {
    return (this.#flags(outcome) & (SLEEPS | FINISHED)) === 0;
  }

  isFinished(outcome: number): boolean {
    return (this.#flags(outcome) & FINISHED) !== 0;
  }

  /** It ends in a fault of the kernel: there is no state after it. */
  isFault(outcome: number): boolean {
    return (this.#flags(outcome) & FAULT) !== 0;
  }

  /** The reader that took the step got a record (or page). */
  isProgress(outcome: number): boolean {
    return (this.#flags(outcome) & PROGRESS) !== 0;
  }

  eventsOf(outcome: number): readonly Event[] {
    if ((this.#flags(outcome) & HAS_EVENTS) === 0) return NO_EVENTS;
    return this.#events.get(outcome)!;
  }

  /** The task's next combination of choices, or NO_VIA. */
  nextVia(outcome: number): number {
    return this.#outcomes[outcome * OUTCOME + 2]!;
  }

  /** Writes the state that follows into `into`. `outcome` is one of the same state. */
  follow(states: Int32Array, at: number, outcome: number, into: Int32Array): void {
    const { task } = this.viaOf(this.#known.rows[3 * outcome]!);
    const { width } = this.#numbers;
    for (let i = 1; i < width; i++) into[i] = states[at + i]!;
    into[0] = this.#outcomes[outcome * OUTCOME]!;
    into[1 + task] = this.#outcomes[outcome * OUTCOME + 1]!;
    if ((this.#flags(outcome) & QUIET) !== 0) return;
    for (let i = 1; i < width; i++) {
      if (i === 1 + task) continue;
      const before = this.#numbers.changeableOf(into[i]!);
      const after = this.#effectOn(i, before, outcome, states, at);
      if (after !== before) into[i] = this.#numbers.withChangeable(into[i]!, after);
    }
  }

  /** @param i the task's place in the state */
  #effectOn(i: number, before: number, outcome: number, states: Int32Array, at: number): number {
    const known = this.#effects.find(this.#effectRow(i, before, outcome));
    if (known >= 0) return this.#changed[known]!;
    this.#run(states, at, this.#known.rows[3 * outcome]!);
    return this.#changed[this.#effects.find(this.#effectRow(i, before, outcome))]!;
  }

  #effectRow(i: number, before: number, outcome: number): Int32Array {
    const row = this.#row;
    row[0] = outcome * this.#numbers.width + i;
    row[1] = before;
    return row;
  }

  #flags(outcome: number): number {
    return this.#outcomes[outcome * OUTCOME + 3]!;
  }

  // --- Taking the step ---

  #run(states: Int32Array, at: number, via: number): number {
    const world = this.#world;
    const { task, choices } = this.viaOf(via);
    world.restore(states, at);
    if (!world.canRun(task)) {
      return this.#keep(states, at, via, [0, 0, NO_VIA, world.isAsleep(task) ? SLEEPS : FINISHED]);
    }
    this.runs++;
    let next: number[] | null;
    try {
      next = world.run(task, choices);
    } catch (error) {
      if (!(error instanceof KernelFault)) throw error;
      const outcome = this.#keep(states, at, via, [0, 0, NO_VIA, FAULT | HAS_EVENTS]);
      this.#events.set(outcome, [{ kind: 'fault', fault: error }]);
      return outcome;
    }
    const nextVia = next === null ? NO_VIA : this.#viaId({ task, choices: next });
    const events = this.#eventsNow(task);
    const after = world.save();
    const flags =
      (events.length > 0 ? HAS_EVENTS : 0) |
      (world.progressed[task] === true ? PROGRESS : 0) |
      (world.quiet ? QUIET : 0);
    const outcome = this.#keep(states, at, via, [after[0]!, after[1 + task]!, nextVia, flags]);
    if (events.length > 0) this.#events.set(outcome, events);
    if (!world.quiet) this.#keepEffects(states, at, outcome, after, task);
    return outcome;
  }

  #viaId(via: Via): number {
    return this.#vias.idOf([via.task, ...via.choices].join(), via);
  }

  /** Of the step just taken. Other readers' attempts were told when they made them. */
  #eventsNow(task: number): readonly Event[] {
    const { finished, world } = this.#world;
    const reader = world.readers[task];
    const tried = reader !== undefined && reader.failedHere > 0;
    if (!tried && finished.length === 0) return NO_EVENTS;
    const events: Event[] = finished.map((text) => ({ kind: 'text', text }));
    if (tried) events.push({ kind: 'attempts', reader: task, attempts: reader.attemptsHere });
    return events;
  }

  #keep(states: Int32Array, at: number, via: number, numbers: readonly number[]): number {
    const row = this.#row;
    row[0] = via;
    row[1] = states[at]!;
    row[2] = states[at + 1 + this.viaOf(via).task]!;
    const outcome = this.#known.idOf(row);
    const end = (outcome + 1) * OUTCOME;
    if (end > this.#outcomes.length) this.#outcomes = grownInt32(this.#outcomes, end);
    for (let i = 0; i < OUTCOME; i++) this.#outcomes[outcome * OUTCOME + i] = numbers[i]!;
    return outcome;
  }

  #keepEffects(
    states: Int32Array,
    at: number,
    outcome: number,
    after: Int32Array,
    task: number,
  ): void {
    for (let i = 1; i < after.length; i++) {
      if (i === 1 + task) continue;
      const before = this.#numbers.changeableOf(states[at + i]!);
      const effect = this.#effects.idOf(this.#effectRow(i, before, outcome));
      if (effect >= this.#changed.length) this.#changed = grownInt32(this.#changed, effect + 1);
      this.#changed[effect] = this.#numbers.changeableOf(after[i]!);
    }
  }
}
