/**
 * A thread of a recorded trace as a writer: its calls, each at its recorded time and in its
 * recorded turn. A call that is late is made at once.
 *
 * A log does not show which memory the program wrote to. With `touched`, private memory counts as
 * written to as soon as it is writable. Left out: growth of the stack, which is a page fault and
 * not in a log of system calls.
 */
import { assert } from '../base/assert.ts';
import {
  NO_FILE,
  NO_NAME,
  VM_DONTCOPY,
  VM_DONTDUMP,
  VM_GROWSDOWN,
  VM_HUGEPAGE,
  VM_LOCKED,
  VM_MERGEABLE,
  VM_NOHUGEPAGE,
  VM_NORESERVE,
  VM_RAND_READ,
  VM_SEQ_READ,
  VM_SHARED,
  VM_WIPEONFORK,
  VM_WRITE,
} from '../mm/layout.ts';
import { flagsOf, protOf } from '../mm/perms.ts';
import { type Call, ERRNOS, type Errno, fileToMap } from '../mm/plan.ts';
import type { TraceSpec, WriterProgram } from '../scenario/scenario.ts';
import type { Words } from '../sim/memory.ts';
import { ADVICE, type HiddenFlags, type TraceAction, type TracedCall } from '../trace/call.ts';
import { RecordedOrder } from './recorded-order.ts';
import {
  type Arguments,
  hexAddress,
  type Item,
  NOT_LOGGED,
  type Script,
  type ScriptContext,
  type Turn,
} from './script.ts';

const FLAG_BITS: Readonly<Record<string, number>> = {
  dontCopy: VM_DONTCOPY,
  dontDump: VM_DONTDUMP,
  wipeOnFork: VM_WIPEONFORK,
  mergeable: VM_MERGEABLE,
  hugePage: VM_HUGEPAGE,
  noHugePage: VM_NOHUGEPAGE,
  seqRead: VM_SEQ_READ,
  randRead: VM_RAND_READ,
  locked: VM_LOCKED,
};

/** The calls of a trace by thread, and whose turn it is. */
class TraceOrder {
  readonly recorded: RecordedOrder;
  /** For each thread the indices of its calls. */
  readonly callsOf: readonly number[][];
  /** For each call its number among those that take turns, or -1. */
  readonly numbers: Int32Array;

  constructor(trace: TraceSpec) {
    const slots = new Map(trace.threads.map((thread, slot) => [thread, slot]));
    const callsOf: number[][] = trace.threads.map(() => []);
    this.numbers = new Int32Array(trace.calls.length).fill(-1);
    const slotOf: number[] = [];
    for (const [index, call] of trace.calls.entries()) {
      const slot = slots.get(call.thread);
      assert(slot !== undefined, 'a recorded call of a thread that the trace does not list');
      callsOf[slot]!.push(index);
      if (takesTurn(call.action)) this.numbers[index] = slotOf.push(slot) - 1;
    }
    this.callsOf = callsOf;
    this.recorded = new RecordedOrder(slotOf, trace.threads.length);
  }
}

/** What never asks for mmap_lock has no turn. */
function takesTurn(action: TraceAction): boolean {
  return action.kind !== 'nothing' || action.locked;
}

/** One order for each trace of a world, made when its first thread asks. */
export class TraceOrders {
  readonly #orders = new Map<TraceSpec, TraceOrder>();

  of(trace: TraceSpec): TraceOrder {
    let order = this.#orders.get(trace);
    if (order === undefined) {
      order = new TraceOrder(trace);
      this.#orders.set(trace, order);
    }
    return order;
  }

  /** The orders of all traces, which are the writers' in common. */
  get recorded(): readonly RecordedOrder[] {
    return [...this.#orders.values()].map(({ recorded }) => recorded);
  }
}

export class TraceScript implements Script {
  readonly roundLength = 2;
  readonly #context: ScriptContext;
  readonly #trace: TraceSpec;
  readonly #order: TraceOrder;
  readonly #own: readonly number[];
  /** Of the thread's calls, the one that comes next. */
  #at = 0;
  /** Its time has been waited for. */
  #due = 0;
  readonly #turn: Turn;

  constructor(
    context: ScriptContext,
    source: Extract<WriterProgram, { kind: 'trace' }>,
    order: TraceOrder,
  ) {
    this.#context = context;
    this.#trace = source.trace;
    this.#order = order;
    this.#own = order.callsOf[source.slot]!;
    this.#turn = {
      mine: (task) => order.recorded.mine(this.#number(), task),
      pass: () => order.recorded.pass(this.#number()),
    };
  }

  next(): Item {
    const call = this.#trace.calls[this.#own[this.#at]!]!;
    const { speed, originNs } = this.#trace;
    if (speed !== null && this.#due === 0) {
      this.#due = 1;
      return { kind: 'until', ns: Math.round((call.startNs - originNs) / speed) };
    }
    this.#due = 0;
    this.#at++;
    return {
      kind: 'calls',
      operation: call.syscall,
      arguments: this.#context.logs ? this.#arguments(call) : NOT_LOGGED,
      calls: [this.#call(call)],
      hold: null,
      undoable: false,
      think: false,
    };
  }

  get turn(): Turn | null {
    return this.#number() < 0 ? null : this.#turn;
  }

  /** Of the call that next() gave last. */
  #number(): number {
    return this.#order.numbers[this.#own[this.#at - 1]!]!;
  }

  #call({ action, errno }: TracedCall): Call {
    const { touched } = this.#trace;
    switch (action.kind) {
      case 'mmap': {
        const flags = flagsOf(action.perms) | hiddenFlags(action.hidden);
        const writes = touched && (flags & (VM_WRITE | VM_SHARED)) === VM_WRITE;
        return {
          call: 'mmap',
          start: action.page,
          pages: action.pages,
          flags,
          file: fileToMap(this.#trace.files[action.path] ?? NO_FILE, flags),
          pgoff: action.path < 0 ? 0 : action.offsetPages,
          touched: writes || action.populate,
        };
      }
      case 'munmap':
        return { call: 'munmap', start: action.page, pages: action.pages };
      case 'mprotect': {
        const prot = protOf(`${action.perms}p`);
        const { page: start, pages } = action;
        return { call: 'mprotect', start, pages, prot, ...(touched ? { touched } : {}) };
      }
      case 'mremap': {
        const { page: start, pages, newPages, to, dontUnmap } = action;
        // What stayed must not move in the simulation, either.
        return { call: 'mremap', start, pages, newPages, to, mayMove: to >= 0, dontUnmap };
      }
      case 'brk':
        return { call: 'brk', brk: action.page, ...(touched ? { touched } : {}) };
      case 'advise':
        return madvise(action);
      case 'name': {
        const { page: start, pages, name: text } = action;
        return { call: 'name', start, pages, name: NO_NAME, text };
      }
      case 'fork':
        return { call: 'fork' };
      case 'nothing':
        return { call: 'noEffect', errno: knownErrno(errno), locked: action.locked };
    }
  }

  #arguments({ action }: TracedCall): Arguments {
    if (action.kind === 'fork' || action.kind === 'nothing') return {};
    if (action.kind === 'brk') return { to: hexAddress(action.page) };
    const at = { at: hexAddress(action.page), pages: action.pages };
    switch (action.kind) {
      case 'munmap':
        return at;
      case 'mprotect':
        return { ...at, perms: action.perms };
      case 'advise':
        return { ...at, advice: action.advice };
      case 'name':
        return { ...at, name: action.name };
      case 'mmap': {
        const file = this.#context.scenario.files[this.#trace.files[action.path] ?? -1];
        const where = { file: file?.path, offset: hexAddress(action.offsetPages) };
        return { ...at, perms: action.perms, ...(file === undefined ? {} : where) };
      }
      case 'mremap': {
        const { newPages, to, dontUnmap } = action;
        return { ...at, newPages, ...(to < 0 ? {} : { to: hexAddress(to) }), dontUnmap };
      }
    }
  }

  /** The turns are no thread's own: see TraceOrders. */
  transfer(w: Words): void {
    this.#at = w.one(this.#at);
    this.#due = w.one(this.#due);
  }
}

function hiddenFlags(hidden: HiddenFlags): number {
  return (
    (hidden.noReserve ? VM_NORESERVE : 0) |
    (hidden.stack ? VM_NOHUGEPAGE : 0) |
    (hidden.locked ? VM_LOCKED : 0) |
    (hidden.growsDown ? VM_GROWSDOWN : 0)
  );
}

function madvise(action: Extract<TraceAction, { kind: 'advise' }>): Call {
  const { set, clear } = ADVICE[action.advice];
  return {
    call: 'madvise',
    start: action.page,
    pages: action.pages,
    set: bitsOf(set),
    clear: bitsOf(clear),
    stopAtGap: action.advice === 'mlock' || action.advice === 'munlock',
  };
}

function bitsOf(names: string): number {
  return names.split(' ').reduce((bits, name) => bits | (FLAG_BITS[name] ?? 0), 0);
}

/** Errors that the model has no name for are failures all the same. */
function knownErrno(errno: string | null): Errno | null {
  if (errno === null) return null;
  return ERRNOS.find((known) => known === errno) ?? 'EINVAL';
}
