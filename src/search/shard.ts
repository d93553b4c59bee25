/**
 * One of several that share a search: it keeps the states whose key is its own, and expands them.
 *
 * Level by level: each shard expands its states of the level and writes each successor down for the
 * one that it belongs to (`expand`); then each takes what it was given, sender by sender, in the
 * order of the states that they come from (`merge`). That is the order in which one search would
 * have come across them, so the shard's own numbers rise as the numbers of that search do.
 */
import { IntList } from '../base/int-list.ts';
import { RowInterner } from '../base/row-interner.ts';
import { Expander, type ExpansionSink } from './expander.ts';
import { knownMax } from './explore.ts';
import type { Event } from './outcomes.ts';
import { StateReceiver, StateSender } from './portable-states.ts';
import type { SearchWorld } from './search-world.ts';
import { StandingTable } from './standings.ts';
import { Transitions, type Via } from './transitions.ts';

/** States for one shard. Plain data. */
export interface Parcel {
  /** What they are made of, as far as it has not been said before: see portable-states.ts. */
  readonly names: Int32Array<ArrayBuffer>;
  /** For each: the number of the state that it comes from, and its own numbers. */
  readonly states: Int32Array<ArrayBuffer>;
}

/** An event, by the place of its state among those expanded and of its transition in that. */
export interface PlacedEvent {
  readonly event: Event;
  readonly state: number;
  readonly transition: number;
  readonly via: number;
}

/** What a shard has found out about its states of a level. Plain data. */
export interface Expansion {
  /** Those that have not been told before; a via is its place among all that were told. */
  readonly vias: readonly Via[];
  /** For each state the number of its transitions. */
  readonly counts: Int32Array<ArrayBuffer>;
  /** For each transition twice the via, odd: its reader got a record; and its parcel, or NONE. */
  readonly transitions: Int32Array<ArrayBuffer>;
  readonly events: readonly PlacedEvent[];
  readonly preemptionsReached: boolean;
  /** By shard. */
  readonly parcels: readonly Parcel[];
}

/** In place of a shard: the transition ends in a fault, and no state comes after it. */
export const NONE = -1;
/** Numbers of a transition in an Expansion. */
export const TRANSITION_NUMBERS = 2;

/** The shard that a state belongs to. */
export function ownerOf({ numbers }: SearchWorld, states: Int32Array, at: number, of: number) {
  return numbers.keys.of(states[at]!) % of;
}

/** States written down for one receiver. */
export class ParcelWriter {
  readonly #sender: StateSender;
  readonly #states = new IntList();

  constructor(world: SearchWorld, transitions: Transitions) {
    this.#sender = new StateSender(world.numbers, transitions);
  }

  /** @param from the number of the state that it comes from */
  put(from: number, states: Int32Array, at: number, width: number): void {
    this.#sender.name(states, at);
    this.#states.push(from);
    this.#states.pushFrom(states, at, width);
  }

  take(): Parcel {
    const states = this.#states.slice();
    this.#states.clear();
    return { names: this.#sender.take(), states };
  }
}

export interface ShardOptions {
  readonly world: SearchWorld;
  /** Its number, and how many there are. */
  readonly index: number;
  readonly shards: number;
  /** Switches away from a task that could have gone on; Infinity: any number. */
  readonly preemptions: number;
}

export class Shard implements ExpansionSink {
  readonly #world: SearchWorld;
  readonly #index: number;
  readonly #shards: number;
  readonly #transitions: Transitions;
  readonly #expander: Expander;
  /** Its states; a row has their number. */
  readonly #states: RowInterner;
  /** To the other shards; its own place is for the states that it keeps. */
  readonly #writers: readonly (ParcelWriter | null)[];
  readonly #own = new IntList();
  /** From the other shards; the last one is from whoever began the search. */
  readonly #receivers: readonly StateReceiver[];
  readonly isEnough = false;
  #viasTold = 0;
  /** By reader, numbers of attempts that need not be told again: they are many. */
  readonly #attemptsTold: readonly Set<number>[];
  // Of the level that is being expanded.
  #number = 0;
  #count = 0;
  readonly #counts = new IntList();
  readonly #taken = new IntList();
  #events: PlacedEvent[] = [];
  #preemptionsReached = false;

  constructor({ world, index, shards, preemptions }: ShardOptions) {
    this.#world = world;
    this.#index = index;
    this.#shards = shards;
    this.#attemptsTold = world.world.readers.map(() => new Set());
    world.save();
    this.#transitions = new Transitions(world, true);
    this.#expander = new Expander(world, this.#transitions, preemptions);
    this.#states = new RowInterner(this.#expander.width);
    this.#writers = Array.from({ length: shards }, (_, i) =>
      i === index ? null : new ParcelWriter(world, this.#transitions),
    );
    this.#receivers = Array.from(
      { length: shards + 1 },
      () => new StateReceiver(world.numbers, this.#transitions),
    );
  }

  /** Expands the states that came last. @param numbers theirs in the search */
  expand(numbers: Int32Array): Expansion {
    const states = this.#states;
    const first = states.count - numbers.length;
    for (let i = 0; i < numbers.length; i++) {
      this.#number = numbers[i]!;
      this.#count = 0;
      this.#transitions.trim(knownMax(states.count));
      this.#expander.expand(states.rows, (first + i) * states.width, this);
      this.#counts.push(this.#count);
    }
    return this.#expansion();
  }

  event(event: Event, via: number): void {
    if (this.#isTold(event)) return;
    this.#events.push({ event, state: this.#counts.length, transition: this.#count, via });
  }

  #isTold(event: Event): boolean {
    if (event.kind !== 'attempts') return false;
    const told = this.#attemptsTold[event.reader]!;
    if (told.has(event.attempts)) return true;
    told.add(event.attempts);
    return false;
  }

  transition(via: number, progress: boolean, to: Int32Array | null): void {
    this.#count++;
    this.#taken.push(2 * via + (progress ? 1 : 0));
    const owner = to === null ? NONE : ownerOf(this.#world, to, 0, this.#shards);
    this.#taken.push(owner);
    if (to === null) return;
    if (owner !== this.#index) {
      this.#writers[owner]!.put(this.#number, to, 0, to.length);
      return;
    }
    this.#own.push(this.#number);
    this.#own.pushFrom(to, 0, to.length);
  }

  preemptionsReached(): void {
    this.#preemptionsReached = true;
  }

  #expansion(): Expansion {
    const known = this.#transitions.viaCount;
    const vias = Array.from({ length: known - this.#viasTold }, (_, i) =>
      this.#transitions.viaOf(this.#viasTold + i),
    );
    this.#viasTold = known;
    const empty = { names: new Int32Array(0), states: new Int32Array(0) };
    const expansion = {
      vias,
      counts: this.#counts.slice(),
      transitions: this.#taken.slice(),
      events: this.#events,
      preemptionsReached: this.#preemptionsReached,
      parcels: this.#writers.map((writer) => writer?.take() ?? empty),
    };
    this.#counts.clear();
    this.#taken.clear();
    this.#events = [];
    this.#preemptionsReached = false;
    return expansion;
  }

  /**
   * Takes states, those that it has kept for itself among them.
   * @param parcels by sender @returns by sender, for each of its states the number that it has here
   */
  merge(parcels: readonly Parcel[]): readonly Int32Array<ArrayBuffer>[] {
    const incoming = parcels.map(({ names, states }, sender) => {
      if (sender === this.#index) return this.#own.slice();
      this.#receivers[sender]!.take(names);
      return states;
    });
    this.#own.clear();
    return this.#addAll(incoming);
  }

  #addAll(incoming: readonly Int32Array<ArrayBuffer>[]): readonly Int32Array<ArrayBuffer>[] {
    const row = 1 + this.#states.width;
    const next = new Int32Array(incoming.length);
    const answers = incoming.map((states) => new Int32Array(states.length / row));
    for (;;) {
      const sender = firstOf(incoming, next);
      if (sender === NONE) return answers;
      const states = incoming[sender]!;
      let at = next[sender]!;
      const from = states[at]!;
      for (; at < states.length && states[at] === from; at += row) {
        if (sender !== this.#index) this.#receivers[sender]!.translate(states, at + 1);
        answers[sender]![at / row] = this.#states.idOf(states, at + 1);
      }
      next[sender] = at;
    }
  }

  /** For each state, for each reader, what it is like there: see standings.ts. */
  standings(): Uint8Array<ArrayBuffer> {
    const table = new StandingTable(this.#world);
    const readers = this.#world.world.readers.length;
    const { count, rows, width } = this.#states;
    const bits = new Uint8Array(count * readers);
    for (let state = 0; state < count; state++) {
      for (let reader = 0; reader < readers; reader++) {
        bits[state * readers + reader] = table.bitsOf(rows, state * width, reader);
      }
    }
    return bits;
  }
}

/** The sender whose next state comes from the earliest one; NONE: nothing is left. */
function firstOf(incoming: readonly Int32Array[], next: Int32Array): number {
  let first = NONE;
  for (let sender = 0; sender < incoming.length; sender++) {
    if (next[sender]! >= incoming[sender]!.length) continue;
    if (first === NONE || incoming[sender]![next[sender]!]! < incoming[first]![next[first]!]!) {
      first = sender;
    }
  }
  return first;
}
