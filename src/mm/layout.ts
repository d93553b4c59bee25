/**
 * The data of the address space that a system call reads while it holds mmap_lock for write, and
 * the changes that it decides on. `mm/plan.ts`, the writers and the oracle share these types.
 */

/** x86-64, in bytes. */
export const PAGE_SIZE = 4096;
/** PMD_SIZE, 2 MiB, in pages. */
export const HUGE_PAGES = 512;

export const NO_VMA = -1;
export const NO_FILE = -1;
export const NO_NAME = -1;
export const NO_ANON_VMA = 0;
export const NO_SPECIAL = 0;

/** vm_flags as modelled. Bits are ours, names are the kernel's. */
export const VM_READ = 1;
export const VM_WRITE = 2;
export const VM_EXEC = 4;
export const VM_SHARED = 8; // VM_MAYSHARE too: the fourth letter is `s`
export const VM_ACCOUNT = 16; // never printed
export const VM_GROWSDOWN = 32;
// Never printed; neighbours that differ in one of them do not merge.
export const VM_NORESERVE = 64; // MAP_NORESERVE: never accounted
export const VM_DONTCOPY = 128; // MADV_DONTFORK
export const VM_DONTDUMP = 256; // MADV_DONTDUMP
export const VM_WIPEONFORK = 512; // MADV_WIPEONFORK
export const VM_MERGEABLE = 1024; // MADV_MERGEABLE
export const VM_HUGEPAGE = 2048; // MADV_HUGEPAGE
export const VM_NOHUGEPAGE = 4096; // MADV_NOHUGEPAGE, MAP_STACK since 6.7
export const VM_SEQ_READ = 8192; // MADV_SEQUENTIAL
export const VM_RAND_READ = 16384; // MADV_RANDOM
export const VM_LOCKED = 32768; // mlock, MAP_LOCKED
export const VM_PROT = VM_READ | VM_WRITE | VM_EXEC;

/**
 * One VMA, by value. `id` is the slot in the VMA arena; a plan numbers the VMAs that it will
 * allocate -2, -3, … (see `freshId` in plan.ts).
 */
export interface VmaRecord {
  id: number;
  start: number; // page
  end: number; // page, exclusive
  flags: number;
  pgoff: number; // pages; of anonymous memory too (kernel-facts: its address at creation)
  file: number; // id in the file table, or NO_FILE
  name: number; // id in the anon_vma_name table, or NO_NAME
  anonVma: number; // NO_ANON_VMA while untouched
  special: number; // interned text of vm_ops->name, or NO_SPECIAL
}

/** Field by field: an object spread of these costs V8 ten times as much. */
export const recordOf = (v: Omit<VmaRecord, 'id'>, id: number): VmaRecord => ({
  id,
  start: v.start,
  end: v.end,
  flags: v.flags,
  pgoff: v.pgoff,
  file: v.file,
  name: v.name,
  anonVma: v.anonVma,
  special: v.special,
});

export const copyRecord = (v: VmaRecord): VmaRecord => recordOf(v, v.id);

/** The address space as its writer sees it. */
export interface Layout {
  readonly mapCount: number;
  readonly startBrk: number; // page
  readonly brk: number; // page
  readonly mmapBase: number; // page
  readonly taskSize: number; // page, the end of user space
  /** Pages of 4 KiB in a page of the machine. */
  readonly pagesPerPage: number;
  /** A page of the main stack, from which growStack looks for its low end, or -1. */
  readonly startStack: number;
  /** The first VMA whose end is above `page`, or NO_VMA. Like find_vma(). */
  findVma(page: number): number;
  /** The VMA after this one by address, or NO_VMA. */
  nextVma(id: number): number;
  /** The VMA before this one, or NO_VMA; before NO_VMA comes the last of all. */
  prevVma(id: number): number;
  /** A fresh copy of the VMA's fields. */
  record(id: number): VmaRecord;
  /** Whether two anon_vma_name ids have the same text (both NO_NAME: yes). */
  sameName(a: number, b: number): boolean;
  /** Whether the file is the one behind shared anonymous memory, the only kind that has a name. */
  isAnonShmem(file: number): boolean;
  /** Start of the highest gap below mmapBase that holds so many pages on this border, or -1. */
  highestGap(pages: number, alignPages: number): number;
  /** A number for an anon_vma that no VMA has had yet. */
  newAnonVma(): number;
}
