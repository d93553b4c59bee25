/**
 * What a writer does next: its program or churn, one operation at a time, with every argument
 * resolved and every duration drawn.
 *
 * The order of use is `next()`, then for an operation of calls `nextCall()` and `callDone(plan)` in
 * turn until `nextCall()` gives null. Nothing that is drawn depends on what other tasks did: the
 * same scenario and seed give the same operations, arguments and think times whatever the readers
 * do. So a `restore` after a failed operation, which only other tasks may have made fail, is an
 * operation without calls; one with nothing to undo by the program's own text is passed over.
 */

import { NO_NAME } from '../mm/layout.ts';
import type { Call, Plan } from '../mm/plan.ts';
import type { Scenario, WriterSpec } from '../scenario/scenario.ts';
import type { Chance } from './chance.ts';
import { ChurnScript } from './churns.ts';
import { Program } from './program.ts';
import { undoCalls } from './restore.ts';
import { type Arguments, callsItem, type Item, type Script, type ScriptContext } from './script.ts';
import {
  FIRST_RESULT,
  NEW_ANON_SHMEM,
  restoreTemplate,
  saveTemplate,
  TEMPLATE_WORDS,
  type Template,
  Texts,
} from './template.ts';
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

/** Numbers of fixed place that save() writes before the script's and the lists. */
const HEAD_WORDS = 9;

export class OperationSource {
  readonly #spec: WriterSpec;
  readonly #chance: Chance;
  readonly #world: WriterWorld;
  readonly #texts = new Texts();
  readonly #script: Script;
  #startNs = 0;
  /** Operations begun. */
  #count = 0;
  /** Calls of the current operation, and which comes next. */
  #calls: Template[] = [];
  #callIndex = 0;
  #firstResult = -1;
  /** The current operation leaves something that can be undone. */
  #undoable = 0;
  #oldBrk = 0;
  #undoState = NOTHING;
  #undo: Template[] = [];
  /** Calls of the current operation that failed. */
  #failed = 0;

  constructor(
    spec: WriterSpec,
    scenario: Scenario,
    given: {
      readonly chance: Chance;
      readonly world: WriterWorld;
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
      texts: this.#texts,
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
    const { operation, arguments: args } = callsItem('restore', {}, []);
    return { kind: 'calls', operation, arguments: args, holdNs: null, ...this.#pause() };
  }

  #start(calls: readonly Template[], undoable: boolean): void {
    this.#count++;
    this.#calls = [...calls];
    this.#callIndex = 0;
    this.#firstResult = -1;
    this.#undoable = Number(undoable);
    this.#failed = 0;
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
    const template = this.#failed > 0 ? undefined : this.#calls[this.#callIndex];
    if (template === undefined) return null;
    if (template.call === 'name') {
      const start = template.start === FIRST_RESULT ? this.#firstResult : template.start;
      const { name } = template;
      const id = name === NO_NAME ? NO_NAME : this.#world.nameId(this.#texts.textOf(name));
      return { ...template, start, name: id };
    }
    if (template.call === 'mmap' && template.file === NEW_ANON_SHMEM) {
      return { ...template, file: this.#world.sharedAnonFile() };
    }
    return template;
  }

  /** To be told when the call that nextCall() gave has run its course. */
  callDone(plan: Plan): void {
    const first = this.#callIndex === 0;
    const template = this.#calls[this.#callIndex++]!;
    if (plan.errno !== null) {
      this.#failed++;
      this.#undo = [];
      this.#undoState = this.#undoable === 1 ? FAILED : NOTHING;
      return;
    }
    if (!first) return;
    this.#firstResult = plan.result;
    if (this.#undoable === 0) return;
    const context = {
      texts: this.#texts,
      nameText: (name: number) => this.#world.nameText(name),
      isAnonShmem: (file: number) => this.#world.isAnonShmem(file),
    };
    this.#undo = undoCalls(context, template, plan, this.#oldBrk);
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

  /** Numbers that save() would write now. */
  get savedWords(): number {
    const lists = this.#calls.length + this.#undo.length;
    return HEAD_WORDS + this.#script.savedWords + lists * TEMPLATE_WORDS;
  }

  /** Returns where the next one may write. The Chance saves itself. */
  save(into: Float64Array, at: number): number {
    into.set(
      [
        this.#count,
        this.#callIndex,
        this.#firstResult,
        this.#undoable,
        this.#oldBrk,
        this.#undoState,
        this.#failed,
        this.#calls.length,
        this.#undo.length,
      ],
      at,
    );
    let next = this.#script.save(into, at + HEAD_WORDS);
    for (const call of this.#calls) next = saveTemplate(call, into, next);
    for (const call of this.#undo) next = saveTemplate(call, into, next);
    return next;
  }

  restore(from: Float64Array, at: number): number {
    this.#count = from[at]!;
    this.#callIndex = from[at + 1]!;
    this.#firstResult = from[at + 2]!;
    this.#undoable = from[at + 3]!;
    this.#oldBrk = from[at + 4]!;
    this.#undoState = from[at + 5]!;
    this.#failed = from[at + 6]!;
    let next = this.#script.restore(from, at + HEAD_WORDS);
    const read = (length: number): Template[] => {
      const list: Template[] = [];
      for (let i = 0; i < length; i++, next += TEMPLATE_WORDS) {
        list.push(restoreTemplate(from, next));
      }
      return list;
    };
    this.#calls = read(from[at + 7]!);
    this.#undo = read(from[at + 8]!);
    return next;
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
