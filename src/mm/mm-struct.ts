/**
 * mm_struct: one address space with its tree, its VMAs, brk, and the locks that protect them.
 *
 * Source: v6.18 include/linux/mm_types.h struct mm_struct.
 */
import type { MmapLock } from './rw-semaphore.ts';
import type { VmaArena } from './vma.ts';
import type { VmaTree } from './vma-tree.ts';

/** sysctl vm.max_map_count */
export const MAX_MAP_COUNT = 65_530;

/** mm_lock_seq: counts write sections. What counts is in mm-lock-seq.ts. */
export class MmLockSeq {
  /** 32 bits, as in the kernel. */
  value = 0;
  /** For cacheLineMove: how often the line changed, and on whose CPU last. */
  line = 0;
  lineCpu = -1;
}

export const NO_WAITER = -1;

/** mm->vma_writer_wait: at most one drainer, since it holds mmap_lock for write. */
export class VmaWriterWait {
  taskId = NO_WAITER;
  vma = -1;
  /** It goes on when vm_refcnt is this. */
  target = 0;
}

export interface MmStruct {
  readonly vmas: VmaArena;
  readonly tree: VmaTree;
  readonly mmapLock: MmapLock;
  readonly mmLockSeq: MmLockSeq;
  mapCount: number;
  /** Pages. */
  startBrk: number;
  brk: number;
  /** mm->start_stack, in pages; -1 without a stack. */
  startStack: number;
  /** Top of the area where mmap without address looks, in pages. */
  mmapBase: number;
  /** The address space has the x86-64 gate VMA, [vsyscall]. */
  gate: boolean;
  /** Its line, with the newline. */
  readonly gateLine: Uint8Array;
  /** TASK_SIZE, in pages. */
  readonly taskSize: number;
  /** Pages of 4 KiB in a page of the machine: where VMAs may begin and end. */
  readonly pagesPerPage: number;
  /** Anonymous memory is printed with its offset, as before 2.6.30. */
  readonly anonOffsets: boolean;
  nextAnonVma: number;
}
