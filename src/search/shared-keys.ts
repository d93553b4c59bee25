/**
 * A key for each shared state that is the same in every process, whatever its portions are called
 * there: a hash of what is in them, but for texts and names, which are numbers of one process. Who
 * shares a search out goes by it: most steps leave it as it is, and a step that looks at some
 * columns is worked out by few.
 */
import type { Portions } from './portions.ts';
import { ALL_SHARED, THE_MM, WHAT_IS_COMMITTED } from './shared-columns.ts';
import type { SharedState } from './shared-state.ts';

/** Columns that say the same in every process. */
const TOLD_ALIKE = ALL_SHARED & ~(THE_MM | WHAT_IS_COMMITTED);

export class SharedKeys {
  readonly #shared: SharedState;
  readonly #portions: Portions;
  /** By number of a state. */
  readonly #keys: number[] = [];

  constructor(shared: SharedState, portions: Portions) {
    this.#shared = shared;
    this.#portions = portions;
  }

  of(state: number): number {
    return (this.#keys[state] ??= this.#keyOf(state));
  }

  #keyOf(state: number): number {
    const { rows, width } = this.#shared.rows;
    let key = 0;
    for (let column = 0; column < width; column++) {
      if ((TOLD_ALIKE & (1 << column)) === 0) continue;
      const part = rows[state * width + column]!;
      const isPortion = this.#shared.isPortion(column, part);
      key = Math.imul(key ^ (isPortion ? this.#portions.hashOf(part) : part), 0x9e3779b1);
      key ^= key >>> 15;
    }
    return key >>> 0;
  }
}
