/**
 * What one system call does to the address space, as a list of indivisible actions.
 *
 * While a task holds mmap_lock for write, no other task changes the tree or a VMA, so all actions
 * of a call are known when it gets the lock. `writers/*.ts` compute them as a Plan; `mm/act.ts`
 * executes the Plan, one action per step, so that readers without the lock can see every state in
 * between. The order of the actions is the kernel's: fields before the tree in a split or merge,
 * the tree before the fields in a shrink, write-locking before both.
 *
 * Source: v6.18 mm/vma.c __split_vma, commit_merge, vma_shrink, vms_gather_munmap_vmas,
 * vms_complete_munmap_vmas.
 */
import type { CostName } from './costs.ts';
import { NO_FILE, VM_SHARED, type VmaRecord } from './layout.ts';

/** Kinds of action. Operands are written (vma, a, b); unused ones are 0. */
export const ACT = {
  /** Find VMAs, check arguments: time only. */
  lookup: 0,
  /**
   * vm_area_alloc / vm_area_dup of fresh VMA `vma`, fields from Plan.fresh; takes file and name
   * refs.
   */
  vmaAlloc: 1,
  /** vma_start_write(vma): may sleep until the VMA's readers have left. */
  vmaStartWrite: 2,
  /** vm_start := a, vm_end := b. */
  setRange: 3,
  /** vm_pgoff := a. */
  setPgoff: 4,
  /** vm_flags := a. */
  setFlags: 5,
  /** Drop the old anon_vma_name, store name id a (takes a reference). */
  setName: 6,
  /** anon_vma := a. No maps reader looks at it. */
  setAnonVma: 7,
  /** vma_mark_attached: vm_refcnt 0 -> 1. */
  markAttached: 8,
  /** One store of `vma` over pages [a, b) of the tree. */
  treeStore: 9,
  /** One store of nothing over pages [a, b). */
  treeClear: 10,
  /** vma_mark_detached: may sleep for a reader in its try window. */
  markDetached: 11,
  /** fput(vm_file). */
  putFile: 12,
  /** anon_vma_name_put. */
  putName: 13,
  /** vm_area_free: the slot can be reused at once. */
  vmaFree: 14,
  /** mm->brk := a. */
  setBrk: 15,
  /** Page-table work on a pages, b of which are freed: time only. */
  pageTables: 16,
  /** mmap_write_downgrade: the sequence section ends, the rest runs under the read lock. */
  downgrade: 17,
} as const;
export type ActKind = (typeof ACT)[keyof typeof ACT];

/** Numbers for each action in Plan.acts: kind, vma, a, b. */
export const ACT_FIELDS = 4;

/**
 * The arena slot of a VMA that the plan allocates is known only when it is: until then -2 - index.
 */
export const freshId = (index: number): number => -2 - index;
export const freshIndex = (id: number): number => -2 - id;

/**
 * How the time inside the write section is divided: each action's share is its weight over the sum
 * of the plan's weights (each side of a downgrade for itself; the actions that leave MREMAP_FIXED's
 * hole open share `mremapHoleShare`). Engineering judgement: tree stores, page tables and
 * allocations dominate; field stores are nearly free, and so are the two atomics of vma_start_write
 * (5 ns each where nobody else has touched the count).
 */
const WEIGHTS: Readonly<Record<keyof typeof ACT, number>> = {
  lookup: 20,
  vmaAlloc: 15,
  vmaStartWrite: 1,
  setRange: 1,
  setPgoff: 1,
  setFlags: 1,
  setName: 2,
  setAnonVma: 0,
  markAttached: 1,
  treeStore: 15,
  treeClear: 15,
  markDetached: 1,
  putFile: 3,
  putName: 2,
  vmaFree: 5,
  setBrk: 1,
  pageTables: 25,
  downgrade: 2,
};

/** By kind. */
export const ACT_WEIGHT: readonly number[] = Object.entries(ACT).map(
  ([name]) => WEIGHTS[name as keyof typeof ACT],
);

/** Those that planners find come first; recorded calls may have failed in other ways. */
export const ERRNOS = [
  'EINVAL',
  'ENOMEM',
  'EFAULT',
  'EEXIST',
  'EACCES',
  'EBADF',
  'EPERM',
  'EAGAIN',
  'ENODEV',
  'ENFILE',
  'EOVERFLOW',
  'EOPNOTSUPP',
  'ETXTBSY',
  'EINTR',
  'EBUSY',
  'EIO',
  'ENOSYS',
] as const;
export type Errno = (typeof ERRNOS)[number];

/**
 * A stretch of the address space that the call changes: the VMAs in it before and after, rising.
 * `prev` and `next` are the unchanged neighbours (null at the ends of the address space).
 */
export interface PlanWindow {
  readonly prev: VmaRecord | null;
  readonly before: readonly VmaRecord[];
  readonly after: readonly VmaRecord[];
  readonly next: VmaRecord | null;
}

export interface Plan {
  readonly acts: readonly number[];
  /**
   * Index of an act and name of the kernel's function, in turn: where it is not the usual one of
   * that kind.
   */
  readonly functions: readonly (number | string)[];
  /** fresh[i] is what vmaAlloc of freshId(i) fills in. */
  readonly fresh: readonly VmaRecord[];
  readonly errno: Errno | null;
  /** Found before mmap_lock is asked for: no write section at all. */
  readonly beforeLock: boolean;
  /** Some of its acts come after a downgrade, with mmap_lock held for read. */
  readonly downgrades: boolean;
  /** The page that mmap or mremap returns; -1 otherwise. */
  readonly result: number;
  /** What the call costs when nobody is in the way. */
  readonly cost: CostName;
  /** Rising, apart from one another; empty if nothing changes. */
  readonly windows: readonly PlanWindow[];
  /** mm->brk afterwards (page). */
  readonly brk: number;
  readonly mapCount: number; // afterwards
  /** Acts [from, to) run while MREMAP_FIXED has emptied the destination; from = to: none. */
  readonly holeFrom: number;
  readonly holeTo: number;
}

/** In place of a file: that of a shared anonymous mapping, which the call itself makes. */
export const NEW_ANON_SHMEM = -2;

/** The file to map: its own, or for shared anonymous memory one that the call makes. */
export function fileToMap(file: number, flags: number): number {
  if (file >= 0) return file;
  return (flags & VM_SHARED) !== 0 ? NEW_ANON_SHMEM : NO_FILE;
}

/** In place of the start of `name`: what the operation's first call has returned. */
export const FIRST_RESULT = -1;

/** In place of a start, a length or a break: what the operation picks when it begins. */
export const PICKED = -3;

/**
 * A system call: pages, flag bits, ids of the file and name tables. Programs, churns and traces
 * say it with places that stand open until it is about to be made: those above, and names.
 */
export type Call =
  | { readonly call: 'munmap'; readonly start: number; readonly pages: number }
  | {
      readonly call: 'mprotect';
      readonly start: number;
      readonly pages: number;
      readonly prot: number; // VM_READ | VM_WRITE | VM_EXEC
      /** What becomes writable is written to before anyone else can look. */
      readonly touched?: boolean;
    }
  | {
      readonly call: 'madvise'; // the kinds that change flags; mlock and munlock
      readonly start: number;
      readonly pages: number;
      readonly set: number; // bits of vm_flags
      readonly clear: number;
      /** mlock ends at the first gap; madvise goes on behind it. */
      readonly stopAtGap: boolean;
    }
  | {
      readonly call: 'name'; // prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME)
      readonly start: number;
      readonly pages: number;
      readonly name: number;
      /** What the name says (null: nothing) that the call itself makes; `name` stands open. */
      readonly text?: string | null;
    }
  | {
      readonly call: 'mmap';
      readonly start: number; // MAP_FIXED here, or -1: the kernel chooses
      readonly pages: number;
      /** VM_READ | VM_WRITE | VM_EXEC | VM_SHARED, and what MAP_* flags bring. */
      readonly flags: number;
      readonly file: number;
      readonly pgoff: number; // of the file
      readonly touched: boolean; // every page is written to before anyone else can look
    }
  | {
      readonly call: 'mremap';
      readonly start: number;
      readonly pages: number;
      readonly newPages: number;
      readonly to: number; // MREMAP_FIXED here, or -1
      readonly mayMove: boolean;
      readonly dontUnmap: boolean;
    }
  | {
      readonly call: 'brk';
      readonly brk: number; // new break, page
      /** The same in pages from the break before, where that is how it was said. */
      readonly by?: number;
      readonly touched?: boolean;
    }
  /**
   * A recorded call that changed nothing; `locked`: it had mmap_lock for write when that showed.
   */
  | { readonly call: 'noEffect'; readonly errno: Errno | null; readonly locked: boolean }
  | { readonly call: 'fork' }
  | { readonly call: 'growStack'; readonly pages: number };

export type CallOf<Name extends Call['call']> = Extract<Call, { call: Name }>;
