/**
 * Where each portion of a state comes from: the transition that first led to it, with the state
 * before. Whoever takes the same transition in a world of their own has the same portion there,
 * under a number of their own; so a portion can be named to another process without a word of what
 * is in it (steps are functions, texts and plans are interned, …).
 */
import { assert } from '../base/assert.ts';
import { IntList } from '../base/int-list.ts';
import type { StateNumbers } from './state-numbers.ts';

/** Numbers of a new portion: itself, its column in the state after the transition, its place. */
export const FRESH_NUMBERS = 3;
const NOWHERE = -1;

export class Origins {
  readonly #numbers: StateNumbers;
  /** Portions of the initial state, which every process has under the same numbers. */
  readonly initial: number;
  /** By portion from `initial` on: the transition that made it. */
  readonly #made = new IntList();
  /** For each of those: the state before, the via, where its new portions begin. */
  readonly #before = new IntList();
  readonly #vias = new IntList();
  readonly #starts = new IntList();
  readonly #fresh = new IntList();

  /** @param numbers of a world that has been saved once, at its beginning */
  constructor(numbers: StateNumbers) {
    this.#numbers = numbers;
    this.initial = numbers.portionCount;
  }

  /** To be told of each transition when the state after it has been saved, or put together. */
  note(states: Int32Array, at: number, via: number, after: Int32Array): void {
    const { portionCount, width } = this.#numbers;
    if (portionCount === this.#known) return;
    this.#before.pushFrom(states, at, width);
    this.#vias.push(via);
    this.#starts.push(this.#fresh.length);
    while (this.#known < portionCount) this.#made.push(NOWHERE);
    for (let column = 0; column < width; column++) this.#noteColumn(column, after[column]!);
  }

  get #known(): number {
    return this.initial + this.#made.length;
  }

  #noteColumn(column: number, number: number): void {
    const numbers = this.#numbers;
    numbers.partsOf(column, number).forEach((part, place) => {
      if (!numbers.isPortion(column, place, part) || part < this.initial) return;
      if (this.#made.at(part - this.initial) !== NOWHERE) return;
      this.#made.set(part - this.initial, this.#vias.length - 1);
      this.#fresh.pushFrom([part, column, place], 0, FRESH_NUMBERS);
    });
  }

  /** The transition that made a portion, by number; those of the initial state have none. */
  of(portion: number): number {
    const transition = this.#made.at(portion - this.initial);
    assert(transition !== NOWHERE, 'states: nobody knows where a portion comes from');
    return transition;
  }

  viaOf(transition: number): number {
    return this.#vias.at(transition);
  }

  /** The state before. */
  beforeOf(transition: number): Int32Array {
    const { width } = this.#numbers;
    return this.#before.slice(transition * width, (transition + 1) * width);
  }

  /** Its new portions, FRESH_NUMBERS each. */
  freshOf(transition: number): Int32Array {
    const last = transition + 1 === this.#starts.length;
    const end = last ? this.#fresh.length : this.#starts.at(transition + 1);
    return this.#fresh.slice(this.#starts.at(transition), end);
  }
}
