/**
 * The result of a traced run: the activities of tasks with their times, in columns of numbers, and
 * the details of one pass. It is plain data, the only input of timelines, explanations and
 * annotated texts.
 */
import type { PassRecord } from './outcome.ts';

/**
 * What an event is. From FALLBACK on they are instants; the others last from `fromNs` to `toNs`.
 * Behind each: what its three numbers are.
 */
export const EVENT = {
  /** pass, lines */
  pass: 0,
  /** A read() call, or a query: pass. */
  read: 1,
  /** A line: its number in the pass, pass, the state that it was read in. */
  record: 2,
  /** A failed attempt: cause, number of the line, the state that the section to blame made. */
  failed: 3,
  /** The task that let it in, or -1. */
  waitRead: 4,
  waitWrite: 5,
  holdRead: 6,
  holdWrite: 7,
  rcu: 8,
  vmaLock: 9,
  /** A system call: index into `calls`. */
  call: 10,
  /** mm_lock_seq is odd: the state that it makes, call or -1, VMAs afterwards. */
  section: 11,
  /** A writer waits until the readers of a VMA have left. */
  drain: 12,
  /** Where tasks share CPUs: the CPU. */
  cpu: 13,
  /** From an attempt to mmap_read_lock: pass, number of the line. */
  fallback: 14,
  /** Lines are thrown away with their page: how many, pass. */
  lost: 15,
  /** Number of the line behind it, pass, 1: inside a page. */
  cut: 16,
} as const;

/** An event that was not over when the tracer stopped has this added to its kind. */
export const OPEN = 32;

interface TraceEvents {
  readonly count: number;
  readonly kind: Uint8Array;
  readonly task: Uint16Array;
  readonly fromNs: Float64Array;
  readonly toNs: Float64Array;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly c: Int32Array;
}

export interface TracedTask {
  readonly name: string;
  readonly kind: 'reader' | 'writer' | 'hog';
  readonly cpu: number;
  /** Of a reader. */
  readonly strategy: string | null;
  /** Of a reader: whether it calls read(), or PROCMAP_QUERY. */
  readonly medium: 'seq' | 'query' | null;
}

/** A committed state during a pass. */
export interface StoryState {
  /** Its number in the run: how many write sections had ended. */
  readonly number: number;
  /** Since when it was in force; the first one: when the pass began. */
  readonly atNs: number;
  /** What made it; null for the first one. */
  readonly by: { readonly task: number; readonly call: string } | null;
  /** Indices into PassStory.texts, in order. */
  readonly lines: readonly number[];
}

/** One pass with all that a picture of it shows. */
export interface PassStory {
  readonly task: number;
  readonly pass: PassRecord;
  /** The first m_start, and the last m_stop (or the end of the run). */
  readonly beganNs: number;
  readonly doneNs: number;
  /** The texts of lines, each once; those of states and of the pass itself. */
  readonly texts: readonly string[];
  readonly states: readonly StoryState[];
  /** More states were in force than are kept: `states` has the first ones. */
  readonly statesCut: boolean;
  /** For each line of the text; the gate line has those of the line before it. */
  readonly lines: readonly {
    readonly text: number;
    readonly atNs: number;
    /** The number of the state that it was read in. */
    readonly readIn: number;
    /** The page of output that it stands in. */
    readonly page: number;
  }[];
  /** The page in which the end of the list was found. */
  readonly endPage: number;
}

export interface RunTrace {
  readonly scenario: string;
  readonly strategy: string;
  readonly seed: string;
  readonly tasks: readonly TracedTask[];
  /** Tasks share CPUs. */
  readonly cpusShared: boolean;
  readonly events: TraceEvents;
  /** System calls in words. */
  readonly calls: readonly string[];
  readonly fromNs: number;
  readonly toNs: number;
  readonly story: PassStory | null;
}
