/**
 * A recorded system call as mapsim replays it: its thread, its time, and its effect on the address
 * space. If the log has both, the result counts, not the request: an address is the address that
 * the kernel chose, a break is the resulting break.
 *
 * Addresses and lengths are in pages; lengths are rounded up as the kernel rounds them. Paths and
 * names are binary strings as maps prints them.
 */

/** Flags of a mapping that maps does not print and that prevent merges with neighbours. */
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

/** The flags that madvise or mlock sets and clears, by name. */
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
      /** Four letters, such as `rw-p`. */
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
      /** The new start, or -1 if the range was not moved. */
      readonly to: number;
      readonly mayMove: boolean;
      readonly dontUnmap: boolean;
    })
  /** The break after the call, rounded up; `query`: brk(NULL), which changes nothing. */
  | { readonly kind: 'brk'; readonly page: number; readonly query: boolean }
  | (Range & { readonly kind: 'advise'; readonly advice: Advice })
  | (Range & { readonly kind: 'name'; readonly name: string | null })
  | { readonly kind: 'fork' }
  /** A call that failed or changes no VMA; `locked`: while it held mmap_lock for write. */
  | { readonly kind: 'nothing'; readonly locked: boolean };

export interface TracedCall {
  readonly thread: number;
  readonly syscall: string;
  /** Time in ns since the first line of the log. */
  readonly startNs: number;
  readonly endNs: number;
  /** Name of the error in the log, or null. */
  readonly errno: string | null;
  readonly action: TraceAction;
  /** Line of the log, from 1, that has the result. */
  readonly line: number;
}

/** Lines or calls of one kind that are not replayed: their kind, number and first place. */
export interface Remark {
  readonly what: string;
  readonly count: number;
  readonly file: string;
  readonly line: number;
  readonly example: string;
}

export interface Trace {
  /** The calls in the order of their returns, which is the order in which they take effect. */
  readonly calls: readonly TracedCall[];
  /** Paths of mapped files, as maps prints them. */
  readonly paths: readonly string[];
  /** The threads that made the calls, in rising order. */
  readonly threads: readonly number[];
  readonly lines: number;
  /** False if the log has no times, only an order. */
  readonly timed: boolean;
  /** Lines and calls that were not understood or could not be applied. */
  readonly notUnderstood: readonly Remark[];
  /** Calls that were understood but omitted: other processes, no return, other times. */
  readonly leftOut: readonly Remark[];
  /** Lines and parts of lines of known kinds that have nothing to do with memory. */
  readonly noise: readonly Remark[];
  /** The processes in the log, each with its number of memory calls. */
  readonly processes: readonly { readonly process: number; readonly calls: number }[];
  /** The process that made the calls. */
  readonly process: number;
  /** The calls begin with execve, so they make the whole address space. */
  readonly startsWithExec: boolean;
  /** mm->brk as a page before the first change, or -1 if the log does not show it. */
  readonly startBrkPage: number;
}
