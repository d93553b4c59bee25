/**
 * A recorded system call as mapsim replays it: its thread, its time, and its effect on the address
 * space. If the log has both, the result counts, not the request: an address is the address that
 * the kernel chose, a break is the resulting break.
 *
 * Addresses and lengths are in pages; lengths are rounded up as the kernel rounds them. Paths and
 * names are binary strings as maps prints them.
 */

/** Flags of a mapping that maps does not print and that keep neighbours apart. */
export interface HiddenFlags {
  /** MAP_NORESERVE: VM_NORESERVE, never accounted. */
  readonly noReserve: boolean;
  /** MAP_STACK: VM_NOHUGEPAGE since 6.7. */
  readonly stack: boolean;
  /** MAP_LOCKED: VM_LOCKED. */
  readonly locked: boolean;
  /** MAP_GROWSDOWN: VM_GROWSDOWN. */
  readonly growsDown: boolean;
}

/** What madvise or mlock changes: names of flags to set and to clear. */
export const ADVICE = {
  MADV_NORMAL: { set: '', clear: 'randRead seqRead' },
  MADV_RANDOM: { set: 'randRead', clear: 'seqRead' },
  MADV_SEQUENTIAL: { set: 'seqRead', clear: 'randRead' },
  MADV_DONTFORK: { set: 'dontCopy', clear: '' },
  MADV_DOFORK: { set: '', clear: 'dontCopy' },
  MADV_MERGEABLE: { set: 'mergeable', clear: '' },
  MADV_UNMERGEABLE: { set: '', clear: 'mergeable' },
  MADV_HUGEPAGE: { set: 'hugePage', clear: 'noHugePage' },
  MADV_NOHUGEPAGE: { set: 'noHugePage', clear: 'hugePage' },
  MADV_DONTDUMP: { set: 'dontDump', clear: '' },
  MADV_DODUMP: { set: '', clear: 'dontDump' },
  MADV_WIPEONFORK: { set: 'wipeOnFork', clear: '' },
  MADV_KEEPONFORK: { set: '', clear: 'wipeOnFork' },
  mlock: { set: 'locked', clear: '' },
  munlock: { set: '', clear: 'locked' },
} as const;
export type Advice = keyof typeof ADVICE;

interface Range {
  readonly page: number;
  readonly pages: number;
}

export type TraceAction =
  | (Range & {
      readonly kind: 'mmap';
      /** Four letters, `rw-p`. */
      readonly perms: string;
      /** Index into Trace.paths, or -1 for anonymous memory. */
      readonly path: number;
      readonly offsetPages: number;
      readonly populate: boolean;
      readonly hidden: HiddenFlags;
    })
  | (Range & { readonly kind: 'munmap' })
  | (Range & { readonly kind: 'mprotect'; readonly perms: string }) // three letters
  | (Range & {
      readonly kind: 'mremap';
      readonly newPages: number;
      /** Where it went, or -1 where it stayed. */
      readonly to: number;
      readonly mayMove: boolean;
      readonly dontUnmap: boolean;
    })
  /** The break afterwards, rounded up; `query`: brk(NULL), which only asks. */
  | { readonly kind: 'brk'; readonly page: number; readonly query: boolean }
  | (Range & { readonly kind: 'advise'; readonly advice: Advice })
  | (Range & { readonly kind: 'name'; readonly name: string | null })
  | { readonly kind: 'fork' }
  /** Failed, or changes no VMA; `locked`: found out with mmap_lock held for write. */
  | { readonly kind: 'nothing'; readonly locked: boolean };

export interface TracedCall {
  readonly thread: number;
  readonly syscall: string;
  /** ns since the first line of the log. */
  readonly startNs: number;
  readonly endNs: number;
  /** As the log has it, or null. */
  readonly errno: string | null;
  readonly action: TraceAction;
  /** Line of the log, from 1, that tells the result. */
  readonly line: number;
}

/** Something of a log that is not replayed: what, how often, and where first. */
export interface Remark {
  readonly what: string;
  readonly count: number;
  readonly file: string;
  readonly line: number;
  readonly example: string;
}

export interface Trace {
  /** In the order in which they take effect: that of their returns. */
  readonly calls: readonly TracedCall[];
  /** Paths of mapped files, as maps prints them. */
  readonly paths: readonly string[];
  /** Threads that made them, rising. */
  readonly threads: readonly number[];
  readonly lines: number;
  /** False where the log has no times: only the order is known. */
  readonly timed: boolean;
  /** What was not understood, or could not be applied. */
  readonly notUnderstood: readonly Remark[];
  /** What was understood and left out for a reason: other processes, no return, other times. */
  readonly leftOut: readonly Remark[];
  /** Lines, and parts of lines, of known kinds that say nothing about memory. */
  readonly noise: readonly Remark[];
  /** Processes that the log tells apart, and how many of the calls about memory each made. */
  readonly processes: readonly { readonly process: number; readonly calls: number }[];
  /** The one whose calls these are. */
  readonly process: number;
  /** It called execve, so that the calls are all that its address space is made of. */
  readonly startsWithExec: boolean;
  /** mm->brk (page) before the first change to it, or -1 where the log does not tell. */
  readonly startBrkPage: number;
}
