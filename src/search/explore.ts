/**
 * Exhaustive search: every order of steps and every choice, breadth first, each state once.
 *
 * Breadth first means that the first finding is one with the fewest transitions. A retry loop is a
 * state seen again, not a limit hit. A search that a bound ended says which.
 */

import type { Schedule } from '../sim/schedule.ts';
import { EdgeList } from './edge-list.ts';
import { Expander, type ExpansionSink } from './expander.ts';
import { type Event, NO_VIA } from './outcomes.ts';
import type { SearchWorld } from './search-world.ts';
import { type Standing, StandingTable } from './standings.ts';
import { FULL, NO_PARENT, StateStore, type StoreKind } from './state-store.ts';
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

/** How much of transitions is to be remembered beside so many states: see Transitions.trim. */
export function knownMax(states: number): number {
  return Math.max(KNOWN_MIN, states / STATES_A_KNOWN);
}

export class Explorer implements ExpansionSink {
  readonly #options: ExploreOptions;
  readonly world: SearchWorld;
  readonly transitionsOf: Transitions;
  readonly #expander: Expander;
  readonly store: StateStore;
  readonly #initial: Int32Array;
  readonly edges = new EdgeList();
  #standings: StandingTable | null = null;
  transitions = 0;
  /** The bound that kept something from being looked at, if any. */
  bound: Bound | null = null;
  /** Ended by onEvent. */
  stopped = false;
  /** The state that is being expanded, the one after it, and the end of its level. */
  #state = 0;
  #next = 0;
  #levelEnd = 0;
  #depth = -1;

  constructor(options: ExploreOptions) {
    const { world, limits } = options;
    this.#options = options;
    this.world = world;
    this.#initial = world.save().slice();
    this.transitionsOf = new Transitions(world);
    this.#expander = new Expander(world, this.transitionsOf, limits.preemptions);
    this.store = new StateStore(options.store, this.#expander.width, limits.maxStates);
    this.store.add(this.#expander.first(this.#initial), NO_PARENT, 0);
  }

  /** Expands at most so many states. True when there is nothing left to do. */
  advance(states: number): boolean {
    const { store } = this;
    for (let left = states; left > 0; left--) {
      if (this.isOver()) return true;
      this.#state = this.#next++;
      if (this.#options.keepEdges) this.edges.begin();
      this.#expand();
      if (this.isEnough) return true;
      store.doneBefore(this.#next);
    }
    return this.#next === store.count;
  }

  /** Nothing is left to do. If there is, and a level has ended, the next one begins. */
  isOver(): boolean {
    if (this.isEnough || this.#next === this.store.count) return true;
    if (this.#next === this.#levelEnd) {
      this.#levelEnd = this.store.count;
      this.#depth++;
    }
    return false;
  }

  /** Answered, or at the end of a limit. */
  get isEnough(): boolean {
    return this.stopped || this.bound === 'max-states' || this.bound === 'max-depth';
  }

  /** The first state that has not been expanded. */
  get next(): number {
    return this.#next;
  }

  /**
   * Bytes of memory that it holds here: the store, the portions, what is remembered of transitions.
   * Those that are kept for the search for cycles are not in it.
   */
  get bytes(): number {
    return this.store.bytes + this.transitionsOf.bytes + this.world.numbers.bytes;
  }

  /** Everything that could be reached was looked at. */
  get complete(): boolean {
    return this.bound === null && !this.stopped && this.#next === this.store.count;
  }

  get depth(): number {
    return Math.max(0, this.#depth);
  }

  viaOf(id: number): Via {
    return this.transitionsOf.viaOf(id);
  }

  /** The world as it is in a state. Not for states that the store has no numbers of. */
  look(state: number): SearchWorld {
    this.world.restore(this.store.states, this.store.at(state));
    return this.world;
  }

  /** What a reader is like in a state. */
  standing(state: number, reader: number): Standing {
    this.#standings ??= new StandingTable(this.world);
    return this.#standings.of(this.store.states, this.store.at(state), reader);
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
    return this.transitionsOf.scheduleOf(this.#initial, path);
  }

  // --- States one after the other ---

  #expand(): void {
    const { store } = this;
    this.transitionsOf.trim(knownMax(store.count));
    this.#expander.expand(store.states, store.at(this.#state), this);
  }

  event(event: Event, via: number): void {
    if (via !== NO_VIA && this.#isTooDeep()) return;
    if (this.#options.onEvent(event, { state: this.#state, via })) this.stopped = true;
  }

  transition(via: number, progress: boolean, to: Int32Array | null): void {
    if (this.#isTooDeep()) return;
    this.transitions++;
    if (to === null) return;
    const state = this.store.add(to, this.#state, via);
    if (state === FULL) this.bound = 'max-states';
    else if (this.#options.keepEdges) this.edges.add(state, via, progress);
  }

  /** A limit that leaves nothing out is no bound: it is one when there is something beyond it. */
  #isTooDeep(): boolean {
    if (this.#depth < this.#options.limits.maxDepth) return false;
    this.bound = 'max-depth';
    return true;
  }

  preemptionsReached(): void {
    this.bound = 'preemptions';
  }
}
