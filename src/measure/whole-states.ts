/**
 * Complete texts of states: the lines of the measuring process, the lines that no writer changes,
 * and the lines of each writer's state, in the order of addresses.
 */
import { touches } from '../oracle/ranges.ts';
import type { Lines } from './lines.ts';
import type { JointState } from './possible.ts';
import type { LineStates } from './states.ts';

export interface StatePart {
  readonly states: LineStates;
  /** The ranges of this writer's lines in pages: start, end, … Null: all lines. */
  readonly territory: readonly number[] | null;
}

/** Texts are stored as bytes for comparison, up to this total. */
const BYTES_KEPT_MAX = 64 * 2 ** 20;

export class WholeStates {
  readonly #lines: Lines;
  readonly #parts: readonly StatePart[];
  readonly #fixed: Int32Array;
  readonly #gate: string;
  /** Lines of the process itself, as printed: the judge ignores differences of their inodes. */
  readonly #asPrinted = new Map<number, string>();
  readonly #ids = new Map<string, Int32Array>();
  readonly #bytes = new Map<string, Uint8Array>();
  #bytesKept = 0;

  /**
   * @param text the maps text before the first call
   * @param ranges the ranges of the scenario in pages; lines outside do not change
   */
  constructor(lines: Lines, parts: readonly StatePart[], text: string, ranges: readonly number[]) {
    this.#lines = lines;
    this.#parts = parts;
    const changing = (id: number): boolean =>
      isIn(lines.startOf(id), ranges) &&
      parts.some(({ territory }) => territory === null || isIn(lines.startOf(id), territory));
    const printed = text.split('\n').slice(0, -1);
    const last = printed.at(-1) ?? '';
    this.#gate = last.endsWith('[vsyscall]') ? `${last}\n` : '';
    if (this.#gate !== '') printed.pop();
    const fixed: number[] = [];
    for (const line of printed) {
      const id = lines.idOf(`${line}\n`);
      if (changing(id)) continue;
      fixed.push(id);
      this.#asPrinted.set(id, `${line}\n`);
    }
    this.#fixed = Int32Array.from(fixed);
  }

  /** The lines of the state as numbers. */
  ids(state: JointState): Int32Array {
    const key = state.join();
    let ids = this.#ids.get(key);
    if (ids === undefined) this.#ids.set(key, (ids = this.#compose(state)));
    return ids;
  }

  /** The text of the state, without the gate line. */
  textOf(state: JointState): string {
    const ids = this.ids(state);
    return Array.from(ids, (id) => this.#asPrinted.get(id) ?? this.#lines.textOf(id)).join('');
  }

  /**
   * Whether a text is the text of the state. @param gate whether the texts end with the gate line
   */
  prints(state: JointState, text: Uint8Array, gate: boolean): boolean {
    const key = `${state.join()}${gate}`;
    let bytes = this.#bytes.get(key);
    if (bytes === undefined) {
      const whole = this.textOf(state) + (gate ? this.#gate : '');
      bytes = Uint8Array.from(whole, (char) => char.charCodeAt(0));
      if (this.#bytesKept > BYTES_KEPT_MAX) {
        this.#bytes.clear();
        this.#bytesKept = 0;
      }
      this.#bytes.set(key, bytes);
      this.#bytesKept += bytes.length;
    }
    return same(bytes, text);
  }

  #compose(state: JointState): Int32Array {
    const ids = [...this.#fixed];
    for (const [w, { states, territory }] of this.#parts.entries()) {
      for (const id of states.lines(state[w]!)) {
        if (territory === null || isIn(this.#lines.startOf(id), territory)) ids.push(id);
      }
    }
    return Int32Array.from(ids.sort((a, b) => this.#lines.startOf(a) - this.#lines.startOf(b)));
  }
}

/** Whether the page is in one of these ranges, which are sorted and do not overlap. */
export const isIn = (page: number, ranges: readonly number[]): boolean =>
  touches(ranges, page, page + 1);

function same(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
