/**
 * A shared state as somebody sees it who looks at some columns only: equal numbers, equal columns.
 * Worked out once for each state and set of columns. It may be emptied at any time, when all
 * numbers that it has given are forgotten with it.
 */
import { roomierInt32 } from '../base/grow.ts';
import { RowInterner } from '../base/row-interner.ts';
import { ALL_SHARED } from './shared-columns.ts';

export class SeenColumns {
  /** States: rows of columns. */
  readonly #states: RowInterner;
  /** A set of columns, and those of a state, 0 for the others. */
  readonly #seen: RowInterner;
  readonly #row: Int32Array;
  /** A state and a set of columns, or what is put into it; by row number what comes of it. */
  readonly #known = new RowInterner(2);
  #results = new Int32Array(64);
  readonly #pair = new Int32Array(2);

  constructor(states: RowInterner) {
    this.#states = states;
    this.#seen = new RowInterner(1 + states.width);
    this.#row = new Int32Array(1 + states.width);
  }

  get count(): number {
    return this.#seen.count + this.#known.count;
  }

  get bytes(): number {
    return this.#seen.bytes + this.#known.bytes + this.#results.byteLength;
  }

  clear(): void {
    this.#seen.clear();
    this.#known.clear();
  }

  /** What is seen of a state. Negative: all of it. */
  of(state: number, columns: number): number {
    if (columns === ALL_SHARED) return ~state;
    const known = this.#find(state, columns);
    return known >= 0 ? this.#results[known]! : this.#keep(this.#look(state, columns));
  }

  /** The same state but for the columns seen: those are as in `seen`. */
  withSeen(state: number, seen: number): number {
    if (seen < 0) return ~seen;
    const known = this.#find(state, ~seen);
    return known >= 0 ? this.#results[known]! : this.#keep(this.#put(state, seen));
  }

  /** @param how a set of columns, or ~ what is put in their place */
  #find(state: number, how: number): number {
    this.#pair[0] = state;
    this.#pair[1] = how;
    return this.#known.find(this.#pair);
  }

  /** Of what was just looked for. */
  #keep(result: number): number {
    const known = this.#known.idOf(this.#pair);
    if (known >= this.#results.length) this.#results = roomierInt32(this.#results, known + 1);
    this.#results[known] = result;
    return result;
  }

  #look(state: number, columns: number): number {
    const { rows, width } = this.#states;
    const row = this.#row;
    row[0] = columns;
    for (let i = 0; i < width; i++) {
      row[1 + i] = (columns & (1 << i)) === 0 ? 0 : rows[state * width + i]!;
    }
    return this.#seen.idOf(row);
  }

  #put(state: number, seen: number): number {
    const { rows, width } = this.#states;
    const from = seen * (1 + width);
    const columns = this.#seen.rows[from]!;
    const row = this.#row;
    for (let i = 0; i < width; i++) {
      const isSeen = (columns & (1 << i)) !== 0;
      row[i] = isSeen ? this.#seen.rows[from + 1 + i]! : rows[state * width + i]!;
    }
    return this.#states.idOf(row);
  }
}
