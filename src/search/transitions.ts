/**
 * What a step makes of a state, worked out once for all states that look alike to it.
 *
 * A step of a task reads and changes what all tasks have in common and what is its own, and it may
 * change a little of the others: wake one, leave a cursor on a dead leaf, add to what the oracle
 * knows of a pass. A state says just that (search/state-numbers.ts): a number for what is common,
 * and for each task one that stands for its registers, which nobody else reads or writes, and for
 * what others can change. So the outcome for the task itself is a function of (task, choices, what
 * it looks at of what is common, own number), and the outcome for another task of that and of what
 * others can change of it. What a task looks at is found out by its runs: all that it looked at in
 * any run with this own number. What the oracle knows of a pass matters only to the steps that
 * begin it or end it. All that is kept as rows of numbers; a state that is put together from known
 * parts needs no kernel. Not known: the world is restored, the step runs, and what came of it is
 * kept.
 *
 * It is a cache: exact, since the numbers are, and nothing depends on what is in it. It is emptied
 * when it has outgrown its limit. (LTSmin calls this transition caching: Blom, van de Pol, Weber,
 * CAV 2010.)
 */
import { roomierInt32 } from '../base/grow.ts';
import { Interned } from '../base/intern.ts';
import { RowInterner } from '../base/row-interner.ts';
import { KernelFault } from '../mm/kernel-fault.ts';
import type { Schedule, ScheduleItem } from '../sim/schedule.ts';
import {
  ANY_PASS,
  ASKS_PASS,
  type Event,
  FAULT,
  FINISHED,
  NO_VIA,
  noOutcome,
  type Outcome,
  Outcomes,
  PROGRESS,
  SLEEPS,
} from './outcomes.ts';
import type { SearchWorld } from './search-world.ts';
import { SeenColumns } from './seen-columns.ts';
import { NOTHING_SHARED, THE_MMAP_LOCK } from './shared-columns.ts';
import {
  REACHES_LEAVES,
  REACHES_NOBODY,
  REACHES_SAMPLES,
  REACHES_SLOTS,
  type StateNumbers,
  TOUCHED,
} from './state-numbers.ts';

/** A task and its choices, as one number. That of a task without choices is the task's own. */
export interface Via {
  readonly task: number;
  readonly choices: readonly number[];
}

/** So many effects, or columns seen, take about as much memory as an outcome. */
const EFFECTS_AN_OUTCOME = 3;

/** In place of an outcome: any that reaches samples alone. */
const ANY_THAT_COUNTS = -1;

const NO_EVENTS: readonly Event[] = [];

export class Transitions {
  readonly outcomes = new Outcomes();
  readonly #world: SearchWorld;
  readonly #numbers: StateNumbers;
  readonly #vias = new Interned<Via>();
  readonly #seen: SeenColumns;
  /** By number of a task: columns of the shared state that it has looked at in some run. */
  #looked = new Int32Array(64);
  /** Outcome and other task, what others can change of it; by row number what becomes of that. */
  readonly #effects = new RowInterner(2);
  readonly #row = new Int32Array(2);
  #changed = new Int32Array(64);

  constructor(world: SearchWorld) {
    this.#world = world;
    this.#numbers = world.numbers;
    this.#seen = new SeenColumns(world.numbers.shared.rows);
    for (const { id } of world.tasks) this.viaId({ task: id, choices: [] });
  }

  viaOf(id: number): Via {
    return this.#vias.thingOf(id);
  }

  viaId(via: Via): number {
    return this.#vias.idOf([via.task, ...via.choices].join(), via);
  }

  /** Bytes of memory that it holds. */
  get bytes(): number {
    const rows = this.outcomes.bytes + this.#effects.bytes + this.#seen.bytes;
    return rows + this.#changed.byteLength + this.#looked.byteLength;
  }

  /**
   * Forgets everything if it knows more than so many outcomes, effects as a third of one each.
   * Numbers of outcomes are void then.
   */
  trim(most: number): void {
    const others = this.#effects.count + this.#seen.count;
    if (this.outcomes.count + others / EFFECTS_AN_OUTCOME <= most) return;
    this.outcomes.clear();
    this.#seen.clear();
    this.#effects.clear();
  }

  /** The same as single steps, from this state on. Leaves the world at the end of the path. */
  scheduleOf(initial: Int32Array, path: readonly number[]): Schedule {
    const world = this.#world;
    world.restore(initial);
    const items: ScheduleItem[] = [];
    for (const via of path) {
      const { task, choices } = this.viaOf(via);
      try {
        world.run(task, choices);
      } catch (error) {
        if (!(error instanceof KernelFault)) throw error;
        items.push(...world.trail, { task, choices });
        return items;
      }
      items.push(...world.trail);
    }
    return items;
  }

  /** The number of the outcome when `via` is taken in the state that begins at `states[at]`. */
  of(states: Int32Array, at: number, via: number): number {
    const { task } = this.viaOf(via);
    const own = states[at + 1 + task]!;
    const seen = this.#seen.of(states[at]!, this.#lookedBy(own));
    let known = this.outcomes.find(via, seen, own, ANY_PASS);
    if (known >= 0 && this.outcomes.asksPass(known)) {
      const pass = states[at + this.#numbers.passesAt + task]!;
      known = this.outcomes.find(via, seen, own, pass);
    }
    return known >= 0 ? known : this.#run(states, at, via);
  }

  #lookedBy(own: number): number {
    return own < this.#looked.length ? this.#looked[own]! : NOTHING_SHARED;
  }

  #looksAt(own: number, columns: number): void {
    if (own >= this.#looked.length) this.#looked = roomierInt32(this.#looked, own + 1);
    this.#looked[own]! |= columns;
  }

  /** Writes the state that follows into `into`. `outcome` is one of the same state. */
  follow(states: Int32Array, at: number, outcome: number, into: Int32Array): void {
    const { outcomes } = this;
    const numbers = this.#numbers;
    const { passesAt, width } = numbers;
    const { task } = this.viaOf(outcomes.viaOf(outcome));
    for (let i = 1; i < width; i++) into[i] = states[at + i]!;
    into[0] = this.#seen.withSeen(states[at]!, outcomes.seenAfter(outcome));
    into[1 + task] = outcomes.ownAfter(outcome);
    const pass = outcomes.passAfter(outcome);
    if (pass !== ANY_PASS) into[passesAt + task] = pass;
    if (outcomes.reachOf(outcome) !== REACHES_NOBODY) {
      for (let i = 1; i < passesAt; i++) {
        if (i !== 1 + task) this.#reach(states, at, outcome, into, i);
      }
    }
    const news = outcomes.newsOf(outcome);
    for (let i = passesAt; i < width && news.length > 0; i++) {
      if (i !== passesAt + task) into[i] = this.#passAfter(outcome, into[i]!);
    }
  }

  // --- What becomes of others ---

  /** What others can change of the task at `i`, after the step; into[0] is. */
  #reach(states: Int32Array, at: number, outcome: number, into: Int32Array, i: number): void {
    const numbers = this.#numbers;
    const reach = this.outcomes.reachOf(outcome);
    const cause = reach === REACHES_SAMPLES ? ANY_THAT_COUNTS : outcome * numbers.width + i;
    const before = numbers.changeableOf(states[at + i]!);
    const known = this.#effects.find(this.#effectRow(cause, before));
    let after = known >= 0 ? this.#changed[known]! : TOUCHED;
    if (known < 0) {
      after = numbers.changeableAfter(i - 1, before, reach, states[at]!, into[0]!);
      if (after === TOUCHED) after = this.#runAgain(states, at, outcome, i);
      this.#keepEffect(this.#effectRow(cause, before), after);
    }
    if (after !== before) into[i] = numbers.withChangeable(into[i]!, after);
  }

  /** Takes the step for what others can change of the task at `i`. */
  #runAgain(states: Int32Array, at: number, outcome: number, i: number): number {
    const { task, choices } = this.viaOf(this.outcomes.viaOf(outcome));
    this.#numbers.restoreFor(task, states, at);
    this.#world.run(task, choices);
    return this.#numbers.changeableOf(this.#world.save()[i]!);
  }

  /** What the oracle knows of a pass of another task. */
  #passAfter(outcome: number, before: number): number {
    const cause = outcome * this.#numbers.width;
    const known = this.#effects.find(this.#effectRow(cause, before));
    if (known >= 0) return this.#changed[known]!;
    const after = this.#numbers.passAfter(before, this.outcomes.newsOf(outcome));
    this.#keepEffect(this.#effectRow(cause, before), after);
    return after;
  }

  /** @param cause place 0 of an outcome's row: all passes; others: the task that stands there */
  #effectRow(cause: number, before: number): Int32Array {
    this.#row[0] = cause;
    this.#row[1] = before;
    return this.#row;
  }

  #keepEffect(row: Int32Array, after: number): void {
    const effect = this.#effects.idOf(row);
    if (effect >= this.#changed.length) this.#changed = roomierInt32(this.#changed, effect + 1);
    this.#changed[effect] = after;
  }

  // --- Taking the step ---

  #run(states: Int32Array, at: number, via: number): number {
    const world = this.#world;
    const { task, choices } = this.viaOf(via);
    this.#numbers.restoreFor(task, states, at);
    if (!world.canRun(task)) {
      const asleep = world.isAsleep(task);
      const columns = asleep ? THE_MMAP_LOCK : NOTHING_SHARED;
      return this.#keep(states, at, via, columns, noOutcome(asleep ? SLEEPS : FINISHED));
    }
    let next: number[] | null;
    try {
      next = world.run(task, choices);
    } catch (error) {
      if (!(error instanceof KernelFault)) throw error;
      const { kind, message } = error;
      const events: readonly Event[] = [{ kind: 'fault', fault: { kind, message } }];
      return this.#keep(states, at, via, world.looked, { ...noOutcome(FAULT), events });
    }
    const nextVia = next === null ? NO_VIA : this.viaId({ task, choices: next });
    return this.#keepRun(states, at, via, nextVia);
  }

  /** What the run just made has come to. */
  #keepRun(states: Int32Array, at: number, via: number, next: number): number {
    const world = this.#world;
    const numbers = this.#numbers;
    const { task } = this.viaOf(via);
    const { looked, judged, chosenOf: choices } = world;
    const events = this.#eventsNow(task);
    const after = world.save();
    if (judged) this.#keep(states, at, via, looked, noOutcome(ASKS_PASS));
    return this.#keep(states, at, via, looked, {
      seen: after[0]!,
      own: after[1 + task]!,
      pass: judged ? after[numbers.passesAt + task]! : ANY_PASS,
      next,
      flags: world.progressed[task] === true ? PROGRESS : 0,
      reach: world.reach | this.#reachOf(states[at]!, after[0]!),
      events,
      news: world.oracle.news.length === 0 ? world.oracle.news : [...world.oracle.news],
      choices,
    });
  }

  /** `outcome.seen` is the whole shared state here. */
  #keep(states: Int32Array, at: number, via: number, looked: number, outcome: Outcome): number {
    const { task } = this.viaOf(via);
    const own = states[at + 1 + task]!;
    this.#looksAt(own, looked);
    const columns = this.#lookedBy(own);
    const before = this.#seen.of(states[at]!, columns);
    outcome.seen = this.#seen.of(outcome.seen, columns);
    const asks = outcome.pass !== ANY_PASS;
    const pass = asks ? states[at + this.#numbers.passesAt + task]! : ANY_PASS;
    return this.outcomes.keep(via, before, own, pass, outcome);
  }

  /** What others can notice of a step, by the shared state before and after it. */
  #reachOf(before: number, after: number): number {
    const { shared } = this.#numbers;
    const leaves = shared.isSameTree(before, after) ? REACHES_NOBODY : REACHES_LEAVES;
    return leaves | (shared.isAnyFreed(before, after) ? REACHES_SLOTS : REACHES_NOBODY);
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
}
