/**
 * What readers remember of the kernel, in a saved world: where their cursors stand, whether their
 * sample of the counter is still good, and the fields of freed VMAs that they still hold on to.
 *
 * All three depend on what writers do, so they are a portion of their own beside the readers'
 * registers.
 */
import type { Packer, Unpacker } from '../base/packed.ts';
import type { Kernel } from '../mm/kernel.ts';
import { NEVER_LOCKED } from '../mm/vma.ts';
import { TREE_END } from '../mm/vma-tree.ts';
import type { Reader } from '../proc/reader.ts';
import { isFree, RESTORED_SEQ } from './save-kernel.ts';

/** What `r` remembers: the VMA found, a cursor. Whether its sample is good is said elsewhere. */
export function saveReaderView(k: Kernel, r: Reader, base: number, p: Packer): void {
  p.put(r.found);
  const { vmLockSeq } = k.mm.vmas;
  const freed = r.found >= 0 && isFree(k, r.found);
  p.flag(freed && vmLockSeq[r.found] === k.mm.mmLockSeq.value);
  saveCursor(k, r, base, p);
  if (freed) saveFreed(k, r.found, base, p);
}

/**
 * After the address space and the locks, and after `tree.dropDeadLeaves()`: for all readers or
 * none, in their order.
 */
export function restoreReaderView(k: Kernel, r: Reader, base: number, u: Unpacker): void {
  r.found = u.get();
  const stamped = u.flag();
  restoreCursor(k, r, base, u);
  if (r.found < 0 || !isFree(k, r.found)) return;
  restoreFreed(k, r.found, base, u);
  k.mm.vmas.vmLockSeq[r.found] = stamped ? k.mm.mmLockSeq.value : NEVER_LOCKED;
}

/** Whether the sample of mm_lock_seq is the counter. */
export function isSampleGood(k: Kernel, r: Reader): boolean {
  return r.seqSample === k.mm.mmLockSeq.value;
}

export function restoreSample(k: Kernel, r: Reader, good: boolean): void {
  r.seqSample = good ? k.mm.mmLockSeq.value : RESTORED_SEQ - 2;
}

function saveFreed(k: Kernel, id: number, base: number, p: Packer): void {
  const v = k.mm.vmas;
  p.put(v.vmEnd[id]! - base);
  p.put(v.vmPgoff[id]! - (v.vmFile[id]! < 0 ? base : 0));
  p.put(v.vmFlags[id]!);
  p.put(v.vmFile[id]!);
  p.put(v.anonName[id]!);
  p.put(v.vmSpecial[id]!);
}

function restoreFreed(k: Kernel, id: number, base: number, u: Unpacker): void {
  const v = k.mm.vmas;
  v.vmEnd[id] = base + u.get();
  const pgoff = u.get();
  v.vmFlags[id] = u.get();
  v.vmFile[id] = u.get();
  v.vmPgoff[id] = pgoff + (v.vmFile[id]! < 0 ? base : 0);
  v.anonName[id] = u.get();
  v.vmSpecial[id] = u.get();
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

/** What a reader's cursor is, whatever its leaf is called: stands behind the VMA found. */
const NOT_STARTED = 0;
export const ON_LIVE_LEAF = 1;
export const ON_DEAD_LEAF = 2;
const ON_FREED_LEAF = 3;

function saveCursor(k: Kernel, r: Reader, base: number, p: Packer): void {
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
  p.put(sectionsBefore(k, r.itLeaf));
}

/** A dead leaf is freed when every section that was open at its death has ended: how many. */
function sectionsBefore({ rcu, names }: Kernel, leaf: number): number {
  for (const { id, free, section } of rcu.waiting) {
    if (id !== leaf || free === names.freeLater) continue;
    let open = 0;
    while (open < rcu.open.length && rcu.open[open]! <= section) open++;
    return open;
  }
  return 0;
}

function restoreCursor(k: Kernel, r: Reader, base: number, u: Unpacker): void {
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
    deferLeaf(k, r.itLeaf, u.get());
  }
  r.itGen = tree.gens[r.itLeaf]!;
}

/** The leaf waits for so many of the sections that are open. */
function deferLeaf({ rcu, mm }: Kernel, leaf: number, waitsFor: number): void {
  const section = waitsFor === 0 ? 0 : rcu.open[waitsFor - 1]!;
  rcu.deferred.push({ section, readyNs: 0, free: mm.tree.freeLater, id: leaf });
  rcu.deferred.sort((a, b) => a.section - b.section);
}
