/**
 * Exhaustive search: every order of steps and every choice, breadth first, each state once.
 *
 * Breadth first means that the first finding is one with the fewest transitions. A retry loop is a
 * state seen again, not a limit hit. A search that a bound ended says which.
 */

import { Interned } from '../base/intern.ts';
import { KernelFault } from '../mm/kernel-fault.ts';
import type { Schedule, ScheduleItem } from '../sim/schedule.ts';
import type { FinishedText, SearchWorld } from '../world/search-world.ts';
import { NO_PARENT, StateStore, type StoreKind } from './state-store.ts';

export interface ExploreLimits {
  readonly maxStates: number;
  /** Transitions from the start; Infinity: none. */
  readonly maxDepth: number;
  /** Switches away from a task that could have gone on; Infinity: any number. */
  readonly preemptions: number;
}

/** What a transition can bring to light. */
export type Event =
  | { readonly kind: 'text'; readonly text: FinishedText }
  /** Attempts at the record where the reader stands: those that failed, and the retry under way. */
  | { readonly kind: 'attempts'; readonly reader: number; readonly attempts: number }
  | { readonly kind: 'fault'; readonly fault: KernelFault }
  | { readonly kind: 'deadlock' };

export interface ExploreOptions {
  readonly world: SearchWorld;
  readonly limits: ExploreLimits;
  readonly store: StoreKind;
  /** Keep every transition, for the search for cycles. */
  readonly keepEdges: boolean;
  /** Called for every event, with the state before and how it was reached. True ends the search. */
  readonly onEvent: (event: Event, at: { readonly state: number; readonly via: number }) => boolean;
}

export type Bound = 'max-states' | 'max-depth' | 'preemptions';

/** A transition: the task and its choices, as one number. */
interface Via {
  readonly task: number;
  readonly choices: readonly number[];
}

/** Edges of the state graph: from, to, via, and which readers progressed (bits). */
export class EdgeList {
  data = new Int32Array(4096);
  count = 0;

  add(from: number, to: number, via: number, progress: number): void {
    if (4 * this.count + 4 > this.data.length) {
      const grown = new Int32Array(this.data.length * 2);
      grown.set(this.data);
      this.data = grown;
    }
    this.data.set([from, to, via, progress], 4 * this.count);
    this.count++;
  }
}

export class Explorer {
  readonly #options: ExploreOptions;
  readonly #world: SearchWorld;
  readonly #vias = new Interned<Via>();
  readonly store: StateStore;
  readonly #initial: Int32Array;
  readonly edges = new EdgeList();
  transitions = 0;
  /** The bound that kept something from being looked at, if any. */
  bound: Bound | null = null;
  /** Ended by onEvent. */
  stopped = false;
  /** By state, with a limit on preemptions: the task that moved last and how many there were. */
  readonly #limited: boolean;
  #next = 0;
  #levelEnd = 1;
  #depth = 0;

  constructor(options: ExploreOptions) {
    this.#options = options;
    this.#world = options.world;
    this.#initial = options.world.save().slice();
    this.#limited = Number.isFinite(options.limits.preemptions);
    this.store = new StateStore(
      options.store,
      options.world.numbers.width + (this.#limited ? 2 : 0),
    );
    this.store.add(this.#stateNumbers(NO_PARENT, 0), NO_PARENT, 0);
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

  get depth(): number {
    return this.#depth;
  }

  viaOf(id: number): Via {
    return this.#vias.thingOf(id);
  }

  /** The world as it is in a state. Not for states that a store without bytes has dropped. */
  look(state: number): SearchWorld {
    this.#restore(state);
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
    const world = this.#world;
    world.restore(this.#initial);
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

  // --- One state ---

  #expand(state: number): void {
    const world = this.#world;
    this.#restore(state);
    if (world.isOver()) return;
    const last = this.#lastTask;
    const used = this.#preemptionsUsed;
    const enabled = world.tasks.map((task) => world.canRun(task.id));
    if (!enabled.includes(true)) this.#report({ kind: 'deadlock' }, state, -1);
    let fresh = true;
    for (let task = 0; task < enabled.length && !this.stopped; task++) {
      if (!enabled[task]) continue;
      const preempts = this.#limited && last >= 0 && last !== task && enabled[last] === true;
      if (preempts && used + 1 > this.#options.limits.preemptions) {
        this.bound = 'preemptions';
        continue;
      }
      let choices: number[] | null = [];
      while (choices !== null && !this.stopped) {
        if (!fresh) this.#restore(state);
        fresh = false;
        choices = this.#take(state, { task, choices }, preempts ? used + 1 : used);
      }
    }
  }

  #take(state: number, via: Via, preemptions: number): number[] | null {
    const world = this.#world;
    const id = this.#vias.idOf([via.task, ...via.choices].join(), via);
    this.transitions++;
    let next: number[] | null;
    try {
      next = world.run(via.task, via.choices);
    } catch (error) {
      if (!(error instanceof KernelFault)) throw error;
      this.#report({ kind: 'fault', fault: error }, state, id);
      return null;
    }
    for (const text of world.finished) this.#report({ kind: 'text', text }, state, id);
    for (const r of world.world.readers) {
      if (r.failedHere === 0) continue;
      this.#report({ kind: 'attempts', reader: r.id, attempts: r.attemptsHere }, state, id);
    }
    const to = this.store.add(this.#stateNumbers(via.task, preemptions), state, id);
    if (this.#options.keepEdges) {
      let progress = 0;
      for (const r of world.world.readers) if (world.progressed[r.id]) progress |= 1 << r.id;
      this.edges.add(state, to, id, progress);
    }
    return next;
  }

  #report(event: Event, state: number, via: number): void {
    if (this.#options.onEvent(event, { state, via })) this.stopped = true;
  }

  // --- State numbers: the world, and with a limit on preemptions who moved last ---

  #lastTask = NO_PARENT;
  #preemptionsUsed = 0;

  #stateNumbers(lastTask: number, preemptions: number): Int32Array {
    const state = this.#world.save();
    if (!this.#limited) return state;
    const whole = new Int32Array(state.length + 2);
    whole.set(state);
    whole[state.length] = lastTask;
    whole[state.length + 1] = preemptions;
    return whole;
  }

  #restore(state: number): void {
    const at = this.store.at(state);
    const { states } = this.store;
    this.#world.restore(states, at);
    if (!this.#limited) return;
    this.#lastTask = states[at + this.store.width - 2]!;
    this.#preemptionsUsed = states[at + this.store.width - 1]!;
  }
}
