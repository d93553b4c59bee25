/**
 * Executes a Plan: one action per step, in the order of the plan, between the two increments of
 * mm_lock_seq. The steps have the kernel's names, so that a trace reads like the kernel's code.
 *
 * The task must hold mmap_lock for write. It parks here while it waits for readers of a VMA.
 * Source: v6.18 mm/vma.c, mm/mmap_lock.c, include/linux/mmap_lock.h.
 */

import { assert } from '../base/assert.ts';
import { empty } from '../base/grow.ts';
import { named, privateSteps, vmaLockSteps } from '../sim/step.ts';
import type { Task } from '../sim/task.ts';
import type { Kernel, KernelStep } from './kernel.ts';
import { NO_FILE, NO_NAME, NO_SPECIAL } from './layout.ts';
import { mmLockSeqcountEnd } from './mm-lock-seq.ts';
import { mmapWriteDowngrade } from './mmap-lock.ts';
import { ACT, ACT_FIELDS, ACT_WEIGHT, freshIndex, type Plan } from './plan.ts';
import {
  touchRefcnt,
  vmaDetachDrained,
  vmaEnterLocked,
  vmaExitLocked,
  vmaIsWriteLocked,
  vmaMarkAttached,
  vmaMarkDetached,
} from './vma-lock.ts';

/** A task that carries out plans. */
export interface Actor extends Task {
  plan: Plan | null;
  actIndex: number;
  /** Arena slots of the plan's fresh VMAs; -1 while not allocated. */
  readonly freshSlots: number[];
  /** What each act costs, ns. */
  readonly actNs: number[];
  /** The operation has its own time inside the write section, whatever its pages. */
  timeGiven: boolean;
  /** The sequence section has ended and mmap_lock is held for read. */
  downgraded: boolean;
  /** Where to go when the last act is done. */
  afterActs: KernelStep<Actor>;
}

type ActStep = KernelStep<Actor>;

/** How a plan's time is to be spent, ns; see `spreadCosts`. */
interface SectionTime {
  /** Of the operation: pages that are freed cost nothing beside it. */
  readonly isGiven: boolean;
  readonly insideNs: number;
  readonly downgradedNs: number;
  /** Share of insideNs that MREMAP_FIXED's hole stays open, 0..1. */
  readonly holeShare: number;
}

/** Gets an actor ready for a plan: which the first act is, what each costs. */
export function beginPlan(a: Actor, plan: Plan, time: SectionTime): void {
  a.plan = plan;
  a.actIndex = 0;
  a.downgraded = false;
  a.timeGiven = time.isGiven;
  empty(a.freshSlots);
  spreadCosts(a.actNs, plan, time);
}

/**
 * Divides the time over the acts by ACT_WEIGHT, in whole ns that add up exactly. Three portions,
 * each for itself: acts before the downgrade, those of MREMAP_FIXED's hole, acts after the
 * downgrade.
 */
function spreadCosts(actNs: number[], plan: Plan, time: SectionTime): void {
  const count = plan.acts.length / ACT_FIELDS;
  let sectionEnd = count;
  for (let i = 0; i < count; i++) {
    if (plan.acts[i * ACT_FIELDS] === ACT.downgrade) sectionEnd = i;
  }
  actNs.length = count;
  const hole = plan.holeTo > plan.holeFrom;
  const holeNs = hole ? Math.round(time.insideNs * time.holeShare) : 0;
  const inHole = (i: number): boolean => hole && plan.holeFrom <= i && i < plan.holeTo;
  spread(actNs, plan, { ns: holeNs, has: inHole });
  spread(actNs, plan, { ns: time.insideNs - holeNs, has: (i) => i < sectionEnd && !inHole(i) });
  spread(actNs, plan, { ns: time.downgradedNs, has: (i) => i >= sectionEnd });
}

function spread(
  actNs: number[],
  plan: Plan,
  portion: { readonly ns: number; readonly has: (act: number) => boolean },
): void {
  const count = plan.acts.length / ACT_FIELDS;
  let total = 0;
  let last = -1;
  for (let i = 0; i < count; i++) {
    if (!portion.has(i)) continue;
    total += ACT_WEIGHT[plan.acts[i * ACT_FIELDS]!]!;
    last = i;
  }
  let sum = 0;
  let given = 0;
  for (let i = 0; i < count; i++) {
    if (!portion.has(i)) continue;
    sum += ACT_WEIGHT[plan.acts[i * ACT_FIELDS]!]!;
    const upTo = i === last ? portion.ns : Math.round((portion.ns * sum) / Math.max(total, 1));
    actNs[i] = upTo - given;
    given = upTo;
  }
}

/** The step for the next act, or where the actor goes after the last. */
export function nextAct(a: Actor): ActStep {
  const { acts } = a.plan!;
  const at = a.actIndex * ACT_FIELDS;
  if (at >= acts.length) return a.afterActs;
  return ACT_STEPS[acts[at]!]!;
}

/** The kind of the current act; undefined after the last. */
const actKind = (a: Actor): number | undefined => a.plan!.acts[a.actIndex * ACT_FIELDS];

function operand(a: Actor, field: number): number {
  return a.plan!.acts[a.actIndex * ACT_FIELDS + field]!;
}

/** The VMA of the current act as an arena slot. */
function actVma(a: Actor): number {
  const id = operand(a, 1);
  if (id >= 0) return id;
  const slot = a.freshSlots[freshIndex(id)]!;
  assert(slot >= 0, 'act: a VMA used before it is allocated');
  return slot;
}

/** Charges the current act and moves on. */
function done(k: Kernel, a: Actor): ActStep {
  k.spend(a.actNs[a.actIndex]!);
  a.actIndex++;
  if (actKind(a) === ACT.vmaStartWrite) fetchRefcnt(k, a);
  return nextAct(a);
}

/**
 * The line of the count has to arrive before the atomic of vma_start_write takes effect, and until
 * then a reader still finds the VMA unlocked: so it is paid for before, as readers do.
 */
function fetchRefcnt(k: Kernel, a: Actor): void {
  const vma = actVma(a);
  if (!vmaIsWriteLocked(k, vma)) touchRefcnt(k, a, vma);
}

/** What the current act is called: the kernel's usual function for it, or the one of the plan. */
const functionOr =
  (usual: string, part = '') =>
  ({ plan, actIndex }: Actor): string => {
    const { functions } = plan!;
    const at = functions.indexOf(actIndex);
    return `${at < 0 ? usual : functions[at + 1]}${part}`;
  };

const findVma: ActStep = named(functionOr('vma_find'), (k, a) => done(k, a));

const vmAreaDup: ActStep = named(functionOr('vm_area_dup'), (k, a) => {
  const index = freshIndex(operand(a, 1));
  const record = a.plan!.fresh[index]!;
  a.freshSlots[index] = k.mm.vmas.alloc(record);
  if (record.file !== NO_FILE) k.files.get(record.file);
  if (record.name !== NO_NAME) k.names.get(record.name);
  if (record.special !== NO_SPECIAL) k.specials.get(record.special);
  return done(k, a);
});

const vmaStartWrite: ActStep = named('vma_start_write', (k, a) => {
  const vma = actVma(a);
  if (vmaIsWriteLocked(k, vma)) return done(k, a);
  if (k.mm.vmas.vmRefcnt[vma] === 0) {
    k.mm.vmas.vmLockSeq[vma] = k.mm.mmLockSeq.value;
    return done(k, a);
  }
  return vmaEnterLocked(k, a, vma, vmaStampLockSeq);
});
const vmaStampLockSeq: ActStep = named('__vma_start_write', (k, a) => {
  k.mm.vmas.vmLockSeq[actVma(a)] = k.mm.mmLockSeq.value;
  return vmaExitWriteLock;
});
const vmaExitWriteLock: ActStep = named('__vma_exit_locked', (k, a) => {
  vmaExitLocked(k, actVma(a));
  return done(k, a);
});

const vmaSetRange: ActStep = named(functionOr('vma_set_range', '#1'), (k, a) => {
  const vma = actVma(a);
  k.mm.vmas.vmStart[vma] = operand(a, 2);
  k.mm.vmas.vmEnd[vma] = operand(a, 3);
  return done(k, a);
});
const vmaSetPgoff: ActStep = named(functionOr('vma_set_range', '#2'), (k, a) => {
  k.mm.vmas.vmPgoff[actVma(a)] = operand(a, 2);
  return done(k, a);
});
const vmFlagsReset: ActStep = named(functionOr('vm_flags_reset'), (k, a) => {
  k.mm.vmas.vmFlags[actVma(a)] = operand(a, 2);
  return done(k, a);
});
const replaceAnonVmaName: ActStep = named('replace_anon_vma_name', (k, a) => {
  const vma = actVma(a);
  const name = operand(a, 2);
  const old = k.mm.vmas.anonName[vma]!;
  if (name !== NO_NAME) k.names.get(name);
  k.mm.vmas.anonName[vma] = name;
  if (old !== NO_NAME) k.names.put(old);
  return done(k, a);
});
const anonVmaClone: ActStep = named(functionOr('anon_vma_clone'), (k, a) => {
  k.mm.vmas.anonVma[actVma(a)] = operand(a, 2);
  return done(k, a);
});

const markAttached: ActStep = named('vma_mark_attached', (k, a) => {
  vmaMarkAttached(k, a, actVma(a));
  return done(k, a);
});
const vmaIterStore: ActStep = named(functionOr('vma_iter_store_overwrite'), (k, a) => {
  const start = operand(a, 2);
  const end = operand(a, 3);
  k.mm.tree.store(start, end, actVma(a));
  k.observer.treeStored(start, end);
  return done(k, a);
});
const vmaIterClear: ActStep = named('vma_iter_clear_gfp', (k, a) => {
  const start = operand(a, 2);
  const end = operand(a, 3);
  k.mm.tree.store(start, end, -1);
  k.observer.treeCleared(start, end);
  return done(k, a);
});
const markDetached: ActStep = named('vma_mark_detached#1', (k, a) => {
  const vma = actVma(a);
  const next = vmaMarkDetached(k, a, vma, detached);
  return k.mm.vmas.vmRefcnt[vma] === 0 ? done(k, a) : next;
});
const detached: ActStep = named('vma_mark_detached#2', (k, a) => {
  vmaDetachDrained(k, actVma(a));
  return done(k, a);
});

const fput: ActStep = named('fput', (k, a) => {
  k.files.put(k.mm.vmas.vmFile[actVma(a)]!);
  return done(k, a);
});
const anonVmaNamePut: ActStep = named('anon_vma_name_put', (k, a) => {
  k.names.put(k.mm.vmas.anonName[actVma(a)]!);
  return done(k, a);
});
const vmAreaFree: ActStep = named('vm_area_free', (k, a) => {
  const vma = actVma(a);
  const special = k.mm.vmas.vmSpecial[vma]!;
  k.mm.vmas.free(vma);
  if (special !== NO_SPECIAL) k.specials.put(special);
  const index = freshIndex(operand(a, 1));
  if (index >= 0) a.freshSlots[index] = -1;
  return done(k, a);
});

const setMmBrk: ActStep = named('sys_brk', (k, a) => {
  k.mm.brk = operand(a, 2);
  return done(k, a);
});
const pageTables: ActStep = named('(page_tables)', (k, a) => {
  if (!a.timeGiven) k.spend(operand(a, 3) * k.costs.pageFree);
  return done(k, a);
});

const downgradeSeqEnd: ActStep = named('vma_end_write_all', (k, a) => {
  mmLockSeqcountEnd(k, a);
  k.mm.mapCount = a.plan!.mapCount;
  k.observer.sectionCommitted();
  return downgradeLock;
});
const downgradeLock: ActStep = named('downgrade_write', (k, a) => {
  mmapWriteDowngrade(k, a);
  a.downgraded = true;
  return done(k, a);
});

/** By ACT kind. */
const ACT_STEPS: readonly ActStep[] = [
  findVma,
  vmAreaDup,
  vmaStartWrite,
  vmaSetRange,
  vmaSetPgoff,
  vmFlagsReset,
  replaceAnonVmaName,
  anonVmaClone,
  markAttached,
  vmaIterStore,
  vmaIterClear,
  markDetached,
  fput,
  anonVmaNamePut,
  vmAreaFree,
  setMmBrk,
  pageTables,
  downgradeSeqEnd,
];

privateSteps(findVma, anonVmaClone, pageTables);

vmaLockSteps(vmaStartWrite, vmaStampLockSeq, vmaExitWriteLock, markAttached, markDetached);
