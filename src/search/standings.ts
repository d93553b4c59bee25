/** The properties of readers in the states of a search that the search for cycles needs. */
import type { SearchWorld } from './search-world.ts';

export interface Standing {
  /** It stands at a record with a failed attempt. */
  readonly failed: boolean;
  /** It waits for somebody. */
  readonly asleep: boolean;
}

const FAILED = 1;
const ASLEEP = 2;

const STANDINGS: readonly Standing[] = [0, FAILED, ASLEEP, FAILED | ASLEEP].map((bits) => ({
  failed: (bits & FAILED) !== 0,
  asleep: (bits & ASLEEP) !== 0,
}));

/** Both are said by the number of the reader in the state: each number is looked at once. */
export class StandingTable {
  readonly #world: SearchWorld;
  /** By reader, by its number. */
  readonly #known: readonly Map<number, number>[];

  constructor(world: SearchWorld) {
    this.#world = world;
    this.#known = world.world.readers.map(() => new Map());
  }

  /** Of the state that begins at `states[at]`. */
  of(states: Int32Array, at: number, reader: number): Standing {
    return standingOf(this.bitsOf(states, at, reader));
  }

  /** The same as a small number. */
  bitsOf(states: Int32Array, at: number, reader: number): number {
    const number = states[at + 1 + reader]!;
    const known = this.#known[reader]!.get(number);
    if (known !== undefined) return known;
    const world = this.#world;
    world.restore(states, at);
    const failed = world.world.readers[reader]!.failedHere > 0;
    const bits = (failed ? FAILED : 0) | (world.isAsleep(reader) ? ASLEEP : 0);
    this.#known[reader]!.set(number, bits);
    return bits;
  }
}

function standingOf(bits: number): Standing {
  return STANDINGS[bits]!;
}
