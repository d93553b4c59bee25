/**
 * The kernel's part of a saved world: whatever a later step could tell apart, and nothing else. In
 * portions, by who changes them and who looks (shared-columns.ts lists them); what readers remember
 * of all this is in save-views.ts.
 *
 * Numbers that only grow are saved as what they are compared for: the sequence counter as its
 * parity, a sample or a VMA's stamp as "equal to it" or not (once behind it stays behind), RCU
 * sections and frees that wait by their order, anon_vmas by their order of appearance. What nobody
 * can look at any more is left out: free slots, the leaves of dead nodes, statistics, times. So two
 * worlds that go on alike have equal bytes (VMA and name slots are told apart by number, which
 * costs some equality).
 *
 * Left out: cache lines, spinners (searches have neither), files made by shared anonymous mappings
 * keep their place in the table.
 */
import type { Packer, Unpacker } from '../base/packed.ts';
import type { Kernel } from '../mm/kernel.ts';
import { NO_ANON_VMA, NO_SPECIAL } from '../mm/layout.ts';
import type { Deferred } from '../mm/rcu.ts';
import { FREE_POINTER_PAGE, NEVER_LOCKED } from '../mm/vma.ts';
import type { VmaTree } from '../mm/vma-tree.ts';
import { LEAF_SLOTS, TREE_END } from '../mm/vma-tree.ts';

/** The counter of a restored world, when it is even; samples that are behind are 0. */
export const RESTORED_SEQ = 2;

// --- What only writers change -------------------------------------------------------------------

/** Sizes, mm->brk, names: all of the address space but its VMAs and the tree. */
export function saveMm(k: Kernel, p: Packer): void {
  const { mm, names, files } = k;
  p.put(mm.brk - mm.startBrk);
  p.put(mm.mapCount);
  p.put(mm.vmas.used);
  p.list(mm.vmas.freeSlots);
  p.put(names.used);
  for (let name = 0; name < names.used; name++) p.put(names.text[name]!);
  p.put(files.count);
}

/** Before everything else, since it says how many there are of what. */
export function restoreMm(k: Kernel, u: Unpacker): void {
  const { mm, names, files } = k;
  mm.brk = mm.startBrk + u.get();
  mm.mapCount = u.get();
  mm.vmas.used = u.get();
  mm.vmas.reserve(mm.vmas.used);
  u.list(mm.vmas.freeSlots);
  names.restoreUsed(u.get());
  for (let name = 0; name < names.used; name++) names.text[name] = u.get();
  files.count = u.get();
}

/** A slot whose fields only stale readers can see: see save-views.ts. */
export function isFree(k: Kernel, id: number): boolean {
  return k.mm.vmas.vmStart[id] === FREE_POINTER_PAGE + id;
}

export interface VmaFrame {
  /** A page near which addresses lie, so that they pack well. */
  readonly base: number;
  /**
   * Those of the VMAs before it, first NO_ANON_VMA; its own is added: its place says which. Null:
   * its number does, since a plan that is being carried out names it.
   */
  readonly anonVmas: number[] | null;
}

export function saveVma(k: Kernel, id: number, { base, anonVmas }: VmaFrame, p: Packer): void {
  const v = k.mm.vmas;
  p.put(v.vmFlags[id]!);
  p.put(v.vmStart[id]! - base);
  p.put(v.vmEnd[id]! - v.vmStart[id]!);
  p.put(v.vmFile[id]!);
  // Offsets of anonymous memory are mostly its address.
  p.put(v.vmPgoff[id]! - (v.vmFile[id]! < 0 ? v.vmStart[id]! : 0));
  p.put(v.anonName[id]!);
  p.put(v.vmSpecial[id]!);
  p.flag(v.vmLockSeq[id] === k.mm.mmLockSeq.value);
  const anonVma = v.anonVma[id]!;
  let rank = anonVmas === null ? anonVma : anonVmas.indexOf(anonVma);
  if (anonVmas !== null && rank < 0) rank = anonVmas.push(anonVma) - 1;
  p.put(rank);
}

export function restoreVma(k: Kernel, id: number, base: number, u: Unpacker): void {
  const v = k.mm.vmas;
  v.vmFlags[id] = u.get();
  const start = base + u.get();
  v.vmStart[id] = start;
  v.vmEnd[id] = start + u.get();
  v.vmFile[id] = u.get();
  v.vmPgoff[id] = u.get() + (v.vmFile[id]! < 0 ? start : 0);
  v.anonName[id] = u.get();
  v.vmSpecial[id] = u.get();
  v.vmLockSeq[id] = u.flag() ? k.mm.mmLockSeq.value : NEVER_LOCKED;
  v.anonVma[id] = u.get();
}

export function restoreFreeVma(k: Kernel, id: number): void {
  k.mm.vmas.vmStart[id] = FREE_POINTER_PAGE + id;
}

/** What follows from the VMAs: the next anon_vma, mappings of each special kind. */
export function restoreDerived(k: Kernel): void {
  const v = k.mm.vmas;
  const { refcnt } = k.specials;
  refcnt.fill(0);
  let anonVma = NO_ANON_VMA;
  for (let id = 0; id < v.used; id++) {
    if (isFree(k, id)) continue;
    anonVma = Math.max(anonVma, v.anonVma[id]!);
    if (v.vmSpecial[id] !== NO_SPECIAL) k.specials.get(v.vmSpecial[id]!);
  }
  k.mm.nextAnonVma = anonVma + 1;
}

export function saveTree(tree: VmaTree, base: number, p: Packer): void {
  p.put(tree.leafCount);
  for (let index = 0; index < tree.leafCount; index++) {
    const leaf = tree.directory[index]!;
    const count = tree.counts[leaf]!;
    p.put(count);
    for (let slot = 0; slot < count; slot++) {
      const end = tree.ends[leaf * LEAF_SLOTS + slot]!;
      p.put(end === TREE_END ? 0 : end - base);
      p.put(tree.vmas[leaf * LEAF_SLOTS + slot]!);
    }
  }
}

/** Leaves get the numbers of their places; a dead leaf that a cursor stands on comes after them. */
export function restoreTree(tree: VmaTree, base: number, u: Unpacker): void {
  const leaves = u.get();
  tree.beginRestore(leaves);
  let start = 0;
  for (let leaf = 0; leaf < leaves; leaf++) {
    const count = u.get();
    tree.starts[leaf] = start;
    tree.counts[leaf] = count;
    for (let slot = 0; slot < count; slot++) {
      const end = u.get();
      start = leaf === leaves - 1 && slot === count - 1 ? TREE_END : base + end;
      tree.ends[leaf * LEAF_SLOTS + slot] = start;
      tree.vmas[leaf * LEAF_SLOTS + slot] = u.get();
    }
  }
}

// --- What any step may change -------------------------------------------------------------------

export function saveMmapLock(k: Kernel, p: Packer): void {
  const lock = k.mm.mmapLock;
  p.put(lock.writerId);
  p.put(lock.readerCount);
  p.flag(lock.handoff);
  p.put(lock.waiters.size);
  for (let i = 0; i < lock.waiters.size; i++) {
    p.put(lock.waiters.at(i));
    p.put(lock.wants.at(i));
  }
}

export function restoreMmapLock(k: Kernel, u: Unpacker): void {
  const lock = k.mm.mmapLock;
  lock.writerId = u.get();
  lock.readerCount = u.get();
  lock.handoff = u.flag();
  lock.waiters.clear();
  lock.wants.clear();
  for (let n = u.get(); n > 0; n--) {
    lock.waiters.push(u.get());
    lock.wants.push(u.get());
  }
}

/** The writer that waits for the readers of a VMA to leave. */
export function saveDrain(k: Kernel, p: Packer): void {
  const wait = k.vmaWriterWait;
  p.put(wait.taskId);
  if (wait.taskId < 0) return;
  p.put(wait.vma);
  p.put(wait.target);
}

export function restoreDrain(k: Kernel, u: Unpacker): void {
  const wait = k.vmaWriterWait;
  wait.taskId = u.get();
  wait.vma = wait.taskId < 0 ? -1 : u.get();
  wait.target = wait.taskId < 0 ? 0 : u.get();
}

/** Of files and names. */
export function saveReferences(k: Kernel, p: Packer): void {
  const { files, names } = k;
  p.put(files.count);
  for (let file = 0; file < files.count; file++) p.put(files.refcnt[file]!);
  p.put(names.used);
  for (let name = 0; name < names.used; name++) p.put(names.refcnt[name]!);
  p.list(names.freeSlots);
}

export function restoreReferences(k: Kernel, u: Unpacker): void {
  const { files, names } = k;
  const count = u.get();
  for (let file = 0; file < count; file++) files.refcnt[file] = u.get();
  const used = u.get();
  for (let name = 0; name < used; name++) names.refcnt[name] = u.get();
  u.list(names.freeSlots);
}

/**
 * RCU: for each open section its task, in the order in which they began, with the names that have
 * died before it began and after the one before. (Tree leaves: see saveCursor.)
 */
export function saveRcu(k: Kernel, p: Packer): void {
  const { open, deferred } = k.rcu;
  const names =
    deferred.length === 0
      ? deferred
      : k.rcu.waiting.filter((item) => item.free === k.names.freeLater);
  p.put(open.length);
  let from = 0;
  for (const section of open) {
    p.put(k.tasks.findIndex((t) => t.rcuSection === section));
    saveNames(names, from, section, p);
    from = section;
  }
  saveNames(names, from, Number.POSITIVE_INFINITY, p);
}

/** Those that died in sections [from, before). */
function saveNames(names: readonly Deferred[], from: number, before: number, p: Packer): void {
  if (names.length === 0) p.put(0);
  else p.list(names.filter((n) => n.section >= from && n.section < before).map((n) => n.id));
}

export function restoreRcu(k: Kernel, u: Unpacker): void {
  const { rcu } = k;
  rcu.reset();
  for (const t of k.tasks) t.rcuSection = 0;
  for (let n = u.get(); n > 0; n--) {
    const owner = u.get();
    deferNames(k, u);
    const section = ++rcu.sections;
    k.tasks[owner]!.rcuSection = section;
    rcu.open.push(section);
  }
  deferNames(k, u);
}

function deferNames({ rcu, names }: Kernel, u: Unpacker): void {
  for (let n = u.get(); n > 0; n--) {
    rcu.deferred.push({ section: rcu.sections, readyNs: 0, free: names.freeLater, id: u.get() });
  }
}

/** All of it, for comparison only. @param base a page near which addresses lie */
export function saveKernel(k: Kernel, base: number, p: Packer): void {
  const { vmas } = k.mm;
  saveMm(k, p);
  p.put(k.mm.mmLockSeq.value % 2);
  saveTree(k.mm.tree, base, p);
  const frame = { base, anonVmas: [NO_ANON_VMA] };
  for (let id = 0; id < vmas.used; id++) {
    p.put(vmas.vmRefcnt[id]!);
    p.flag(isFree(k, id));
    if (!isFree(k, id)) saveVma(k, id, frame, p);
  }
  saveMmapLock(k, p);
  saveDrain(k, p);
  saveReferences(k, p);
  saveRcu(k, p);
}
