/**
 * A checked scenario: plain data with all defaults and references resolved, and units in the names.
 *
 * `validate.ts` makes it from a file; `world/build.ts` makes a world from it. Addresses are page
 * indices (the address divided by 4096): exact in a number for the whole 64-bit space, as byte
 * addresses would not be. Times are whole ns. Text that the kernel prints (paths, names) is kept as
 * bytes in a "binary string", one character of 0..255 for each byte, since paths need not be UTF-8.
 */

import type { Choice } from '../base/choice.ts';
import type { Call } from '../mm/plan.ts';
import type { TracedCall } from '../trace/call.ts';
import type { VmaList } from './vma-list.ts';

/** A span of simulated time: fixed, or drawn anew each time it is needed. All in ns. */
export type Duration =
  | number
  | { readonly exp: number } // exponential with this mean
  | { readonly uniform: readonly [number, number] }; // whole ns, both ends included

/** One `struct file` as the scenario names it. Two with equal fields are the same open file. */
export interface FileSpec {
  /** As the kernel prints it: newlines already written as \012, ` (deleted)` included. */
  readonly path: string;
  readonly major: number;
  readonly minor: number;
  /** A bigint only where a number would round it (above 2^53); `${inode}` prints both. */
  readonly inode: number | bigint;
  /** Which open of the file; mappings of different opens never merge. */
  readonly open: number;
}

type Pick = 'first' | 'next' | 'random';

/** A selector, resolved to the ranges that it may pick (indices into Scenario.ranges, rising). */
export interface Selector {
  readonly ranges: ArrayLike<number>;
  readonly pick: Pick;
  /** With pick first: the ranges that it is the first of, if more than one. */
  readonly firstOf?: number;
}

export type Place =
  | { readonly kind: 'at'; readonly page: number; readonly pages: number }
  | {
      readonly kind: 'vma';
      readonly selector: Selector;
      /** Index of the first page in the picked range. */
      readonly page: number;
      /** Number of pages, or null for all that remain of the range. */
      readonly pages: number | null;
    };

/** What a writer does next. */
export type Operation =
  | {
      readonly kind: 'calls';
      /** Of the calls that have PICKED for a start or a length. */
      readonly place: Place | null;
      /** One call, or one and the name of what it maps. */
      readonly calls: readonly Call[];
      /** Time inside the first call's write section, in place of the table's. */
      readonly holdNs: Duration | null;
    }
  | { readonly kind: 'hold'; readonly ns: Duration }
  | { readonly kind: 'pause'; readonly ns: Duration }
  | { readonly kind: 'restore' };

export type Churn =
  | {
      readonly churn: 'split-merge' | 'resize' | 'remap' | 'merge-churn';
      readonly selector: Selector;
    }
  | {
      readonly churn: 'exact-mremap';
      readonly selector: Selector;
      /**
       * spares[i] is the first page of memory to move onto selector.ranges[i]: mapped at the start,
       * at least as long, private, anonymous, with the same r, w and x. In `vmas`, not in `ranges`.
       */
      readonly spares: ArrayLike<number>;
    }
  | {
      readonly churn: 'map-unmap';
      /** Mapped rw-p at the start (it is in `vmas`, not in `ranges`). */
      readonly region: { readonly startPage: number; readonly pages: number };
    }
  | {
      readonly churn: 'flip-pair';
      readonly low: Selector;
      readonly high: Selector;
      readonly everyNs: Duration;
    };

/** Recorded calls, shared by the writers that make them: one for each thread. */
export interface TraceSpec {
  /** In the order in which they take effect. */
  readonly calls: readonly TracedCall[];
  /** Threads of the log, rising; a writer's `slot` is its place here. */
  readonly threads: readonly number[];
  /** For each path of the trace its index into Scenario.files. */
  readonly files: readonly number[];
  /** So many times as fast as it was recorded; null: each call as soon as it may come. */
  readonly speed: number | null;
  /** Private memory counts as written to as soon as it is writable. */
  readonly touched: boolean;
  /** When the first call began, ns since the first line of the log. */
  readonly originNs: number;
}

export type WriterProgram =
  | { readonly kind: 'program'; readonly program: readonly Operation[] }
  | { readonly kind: 'trace'; readonly trace: TraceSpec; readonly slot: number }
  | ({ readonly kind: 'churn' } & Churn);

/** One writer task; `count: n` has been expanded into NAME/0 … NAME/n-1. */
export interface WriterSpec {
  readonly name: string;
  readonly startNs: Duration;
  readonly thinkNs: Duration;
  /** From start to start, in place of thinkNs. */
  readonly everyNs: Duration | null;
  /** Stop after so many operations; null: never. */
  readonly ops: number | null;
  readonly source: WriterProgram;
  readonly cpu: number | null;
  readonly nice: number;
}

/** One reader task; `count: n` has been expanded into NAME/0 … NAME/n-1. */
/** A reader that has seen the end waits, and reads on. */
export interface ReadOnSpec {
  readonly times: number;
  readonly afterNs: Duration;
}

export interface ReaderSpec {
  readonly name: string;
  readonly strategy: Choice;
  readonly passes: number;
  readonly bufferBytes: number;
  readonly readOn: ReadOnSpec | null;
  readonly startNs: Duration;
  readonly thinkNs: Duration;
  /** From start to start, in place of thinkNs. */
  readonly everyNs: Duration | null;
  readonly cpu: number | null;
  readonly nice: number;
}

export interface HogSpec {
  readonly cpu: number;
  readonly runNs: Duration;
  readonly sleepNs: Duration;
  readonly nice: number;
  readonly count: number;
}

/** A cost in ns or a share, or a distribution: `min` plus a log-normal. */
export type GivenCost =
  | number
  | { readonly min: number; readonly p50: number; readonly p99: number };

export interface MachineSpec {
  readonly cpus: number | null; // null: a CPU for every task
  readonly rwsem: 'rwsem' | 'fifo';
  readonly preempt: 'full' | 'none';
  readonly hz: number;
  readonly costs: {
    readonly preset: string;
    readonly overrides: Readonly<Record<string, GivenCost>>;
  };
  /** Sigma of the factor by which costs vary; null: the preset's. */
  readonly jitter: number | null;
  readonly hogs: readonly HogSpec[];
}

/** What kernels and machines have in different ways; the start text tells most of it. */
export interface Era {
  /** TASK_SIZE: where user space ends. */
  readonly taskSizePages: number;
  /** Pages of 4 KiB in a page of the machine. */
  readonly pagesPerPage: number;
  /** Where the name begins in a line, from 0: 73, or 49 on 32-bit kernels. */
  readonly nameColumn: number;
  /** Before 2.6.30: anonymous memory is printed with its address as offset. */
  readonly anonOffsets: boolean;
  /** The gate line as it stood in the text, without its newline; null: none. */
  readonly gateLine: string | null;
}

export interface Scenario {
  /** Base name of the file without its ending; `stdin` for standard input. */
  readonly name: string;
  /** Of the bytes of the scenario file and, in order, of every file that it refers to. */
  readonly sha256: string;
  readonly about: string | null;
  readonly seed: string;
  readonly durationNs: number | null;
  readonly machine: MachineSpec;
  readonly files: readonly FileSpec[];
  /** Rising by address, not overlapping. */
  readonly vmas: VmaList;
  readonly ranges: VmaList;
  /** mm->start_brk and mm->brk in pages (equal where there is no heap). */
  readonly startBrkPage: number;
  readonly brkPage: number;
  /** False where no [heap] line and no trace tells it: then the world puts it out of the way. */
  readonly breakIsTold: boolean;
  /**
   * The page that mm->start_stack lies in, or -1. The address is inside that page, so the VMA that
   * holds the page is `[stack]`, and no other.
   */
  readonly startStackPage: number;
  /** Top of the area from which mmap without address takes the highest gap. */
  readonly mmapBasePage: number;
  /** Whether the text ends with the [vsyscall] line. */
  readonly gate: boolean;
  readonly era: Era;
  readonly readers: readonly ReaderSpec[];
  readonly writers: readonly WriterSpec[];
  readonly failOn: readonly string[];
}
