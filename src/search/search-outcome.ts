/**
 * The result of a search, a replay or a census: plain data, the only input of their reports.
 * Addresses in texts are complete and hexadecimal; reports may shorten them.
 */
import type { Tearing } from '../world/outcome.ts';
import type { Reduction } from './search-world.ts';

/** One step of a schedule as it went. */
export interface ScheduleStep {
  /** Index into SearchOutcome.tasks. */
  readonly task: number;
  /** Of the step function; `mmap_lock` where a sleeper gets the lock that it waits for. */
  readonly name: string;
  readonly choices: readonly number[];
  /** What it read or changed that others can see, or that the reader remembers; in words. */
  readonly effects: readonly string[];
}

/** Addresses without a line although they were mapped in every state of the pass. */
export interface Gap {
  readonly kind: 'false' | 'transient';
  /** `7f0000001000-7f0000003000` */
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

/** A line of a text, with what is wrong with it. */
export interface MarkedLine {
  /** As printed, without the newline. */
  readonly text: string;
  /** Indices into MarkedText.states of those that have this line; null for the gate line. */
  readonly states: readonly number[] | null;
  readonly faults: readonly LineFault[];
  /** A cut lies before this line. */
  readonly cut: 'atPage' | 'inPage' | null;
  /** Gaps before this line. */
  readonly gaps: readonly Gap[];
}

/** A text that a pass has printed, and how it differs from every state of the pass. */
export interface MarkedText {
  readonly reader: string;
  readonly pass: number; // from 0
  readonly text: string;
  readonly lines: readonly MarkedLine[];
  /** After the last line. */
  readonly end: { readonly cut: 'atPage' | 'inPage' | null; readonly gaps: readonly Gap[] };
  readonly torn: boolean;
  readonly tearing: Tearing; // tornPasses is 0 or 1
  /** Texts of the states of the pass, in the order in which they first occurred. */
  readonly states: readonly string[];
}

/** A schedule, step by step, and what came of it. */
export interface Course {
  readonly schedule: string;
  readonly steps: readonly ScheduleStep[];
  /** Times at which another task moves on. */
  readonly switches: number;
  readonly texts: readonly MarkedText[];
  /** Steps from this one on repeat for ever: the last one leads back to the state before it. */
  readonly cycleFrom: number | null;
  /** What stopped it. */
  readonly fault: { readonly kind: string; readonly message: string } | null;
  readonly deadlock: boolean;
}

/** Something that was asked for, and the shortest way to it. */
export interface Finding {
  /** The word or the expression that asked for it. */
  readonly class: string;
  /** What it is, in one sentence. */
  readonly what: string;
  readonly course: Course;
}

/** One of the texts that can be printed. */
export interface PossibleText {
  readonly reader: string;
  readonly text: string;
  /** Some schedule prints it torn; the counts are of the first that does. */
  readonly torn: boolean;
  /** Some schedule prints it as the text of a state. */
  readonly intact: boolean;
  readonly tearing: Tearing;
  /** A shortest schedule that prints it, torn where it can be. */
  readonly schedule: string;
  /** Where it comes about in several ways with other counts; `worst` is a schedule. */
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
  | 'store' // states may have been taken for one another
  | 'random' // sampled
  | 'interrupted';

export interface SearchOutcome {
  readonly scenario: { readonly name: string; readonly sha256: string };
  readonly strategy: string;
  /** Names of the tasks, by their numbers in schedules; readers come first. */
  readonly tasks: readonly { readonly name: string; readonly kind: 'reader' | 'writer' }[];
  /** Null: random walks keep none. */
  readonly states: number | null;
  readonly transitions: number;
  /** Transitions from the start to the state that is farthest. */
  readonly depth: number;
  /**
   * Every order of steps and every choice was tried, or as many as it took to find what was asked.
   */
  readonly complete: boolean;
  /** What kept something from being looked at. */
  readonly bound: SearchBound | null;
  readonly limits: {
    readonly maxStates: number | null;
    readonly maxDepth: number | null;
    readonly preemptions: number | null;
  };
  readonly store: {
    readonly kind: 'exact' | 'hash' | 'bitstate';
    /** Chance, at most, that a state was taken for another one. */
    readonly lossBound: number;
    /** What a state takes in the store, wherever that is; see StateStore.plainBytes. */
    readonly bytesPerState: number;
  };
  readonly reduce: Reduction;
  /** How often private steps of a strategy that nobody has tested were checked. */
  readonly privateChecks: number;
  readonly sampled: {
    readonly walks: number;
    readonly bias: 'uniform' | 'churn';
    readonly steps: number;
    /** Walks that were given up at the limit of their length, or by an interrupt. */
    readonly unfinished: number;
  } | null;
  /** The classes that were asked for, all of them without `--find`. */
  readonly asked: readonly string[];
  /** At most one for each class asked for, in that order. */
  readonly findings: readonly Finding[];
  /** In the order of discovery. */
  readonly texts: readonly PossibleText[];
}
