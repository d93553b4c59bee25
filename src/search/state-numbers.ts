/**
 * A world as a few numbers: equal numbers, equal futures.
 *
 * A world falls into portions: what all tasks have in common (shared-state.ts), for each task its
 * registers (only its own steps change them) and what the steps of others can change of it (whether
 * it sleeps, where a reader's cursor stands, whether its sample is good), and for each reader what
 * the oracle knows of its pass. Each portion is packed into bytes, and equal bytes have one number.
 * A state is a row: the number of what is common, then for each task the number of its pair, then
 * for each reader the number of its pass.
 *
 * So a step of a task reads what the first number and its own stand for, and nothing else; see
 * search/transitions.ts. A portion is packed and unpacked again only if it can have changed.
 */
import type { Unpacker } from '../base/packed.ts';
import { RowInterner } from '../base/row-interner.ts';
import type { Kernel } from '../mm/kernel.ts';
import type { News, SmallOracle, SmallPass } from '../oracle/small-world.ts';

export type { News } from '../oracle/small-world.ts';

import type { World } from '../world/world.ts';
import { OF_FIRST_WRITER, OF_PASS, OF_READER, Portions } from './portions.ts';
import type { SaveContext } from './save-task.ts';
import { restoreReader, restoreWriter, saveReader, saveWriter } from './save-task.ts';
import {
  isSampleGood,
  ON_DEAD_LEAF,
  ON_LIVE_LEAF,
  restoreReaderView,
  restoreSample,
  saveReaderView,
} from './save-views.ts';
import { SharedState } from './shared-state.ts';

const NOTHING = -1;

/** What a search world says of a task. */
export const RUNNABLE = 0;
export const ASLEEP = 1;
export const FINISHED = 2;

/** What a step has done that others can notice: flags. */
export const REACHES_SLEEPERS = 1; // woke somebody
export const REACHES_SECTIONS = 2; // began or ended an RCU section
export const REACHES_LEAVES = 4; // changed the tree
export const REACHES_SLOTS = 8; // freed a VMA or took its slot again
export const REACHES_SAMPLES = 16; // moved mm_lock_seq
export const REACHES_NOBODY = 0;

export const TOUCHED = -1;

/** A task's status times this, plus what it wants of the lock. */
const STATUS_UNIT = 4;

export interface SavedParts {
  readonly world: World;
  readonly oracle: SmallOracle;
  /** By task: what a search world says of it. */
  readonly status: Uint8Array;
  readonly context: SaveContext;
}

export class StateNumbers {
  /** Where the passes stand in a state; those before stand for tasks, but for the first. */
  readonly passesAt: number;
  readonly #world: World;
  readonly #kernel: Kernel;
  readonly #oracle: SmallOracle;
  readonly #status: Uint8Array;
  readonly #context: SaveContext;
  readonly #portions = new Portions();
  readonly shared: SharedState;
  /** Pairs of portions: registers and what others change. */
  readonly #tasks = new RowInterner(2);
  readonly #pair = new Int32Array(2);
  /** Of the world as it was saved or restored last. */
  readonly #current: Int32Array;
  /** By task: it has taken a step since. */
  readonly #moved: Uint8Array;
  /** By task: the portion that its registers hold, when it has not moved. */
  readonly #held: Int32Array;
  /** How often the oracle had been told of something then. */
  #told = -1;

  constructor({ world, oracle, status, context }: SavedParts) {
    this.#world = world;
    this.#kernel = world.kernel;
    this.#oracle = oracle;
    this.#status = status;
    this.#context = context;
    const tasks = world.readers.length + world.writers.length;
    this.#current = new Int32Array(1 + tasks + world.readers.length);
    this.passesAt = 1 + tasks;
    this.#moved = new Uint8Array(world.tasks.length).fill(1);
    this.#held = new Int32Array(world.tasks.length).fill(NOTHING);
    this.shared = new SharedState({
      world,
      oracle,
      portions: this.#portions,
      base: context.base,
      isDone: (writer) => status[world.readers.length + writer] === FINISHED,
    });
  }

  /** Numbers of a state. */
  get width(): number {
    return this.#current.length;
  }

  /** Bytes of memory that the portions take. */
  get bytes(): number {
    return this.#portions.held + this.shared.rows.bytes + this.#tasks.bytes;
  }

  /** What others can change of a task, by the number of the task. */
  changeableOf(task: number): number {
    return this.#tasks.rows[2 * task + 1]!;
  }

  /** The number of the same task with that changed. */
  withChangeable(task: number, changeable: number): number {
    return this.#pairOf(this.#tasks.rows[2 * task]!, changeable);
  }

  #pairOf(registers: number, changeable: number): number {
    this.#pair[0] = registers;
    this.#pair[1] = changeable;
    return this.#tasks.idOf(this.#pair);
  }

  /**
   * What others can change of `task`, after a step of another: by number, before and after.
   * TOUCHED: that is only known to who takes the step.
   * @param reach what the step has done @param from number of the shared state before it
   * @param to and after it
   */
  changeableAfter(
    task: number,
    changeable: number,
    reach: number,
    from: number,
    to: number,
  ): number {
    const u = this.#portions.open(changeable);
    const good = u.flag();
    const status = Math.floor(u.get() / STATUS_UNIT);
    if ((reach & REACHES_SLEEPERS) !== 0 && status === ASLEEP) return TOUCHED;
    if (task >= this.#world.readers.length) return changeable;
    const found = u.get();
    const stamped = u.flag();
    const cursor = u.get();
    if (stamped && (reach & REACHES_SAMPLES) !== 0) return TOUCHED;
    if ((reach & REACHES_LEAVES) !== 0 && cursor === ON_LIVE_LEAF) return TOUCHED;
    if ((reach & REACHES_SECTIONS) !== 0 && cursor === ON_DEAD_LEAF) return TOUCHED;
    if ((reach & REACHES_SLOTS) !== 0 && this.shared.isFreed(found, from, to)) return TOUCHED;
    const goneBad = good && (reach & REACHES_SAMPLES) !== 0;
    return goneBad ? this.#portions.withFlag(changeable, false) : changeable;
  }

  /** What the oracle knows of a pass after it was told this. */
  passAfter(portion: number, news: readonly News[]): number {
    const u = this.#portions.open(portion);
    const pass = { states: u.get(), committed: u.get(), trees: u.get() };
    for (const item of news) this.#oracle.hear(pass, item);
    return this.#passNumber(pass);
  }

  /**
   * To be told before a task takes a step.
   * @param columns what the step may touch of the shared state
   */
  moves(task: number, columns: number): void {
    this.#moved[task] = 1;
    this.shared.touches(columns);
  }

  /** The array is overwritten by the next call. */
  save(): Int32Array {
    const { readers, writers } = this.#world;
    const numbers = this.#current;
    const { reachesOthers } = this.shared;
    numbers[0] = this.shared.save();
    const passes = this.#told !== this.#tellings();
    for (const { id } of readers) {
      if (reachesOthers || this.#moved[id] === 1) numbers[1 + id] = this.#saveTask(id);
      if (passes) numbers[this.passesAt + id] = this.#savePass(id);
    }
    for (const { id } of writers) {
      if (reachesOthers || this.#moved[id] === 1) numbers[1 + id] = this.#saveTask(id);
    }
    this.#settled();
    return numbers;
  }

  restore(states: Int32Array, at: number): void {
    this.restoreFor(-1, states, at);
  }

  /**
   * As much of a state as a step of this task can see, or all for -1. Portions that are as they
   * should be already stay.
   */
  restoreFor(task: number, states: Int32Array, at: number): void {
    const { readers, writers } = this.#world;
    const numbers = this.#current;
    this.shared.restore(states[at]!);
    for (const { id } of readers) {
      this.#restoreTask(id, states[at + 1 + id]!, task < 0 || task === id);
      this.#restorePass(id, states[at + this.passesAt + id]!);
    }
    for (const { id } of writers) {
      this.#restoreTask(id, states[at + 1 + id]!, task < 0 || task === id);
    }
    for (let i = 0; i < numbers.length; i++) numbers[i] = states[at + i]!;
    this.#settled();
  }

  #settled(): void {
    this.#moved.fill(0);
    this.#told = this.#tellings();
  }

  #tellings(): number {
    return this.#oracle.changes + this.#oracle.uses;
  }

  // --- Tasks ---

  #saveTask(id: number): number {
    if (this.#moved[id] === 1) this.#held[id] = this.#saveRegisters(id);
    const registers =
      this.#moved[id] === 1 ? this.#held[id]! : this.#tasks.rows[2 * this.#current[1 + id]!]!;
    return this.#pairOf(registers, this.#saveChangeable(id));
  }

  #restoreTask(id: number, number: number, registersToo: boolean): void {
    const { rows } = this.#tasks;
    const registers = rows[2 * number]!;
    if (this.#moved[id] === 1) this.#held[id] = NOTHING;
    if (registersToo && this.#held[id] !== registers) {
      this.#restoreRegisters(id, this.#portions.open(registers));
      this.#held[id] = registers;
    }
    this.#restoreChangeable(id, this.#portions.open(rows[2 * number + 1]!));
  }

  #saveRegisters(id: number): number {
    const { readers, writers } = this.#world;
    const p = this.#portions.begin();
    const writer = id - readers.length;
    if (writer < 0) saveReader(readers[id]!, this.#context, p);
    else saveWriter(writers[writer]!, this.#context, p);
    return this.#portions.number(writer < 0 ? OF_READER : OF_FIRST_WRITER + writer);
  }

  #restoreRegisters(id: number, u: Unpacker): void {
    const { readers, writers } = this.#world;
    if (id < readers.length) restoreReader(readers[id]!, this.#context, u);
    else restoreWriter(writers[id - readers.length]!, this.#context, u);
  }

  /** First whether a reader's sample is good, so that it can be exchanged. */
  #saveChangeable(id: number): number {
    const { readers, tasks } = this.#world;
    const reader = readers[id];
    const p = this.#portions.begin();
    p.flag(reader !== undefined && isSampleGood(this.#kernel, reader));
    p.put(this.#status[id]! * STATUS_UNIT + tasks[id]!.lockWants);
    if (reader !== undefined) saveReaderView(this.#kernel, reader, this.#context.base, p);
    return this.#portions.number();
  }

  #restoreChangeable(id: number, u: Unpacker): void {
    const { readers, tasks } = this.#world;
    const reader = readers[id];
    const good = u.flag();
    const status = u.get();
    this.#status[id] = Math.floor(status / STATUS_UNIT);
    tasks[id]!.lockWants = status % STATUS_UNIT;
    if (reader === undefined) return;
    restoreSample(this.#kernel, reader, good);
    restoreReaderView(this.#kernel, reader, this.#context.base, u);
  }

  #savePass(reader: number): number {
    return this.#passNumber(this.#oracle.passes[reader]!);
  }

  #passNumber(pass: SmallPass): number {
    const p = this.#portions.begin();
    p.put(pass.states);
    p.put(pass.committed);
    p.put(pass.trees);
    return this.#portions.number(OF_PASS);
  }

  #restorePass(reader: number, portion: number): void {
    const pass = this.#oracle.passes[reader]!;
    const u = this.#portions.open(portion);
    pass.states = u.get();
    pass.committed = u.get();
    pass.trees = u.get();
  }
}
