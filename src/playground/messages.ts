/// <reference lib="dom" />
/** The messages between the page and its worker: plain data. */
import type { Counters, EndReason, Tearing } from '../world/outcome.ts';
import type { Edit, Knobs } from './knobs.ts';

/** A scenario as text. */
export interface Given {
  /** As messages name it; paths in the scenario are relative to its folder. */
  readonly path: string;
  readonly text: string;
  /** Files that it refers to, by path, a character for each byte. */
  readonly files: Readonly<Record<string, string>>;
}

/** The first message to a worker, and what all others are about. */
export interface RunRequestMessage {
  readonly kind: 'run';
  readonly given: Given;
  /** To be made in the text first. */
  readonly edit: Edit | null;
  /** Separated by commas; '' is each reader's own. */
  readonly strategies: string;
  /** '' is the scenario's. */
  readonly seed: string;
  readonly scheduler: { readonly strategy: string; readonly schedule: string };
}

/** What is looked for, as explore --find has it. */
export type Find = 'torn' | 'retry' | 'falseGaps';

export type ToWorker =
  | RunRequestMessage
  /** The block that it wanted, as a program. */
  | { readonly kind: 'later'; readonly code: Blob }
  | { readonly kind: 'stop' }
  | { readonly kind: 'take'; readonly task: number }
  | { readonly kind: 'back'; readonly steps: number }
  /** '' is the first of the strategies. */
  | { readonly kind: 'strategy'; readonly strategy: string }
  | { readonly kind: 'find'; readonly find: Find };

export interface FaultMessage {
  readonly line: number;
  readonly column: number;
  /** In `file:line:column: error: …` form, with the line and a caret. */
  readonly text: string;
}

/** A run, as far as it has come. */
export interface Column {
  readonly strategy: string;
  readonly events: number;
  readonly simulatedNs: number;
  /** 0 … 1, or null where it cannot be told. */
  readonly fraction: number | null;
  /** Null: it goes on. */
  readonly ended: EndReason | null;
  readonly totals: Counters;
  readonly tearing: Tearing;
}

/** The text of the first pass of the first reader. */
export interface FirstText {
  readonly strategy: string;
  readonly lines: number;
  /** What is shown of it. */
  readonly head: string;
  readonly finished: boolean;
  /** Of its bytes, hexadecimal. */
  readonly sha256: string;
}

export interface IntervalTable {
  readonly title: string;
  readonly seeds: number;
  readonly ofSeeds: number;
  /** Simulated time of each run at most. */
  readonly durationNs: number;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Metrics of what happened nowhere. */
  readonly quiet: readonly string[];
}

export interface TaskView {
  readonly name: string;
  readonly kind: 'reader' | 'writer';
  /** Its next step in the kernel's spelling; null: it cannot take one. */
  readonly next: string | null;
  /** What that step would do; or why it cannot. */
  readonly about: string;
}

export interface SchedulerView {
  readonly strategy: string;
  readonly strategies: readonly string[];
  readonly tasks: readonly TaskView[];
  readonly steps: number;
  readonly schedule: string;
  /** What each reader has printed of its pass so far. */
  readonly printed: readonly { readonly reader: string; readonly text: string }[];
  /** The state in force, as maps text. */
  readonly state: string;
  /** Texts that are complete: the last of them, as it was printed. */
  readonly lastText: { readonly text: string; readonly torn: boolean } | null;
  /** The steps with what each did, and the last text beside its states. */
  readonly markup: string;
  /** What a search has to say, and other remarks. */
  readonly note: string;
  /** A schedule was put here, to be looked through from its beginning. */
  readonly plays: boolean;
}

export type FromWorker =
  | {
      readonly kind: 'loaded';
      readonly name: string;
      readonly about: string;
      readonly text: string;
      readonly knobs: Knobs;
      readonly strategies: readonly string[];
      readonly seed: string;
      readonly notes: readonly string[];
    }
  | { readonly kind: 'faults'; readonly text: string; readonly faults: readonly FaultMessage[] }
  /** Something that is not the scenario's text is wrong. */
  | { readonly kind: 'error'; readonly where: 'strategies' | 'run'; readonly message: string }
  | { readonly kind: 'columns'; readonly columns: readonly Column[] }
  | { readonly kind: 'text'; readonly text: FirstText }
  | { readonly kind: 'lanes'; readonly markup: string }
  | { readonly kind: 'torn'; readonly strategy: string | null; readonly markup: string }
  | { readonly kind: 'intervals'; readonly table: IntervalTable }
  | { readonly kind: 'scheduler'; readonly view: SchedulerView }
  | { readonly kind: 'searching'; readonly note: string }
  /** The first counts are told; the second block of code is needed now. */
  | { readonly kind: 'wants-later' }
  /** All runs are done, or were stopped. */
  | { readonly kind: 'idle'; readonly stopped: boolean };
