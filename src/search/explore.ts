/**
 * Exhaustive search: every order of steps and every choice, breadth first, each state once.
 *
 * Breadth first means that the first finding is one with the fewest transitions. A retry loop is a
 * state seen again, not a limit hit. A search that a bound ended says which. In a state the tasks
 * are taken in their order, each with its combinations of choices in theirs: always the same.
 */
import type { Schedule, ScheduleItem } from '../sim/schedule.ts';
import { ASLEEP, statusOf } from '../state/regions.ts';
import { EdgeList } from './edge-list.ts';
import type { SearchWorld } from './search-world.ts';
import { FULL, NO_PARENT, StateStore, type StoreKind } from './state-store.ts';
import { CANNOT, type Event, NO_VIA, Transitions } from './transitions.ts';

interface ExploreLimits {
  readonly maxStates: number;
  /** Transitions from the start; Infinity: none. */
  readonly maxDepth: number;
  /** Switches away from a task that could have gone on; Infinity: any number. */
  readonly preemptions: number;
}

interface ExploreOptions {
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

type Bound = 'max-states' | 'max-memory' | 'max-depth' | 'preemptions';

/** Transitions that are remembered: so many, or one for so many states. */
const KNOWN_MIN = 2 ** 16;
const STATES_A_KNOWN = 3;

/** With a limit on preemptions a state says who moved last, and how many there were. */
const LIMITED_EXTRA = 2;
const NOBODY = -1;

export class Explorer {
  readonly #options: ExploreOptions;
  readonly world: SearchWorld;
  readonly #transitions: Transitions;
  readonly #limited: boolean;
  /** The state that is expanded, its successor, and what each task would do in it. */
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  readonly #first: Int32Array;
  readonly store: StateStore;
  readonly #initial: Int32Array;
  readonly edges = new EdgeList();
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
    const { readers, writers } = world.world;
    this.#options = options;
    this.world = world;
    this.#initial = world.save().slice();
    this.#transitions = new Transitions(world);
    this.#limited = Number.isFinite(limits.preemptions);
    this.#from = new Int32Array(world.states.width + (this.#limited ? LIMITED_EXTRA : 0));
    this.#to = this.#from.slice();
    this.#first = new Int32Array(readers.length + writers.length);
    this.store = new StateStore(options.store, this.#from.length, limits.maxStates);
    this.#to.set(this.#initial);
    this.store.add(this.#with(NOBODY, 0), NO_PARENT, 0);
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
    const { bound } = this;
    return this.stopped || (bound !== null && bound !== 'preemptions');
  }

  /** The first state that has not been expanded. */
  get next(): number {
    return this.#next;
  }

  /**
   * Bytes of memory that it holds: the store, the regions, what is remembered of transitions.
   * Those that are kept for the search for cycles are not in it.
   */
  get bytes(): number {
    return this.store.bytes + this.#transitions.bytes + this.world.states.bytes;
  }

  /** Bytes that it may need at once before it can go on: a table grows by a copy. */
  get nextBytes(): number {
    return 2 * this.store.bytes;
  }

  /** There is no memory for more states. */
  outOfMemory(): void {
    this.bound ??= 'max-memory';
  }

  /** Everything that could be reached was looked at. */
  get complete(): boolean {
    return this.bound === null && !this.stopped && this.#next === this.store.count;
  }

  get depth(): number {
    return Math.max(0, this.#depth);
  }

  viaOf(id: number): ScheduleItem {
    return this.#transitions.viaOf(id);
  }

  /** The world as it is in a state. Not for states that the store has no numbers of. */
  look(state: number): SearchWorld {
    this.world.restore(this.store.states, this.store.at(state));
    return this.world;
  }

  /** The reader stands at a record with a failed attempt. */
  hasFailed(state: number, reader: number): boolean {
    return this.world.states.failedOf(reader, this.#ownOf(state, reader)) > 0;
  }

  isAsleep(state: number, reader: number): boolean {
    return statusOf(this.world.states.viewWord(reader, this.#ownOf(state, reader))) === ASLEEP;
  }

  #ownOf(state: number, task: number): number {
    return this.store.states[this.store.at(state) + 1 + task]!;
  }

  /** The transitions that lead to a state from the start. */
  pathTo(state: number): number[] {
    const path: number[] = [];
    for (let at = state; this.store.parents[at] !== NO_PARENT; at = this.store.parents[at]!) {
      path.push(this.store.viaTo(at));
    }
    return path.reverse();
  }

  /** The same as single steps. Leaves the world at the end of the path. */
  scheduleOf(path: readonly number[]): Schedule {
    return this.#transitions.scheduleOf(this.#initial, path);
  }

  // --- States one after the other ---

  #expand(): void {
    const { store } = this;
    const from = this.#from;
    const first = this.#first;
    const transitions = this.#transitions;
    transitions.trim(Math.max(KNOWN_MIN, store.count / STATES_A_KNOWN));
    const { states } = store;
    const at = store.at(this.#state);
    const { length: width } = from;
    for (let i = 0; i < width; i++) from[i] = states[at + i]!;
    if (!this.#look()) return;
    const last = this.#limited ? from[width - 2]! : NOBODY;
    const used = this.#limited ? from[width - 1]! : 0;
    const lastCanRun = last >= 0 && first[last] !== CANNOT;
    for (let task = 0; task < first.length && !this.isEnough; task++) {
      if (first[task] === CANNOT) continue;
      const preemptions = lastCanRun && last !== task ? used + 1 : used;
      if (preemptions > this.#options.limits.preemptions) this.bound = 'preemptions';
      else this.#takeAll(first[task]!, task, preemptions);
    }
  }

  /** Works out what each task would do first. False where the world is over. */
  #look(): boolean {
    const transitions = this.#transitions;
    const first = this.#first;
    if (transitions.isOver(this.#from, 0)) return false;
    let able = 0;
    for (let task = 0; task < first.length; task++) {
      first[task] = transitions.firstOf(this.#from, 0, task);
      if (first[task] !== CANNOT) able++;
    }
    if (able === 0) this.#event({ kind: 'deadlock' }, NO_VIA);
    return true;
  }

  /** A task's step, with each combination of choices. */
  #takeAll(first: number, task: number, preemptions: number): void {
    const transitions = this.#transitions;
    let transition = first;
    for (let via = task; ; transition = transitions.of(this.#from, 0, via)) {
      // The first time is enough: the listener keeps the first path to each event.
      if (transitions.hasEvents(transition)) {
        for (const event of transitions.takeEvents(transition)) this.#event(event, via);
      }
      if (this.#isTooDeep()) return;
      this.transitions++;
      if (transitions.isFault(transition)) return;
      transitions.follow(this.#from, 0, transition, this.#to);
      const state = this.store.add(this.#with(task, preemptions), this.#state, via);
      if (state === FULL) this.bound = 'max-states';
      else if (this.#options.keepEdges) {
        this.edges.add(state, via, transitions.isProgress(transition));
      }
      via = transitions.nextVia(transition);
      if (via === NO_VIA || this.isEnough) return;
    }
  }

  #with(last: number, preemptions: number): Int32Array {
    const to = this.#to;
    if (this.#limited) {
      to[to.length - 2] = last;
      to[to.length - 1] = preemptions;
    }
    return to;
  }

  #event(event: Event, via: number): void {
    if (via !== NO_VIA && this.#isTooDeep()) return;
    if (this.#options.onEvent(event, { state: this.#state, via })) this.stopped = true;
  }

  /** A limit that leaves nothing out is no bound: it is one when there is something beyond it. */
  #isTooDeep(): boolean {
    if (this.#depth < this.#options.limits.maxDepth) return false;
    this.bound = 'max-depth';
    return true;
  }
}
