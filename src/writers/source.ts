/**
 * The source of a writer's operations: its program or churn, one operation at a time, with all
 * arguments resolved and all durations drawn.
 *
 * The order of use is `next()`, then for an operation of calls `nextCall()` and `callDone(plan)` in
 * turn until `nextCall()` gives null. No random number depends on other tasks: the same scenario
 * and seed give the same operations, arguments and think times with any readers. So a `restore`
 * after a failed operation, which only other tasks may have made fail, is an operation without
 * calls; a `restore` that never has anything to undo in the program is skipped.
 */

import { NO_NAME } from '../mm/layout.ts';
import { type Call, FIRST_RESULT, NEW_ANON_SHMEM, type Plan } from '../mm/plan.ts';
import type { Scenario, WriterSpec } from '../scenario/scenario.ts';
import type { Words } from '../sim/memory.ts';
import type { Chance } from './chance.ts';
import { ChurnScript } from './churns.ts';
import { undoCalls } from './index.ts';
import { Program } from './program.ts';
import type { Arguments, Item, Script, ScriptContext } from './script.ts';
import { TraceOrders, TraceScript } from './trace-script.ts';

/** What the world supplies. */
export interface WriterWorld {
  /** A new anon_vma_name with one reference, the call's own, to be dropped when it has returned. */
  nameId(text: string): number;
  nameText(name: number): string;
  /** A new file behind a shared anonymous mapping. */
  sharedAnonFile(): number;
  isAnonShmem(file: number): boolean;
  /** mm->brk now, in pages. */
  brkPage(): number;
}

/** Thinking that the program asks for: no operation, and no think follows it. */
interface Pause {
  readonly kind: 'pause';
  readonly pauseNs: number;
  /** In place of a span the time at which it ends, ns of the run; it may have passed. */
  readonly untilNs?: number;
}

export interface ResolvedOperation {
  /** `hold` takes mmap_lock for holdNs and makes no call. */
  readonly kind: 'calls' | 'hold';
  readonly operation: string;
  readonly arguments: Arguments;
  /** Time inside the write section: of the first call, or of a hold. Null: the table's. */
  readonly holdNs: number | null;
  /** To think when the operation has returned; with `paced` from its start to that of the next. */
  readonly thinkNs: number;
  readonly paced: boolean;
}

export type NextOperation = ResolvedOperation | Pause;

const NO_PAUSE = { thinkNs: 0, paced: false };

/** What `restore` would find to undo. */
const NOTHING = 0;
const READY = 1;
const FAILED = 2;

export class OperationSource {
  readonly #spec: WriterSpec;
  readonly #chance: Chance;
  readonly #world: WriterWorld;
  readonly #script: Script;
  #startNs = 0;
  /** Operations begun. */
  #count = 0;
  /** Calls of the current operation, and which comes next. */
  #calls: readonly Call[] = [];
  #callIndex = 0;
  #firstResult = -1;
  /** The current operation leaves something that can be undone. */
  #undoable = false;
  #oldBrk = 0;
  #undoState = NOTHING;
  #undo: readonly Call[] = [];
  /** A call of the current operation has failed. */
  #failed = false;

  constructor(
    spec: WriterSpec,
    scenario: Scenario,
    given: {
      readonly chance: Chance;
      readonly world: WriterWorld;
      /** Whether the arguments of operations are read; default true. */
      readonly logs?: boolean;
      /** Shared by the writers of a world, where threads of one trace take turns. */
      readonly orders?: TraceOrders;
    },
  ) {
    this.#spec = spec;
    this.#chance = given.chance;
    this.#world = given.world;
    const context = {
      scenario,
      chance: given.chance,
      logs: given.logs ?? true,
      brkPage: () => given.world.brkPage(),
    };
    this.#script = scriptOf(spec, context, given.orders ?? new TraceOrders());
  }

  /** When the first operation comes, ns. To be asked once. */
  startNs(): number {
    this.#startNs = this.#chance.duration('start', this.#spec.startNs);
    return this.#startNs;
  }

  /** What comes next, or null when the writer has done all its operations. */
  next(): NextOperation | null {
    // A program may consist of restores that have nothing to undo: it is over then.
    for (let i = 0; i <= this.#script.roundLength; i++) {
      if (this.#spec.ops !== null && this.#count >= this.#spec.ops) return null;
      const item = this.#script.next();
      if (item.kind === 'pause') {
        return { kind: 'pause', pauseNs: this.#chance.duration('pause', item.ns) };
      }
      if (item.kind === 'until') {
        return { kind: 'pause', pauseNs: 0, untilNs: this.#startNs + item.ns };
      }
      if (item.kind !== 'restore') return this.#begin(item);
      if (this.#undoState !== NOTHING) return this.#beginRestore();
    }
    return null;
  }

  #begin(item: Exclude<Item, { kind: 'pause' | 'until' | 'restore' }>): ResolvedOperation {
    this.#oldBrk = this.#world.brkPage();
    this.#undoState = NOTHING;
    this.#undo = [];
    if (item.kind === 'hold') {
      this.#start([], false);
      const holdNs = this.#chance.duration('hold', item.ns);
      const args = { hold: holdNs };
      return { kind: 'hold', operation: 'hold', arguments: args, holdNs, ...this.#pause() };
    }
    this.#start(item.calls, item.undoable);
    const holdNs = item.hold === null ? null : this.#chance.duration('hold', item.hold);
    return {
      kind: 'calls',
      operation: item.operation,
      arguments: holdNs === null ? item.arguments : { ...item.arguments, hold: holdNs },
      holdNs,
      ...(item.think ? this.#pause() : NO_PAUSE),
    };
  }

  #beginRestore(): ResolvedOperation {
    const calls = this.#undoState === READY ? this.#undo : [];
    this.#undoState = NOTHING;
    this.#undo = [];
    this.#start(calls, false);
    return { kind: 'calls', operation: 'restore', arguments: {}, holdNs: null, ...this.#pause() };
  }

  #start(calls: readonly Call[], undoable: boolean): void {
    this.#count++;
    this.#calls = calls;
    this.#callIndex = 0;
    this.#firstResult = -1;
    this.#undoable = undoable;
    this.#failed = false;
  }

  #pause(): Pick<ResolvedOperation, 'thinkNs' | 'paced'> {
    const { everyNs, thinkNs } = this.#spec;
    return {
      thinkNs: this.#chance.duration('think', everyNs ?? thinkNs),
      paced: everyNs !== null,
    };
  }

  /**
   * The next call of the current operation, ready to be planned, or null: all are done or one
   * failed. Makes the name or the file that the call brings along.
   */
  nextCall(): Call | null {
    const open = this.#failed ? undefined : this.#calls[this.#callIndex];
    if (open === undefined) return null;
    if (open.call === 'name') {
      const { call, pages, text = null } = open;
      const start = open.start === FIRST_RESULT ? this.#firstResult : open.start;
      return { call, start, pages, name: text === null ? NO_NAME : this.#world.nameId(text) };
    }
    if (open.call === 'mmap' && open.file === NEW_ANON_SHMEM) {
      return { ...open, file: this.#world.sharedAnonFile() };
    }
    return open;
  }

  /** To be told when the call that nextCall() gave has run its course. */
  callDone(plan: Plan): void {
    const first = this.#callIndex === 0;
    const open = this.#calls[this.#callIndex++]!;
    if (plan.errno !== null) {
      this.#failed = true;
      this.#undo = [];
      this.#undoState = this.#undoable ? FAILED : NOTHING;
      return;
    }
    if (!first) return;
    this.#firstResult = plan.result;
    if (!this.#undoable) return;
    this.#undo = undoCalls(open, {
      plan,
      oldBrk: this.#oldBrk,
      nameText: (name) => this.#world.nameText(name),
      isAnonShmem: (file) => this.#world.isAnonShmem(file),
    });
    this.#undoState = READY;
  }

  /** The current call is a recorded one that has to wait for its turn. */
  get ordered(): boolean {
    return (this.#script.turn ?? null) !== null;
  }

  /** Whether the current call may ask for mmap_lock; if not, the task will be woken. */
  mayGo(task: number): boolean {
    return this.#script.turn?.mine(task) ?? true;
  }

  /** The current call has the lock, or needs none. @returns the task to wake, or -1 */
  passTurn(): number {
    return this.#script.turn?.pass() ?? -1;
  }

  /** Operations begun so far. */
  get count(): number {
    return this.#count;
  }

  /** In a saved world. The Chance saves itself. */
  transfer(w: Words): void {
    // Without a limit nobody asks how many there were.
    const count = w.one(this.#spec.ops === null ? 0 : this.#count);
    if (!w.saving) this.#count = count;
    this.#calls = w.data(this.#calls)!;
    this.#callIndex = w.one(this.#callIndex);
    this.#firstResult = w.one(this.#firstResult);
    this.#undoable = w.flag(this.#undoable);
    this.#oldBrk = w.one(this.#oldBrk);
    this.#undoState = w.one(this.#undoState);
    this.#undo = w.data(this.#undo)!;
    this.#failed = w.flag(this.#failed);
    this.#script.transfer(w);
  }
}

function scriptOf(spec: WriterSpec, context: ScriptContext, orders: TraceOrders): Script {
  switch (spec.source.kind) {
    case 'program':
      return new Program(context, spec.source.program);
    case 'churn':
      return new ChurnScript(context, spec.source);
    case 'trace':
      return new TraceScript(context, spec.source, orders.of(spec.source.trace));
  }
}
