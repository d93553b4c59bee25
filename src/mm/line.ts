/**
 * A line of maps as numbers, with the same information as its text.
 *
 * Two lines have the same text exactly when their six numbers are equal: `device` and `name` are
 * interned by what is printed, so two opens of one file share them. This file also decides the name
 * of a VMA, for the printing code and for the oracle.
 *
 * Source: v6.18 fs/proc/task_mmu.c show_map_vma, get_vma_name; include/linux/mm.h
 * vma_is_initial_heap, vma_is_initial_stack.
 */
import type { Kernel } from './kernel.ts';
import { NO_FILE, NO_NAME, NO_SPECIAL, VM_PROT, VM_SHARED } from './layout.ts';

/** Numbers per line, in the order START … NAME. */
export const LINE_FIELDS = 6;
export const LINE_START = 0; // page
export const LINE_END = 1; // page, exclusive
export const LINE_PERMS = 2; // VM_READ | VM_WRITE | VM_EXEC | VM_SHARED
export const LINE_OFFSET = 3; // pages as printed: 0 for anonymous memory
export const LINE_DEVICE = 4; // id in Kernel.deviceTexts; 0 is `00:00 0`
export const LINE_NAME = 5; // id in Kernel.nameTexts; 0 is none

/** The gate VMA, [vsyscall]: one page at the top of the address space. */
export const GATE_PAGE = 0xffffffffff600;

/** A line by value. */
export interface Line {
  readonly start: number;
  readonly end: number;
  readonly perms: number;
  readonly offset: number;
  readonly device: number;
  readonly name: number;
}

/** The fields of a VMA that a line is made from, wherever they were read. */
export interface PrintedVma {
  start: number;
  end: number;
  flags: number;
  pgoff: number;
  file: number;
  name: number;
  special: number;
}

/** Which text the name column has; id in Kernel.nameTexts. `brk` is mm->brk in pages. */
function nameTextOf(k: Kernel, v: PrintedVma, brk: number): number {
  if (v.file !== NO_FILE) {
    if (v.name === NO_NAME) return k.files.pathText[v.file]!;
    return anonNameText(k, v.name, '[anon_shmem:');
  }
  if (v.special !== NO_SPECIAL) return v.special;
  const { startBrk, startStack } = k.mm;
  if (v.start < brk && v.end > startBrk) return k.nameTexts.idOf('[heap]');
  if (startStack >= 0 && v.start <= startStack && v.end >= startStack) {
    return k.nameTexts.idOf('[stack]');
  }
  return v.name === NO_NAME ? 0 : anonNameText(k, v.name, '[anon:');
}

function anonNameText(k: Kernel, name: number, prefix: string): number {
  const text = k.nameTexts.textOf(k.names.text[name]!);
  // A label of an older kernel, such as [stack:4711]: no name that prctl takes has brackets.
  return k.nameTexts.idOf(text.startsWith('[') ? text : `${prefix}${text}]`);
}

/** Writes the six numbers of the line at `at`. */
export function lineOf(
  k: Kernel,
  v: PrintedVma,
  brk: number,
  into: Float64Array,
  at: number,
): void {
  const file = v.file !== NO_FILE;
  into[at + LINE_START] = v.start;
  into[at + LINE_END] = v.end;
  into[at + LINE_PERMS] = v.flags & (VM_PROT | VM_SHARED);
  into[at + LINE_OFFSET] = file || k.mm.anonOffsets ? v.pgoff : 0;
  into[at + LINE_DEVICE] = file ? k.files.deviceText[v.file]! : 0;
  into[at + LINE_NAME] = nameTextOf(k, v, brk);
}
