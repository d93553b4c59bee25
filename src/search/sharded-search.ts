/**
 * A search that several shards share: what whoever leads them keeps. Pure bookkeeping; where the
 * shards are is the caller's (cli/search-threads.ts has them in threads).
 *
 * The leader has begun the search by itself, and hands its states over between two levels. From
 * then on it goes through what the shards have found, state by state in the order of the search,
 * transition by transition, and gives new states their numbers as it meets them: those that it
 * would have given them itself.
 */
import { IntList } from '../base/int-list.ts';
import type { ExpandedLevel, Explorer } from './explore.ts';
import {
  type Expansion,
  NONE,
  ownerOf,
  type Parcel,
  ParcelWriter,
  type PlacedEvent,
  TRANSITION_NUMBERS,
} from './shard.ts';

/** Where the leader stands in what one shard has told. */
interface Told {
  readonly expansion: Expansion;
  /** Its states, transitions and events up to here have been gone through. */
  state: number;
  transition: number;
  event: number;
}

export class ShardedSearch {
  readonly #explorer: Explorer;
  readonly #shards: number;
  /** By shard, by its number of a state, the number of the search. */
  readonly #numbers: readonly IntList[];
  /** By shard, by its number of a via, the leader's. */
  readonly #vias: readonly number[][];
  /** Of states from `#from` on, the shard that each belongs to. */
  #owners = new IntList();
  #from: number;
  /** By shard, its states before the level that comes next. */
  readonly #before: number[];

  /** @param explorer between two levels, and portable */
  constructor(explorer: Explorer, shards: number) {
    this.#explorer = explorer;
    this.#shards = shards;
    this.#numbers = Array.from({ length: shards }, () => new IntList());
    this.#vias = Array.from({ length: shards }, () => []);
    this.#before = new Array<number>(shards).fill(0);
    this.#from = explorer.next;
  }

  /** By shard, the states that it begins with: of sender number `shards`, which sends no more. */
  handOver(): Parcel[] {
    const { store, world, transitionsOf } = this.#explorer;
    const writers = this.#numbers.map(() => new ParcelWriter(world, transitionsOf));
    for (let state = 0; state < store.count; state++) {
      const at = store.at(state);
      const owner = ownerOf(world, store.states, at, this.#shards);
      writers[owner]!.put(state, store.states, at, store.width);
      this.#numbers[owner]!.push(state);
      if (state < this.#from) this.#before[owner]!++;
      else this.#owners.push(owner);
    }
    return writers.map((writer) => writer.take());
  }

  /** By shard, the numbers of its states of the level that begins; null: the search is over. */
  nextLevel(): Int32Array<ArrayBuffer>[] | null {
    if (this.#explorer.isOver()) return null;
    return this.#numbers.map((numbers, shard) => {
      const level = numbers.slice(this.#before[shard]);
      this.#before[shard] = numbers.length;
      return level;
    });
  }

  /**
   * Goes through the level. True when there is nothing left to do.
   * @param expansions by shard
   * @param answers by shard: what `merge` gave for the parcels of this level
   */
  takeLevel(
    expansions: readonly Expansion[],
    answers: readonly (readonly Int32Array[])[],
  ): boolean {
    expansions.forEach(({ vias }, shard) => {
      for (const via of vias) this.#vias[shard]!.push(this.#explorer.transitionsOf.viaId(via));
    });
    const told = expansions.map((expansion) => ({ expansion, state: 0, transition: 0, event: 0 }));
    const owners = this.#owners;
    const from = this.#from;
    this.#owners = new IntList();
    this.#from = this.#explorer.store.count;
    const answered = answers.map(() => new Int32Array(this.#shards));
    const level: ExpandedLevel = {
      replay: (state, into) => {
        const shard = owners.at(state - from);
        this.#replay(told[shard]!, into, { shard, answers, answered });
      },
      preemptionsReached: expansions.some((expansion) => expansion.preemptionsReached),
    };
    return this.#explorer.advanceLevel(level);
  }

  #replay(
    told: Told,
    into: Parameters<ExpandedLevel['replay']>[1],
    {
      shard,
      answers,
      answered,
    }: {
      readonly shard: number;
      readonly answers: readonly (readonly Int32Array[])[];
      readonly answered: readonly Int32Array[];
    },
  ): void {
    const { counts, transitions, events } = told.expansion;
    const vias = this.#vias[shard]!;
    const state = told.state++;
    const count = counts[state]!;
    for (let taken = 0; taken <= count; taken++) {
      for (; isAt(events[told.event], state, taken); told.event++) {
        const { event, via } = events[told.event]!;
        into.event(event, via < 0 ? via : vias[via]!);
      }
      if (taken === count) return;
      const at = TRANSITION_NUMBERS * told.transition++;
      const owner = transitions[at + 1]!;
      const here = owner === NONE ? NONE : answers[owner]![shard]![answered[owner]![shard]!++]!;
      const to = owner === NONE ? null : this.#numberOf(owner, here);
      into.knownTransition(vias[transitions[at]! >> 1]!, (transitions[at]! & 1) === 1, to);
      if (into.isEnough) return;
    }
  }

  /** New states come in the order of their owner's numbers. */
  #numberOf(owner: number, here: number): number {
    const numbers = this.#numbers[owner]!;
    if (here < numbers.length) return numbers.at(here);
    const number = this.#explorer.store.count;
    numbers.push(number);
    this.#owners.push(owner);
    return number;
  }

  /** What readers are like in each state. @param standings by shard */
  takeStandings(standings: readonly Uint8Array[]): void {
    const { store, world } = this.#explorer;
    const readers = world.world.readers.length;
    const all = new Uint8Array(store.count * readers);
    standings.forEach((bits, shard) => {
      const numbers = this.#numbers[shard]!;
      for (let here = 0; here < numbers.length; here++) {
        const number = numbers.at(here);
        if (number >= store.count) continue; // one too many: see FULL
        all.set(bits.subarray(here * readers, (here + 1) * readers), number * readers);
      }
    });
    this.#explorer.takeStandings(all);
  }
}

function isAt(event: PlacedEvent | undefined, state: number, transition: number): boolean {
  return event !== undefined && event.state === state && event.transition === transition;
}
