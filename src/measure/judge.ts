/**
 * Judges a text against a list of possible states. The definitions are those of src/oracle, applied
 * to the states that are possible by the times of calls and read()s instead of the real states.
 * More states make a text look better, so a text that is torn here is certainly torn.
 */
import { LINE_END, LINE_FIELDS, LINE_START } from '../mm/line.ts';
import { Divider } from '../oracle/division.ts';
import { countDisorder, type Disorder } from '../oracle/order.ts';
import { EVERYWHERE, NOWHERE } from '../oracle/pass-states.ts';
import { normalize, subtract } from '../oracle/ranges.ts';
import type { CutLine } from '../oracle/verdict.ts';
import type { Lines } from './lines.ts';
import type { TextPages } from './pages.ts';

export interface JudgedText extends TextPages {
  /** The lines as numbers, without the gate line. */
  readonly ids: Int32Array;
  readonly gate: boolean;
}

export interface TimedVerdict extends Record<Disorder, number> {
  readonly torn: boolean;
  readonly cuts: number;
  readonly cutsAtPage: number;
  readonly cutsInPage: number;
  readonly alienLines: number;
  readonly staleNames: number;
  readonly cutLines: readonly CutLine[];
  /** Pages that are mapped in every state and not printed: start, end, … */
  readonly gaps: readonly number[];
}

export class TextJudge {
  readonly #lines: Lines;
  readonly #divider = new Divider();
  /** The place of each line in the current state, by the number of the line. */
  #at = new Int32Array(256);
  #numbers = new Float64Array(256);

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  /** The faults that follow from the text alone. */
  disorder(text: JudgedText): Record<Disorder, number> {
    const { ids, gate } = text;
    if (this.#numbers.length < ids.length * LINE_FIELDS) {
      this.#numbers = new Float64Array(ids.length * LINE_FIELDS * 2);
    }
    for (let i = 0; i < ids.length; i++) {
      this.#numbers[i * LINE_FIELDS + LINE_START] = this.#lines.startOf(ids[i]!);
      this.#numbers[i * LINE_FIELDS + LINE_END] = this.#lines.endOf(ids[i]!);
    }
    return countDisorder(this.#numbers, ids.length, gate);
  }

  /** @param states by address, at least one */
  judge(text: JudgedText, states: readonly Int32Array[]): TimedVerdict {
    const { ids } = text;
    const standing = new Int32Array(ids.length + 1);
    const absent = this.#pairs(ids, states, standing);
    const count = ids.length;
    const pages = { pageOf: text.pageOf, count, endPage: text.endPage };
    const pairs = { count: states.length, absent: (pair: number) => absent[pair]! };
    const cutLines = this.#divider.divide(standing, pages, pairs);
    const cutsInPage = cutLines.filter((cut) => cut.inPage).length;
    const torn = cutLines.length > 0;
    return {
      torn,
      cuts: cutLines.length,
      cutsAtPage: cutLines.length - cutsInPage,
      cutsInPage,
      cutLines,
      ...this.disorder(text),
      ...(torn ? this.#strangers(ids, states) : { alienLines: 0, staleNames: 0 }),
      gaps: torn ? this.#gaps(ids, states) : [],
    };
  }

  /**
   * Returns for each pair of neighbours the states without it; `standing` says if all or none have
   * it.
   */
  #pairs(ids: Int32Array, states: readonly Int32Array[], standing: Int32Array): number[][] {
    const absent: number[][] = Array.from(standing, () => []);
    if (this.#at.length < this.#lines.count) this.#at = new Int32Array(this.#lines.count * 2);
    const at = this.#at;
    for (let k = 0; k < states.length; k++) {
      const state = states[k]!;
      for (let i = 0; i < state.length; i++) at[state[i]!] = i;
      let place = -1; // of the item before; the start of the text is before all places
      for (let item = 0; item <= ids.length; item++) {
        let next = state.length;
        if (item < ids.length) {
          const id = ids[item]!;
          next = at[id]! < state.length && state[at[id]!] === id ? at[id]! : -2;
        }
        if (place === -2 || next !== place + 1) {
          const ranges = absent[item]!;
          if (ranges.at(-1) === k) ranges[ranges.length - 1] = k + 1;
          else ranges.push(k, k + 1);
        }
        place = next;
      }
    }
    for (let item = 0; item <= ids.length; item++) {
      const ranges = absent[item]!;
      if (ranges.length === 0) standing[item] = EVERYWHERE;
      else standing[item] = ranges[0] === 0 && ranges[1] === states.length ? NOWHERE : item;
    }
    return absent;
  }

  /** Lines that are in no state: their name differs (stale), or what they map (alien). */
  #strangers(ids: Int32Array, states: readonly Int32Array[]) {
    const known = new Set<number>();
    const bodies = new Set<number>();
    for (const state of states) {
      for (const id of state) {
        known.add(id);
        bodies.add(this.#lines.bodyOf(id));
      }
    }
    let alienLines = 0;
    let staleNames = 0;
    for (const id of ids) {
      if (known.has(id)) continue;
      if (bodies.has(this.#lines.bodyOf(id))) staleNames++;
      else alienLines++;
    }
    return { alienLines, staleNames };
  }

  #gaps(ids: Int32Array, states: readonly Int32Array[]): number[] {
    const printed = normalize(this.#rangesOf(ids));
    // Pages that the first state maps and no line covers, minus pages that another state lacks.
    let left: number[] = [];
    const first = normalize(this.#rangesOf(states[0]!));
    for (let i = 0; i < first.length; i += 2) subtract(first[i]!, first[i + 1]!, printed, left);
    for (let k = 1; k < states.length && left.length > 0; k++) {
      const mapped = normalize(this.#rangesOf(states[k]!));
      const kept: number[] = [];
      for (let i = 0; i < left.length; i += 2) keep(left[i]!, left[i + 1]!, mapped, kept);
      left = kept;
    }
    return normalize(left);
  }

  #rangesOf(ids: Int32Array): number[] {
    const ranges: number[] = [];
    for (const id of ids) {
      const start = this.#lines.startOf(id);
      const end = this.#lines.endOf(id);
      if (ranges.at(-1) === start) ranges[ranges.length - 1] = end;
      else ranges.push(start, end);
    }
    return ranges;
  }
}

/** Appends the parts of [start, end) that are in a normalized list. */
function keep(start: number, end: number, ranges: readonly number[], into: number[]): void {
  for (let i = 0; i < ranges.length; i += 2) {
    const low = Math.max(start, ranges[i]!);
    const high = Math.min(end, ranges[i + 1]!);
    if (low < high) into.push(low, high);
  }
}
