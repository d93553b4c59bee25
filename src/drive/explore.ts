/**
 * Exhaustive search: every order of steps and every choice, breadth first, each state once.
 *
 * Breadth first means that the first finding is one with the fewest transitions. A retry loop is a
 * state seen again, not a limit hit. A search that a bound ended says which.
 */

import { grownInt32 } from '../base/grow.ts';
import type { Schedule } from '../sim/schedule.ts';
import type { SearchWorld } from '../world/search-world.ts';
import { type Event, NO_VIA } from './outcomes.ts';
import { NO_PARENT, StateStore, type StoreKind } from './state-store.ts';
import { Transitions, type Via } from './transitions.ts';

export interface ExploreLimits {
  readonly maxStates: number;
  /** Transitions from the start; Infinity: none. */
  readonly maxDepth: number;
  /** Switches away from a task that could have gone on; Infinity: any number. */
  readonly preemptions: number;
}

export interface ExploreOptions {
  readonly world: SearchWorld;
  readonly limits: ExploreLimits;
  readonly store: StoreKind;
  /** Keep every transition, for the search for cycles. */
  readonly keepEdges: boolean;
  /**
   * Called for events, with the state before and how it was reached: the first time that steps
   * which look alike bring one about. True ends the search.
   */
  readonly onEvent: (event: Event, at: { readonly state: number; readonly via: number }) => boolean;
}

export type Bound = 'max-states' | 'max-depth' | 'preemptions';

/** What is remembered of transitions: one row for so many states, and at least so many rows. */
const STATES_A_KNOWN = 3;
const KNOWN_MIN = 256;

/** Transitions in the order of the states that they lead away from. */
export class EdgeList {
  count = 0;
  /** Those of state s: [starts[s], starts[s + 1]); so many states have been begun. */
  #states = 0;
  #starts = new Int32Array(256);
  /** For each transition the state after it; and twice the via, odd: its reader got a record. */
  #edges = new Int32Array(1024);

  /** From now on the transitions of the next state are added. */
  begin(): void {
    if (this.#states === this.#starts.length) {
      this.#starts = grownInt32(this.#starts, this.#states + 1);
    }
    this.#starts[this.#states++] = this.count;
  }

  add(to: number, via: number, progress: boolean): void {
    const at = 2 * this.count++;
    if (at === this.#edges.length) this.#edges = grownInt32(this.#edges, at + 2);
    this.#edges[at] = to;
    this.#edges[at + 1] = 2 * via + (progress ? 1 : 0);
  }

  /** The transitions of state s begin here, and end where those of s + 1 begin. */
  startOf(state: number): number {
    return state < this.#states ? this.#starts[state]! : this.count;
  }

  to(edge: number): number {
    return this.#edges[2 * edge]!;
  }

  via(edge: number): number {
    return this.#edges[2 * edge + 1]! >> 1;
  }

  /** The reader that took the step got a record (or page). */
  isProgress(edge: number): boolean {
    return this.#edges[2 * edge + 1]! % 2 === 1;
  }
}

export class Explorer {
  readonly #options: ExploreOptions;
  readonly #world: SearchWorld;
  readonly #transitions: Transitions;
  readonly store: StateStore;
  readonly #initial: Int32Array;
  /** The state that is expanded, its successor, and what each task would do in it. */
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  readonly #outcomes: Int32Array;
  /** Tasks that count for the end: all readers, or without any all writers. */
  readonly #ending: number;
  readonly edges = new EdgeList();
  transitions = 0;
  /** The bound that kept something from being looked at, if any. */
  bound: Bound | null = null;
  /** Ended by onEvent. */
  stopped = false;
  readonly #limited: boolean;
  #next = 0;
  #levelEnd = 1;
  #depth = 0;

  constructor(options: ExploreOptions) {
    this.#options = options;
    this.#world = options.world;
    this.#transitions = new Transitions(options.world);
    this.#initial = options.world.save().slice();
    this.#limited = Number.isFinite(options.limits.preemptions);
    const width = this.#initial.length;
    this.store = new StateStore(options.store, width + (this.#limited ? 2 : 0));
    this.#from = new Int32Array(this.store.width);
    this.#to = new Int32Array(this.store.width);
    const { readers, writers } = options.world.world;
    this.#outcomes = new Int32Array(readers.length + writers.length);
    this.#ending = readers.length || writers.length;
    this.#to.set(this.#initial);
    this.#addTo(NO_PARENT, 0, NO_PARENT, 0);
  }

  /** Expands at most so many states. True when there is nothing left to do. */
  advance(states: number): boolean {
    const until = Math.min(this.#next + states, Number.MAX_SAFE_INTEGER);
    while (!this.stopped && this.#next < this.store.count && this.#next < until) {
      if (this.#next === this.#levelEnd) {
        this.#levelEnd = this.store.count;
        this.#depth++;
      }
      if (this.#depth >= this.#options.limits.maxDepth) {
        this.bound = 'max-depth';
        return true;
      }
      this.#expand(this.#next++);
      if (this.store.count >= this.#options.limits.maxStates) {
        this.bound = 'max-states';
        return true;
      }
      this.store.doneBefore(this.#next);
    }
    return this.stopped || this.#next === this.store.count;
  }

  /** Everything that could be reached was looked at. */
  get complete(): boolean {
    return this.bound === null && !this.stopped && this.#next === this.store.count;
  }

  /**
   * Bytes of memory for each state, on average: the store, the portions, what is remembered of
   * transitions. Those that are kept for the search for cycles are not in it: 8 bytes each.
   */
  get bytesPerState(): number {
    const { store } = this;
    return (store.bytes + this.#transitions.bytes + this.#world.numbers.bytes) / store.count;
  }

  get depth(): number {
    return this.#depth;
  }

  viaOf(id: number): Via {
    return this.#transitions.viaOf(id);
  }

  /** The world as it is in a state. Not for states that a store without bytes has dropped. */
  look(state: number): SearchWorld {
    this.#world.restore(this.store.states, this.store.at(state));
    return this.#world;
  }

  /** The transitions that lead to a state from the start. */
  pathTo(state: number): number[] {
    const path: number[] = [];
    for (let at = state; this.store.parents[at] !== NO_PARENT; at = this.store.parents[at]!) {
      path.push(this.store.vias[at]!);
    }
    return path.reverse();
  }

  /** The same as single steps. Leaves the world at the end of the path. */
  scheduleOf(path: readonly number[]): Schedule {
    return this.#transitions.scheduleOf(this.#initial, path);
  }

  // --- One state ---

  #expand(state: number): void {
    const from = this.#from;
    const { states, width } = this.store;
    const at = this.store.at(state);
    for (let i = 0; i < width; i++) from[i] = states[at + i]!;
    this.#transitions.trim(Math.max(KNOWN_MIN, this.store.count / STATES_A_KNOWN));
    if (this.#options.keepEdges) this.edges.begin();
    if (!this.#look(state)) return;
    const outcomes = this.#outcomes;
    const last = this.#limited ? from[width - 2]! : NO_PARENT;
    const used = this.#limited ? from[width - 1]! : 0;
    const lastCanRun = last >= 0 && this.#transitions.outcomes.canRun(outcomes[last]!);
    for (let task = 0; task < outcomes.length && !this.stopped; task++) {
      if (!this.#transitions.outcomes.canRun(outcomes[task]!)) continue;
      const preemptions = lastCanRun && last !== task ? used + 1 : used;
      if (preemptions > this.#options.limits.preemptions) {
        this.bound = 'preemptions';
        continue;
      }
      this.#takeAll(state, outcomes[task]!, task, preemptions);
    }
  }

  /** Works out what each task would do. False where the world is over. */
  #look(state: number): boolean {
    const transitions = this.#transitions;
    const outcomes = this.#outcomes;
    let finished = 0;
    let able = 0;
    for (let task = 0; task < outcomes.length; task++) {
      const outcome = transitions.of(this.#from, 0, task);
      outcomes[task] = outcome;
      if (transitions.outcomes.canRun(outcome)) able++;
      if (task < this.#ending && transitions.outcomes.isFinished(outcome)) finished++;
      if (finished === this.#ending) return false;
    }
    if (able === 0) this.#report({ kind: 'deadlock' }, state, NO_VIA);
    return true;
  }

  /** A task's step, with each combination of choices. */
  #takeAll(state: number, first: number, task: number, preemptions: number): void {
    const transitions = this.#transitions;
    let outcome = first;
    for (let via = task; ; outcome = transitions.of(this.#from, 0, via)) {
      this.transitions++;
      if (transitions.outcomes.hasEvents(outcome)) this.#reportOf(outcome, state, via);
      if (transitions.outcomes.isFault(outcome)) return;
      transitions.follow(this.#from, 0, outcome, this.#to);
      const to = this.#addTo(state, via, task, preemptions);
      if (this.#options.keepEdges)
        this.edges.add(to, via, transitions.outcomes.isProgress(outcome));
      via = transitions.outcomes.nextVia(outcome);
      if (via === NO_VIA || this.stopped) return;
    }
  }

  /** With a limit on preemptions a state says who moved last, and how many there were. */
  #addTo(parent: number, via: number, last: number, preemptions: number): number {
    const to = this.#to;
    if (this.#limited) {
      to[to.length - 2] = last;
      to[to.length - 1] = preemptions;
    }
    return this.store.add(to, parent, via);
  }

  /** The first time is enough: whoever is told keeps the first way to each event. */
  #reportOf(outcome: number, state: number, via: number): void {
    for (const event of this.#transitions.outcomes.eventsOf(outcome))
      this.#report(event, state, via);
    this.#transitions.outcomes.forgetEvents(outcome);
  }

  #report(event: Event, state: number, via: number): void {
    if (this.#options.onEvent(event, { state, via })) this.stopped = true;
  }
}
