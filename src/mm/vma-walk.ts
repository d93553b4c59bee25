/**
 * Looks VMAs up and reads them as a maps reader does: the walk, the copy of a VMA that may change
 * meanwhile, and the pins on the file and the name of the copy.
 *
 * A copy without a lock is not atomic: it is taken in three steps (range; flags and offset; file
 * and name), so it can hold fields of different moments.
 * Source: linux-mm, "[PATCH v3 7/8] mm/maps: read proc/pid/maps under RCU", 18 Apr 2025
 * (get_vma_snapshot); v6.18 include/linux/mm.h vma_next.
 */
import { assert } from '../base/assert.ts';
import type { Task } from '../sim/task.ts';
import type { Kernel } from './kernel.ts';
import { KernelFault } from './kernel-fault.ts';
import { NO_FILE, NO_NAME, NO_SPECIAL, NO_VMA } from './layout.ts';
import type { PrintedVma } from './line.ts';
import { type VmaCursor, WALK_NEXT, WALK_NEXT_LEAF } from './vma-tree.ts';

/** What a walking task keeps. */
export interface VmaWalker extends Task, VmaCursor {
  /** The VMA found last, or NO_VMA. */
  found: number;
  /** The copy of it. */
  readonly copy: PrintedVma;
  /** The copy has been begun since the record was looked up. */
  copied: boolean;
  pinnedFile: number;
  pinnedName: number;
}

/** vma_iter_set: look up again from this page. */
export function vmaIterSet(k: Kernel, r: VmaWalker, page: number): void {
  k.mm.tree.setCursor(r, page);
}

/** vma_next: sets r.found. */
export function vmaNext(k: Kernel, r: VmaWalker): void {
  const { tree } = k.mm;
  r.found = tree.nextVma(r);
  r.copied = false;
  if (tree.lastWalk === WALK_NEXT) k.spend(k.costs.treeNext);
  else if (tree.lastWalk === WALK_NEXT_LEAF) k.spend(k.costs.treeNextLeaf);
  else k.spend(k.costs.treeLookup);
}

/** The range of the VMA found, as it is now. One access. */
export function loadVmaRange(k: Kernel, r: VmaWalker): void {
  assert(r.found !== NO_VMA, 'walk: fields of no VMA');
  r.copy.start = k.mm.vmas.vmStart[r.found]!;
  r.copy.end = k.mm.vmas.vmEnd[r.found]!;
}

/** Flags and offset. One access. */
export function loadVmaFlags(k: Kernel, r: VmaWalker): void {
  r.copy.flags = k.mm.vmas.vmFlags[r.found]!;
  r.copy.pgoff = k.mm.vmas.vmPgoff[r.found]!;
}

/** The pointers to file and name, and vm_ops. One access. */
export function loadVmaNames(k: Kernel, r: VmaWalker): void {
  r.copy.file = k.mm.vmas.vmFile[r.found]!;
  r.copy.name = k.mm.vmas.anonName[r.found]!;
  r.copy.special = k.mm.vmas.vmSpecial[r.found]!;
}

/** All fields at once: only while a lock keeps the VMA still. */
export function loadVma(k: Kernel, r: VmaWalker): void {
  loadVmaRange(k, r);
  loadVmaFlags(k, r);
  loadVmaNames(k, r);
}

/** First of the three steps of a copy without a lock. */
export function copyVmaRange(k: Kernel, r: VmaWalker): void {
  loadVmaRange(k, r);
  r.copied = true;
  k.spend(k.vmaCopyNs[0]);
}

/** Second step. */
export function copyVmaFlags(k: Kernel, r: VmaWalker): void {
  loadVmaFlags(k, r);
  k.spend(k.vmaCopyNs[1]);
}

/** Third step. */
export function copyVmaNames(k: Kernel, r: VmaWalker): void {
  loadVmaNames(k, r);
  k.spend(k.vmaCopyNs[2]);
}

/** get_file_active on the copied pointer: false if the file has no reference left. */
export function pinFile(k: Kernel, r: VmaWalker): boolean {
  assert(r.pinnedFile === NO_FILE, 'pin: the last file is still pinned');
  if (r.copy.file === NO_FILE) return true;
  k.spend(k.costs.filePin);
  if (!k.files.tryGet(r.copy.file)) return false;
  r.pinnedFile = r.copy.file;
  return true;
}

/** anon_vma_name_get_rcu on the copied pointer: false once the last VMA dropped the name. */
export function pinName(k: Kernel, r: VmaWalker): boolean {
  assert(r.pinnedName === NO_NAME, 'pin: the last name is still pinned');
  if (r.copy.name === NO_NAME) return true;
  k.spend(k.costs.namePin);
  if (!k.names.tryGet(r.copy.name)) return false;
  r.pinnedName = r.copy.name;
  return true;
}

/**
 * vm_ops->name on a copy, after the check: special_mapping_name follows vm_private_data, whose
 * owner may be gone. Source: Jann Horn, "Re: [PATCH v3 7/8] mm/maps: read proc/pid/maps under RCU",
 * Apr-May 2025.
 */
export function specialMappingName(k: Kernel, r: VmaWalker): void {
  const { special } = r.copy;
  if (special === NO_SPECIAL || (k.specials.refcnt[special] ?? 0) > 0) return;
  throw new KernelFault(
    'use-after-free',
    `special_mapping_name(): reads the name of ${k.nameTexts.textOf(special)} through a copied VMA`,
    `special ${special}`,
  );
}

/** Lets go of whatever is pinned. */
export function dropPins(k: Kernel, r: VmaWalker): void {
  if (r.pinnedFile !== NO_FILE) k.files.put(r.pinnedFile);
  if (r.pinnedName !== NO_NAME) k.names.put(r.pinnedName);
  r.pinnedFile = NO_FILE;
  r.pinnedName = NO_NAME;
}

/** The pins are forgotten, and so never dropped. @returns how many */
export function forgetPins(r: VmaWalker): number {
  const pins = Number(r.pinnedFile !== NO_FILE) + Number(r.pinnedName !== NO_NAME);
  r.pinnedFile = NO_FILE;
  r.pinnedName = NO_NAME;
  return pins;
}

/** rcu_read_lock */
export function rcuReadLock(k: Kernel, t: Task): void {
  k.spend(k.costs.rcuEnter);
  k.rcu.lock(t, k.nowNs);
}

/** rcu_read_unlock */
export function rcuReadUnlock(k: Kernel, t: Task): void {
  k.spend(k.costs.rcuLeave);
  k.rcu.unlock(t, k.nowNs);
}
