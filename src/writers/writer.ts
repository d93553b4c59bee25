/**
 * A task that changes the address space: it draws an operation, makes its system calls one after
 * the other, thinks, and starts again.
 *
 * Each call spends the part of its cost outside the write section, takes mmap_lock for write, opens
 * the sequence section, computes its plan and executes it act by act. The acts after a downgrade
 * run under the read lock.
 *
 * Source: v6.18 include/linux/mmap_lock.h mmap_write_lock, mmap_write_unlock, mmap_write_downgrade.
 */
import { Samples } from '../base/statistics.ts';
import { type Actor, beginPlan, nextAct } from '../mm/act.ts';
import type { CostName } from '../mm/costs.ts';
import type { Kernel, KernelStep } from '../mm/kernel.ts';
import { type Layout, NO_NAME } from '../mm/layout.ts';
import { mmLockSeqcountBegin, mmLockSeqcountEnd } from '../mm/mm-lock-seq.ts';
import { mmapReadUnlock, mmapWriteLock, mmapWriteUnlock } from '../mm/mmap-lock.ts';
import type { Call, Plan } from '../mm/plan.ts';
import { DONE, named, PARKED, privateSteps } from '../sim/step.ts';
import { Task, type TaskParts } from '../sim/task.ts';
import { classify, planBefore, planCall, usualCost } from './index.ts';
import type { Arguments } from './script.ts';
import type { OperationSource, ResolvedOperation } from './source.ts';

type WriterStep = KernelStep<Writer>;

/** One finished operation, as the operations log has it. */
export interface OperationRecord {
  readonly writer: string;
  readonly index: number;
  readonly operation: string;
  /** Lengths in pages of the machine. */
  readonly arguments: Arguments;
  readonly startNs: number;
  readonly endNs: number;
  readonly errno: string | null;
}

interface WriterParts {
  readonly layout: Layout;
  readonly source: OperationSource;
  /** It stops after a number of operations. */
  readonly limited: boolean;
  readonly onOperation: ((operation: OperationRecord) => void) | null;
  /** By what the costs of an operation are multiplied. */
  readonly costFactor: (operation: number) => number;
}

export class Writer extends Task implements Actor {
  readonly layout: Layout;
  readonly source: OperationSource;
  /** It stops after a number of operations. */
  readonly limited: boolean;
  readonly onOperation: ((operation: OperationRecord) => void) | null;

  readonly costFactorOf: (operation: number) => number;

  /** Operations that have ended. */
  opsDone = 0;
  readonly errors = new Map<string, number>();
  readonly opNs = new Samples();
  readonly lockWaitNs = new Samples();
  readonly drainNs = new Samples();

  /** The operation under way, and its current call. */
  operation: ResolvedOperation | null = null;
  call: Call | null = null;
  /** Calls of the operation that have returned. */
  callsDone = 0;
  startNs = 0;
  errno: string | null = null;
  lockWaitBefore = 0;
  drainWaitBefore = 0;

  /** Page faults of the operation's calls, which come after them. */
  faultNs = 0;

  /** mm->brk (page) when the section began. */
  brkBefore = 0;

  // --- Actor ---
  plan: Plan | null = null;
  actIndex = 0;
  readonly freshSlots: number[] = [];
  readonly actNs: number[] = [];
  timeGiven = false;
  downgraded = false;
  afterActs = sectionEnd;

  constructor(task: TaskParts, parts: WriterParts) {
    super(task.id, task.name, task.cpu, task.nice);
    this.layout = parts.layout;
    this.source = parts.source;
    this.limited = parts.limited;
    this.onOperation = parts.onOperation;
    this.costFactorOf = parts.costFactor;
    this.step = nextOperation;
  }
}

const nextOperation: WriterStep = named('(next_operation)', (k, w) => {
  const next = w.source.next();
  if (next === null) return DONE;
  if (next.kind === 'pause') {
    const ns = next.untilNs === undefined ? next.pauseNs : Math.max(0, next.untilNs - k.nowNs);
    return k.sleep(w, ns, nextOperation);
  }
  w.operation = next;
  w.callsDone = 0;
  w.faultNs = 0;
  w.startNs = k.nowNs;
  k.lastOperationNs = k.nowNs;
  w.costFactor = w.costFactorOf(w.opsDone);
  w.errno = null;
  w.lockWaitBefore = w.writeLockWaitNs;
  w.drainWaitBefore = w.drainWaitNs;
  return next.kind === 'hold' ? takeMmapLockToHold : nextCall;
});

// --- one system call ---

const nextCall: WriterStep = named('(next_call)', (k, w) => {
  const call = w.source.nextCall();
  if (call === null) return operationDone(k, w);
  w.call = call;
  const settled = k.mm.mmLockSeq.value % 2 === 0;
  const cost = callNs(k, settled ? classify(w.layout, call) : usualCost(call));
  const early = planBefore(w.layout, call);
  if (early !== null) {
    k.spend(cost);
    w.plan = early;
    return w.source.ordered ? ownTurn : callReturn;
  }
  k.spend(cost - insideNs(k, cost));
  return w.source.ordered ? ownTurn : takeMmapLock;
});

/** Recorded calls take effect in the recorded order. */
const ownTurn: WriterStep = named('(own_turn)', (k, w) => {
  if (!w.source.mayGo(w.id)) {
    w.step = ownTurn;
    return PARKED;
  }
  if (w.plan === null) return takeMmapLock(k, w);
  passTurn(k, w);
  return callReturn;
});

function passTurn(k: Kernel, w: Writer): void {
  const task = w.source.passTurn();
  if (task >= 0) k.host.wakeUp(k.tasks[task]!, 0);
}

const takeMmapLock: WriterStep = named('mmap_write_lock_killable', (k, w) =>
  mmapWriteLock(k, w, writeSectionBegin),
);

const writeSectionBegin: WriterStep = named('mm_lock_seqcount_begin', (k, w) => {
  passTurn(k, w);
  mmLockSeqcountBegin(k, w);
  w.brkBefore = k.mm.brk;
  const plan = planCall(w.layout, w.call!);
  k.observer.sectionPlanned(plan);
  const inside = insideNs(k, callNs(k, plan.cost));
  const after = plan.downgrades ? Math.round(inside * k.costs.downgradedShare) : 0;
  // An operation's own hold is the time inside the section of its first call.
  const held = w.callsDone === 0 ? w.operation!.holdNs : null;
  if (held !== null) w.costFactor = 1; // the time inside is given
  beginPlan(w, plan, {
    isGiven: held !== null,
    insideNs: held ?? inside - after,
    downgradedNs: after,
    holeShare: k.costs.mremapHoleShare,
  });
  return nextAct(w);
});

const sectionEnd: WriterStep = named(
  (w) => (w.downgraded ? 'mmap_read_unlock' : 'vma_end_write_all'),
  (k, w) => {
    if (w.downgraded) {
      mmapReadUnlock(k, w);
      return callReturn;
    }
    mmLockSeqcountEnd(k, w);
    k.mm.mapCount = w.plan!.mapCount;
    k.observer.sectionCommitted();
    return releaseMmapLock;
  },
);

const releaseMmapLock: WriterStep = named('up_write', (k, w) => {
  mmapWriteUnlock(k, w);
  return callReturn;
});

const callReturn: WriterStep = named('(call_return)', (k, w) => {
  k.returnToUser();
  const plan = w.plan!;
  const call = w.call!;
  w.costFactor = w.costFactorOf(w.opsDone);
  w.source.callDone(plan);
  if (call.call === 'mmap' && call.touched && plan.errno === null) {
    w.faultNs += call.pages * k.costs.pageFault;
  }
  if (call.call === 'name' && call.name !== NO_NAME) k.names.put(call.name);
  w.plan = null;
  w.call = null;
  w.callsDone++;
  w.errno = plan.errno;
  return nextCall;
});

// --- hold: a write section that changes nothing ---

const takeMmapLockToHold: WriterStep = named('mmap_write_lock', (k, w) =>
  mmapWriteLock(k, w, holdBegin),
);

const holdBegin: WriterStep = named('mm_lock_seqcount_begin', (k, w) => {
  mmLockSeqcountBegin(k, w);
  k.spendExactly(w.operation!.holdNs!);
  return holdEnd;
});

const holdEnd: WriterStep = named('vma_end_write_all', (k, w) => {
  mmLockSeqcountEnd(k, w);
  return holdRelease;
});

const holdRelease: WriterStep = named('up_write', (k, w) => {
  mmapWriteUnlock(k, w);
  return operationDone;
});

// --- between operations ---

const operationDone: WriterStep = named('(operation_done)', (k, w) => {
  const operation = w.operation!;
  w.operation = null;
  w.opNs.add(k.nowNs - w.startNs);
  w.lockWaitNs.add(w.writeLockWaitNs - w.lockWaitBefore);
  w.drainNs.add(w.drainWaitNs - w.drainWaitBefore);
  if (w.errno !== null) w.errors.set(w.errno, (w.errors.get(w.errno) ?? 0) + 1);
  w.onOperation?.({
    writer: w.name,
    index: w.opsDone,
    operation: operation.operation,
    arguments: inMachinePages(operation.arguments, w.layout.pagesPerPage),
    startNs: w.startNs,
    endNs: k.nowNs,
    errno: w.errno,
  });
  w.opsDone++;
  const sinceNs = operation.paced ? k.nowNs - w.startNs : 0;
  return k.sleep(w, Math.max(w.faultNs, operation.thinkNs - sinceNs), nextOperation);
});

/** The model counts in 4 KiB, a scenario in pages of its machine. */
function inMachinePages(args: Arguments, pagesPerPage: number): Arguments {
  if (pagesPerPage === 1) return args;
  const shown: Record<string, Arguments[string]> = { ...args };
  for (const key of ['pages', 'newPages']) {
    const pages = shown[key];
    if (typeof pages === 'number') shown[key] = Math.ceil(pages / pagesPerPage);
  }
  return shown;
}

/** What a call of this kind costs when nobody is in the way. */
function callNs(k: Kernel, cost: CostName): number {
  return k.costs[cost] + (cost === 'fork' ? k.costs.forkPerVma * k.mm.mapCount : 0);
}

function insideNs(k: Kernel, cost: number): number {
  return Math.round(cost * k.costs.writeSectionShare);
}

// What a program draws and resolves is its own; brk() asks for the break that its C library
// remembers.
privateSteps(nextOperation, nextCall, callReturn, operationDone);
