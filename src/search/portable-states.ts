/**
 * States on their way from one process to another. A state is a row of numbers that mean something
 * in one process only; each column of it stands for portions, which are numbered there too.
 *
 * The sender names each portion once to each receiver, by the transition that leads to it (see
 * origins.ts), and each number of a column by its portions. The receiver takes those transitions in
 * its own world, and keeps tables from the sender's numbers to its own. There are few portions, so
 * few transitions are taken twice.
 */
import { assert } from '../base/assert.ts';
import { IntList } from '../base/int-list.ts';
import { FRESH_NUMBERS, type Origins } from './origins.ts';
import type { StateNumbers } from './state-numbers.ts';
import type { Transitions } from './transitions.ts';

/** What comes next in a list of names: a transition and its portions, or a number of a column. */
const TRANSITION = 0;
const NUMBER = 1;

const SAID = 1;

/** The sender's side, one for each receiver. */
export class StateSender {
  readonly #numbers: StateNumbers;
  readonly #transitions: Transitions;
  readonly #origins: Origins;
  /** By transition that made portions; by column, by number: it has been named. */
  readonly #saidTransitions = new IntList();
  readonly #saidNumbers: readonly IntList[];
  readonly #names = new IntList();

  constructor(numbers: StateNumbers, transitions: Transitions) {
    assert(transitions.origins !== null, 'states: where portions come from was not kept');
    this.#numbers = numbers;
    this.#transitions = transitions;
    this.#origins = transitions.origins;
    this.#saidNumbers = Array.from({ length: numbers.width }, () => new IntList());
  }

  /** Names what the state that begins at `states[at]` is made of, unless that is done. */
  name(states: Int32Array, at: number): void {
    const { width } = this.#numbers;
    for (let column = 0; column < width; column++) {
      const number = states[at + column]!;
      const said = this.#saidNumbers[column]!;
      if (number < said.length && said.at(number) === SAID) continue;
      said.set(number, SAID);
      this.#namePortions([[column, number]]);
      this.#names.push(NUMBER);
      this.#putParts(column, number);
      this.#names.push(number);
    }
  }

  /** All that was named since it was asked last. */
  take(): Int32Array<ArrayBuffer> {
    const names = this.#names.slice();
    this.#names.clear();
    return names;
  }

  /** The portions of these columns, of the states before them, those before these, and so on. */
  #namePortions(open: [column: number, number: number][]): void {
    const transitions: number[] = [];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [column, number] = next;
      this.#numbers.partsOf(column, number).forEach((part, place) => {
        if (!this.#numbers.isPortion(column, place, part) || part < this.#origins.initial) return;
        const transition = this.#origins.of(part);
        const said = this.#saidTransitions;
        if (transition < said.length && said.at(transition) === SAID) return;
        said.set(transition, SAID);
        transitions.push(transition);
        this.#origins.beforeOf(transition).forEach((before, at) => {
          open.push([at, before]);
        });
      });
    }
    // A state is made of portions that are older than the transitions from it.
    for (const transition of transitions.sort((a, b) => a - b)) this.#nameTransition(transition);
  }

  #nameTransition(transition: number): void {
    const names = this.#names;
    names.push(TRANSITION);
    this.#origins.beforeOf(transition).forEach((number, column) => {
      this.#putParts(column, number);
    });
    const { task, choices } = this.#transitions.viaOf(this.#origins.viaOf(transition));
    names.push(task);
    names.push(choices.length);
    names.pushFrom(choices, 0, choices.length);
    const fresh = this.#origins.freshOf(transition);
    names.push(fresh.length / FRESH_NUMBERS);
    names.pushFrom(fresh, 0, fresh.length);
  }

  /** The column, the number of its parts, the parts. */
  #putParts(column: number, number: number): void {
    const parts = this.#numbers.partsOf(column, number);
    this.#names.push(column);
    this.#names.push(parts.length);
    this.#names.pushFrom(parts, 0, parts.length);
  }
}

/** The receiver's side, one for each sender. */
export class StateReceiver {
  readonly #numbers: StateNumbers;
  readonly #transitions: Transitions;
  /** By the sender's number of a portion, and by its number in a column, the one here. */
  readonly #portions = new IntList();
  readonly #columns: readonly IntList[];
  readonly #before: Int32Array;
  readonly #after: Int32Array;
  #names = new Int32Array(0);
  #at = 0;

  constructor(numbers: StateNumbers, transitions: Transitions) {
    this.#numbers = numbers;
    this.#transitions = transitions;
    const initial = transitions.origins?.initial ?? 0;
    for (let portion = 0; portion < initial; portion++) this.#portions.push(portion);
    this.#columns = Array.from({ length: numbers.width }, () => new IntList());
    this.#before = new Int32Array(numbers.width);
    this.#after = new Int32Array(numbers.width);
  }

  /** Learns names. */
  take(names: Int32Array<ArrayBuffer>): void {
    this.#names = names;
    this.#at = 0;
    while (this.#at < names.length) {
      if (this.#get() === TRANSITION) this.#takeTransition();
      else this.#takeNumber();
    }
  }

  /** Writes a state of the sender's over with the numbers that it has here. */
  translate(states: Int32Array, at: number): void {
    const { width } = this.#numbers;
    for (let i = 0; i < width; i++) states[at + i] = this.#columns[i]!.at(states[at + i]!);
  }

  #takeNumber(): void {
    const column = this.#columns[this.#names[this.#at]!]!;
    const here = this.#getNumber();
    column.set(this.#get(), here);
  }

  #takeTransition(): void {
    const { width } = this.#numbers;
    for (let column = 0; column < width; column++) this.#before[column] = this.#getNumber();
    const task = this.#get();
    const choices = Array.from({ length: this.#get() }, () => this.#get());
    const outcome = this.#transitions.of(
      this.#before,
      0,
      this.#transitions.viaId({ task, choices }),
    );
    this.#transitions.follow(this.#before, 0, outcome, this.#after);
    for (let fresh = this.#get(); fresh > 0; fresh--) {
      const portion = this.#get();
      const column = this.#get();
      const here = this.#numbers.partsOf(column, this.#after[column]!);
      this.#portions.set(portion, here[this.#get()]!);
    }
  }

  /** The number that a column of a state has here, from its parts there. */
  #getNumber(): number {
    const column = this.#get();
    const parts = new Int32Array(this.#get());
    for (let place = 0; place < parts.length; place++) {
      const part = this.#get();
      const isPortion = this.#numbers.isPortion(column, place, part);
      parts[place] = isPortion ? this.#portions.at(part) : part;
    }
    return this.#numbers.numberOf(column, parts);
  }

  #get(): number {
    return this.#names[this.#at++]!;
  }
}
