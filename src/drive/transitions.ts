/**
 * What a step makes of a state, worked out once for all states that look alike to it.
 *
 * A step of a task reads and changes what all tasks have in common and what is its own, and it may
 * change a little of the others: wake one, leave a cursor on a dead leaf, add to what the oracle
 * knows of a pass. A state says just that (world/state-numbers.ts): a number for what is common,
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
import type { News } from '../oracle/small-world.ts';
import type { Schedule, ScheduleItem } from '../sim/schedule.ts';
import type { FinishedText, SearchWorld } from '../world/search-world.ts';
import { SeenColumns } from '../world/seen-columns.ts';
import { NOTHING_SHARED, THE_MMAP_LOCK } from '../world/shared-state.ts';
import {
  REACHES_LEAVES,
  REACHES_NOBODY,
  REACHES_SAMPLES,
  REACHES_SLOTS,
  type StateNumbers,
  TOUCHED,
} from '../world/state-numbers.ts';

/** What a transition can bring to light. Plain data. */
export type Event =
  | { readonly kind: 'text'; readonly text: FinishedText }
  /** Attempts at the record where the reader stands: those that failed, and the retry under way. */
  | { readonly kind: 'attempts'; readonly reader: number; readonly attempts: number }
  | { readonly kind: 'fault'; readonly fault: Pick<KernelFault, 'kind' | 'message'> }
  | { readonly kind: 'deadlock' };

/** A task and its choices, as one number. That of a task without choices is the task's own. */
export interface Via {
  readonly task: number;
  readonly choices: readonly number[];
}

/** No other combination of choices is left to try. */
export const NO_VIA = -1;

/**
 * Numbers of an outcome: what was looked at as it is afterwards, own number, own pass, the next via
 * to try, flags, what others can notice of it.
 */
const OUTCOME = 6;
const SEEN = 0;
const OWN = 1;
const PASS = 2;
const NEXT = 3;
const FLAGS = 4;
const REACH = 5;

const SLEEPS = 1;
const FINISHED = 2;
const FAULT = 4;
const HAS_EVENTS = 8;
const PROGRESS = 16;
/** The oracle was told something that passes must know. */
const HAS_NEWS = 32;
/** No outcome: it depends on the pass. */
const ASKS_PASS = 64;

const ANY_PASS = -1;
/** Numbers that an outcome is known by: via, what it sees, number of the task, its pass. */
const KNOWN = 4;
/** So many effects, or columns seen, take about as much memory as an outcome. */
const EFFECTS_AN_OUTCOME = 3;

/** In place of an outcome: any that reaches samples alone. */
const ANY_THAT_COUNTS = -1;

const NO_EVENTS: readonly Event[] = [];
const NO_CHOICES: readonly number[] = [];

export class Transitions {
  readonly #world: SearchWorld;
  readonly #numbers: StateNumbers;
  readonly #vias = new Interned<Via>();
  readonly #seen: SeenColumns;
  /** By number of a task: columns of the shared state that it has looked at in some run. */
  #looked = new Int32Array(64);
  /** By row number the outcome. */
  readonly #known = new RowInterner(KNOWN);
  #outcomes = new Int32Array(64 * OUTCOME);
  readonly #events = new Map<number, readonly Event[]>();
  readonly #news = new Map<number, readonly News[]>();
  readonly #choices = new Map<number, readonly number[]>();
  /** Outcome and other task, what others can change of it; by row number what becomes of that. */
  readonly #effects = new RowInterner(2);
  #changed = new Int32Array(64);
  readonly #row = new Int32Array(KNOWN);
  /** Steps that had to be taken. */
  runs = 0;

  constructor(world: SearchWorld) {
    this.#world = world;
    this.#numbers = world.numbers;
    this.#seen = new SeenColumns(world.numbers.shared.rows);
    for (const { id } of world.tasks) this.viaId({ task: id, choices: [] });
  }

  viaOf(id: number): Via {
    return this.#vias.thingOf(id);
  }

  /** Bytes of memory that it holds. */
  get bytes(): number {
    const rows = this.#known.bytes + this.#effects.bytes + this.#seen.bytes;
    const columns = this.#outcomes.byteLength + this.#changed.byteLength + this.#looked.byteLength;
    return rows + columns;
  }

  /**
   * Forgets everything if it knows more than so many outcomes, effects as a third of one each.
   * Numbers of outcomes are void then.
   */
  trim(most: number): void {
    const others = this.#effects.count + this.#seen.count;
    if (this.#known.count + others / EFFECTS_AN_OUTCOME <= most) return;
    this.#known.clear();
    this.#seen.clear();
    this.#effects.clear();
    this.#events.clear();
    this.#news.clear();
    this.#choices.clear();
  }

  /** The number of the outcome when `via` is taken in the state that begins at `states[at]`. */
  of(states: Int32Array, at: number, via: number): number {
    const { task } = this.viaOf(via);
    let known = this.#known.find(this.#knownRow(states, at, via, ANY_PASS));
    if (known >= 0 && (this.#flags(known) & ASKS_PASS) !== 0) {
      const pass = states[at + this.#numbers.passesAt + task]!;
      known = this.#known.find(this.#knownRow(states, at, via, pass));
    }
    return known >= 0 ? known : this.#run(states, at, via);
  }

  #knownRow(states: Int32Array, at: number, via: number, pass: number): Int32Array {
    const row = this.#row;
    const own = states[at + 1 + this.viaOf(via).task]!;
    row[0] = via;
    row[1] = this.#seen.of(states[at]!, this.#lookedBy(own));
    row[2] = own;
    row[3] = pass;
    return row;
  }

  #lookedBy(own: number): number {
    return own < this.#looked.length ? this.#looked[own]! : NOTHING_SHARED;
  }

  #looksAt(own: number, columns: number): void {
    if (own >= this.#looked.length) this.#looked = roomierInt32(this.#looked, own + 1);
    this.#looked[own]! |= columns;
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

  hasEvents(outcome: number): boolean {
    return (this.#flags(outcome) & HAS_EVENTS) !== 0;
  }

  eventsOf(outcome: number): readonly Event[] {
    return this.hasEvents(outcome) ? this.#events.get(outcome)! : NO_EVENTS;
  }

  /** Its events are known to whoever wants them: from now on it has none. */
  forgetEvents(outcome: number): void {
    this.#outcomes[outcome * OUTCOME + FLAGS]! &= ~HAS_EVENTS;
    this.#events.delete(outcome);
  }

  /** Of how many the step has chosen one, each time that it chose. */
  choicesOf(outcome: number): readonly number[] {
    return this.#choices.get(outcome) ?? NO_CHOICES;
  }

  /** The task's next combination of choices, or NO_VIA. */
  nextVia(outcome: number): number {
    return this.#outcomes[outcome * OUTCOME + NEXT]!;
  }

  /** Writes the state that follows into `into`. `outcome` is one of the same state. */
  follow(states: Int32Array, at: number, outcome: number, into: Int32Array): void {
    const { task } = this.viaOf(this.#known.rows[KNOWN * outcome]!);
    const numbers = this.#numbers;
    const { passesAt, width } = numbers;
    const first = outcome * OUTCOME;
    for (let i = 1; i < width; i++) into[i] = states[at + i]!;
    into[0] = this.#seen.withSeen(states[at]!, this.#outcomes[first + SEEN]!);
    into[1 + task] = this.#outcomes[first + OWN]!;
    const pass = this.#outcomes[first + PASS]!;
    if (pass !== ANY_PASS) into[passesAt + task] = pass;
    const reach = this.#outcomes[first + REACH]!;
    for (let i = 1; i < passesAt && reach !== REACHES_NOBODY; i++) {
      if (i === 1 + task) continue;
      const before = numbers.changeableOf(into[i]!);
      const known = this.#effects.find(this.#effectRow(this.#cause(outcome), i, before));
      const after = known >= 0 ? this.#changed[known]! : this.#reach(states, at, outcome, i, into);
      if (after !== before) into[i] = numbers.withChangeable(into[i]!, after);
    }
    if ((this.#outcomes[first + FLAGS]! & HAS_NEWS) === 0) return;
    for (let i = passesAt; i < width; i++) {
      if (i !== passesAt + task) into[i] = this.#passAfter(i, into[i]!, outcome);
    }
  }

  // --- What becomes of others ---

  /** For what others can change of the task at `i`: the outcome, or ANY_THAT_COUNTS. */
  #cause(outcome: number): number {
    const reach = this.#outcomes[outcome * OUTCOME + REACH]!;
    return reach === REACHES_SAMPLES ? ANY_THAT_COUNTS : outcome;
  }

  /** What others can change of the task at `i`, after the step; `into` has been begun. */
  #reach(states: Int32Array, at: number, outcome: number, i: number, into: Int32Array): number {
    const reach = this.#outcomes[outcome * OUTCOME + REACH]!;
    const before = this.#numbers.changeableOf(states[at + i]!);
    const [from, to] = [states[at]!, into[0]!];
    let after = this.#numbers.changeableAfter(i - 1, before, reach, from, to);
    if (after === TOUCHED) after = this.#runAgain(states, at, outcome, i);
    return this.#keepEffect(this.#effectRow(this.#cause(outcome), i, before), after);
  }

  /** Takes the step for what others can change of the task at `i`. */
  #runAgain(states: Int32Array, at: number, outcome: number, i: number): number {
    const { task, choices } = this.viaOf(this.#known.rows[KNOWN * outcome]!);
    this.#numbers.restoreFor(task, states, at);
    this.#world.run(task, choices);
    return this.#numbers.changeableOf(this.#world.save()[i]!);
  }

  #passAfter(i: number, before: number, outcome: number): number {
    const known = this.#effects.find(this.#effectRow(outcome, i, before));
    if (known >= 0) return this.#changed[known]!;
    const after = this.#numbers.passAfter(before, this.#news.get(outcome)!);
    return this.#keepEffect(this.#effectRow(outcome, i, before), after);
  }

  #effectRow(cause: number, i: number, before: number): Int32Array {
    const row = this.#row;
    row[0] = cause === ANY_THAT_COUNTS ? cause : cause * this.#numbers.width + i;
    row[1] = before;
    return row;
  }

  #keepEffect(row: Int32Array, after: number): number {
    const effect = this.#effects.idOf(row);
    if (effect >= this.#changed.length) this.#changed = roomierInt32(this.#changed, effect + 1);
    this.#changed[effect] = after;
    return after;
  }

  #flags(outcome: number): number {
    return this.#outcomes[outcome * OUTCOME + FLAGS]!;
  }

  // --- Taking the step ---

  #run(states: Int32Array, at: number, via: number): number {
    const world = this.#world;
    const { task, choices } = this.viaOf(via);
    const own = states[at + 1 + task]!;
    this.#numbers.restoreFor(task, states, at);
    if (!world.canRun(task)) {
      const asleep = world.isAsleep(task);
      this.#looksAt(own, asleep ? THE_MMAP_LOCK : NOTHING_SHARED);
      const row = this.#knownRow(states, at, via, ANY_PASS);
      return this.#keep(row, 0, 0, 0, NO_VIA, asleep ? SLEEPS : FINISHED);
    }
    let next: number[] | null;
    try {
      next = world.run(task, choices);
    } catch (error) {
      if (!(error instanceof KernelFault)) throw error;
      this.#looksAt(own, world.looked);
      const row = this.#knownRow(states, at, via, ANY_PASS);
      const outcome = this.#keep(row, 0, 0, 0, NO_VIA, FAULT | HAS_EVENTS);
      const { kind, message } = error;
      this.#events.set(outcome, [{ kind: 'fault', fault: { kind, message } }]);
      return outcome;
    }
    this.#looksAt(own, world.looked);
    const nextVia = next === null ? NO_VIA : this.viaId({ task, choices: next });
    return this.#keepRun(states, at, via, nextVia);
  }

  /** What the run just made has come to. */
  #keepRun(states: Int32Array, at: number, via: number, nextVia: number): number {
    const world = this.#world;
    const numbers = this.#numbers;
    const { task } = this.viaOf(via);
    const events = this.#eventsNow(task);
    const after = world.save();
    const own = states[at + 1 + task]!;
    const { news } = world.oracle;
    const flags =
      (events.length > 0 ? HAS_EVENTS : 0) |
      (world.progressed[task] === true ? PROGRESS : 0) |
      (news.length > 0 ? HAS_NEWS : 0);
    let pass = ANY_PASS;
    let row = this.#knownRow(states, at, via, ANY_PASS);
    if (world.judged) {
      this.#keep(row, 0, 0, 0, NO_VIA, ASKS_PASS);
      const place = numbers.passesAt + task;
      row = this.#knownRow(states, at, via, states[at + place]!);
      pass = after[place]!;
    }
    const seen = this.#seen.of(after[0]!, this.#lookedBy(own));
    const outcome = this.#keep(row, seen, after[1 + task]!, pass, nextVia, flags);
    this.#outcomes[outcome * OUTCOME + REACH] = world.reach | this.#reachOf(states[at]!, after[0]!);
    if (events.length > 0) this.#events.set(outcome, events);
    if (news.length > 0) this.#news.set(outcome, [...news]);
    if (world.chosenOf.length > 0) this.#choices.set(outcome, world.chosenOf);
    return outcome;
  }

  /** What others can notice of a step, by the shared state before and after it. */
  #reachOf(before: number, after: number): number {
    const { shared } = this.#numbers;
    const leaves = shared.isSameTree(before, after) ? REACHES_NOBODY : REACHES_LEAVES;
    return leaves | (shared.isAnyFreed(before, after) ? REACHES_SLOTS : REACHES_NOBODY);
  }

  viaId(via: Via): number {
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

  #keep(
    row: Int32Array,
    seen: number,
    own: number,
    pass: number,
    next: number,
    flags: number,
  ): number {
    const outcome = this.#known.idOf(row);
    const at = outcome * OUTCOME;
    if (at + OUTCOME > this.#outcomes.length) {
      this.#outcomes = roomierInt32(this.#outcomes, at + OUTCOME);
    }
    this.#outcomes[at + SEEN] = seen;
    this.#outcomes[at + OWN] = own;
    this.#outcomes[at + PASS] = pass;
    this.#outcomes[at + NEXT] = next;
    this.#outcomes[at + FLAGS] = flags;
    this.#outcomes[at + REACH] = REACHES_NOBODY;
    return outcome;
  }
}
