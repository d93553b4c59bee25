/**
 * The result of a search, a replay or a census: plain data, the only input of their reports.
 * Addresses in texts are complete and hexadecimal; reports may shorten them.
 */
import type { Tearing } from '../world/outcome.ts';
import type { Reduction } from './search-world.ts';

/** One step of a schedule, with its effects. */
export interface ScheduleStep {
  /** Index into SearchOutcome.tasks. */
  readonly task: number;
  /** Name of the step function; `mmap_lock` if a sleeping task gets the lock for which it waits. */
  readonly name: string;
  readonly choices: readonly number[];
  /** What the step read or changed that others can see, or that the reader stores; as text. */
  readonly effects: readonly string[];
}

/** Addresses without a line although they were mapped in every state of the pass. */
export interface Gap {
  readonly kind: 'false' | 'transient';
  /** Such as `7f0000001000-7f0000003000`. */
  readonly range: string;
}

/** The names of the counts in results. */
export const LINE_FAULTS = {
  alienLines: 'alien',
  staleNames: 'staleName',
  overlaps: 'overlap',
  backwards: 'backwards',
  duplicates: 'duplicate',
} as const;
type LineFault = (typeof LINE_FAULTS)[keyof typeof LINE_FAULTS];

/** A line of a text, with its faults. */
export interface MarkedLine {
  /** The line as printed, without the newline. */
  readonly text: string;
  /** Indices into MarkedText.states: the states that have this line; null for the gate line. */
  readonly states: readonly number[] | null;
  readonly faults: readonly LineFault[];
  /** The cut before this line, if any. */
  readonly cut: 'atPage' | 'inPage' | null;
  /** The gaps before this line. */
  readonly gaps: readonly Gap[];
}

/** A text that a pass has printed, and how it differs from every state of the pass. */
export interface MarkedText {
  readonly reader: string;
  readonly pass: number; // from 0
  readonly text: string;
  readonly lines: readonly MarkedLine[];
  /** The cut and the gaps after the last line. */
  readonly end: { readonly cut: 'atPage' | 'inPage' | null; readonly gaps: readonly Gap[] };
  readonly torn: boolean;
  readonly tearing: Tearing; // tornPasses is 0 or 1
  /** Texts of the states of the pass, in the order in which they first occurred. */
  readonly states: readonly string[];
}

/** A schedule, step by step, and its result. */
export interface Course {
  readonly schedule: string;
  readonly steps: readonly ScheduleStep[];
  /** Number of switches to another task. */
  readonly switches: number;
  readonly texts: readonly MarkedText[];
  /**
   * The steps from this one on repeat for ever: the last step leads back to the state before it.
   */
  readonly cycleFrom: number | null;
  /** The fault that stopped it, if any. */
  readonly fault: { readonly kind: string; readonly message: string } | null;
  readonly deadlock: boolean;
}

/** A finding, with a shortest schedule that has it. */
export interface Finding {
  /** The class or the expression of the question. */
  readonly class: string;
  /** A description in one sentence. */
  readonly what: string;
  readonly course: Course;
}

/** A text that can be printed. */
export interface PossibleText {
  readonly reader: string;
  readonly text: string;
  /** Some schedule prints it torn; the counts are those of the first such schedule. */
  readonly torn: boolean;
  /** Some schedule prints it as the text of a state. */
  readonly intact: boolean;
  readonly tearing: Tearing;
  /** A shortest schedule that prints it, torn if possible. */
  readonly schedule: string;
  /** If several schedules print it with different counts; `worst` is a schedule. */
  readonly ways: {
    readonly least: Tearing;
    readonly most: Tearing;
    readonly worst: string;
  } | null;
}

export type SearchBound =
  | 'max-states'
  | 'max-memory'
  | 'max-depth'
  | 'preemptions'
  | 'store' // one state may have been mistaken for another
  | 'random' // sampled
  | 'interrupted';

export interface SearchOutcome {
  readonly scenario: { readonly name: string; readonly sha256: string };
  readonly strategy: string;
  /** The tasks, in the order of their numbers in schedules; readers come first. */
  readonly tasks: readonly { readonly name: string; readonly kind: 'reader' | 'writer' }[];
  /** Number of states; null for random walks, which store none. */
  readonly states: number | null;
  readonly transitions: number;
  /** Number of transitions from the start to the farthest state. */
  readonly depth: number;
  /**
   * Every order of steps and every choice was tried, or enough of them to answer the question.
   */
  readonly complete: boolean;
  /** The bound that ended or limited the search, if any. */
  readonly bound: SearchBound | null;
  readonly limits: {
    readonly maxStates: number | null;
    readonly maxDepth: number | null;
    readonly preemptions: number | null;
  };
  readonly store: {
    readonly kind: 'exact' | 'hash' | 'bitstate';
    /** Upper bound of the probability that one state was mistaken for another. */
    readonly lossBound: number;
    /** Bytes per state in the store; see StateStore.plainBytes. */
    readonly bytesPerState: number;
  };
  readonly reduce: Reduction;
  /** Number of checks of private steps, for strategies that are not built in. */
  readonly privateChecks: number;
  readonly sampled: {
    readonly walks: number;
    readonly bias: 'uniform' | 'churn';
    readonly steps: number;
    /** Number of walks that ended at the limit of their length or by an interrupt. */
    readonly unfinished: number;
  } | null;
  /** The classes of the question; all classes without `--find`. */
  readonly asked: readonly string[];
  /** At most one finding for each class of `asked`, in that order. */
  readonly findings: readonly Finding[];
  /** The texts in the order of discovery. */
  readonly texts: readonly PossibleText[];
}
