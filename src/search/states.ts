/**
 * A world as a row of numbers: worlds with equal rows behave equally.
 *
 * The first number stands for the shared data. Then comes one number for each task (the data that
 * others can change, and its registers), then one for each reader (the data of the oracle about its
 * pass). Each number stands for one region or a pair of regions (state/regions.ts).
 */
import { RowInterner } from '../base/row-interner.ts';
import { WordInterner } from '../base/word-interner.ts';
import type { News, SmallOracle } from '../oracle/small-world.ts';
import { Words } from '../sim/memory.ts';
import { Regions, type RegionsOf } from '../state/regions.ts';

const NOTHING = -1;

/** Flags: the effects of a step that other tasks can notice, without those on the oracle. */
export const NOTICED_BY_NOBODY = 0;
export const WROTE = 1; // to what only writers change
export const WOKE = 2;
export const MOVED_SECTIONS = 4; // began or ended one of RCU

/** Whose regions these are; a search has an oracle. */
type SearchRegions = RegionsOf & { readonly oracle: SmallOracle };

export class States {
  /** Numbers of a state, and where those of the readers' passes begin. */
  readonly width: number;
  readonly passesAt: number;
  readonly regions: Regions;
  readonly #of: SearchRegions;
  readonly #tasks: number;
  readonly #readers: number;
  readonly #words = new Words();
  readonly #written = new WordInterner();
  readonly #locks = new WordInterner();
  readonly #views: readonly WordInterner[];
  readonly #registers: readonly WordInterner[];
  /** Pairs of regions: written and locks; by task, view and registers. */
  readonly #shared = new RowInterner(2);
  readonly #own: readonly RowInterner[];
  readonly #passes = new RowInterner(3);
  readonly #pair = new Int32Array(2);
  readonly #three = new Int32Array(3);
  /** What the world holds just as it would be restored: `written`; by task, registers. */
  #heldWritten = NOTHING;
  readonly #heldRegisters: Int32Array;
  readonly #row: Int32Array;

  constructor(of: SearchRegions) {
    this.#of = of;
    const { readers, writers } = of.world;
    this.#readers = readers.length;
    this.#tasks = readers.length + writers.length;
    this.passesAt = 1 + this.#tasks;
    this.width = this.passesAt + this.#readers;
    this.regions = new Regions(of);
    const each = <T>(make: () => T): T[] => Array.from({ length: this.#tasks }, make);
    this.#views = each(() => new WordInterner());
    this.#registers = each(() => new WordInterner());
    this.#own = each(() => new RowInterner(2));
    this.#heldRegisters = new Int32Array(this.#tasks).fill(NOTHING);
    this.#row = new Int32Array(this.width);
  }

  /** Bytes of memory that the regions take. */
  get bytes(): number {
    const rows = [this.#shared, this.#passes, ...this.#own];
    const words = [this.#written, this.#locks, ...this.#views, ...this.#registers];
    return [...rows, ...words].reduce((sum, table) => sum + table.bytes, 0);
  }

  // --- Whole worlds ---

  /** Overwritten by the next call. */
  save(): Int32Array {
    for (let task = this.#readers; task < this.#tasks; task++) this.noteWriter(task);
    return this.#saveTo(this.#row, () => true);
  }

  /** All that a reader's step may change, as in a row; it may be in the middle of one. */
  seenBy(reader: number): Int32Array {
    return this.#saveTo(this.#row.slice(), (task) => task === reader);
  }

  /** @param whole whether the registers of the task count too */
  #saveTo(row: Int32Array, whole: (task: number) => boolean): Int32Array {
    row[0] = this.#pairOf(this.#shared, this.#saveWritten(), this.#saveLocks());
    for (let task = 0; task < this.#tasks; task++) {
      row[1 + task] = whole(task) ? this.saveOwn(task) : this.saveView(task);
    }
    for (let reader = 0; reader < this.#readers; reader++) {
      row[this.passesAt + reader] = this.savePass(reader);
    }
    return row;
  }

  restore(states: Int32Array, at = 0): void {
    this.restoreFor(-1, states, at);
    for (let task = 0; task < this.#tasks; task++) this.#restoreRegisters(task, states, at);
    for (let reader = 0; reader < this.#readers; reader++) {
      this.#restorePass(reader, states[at + this.passesAt + reader]!);
    }
  }

  // --- As much of it as a step of one task sees ---

  restoreFor(task: number, states: Int32Array, at: number): void {
    const { rows } = this.#shared;
    const written = rows[2 * states[at]!]!;
    const locks = rows[2 * states[at]! + 1]!;
    if (written !== this.#heldWritten) {
      this.regions.written(this.#words.restore(this.#written.words, this.#written.at(written)));
      this.#heldWritten = written;
    }
    this.regions.locks(this.#words.restore(this.#locks.words, this.#locks.at(locks)));
    for (let id = 0; id < this.#tasks; id++) {
      const view = this.viewOf(id, states[at + 1 + id]!);
      const table = this.#views[id]!;
      this.regions.view(id, this.#words.restore(table.words, table.at(view)));
    }
    if (task < 0) return;
    this.#restoreRegisters(task, states, at);
    for (let reader = 0; reader < this.#readers; reader++) {
      // The oracle tells passes under way of every store; of others' only the end counts here.
      if (reader === task) this.#restorePass(reader, states[at + this.passesAt + reader]!);
      else this.#of.oracle.passes[reader]!.states = NOTHING;
    }
  }

  /** To be told before a task takes steps: what it holds is no longer as it was restored. */
  moves(task: number): void {
    this.#heldRegisters[task] = NOTHING;
    if (task >= this.#readers) this.#heldWritten = NOTHING;
  }

  /** To be told when a writer has taken steps, before anything is saved. */
  noteWriter(task: number): void {
    this.regions.writerMoved(this.#of.world.writers[task - this.#readers]!);
  }

  /** The number of what all have in common, after steps of a task from `before` on. */
  saveShared(task: number, before: number): number {
    const known = this.#shared.rows[2 * before]!;
    const written = task >= this.#readers ? this.#saveWritten() : known;
    return this.#pairOf(this.#shared, written, this.#saveLocks());
  }

  isWrittenAlike(a: number, b: number): boolean {
    return this.#shared.rows[2 * a] === this.#shared.rows[2 * b];
  }

  /** The number of a task. */
  saveOwn(task: number): number {
    const view = this.saveView(task);
    this.regions.registers(task, this.#words.save());
    const registers = this.#registers[task]!.idOf(this.#words.words, this.#words.at);
    return this.#pairOf(this.#own[task]!, view, registers);
  }

  /** What others can change of a task: see viewOf. */
  saveView(task: number): number {
    this.regions.view(task, this.#words.save());
    return this.#views[task]!.idOf(this.#words.words, this.#words.at);
  }

  /** By the number of the task. */
  viewOf(task: number, own: number): number {
    return this.#own[task]!.rows[2 * own]!;
  }

  /** The first word of its view, by the number of a task: status and flags (state/regions.ts). */
  viewWord(task: number, own: number): number {
    return this.#views[task]!.firstOf(this.viewOf(task, own));
  }

  /** Failed attempts at the record where a reader stands, by its number. */
  failedOf(reader: number, own: number): number {
    return this.#registers[reader]!.firstOf(this.#registersOf(reader, own));
  }

  #registersOf(task: number, own: number): number {
    return this.#own[task]!.rows[2 * own + 1]!;
  }

  /** The number of the same task with another view. */
  withView(task: number, own: number, view: number): number {
    return this.#pairOf(this.#own[task]!, view, this.#registersOf(task, own));
  }

  /** What the oracle knows of a reader's pass. */
  savePass(reader: number): number {
    const { states, committed, trees } = this.#of.oracle.passes[reader]!;
    return this.#passNumber(states, committed, trees);
  }

  /** The same after it was told this. */
  passAfter(pass: number, news: readonly News[]): number {
    const { rows } = this.#passes;
    const at = 3 * pass;
    const known = { states: rows[at]!, committed: rows[at + 1]!, trees: rows[at + 2]! };
    for (const item of news) this.#of.oracle.hear(known, item);
    return this.#passNumber(known.states, known.committed, known.trees);
  }

  #saveWritten(): number {
    this.regions.written(this.#words.save());
    return this.#written.idOf(this.#words.words, this.#words.at);
  }

  #saveLocks(): number {
    this.regions.locks(this.#words.save());
    return this.#locks.idOf(this.#words.words, this.#words.at);
  }

  #restoreRegisters(task: number, states: Int32Array, at: number): void {
    const registers = this.#registersOf(task, states[at + 1 + task]!);
    if (registers === this.#heldRegisters[task]) return;
    const table = this.#registers[task]!;
    this.regions.registers(task, this.#words.restore(table.words, table.at(registers)));
    this.#heldRegisters[task] = registers;
  }

  #restorePass(reader: number, number: number): void {
    const pass = this.#of.oracle.passes[reader]!;
    const { rows } = this.#passes;
    pass.states = rows[3 * number]!;
    pass.committed = rows[3 * number + 1]!;
    pass.trees = rows[3 * number + 2]!;
  }

  #passNumber(states: number, committed: number, trees: number): number {
    const three = this.#three;
    three[0] = states;
    three[1] = committed;
    three[2] = trees;
    return this.#passes.idOf(three);
  }

  #pairOf(table: RowInterner, first: number, second: number): number {
    this.#pair[0] = first;
    this.#pair[1] = second;
    return table.idOf(this.#pair);
  }
}
