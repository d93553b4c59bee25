/**
 * The kernel's part of a saved world: whatever a later step could tell apart, and nothing else.
 *
 * Numbers that only grow are saved as what they are compared for: the sequence counter as its parity,
 * a sample or a VMA's stamp as "equal to it" or not (once behind it stays behind), RCU sections and
 * frees that wait by their order, anon_vmas by their order of appearance. What nobody can look at any
 * more is left out: free slots, the leaves of dead nodes, statistics, times. So two worlds that go on
 * alike have equal bytes (VMA and name slots are told apart by number, which costs some equality).
 *
 * Left out: cache lines, spinners (searches have neither), files made by shared anonymous mappings
 * keep their place in the table.
 */
import type { Packer, Unpacker } from '../base/packed.ts';
import type { Kernel } from '../mm/kernel.ts';
import { NO_ANON_VMA } from '../mm/layout.ts';
import { FREE_POINTER_PAGE, NEVER_LOCKED } from '../mm/vma.ts';
import { LEAF_SLOTS, TREE_END, type VmaTree } from '../mm/vma-tree.ts';
import type { Reader } from '../proc/reader.ts';

/** Kinds of slot. */
const UNSEEN = 0; // free, and no reader has its number
const FREED = 1; // free, but a reader may still look at its fields
const USED = 2;

/** @param base a page near which addresses lie, so that they pack well */
export function saveKernel(k: Kernel, readers: readonly Reader[], base: number, p: Packer): void {
  const { mm } = k;
  const lock = mm.mmapLock;
  p.put(lock.writerId);
  p.put(lock.readerCount);
  p.flag(lock.handoff);
  p.put(lock.waiters.size);
  for (let i = 0; i < lock.waiters.size; i++) {
    p.put(lock.waiters.at(i));
    p.put(lock.wants.at(i));
  }
  p.put(mm.mmLockSeq.value % 2);
  p.put(mm.brk - mm.startBrk);
  p.put(mm.mapCount);
  p.put(k.vmaWriterWait.taskId);
  p.put(k.vmaWriterWait.vma);
  p.put(k.vmaWriterWait.target);
  saveVmas(k, readers, base, p);
  saveTree(mm.tree, base, p);
  p.put(k.files.count);
  for (let file = 0; file < k.files.count; file++) p.put(k.files.refcnt[file]!);
  saveNames(k, p);
  saveRcu(k, p);
}

export function restoreKernel(k: Kernel, base: number, u: Unpacker): void {
  const { mm } = k;
  const lock = mm.mmapLock;
  lock.writerId = u.get();
  lock.readerCount = u.get();
  lock.handoff = u.flag();
  lock.waiters.clear();
  lock.wants.clear();
  for (let n = u.get(); n > 0; n--) {
    lock.waiters.push(u.get());
    lock.wants.push(u.get());
  }
  mm.mmLockSeq.value = RESTORED_SEQ + u.get();
  mm.brk = mm.startBrk + u.get();
  mm.mapCount = u.get();
  k.vmaWriterWait.taskId = u.get();
  k.vmaWriterWait.vma = u.get();
  k.vmaWriterWait.target = u.get();
  restoreVmas(k, base, u);
  restoreTree(mm.tree, base, u);
  k.files.count = u.get();
  for (let file = 0; file < k.files.count; file++) k.files.refcnt[file] = u.get();
  restoreNames(k, u);
  restoreRcu(k, u);
}

/** The counter of a restored world, when it is even; samples that are behind are 0. */
export const RESTORED_SEQ = 2;

function saveVmas(k: Kernel, readers: readonly Reader[], base: number, p: Packer): void {
  const v = k.mm.vmas;
  const anonVmas: number[] = [NO_ANON_VMA];
  p.put(v.used);
  for (let id = 0; id < v.used; id++) {
    const free = v.vmRefcnt[id] === 0 && v.vmStart[id] === FREE_POINTER_PAGE + id;
    const seen = !free || readers.some((r) => r.found === id);
    p.put(free ? (seen ? FREED : UNSEEN) : USED);
    if (!seen) continue;
    if (!free) p.put(v.vmStart[id]! - base);
    p.put(v.vmEnd[id]! - base);
    // Offsets of anonymous memory are its address at creation.
    p.put(v.vmPgoff[id]! - (v.vmFile[id]! < 0 ? base : 0));
    p.put(v.vmFlags[id]!);
    p.put(v.vmFile[id]!);
    p.put(v.anonName[id]!);
    p.put(v.vmSpecial[id]!);
    p.put(v.vmRefcnt[id]!);
    p.flag(v.vmLockSeq[id] === k.mm.mmLockSeq.value);
    let rank = anonVmas.indexOf(v.anonVma[id]!);
    if (rank < 0) rank = anonVmas.push(v.anonVma[id]!) - 1;
    p.put(rank);
  }
  p.list(v.freeSlots);
}

function restoreVmas(k: Kernel, base: number, u: Unpacker): void {
  const v = k.mm.vmas;
  v.used = u.get();
  v.reserve(v.used);
  let anonVmas = 0;
  for (let id = 0; id < v.used; id++) {
    const kind = u.get();
    v.vmRefcnt[id] = 0;
    v.vmStart[id] = FREE_POINTER_PAGE + id;
    if (kind === UNSEEN) continue;
    if (kind === USED) v.vmStart[id] = base + u.get();
    v.vmEnd[id] = base + u.get();
    const pgoff = u.get();
    v.vmFlags[id] = u.get();
    v.vmFile[id] = u.get();
    v.vmPgoff[id] = pgoff + (v.vmFile[id]! < 0 ? base : 0);
    v.anonName[id] = u.get();
    v.vmSpecial[id] = u.get();
    v.vmRefcnt[id] = u.get();
    v.vmLockSeq[id] = u.flag() ? k.mm.mmLockSeq.value : NEVER_LOCKED;
    v.anonVma[id] = u.get();
    anonVmas = Math.max(anonVmas, v.anonVma[id]!);
  }
  k.mm.nextAnonVma = anonVmas + 1;
  u.list(v.freeSlots);
}

function saveTree(tree: VmaTree, base: number, p: Packer): void {
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
function restoreTree(tree: VmaTree, base: number, u: Unpacker): void {
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

function saveNames(k: Kernel, p: Packer): void {
  p.put(k.names.used);
  for (let name = 0; name < k.names.used; name++) {
    p.put(k.names.text[name]!);
    p.put(k.names.refcnt[name]!);
  }
  p.list(k.names.freeSlots);
}

function restoreNames(k: Kernel, u: Unpacker): void {
  k.names.restoreUsed(u.get());
  for (let name = 0; name < k.names.used; name++) {
    k.names.text[name] = u.get();
    k.names.refcnt[name] = u.get();
  }
  u.list(k.names.freeSlots);
}

/**
 * RCU: for each open section its task, in the order in which they began, with the names that have
 * died before it began and after the one before. (Tree leaves: see saveCursor.)
 */
function saveRcu(k: Kernel, p: Packer): void {
  const { open, deferred } = k.rcu;
  const names = deferred.filter((item) => item.free === k.names.freeLater);
  const owner = (section: number): number => k.tasks.findIndex((t) => t.rcuSection === section);
  p.put(open.length);
  let from = 0;
  for (const section of open) {
    p.put(owner(section));
    const ids = names.filter((n) => n.section >= from && n.section < section).map((n) => n.id);
    p.list(ids);
    from = section;
  }
  p.list(names.filter((n) => n.section >= from).map((n) => n.id));
}

function restoreRcu(k: Kernel, u: Unpacker): void {
  const { rcu } = k;
  rcu.open.length = 0;
  rcu.deferred = [];
  rcu.sections = 0;
  for (const t of k.tasks) t.rcuSection = 0;
  const ids: number[] = [];
  const defer = (): void => {
    u.list(ids);
    for (const id of ids) {
      rcu.deferred.push({ section: rcu.sections, readyNs: 0, free: k.names.freeLater, id });
    }
  };
  for (let n = u.get(); n > 0; n--) {
    const owner = u.get();
    defer();
    const section = ++rcu.sections;
    k.tasks[owner]!.rcuSection = section;
    rcu.open.push(section);
  }
  defer();
}

/** The end of a range, or of the tree (0). */
function putEnd(page: number, base: number, p: Packer): void {
  if (page === TREE_END) p.put(0);
  else p.put(page >= base ? page - base + 1 : page - base);
}

function getEnd(base: number, u: Unpacker): number {
  const value = u.get();
  if (value === 0) return TREE_END;
  return value > 0 ? base + value - 1 : base + value;
}

/** What a reader's cursor is, whatever its leaf is called. */
const NOT_STARTED = 0;
const ON_LIVE_LEAF = 1;
const ON_DEAD_LEAF = 2;
const ON_FREED_LEAF = 3;

export function saveCursor(k: Kernel, r: Reader, base: number, p: Packer): void {
  const { tree } = k.mm;
  if (r.itLeaf < 0) {
    p.put(NOT_STARTED);
    p.put(r.itPage === 0 ? 0 : r.itPage - base);
    p.flag(r.itPage === 0);
    return;
  }
  if (tree.gens[r.itLeaf] !== r.itGen) {
    p.put(ON_FREED_LEAF);
    return;
  }
  if (tree.isLive(r.itLeaf)) {
    p.put(ON_LIVE_LEAF);
    p.put(tree.directory.indexOf(r.itLeaf));
    p.put(r.itSlot);
    putEnd(r.itPage, base, p);
    return;
  }
  p.put(ON_DEAD_LEAF);
  putEnd(r.itPage, base, p);
  // It is freed when every section that was open at its death has ended: how many of those now open.
  const entry = k.rcu.deferred.find(
    (item) => item.id === r.itLeaf && item.free !== k.names.freeLater,
  );
  p.put(entry === undefined ? 0 : k.rcu.open.filter((section) => section <= entry.section).length);
}

export function restoreCursor(k: Kernel, r: Reader, base: number, u: Unpacker): void {
  const { tree } = k.mm;
  const kind = u.get();
  r.itGen = 0;
  r.itSlot = 0;
  if (kind === NOT_STARTED) {
    const from = base + u.get();
    r.itLeaf = -1;
    r.itPage = u.flag() ? 0 : from;
    return;
  }
  if (kind === ON_FREED_LEAF) {
    r.itLeaf = 0;
    r.itGen = -1; // no leaf has this generation
    return;
  }
  if (kind === ON_LIVE_LEAF) {
    r.itLeaf = u.get();
    r.itSlot = u.get();
    r.itPage = getEnd(base, u);
  } else {
    r.itLeaf = tree.restoreDeadLeaf();
    r.itPage = getEnd(base, u);
    const waitsFor = u.get();
    const { open, deferred } = k.rcu;
    const section = waitsFor === 0 ? 0 : open[waitsFor - 1]!;
    deferred.push({ section, readyNs: 0, free: tree.freeLater, id: r.itLeaf });
    deferred.sort((a, b) => a.section - b.section);
  }
  r.itGen = tree.gens[r.itLeaf]!;
}
