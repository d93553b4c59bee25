/**
 * The common interface of programs and churns: they return the next operation, and can be saved as
 * numbers.
 */
import { permsOf } from '../mm/perms.ts';
import type { Call } from '../mm/plan.ts';
import type { Duration, Operation, Scenario, Selector } from '../scenario/scenario.ts';
import type { RangeSpec } from '../scenario/vma-list.ts';
import type { Words } from '../sim/memory.ts';
import type { Chance } from './chance.ts';
import { canBeUndone } from './index.ts';

/** Addresses as `0x…` text. The log prints this and nothing else of an operation. */
export type Arguments = Readonly<Record<string, unknown>>;

/** In place of arguments that nobody looks at. */
export const NOT_LOGGED: Arguments = {};

/** One thing that a writer does next. Durations are drawn by the source, not here. */
export type Item =
  | {
      readonly kind: 'calls';
      readonly operation: string;
      readonly arguments: Arguments;
      readonly calls: readonly Call[];
      /** Its time inside the first call's write section, or null for the table's. */
      readonly hold: Duration | null;
      /** Whether a `restore` after it has something to undo. */
      readonly undoable: boolean;
      /** Whether the writer thinks when the operation has returned. */
      readonly think: boolean;
    }
  /** Think until this time, ns since the writer's start; not at all if it has passed. */
  | { readonly kind: 'until'; readonly ns: number }
  | Exclude<Operation, { kind: 'calls' }>;

export interface ScriptContext {
  readonly scenario: Scenario;
  readonly chance: Chance;
  /** Whether the arguments of operations are read. */
  readonly logs: boolean;
  /** mm->brk now, in pages. */
  brkPage(): number;
}

/** Who may make the next call: see recorded-order.ts. Scripts without one ask nobody. */
export interface Turn {
  /** Whether it is this task's turn; if not, the task is noted and will be called. */
  mine(task: number): boolean;
  /** The call has the lock, or needs none: the next one's turn. @returns who waits for it, or -1 */
  pass(): number;
}

export interface Script {
  /** The next item. Items of a script follow one another for ever. */
  next(): Item;
  /** Of the item that next() gave last; null: it need not wait for anyone. */
  readonly turn?: Turn | null;
  /** How many items make one round. */
  readonly roundLength: number;
  transfer(w: Words): void;
}

type CallsItem = Extract<Item, { kind: 'calls' }>;

/** An operation of these calls, by the name of the first. */
export function callsItem({ scenario, logs }: ScriptContext, calls: readonly Call[]): CallsItem {
  return {
    kind: 'calls',
    operation: calls[0]!.call,
    arguments: logs ? argumentsOf(scenario, calls) : NOT_LOGGED,
    calls,
    hold: null,
    undoable: canBeUndone(calls[0]!),
    think: true,
  };
}

/** Those of the first call, and the name that a second one gives. */
function argumentsOf({ files }: Scenario, calls: readonly Call[]): Arguments {
  const call = calls[0]!;
  const args: Record<string, unknown> = {};
  if ('start' in call && call.start >= 0) args.at = hexAddress(call.start);
  if ('by' in call) args.pages = call.by;
  if ('pages' in call) args.pages = call.pages;
  if ('newPages' in call) args.newPages = call.newPages;
  if ('to' in call && call.to >= 0) args.to = hexAddress(call.to);
  if ('prot' in call) args.perms = permsOf(call.prot);
  if ('flags' in call) args.perms = permsOf(call.flags);
  if ('file' in call && call.file >= 0) {
    args.file = files[call.file]!.path;
    args.offset = hexAddress(call.pgoff);
  }
  for (const one of calls) if (one.call === 'name') args.name = one.text;
  if ('mayMove' in call) args.mayMove = call.mayMove;
  if ('dontUnmap' in call) args.dontUnmap = call.dontUnmap;
  if ('touched' in call && call.touched === true) args.touched = true;
  return args;
}

/** The address of a page, `0x…`. Exact where page * 4096 would not be. */
export function hexAddress(page: number): string {
  return page === 0 ? '0x0' : `0x${page.toString(16)}000`;
}

/** Picks ranges for selectors. `next` goes round for each place where a selector is written. */
export class Picker {
  readonly #context: ScriptContext;
  readonly #turns: Float64Array;

  /** @param slots how many selectors the script has */
  constructor(context: ScriptContext, slots: number) {
    this.#context = context;
    this.#turns = new Float64Array(slots);
  }

  /** Index into `selector.ranges`. */
  pick(selector: Selector, slot: number): number {
    const n = selector.ranges.length;
    if (selector.pick === 'first') return 0;
    if (selector.pick === 'random') return this.#context.chance.below(n);
    const turn = this.#turns[slot]!;
    this.#turns[slot] = (turn + 1) % n;
    return turn;
  }

  rangeOf(selector: Selector, index: number): RangeSpec {
    const { startPage, endPage, modes, perms } = this.#context.scenario.ranges;
    const range = selector.ranges[index]!;
    return {
      startPage: startPage[range]!,
      endPage: endPage[range]!,
      perms: modes[perms[range]!]!,
    };
  }

  transfer(w: Words): void {
    w.column(this.#turns, this.#turns.length);
  }
}
