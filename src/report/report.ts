/**
 * The interface of formats: their input and their output. Formats are pure functions: the same
 * outcome gives the same bytes. They yield their text in pieces, so that no format needs all of it
 * in memory.
 */
import type { CompareResult } from '../compare/result.ts';
import type { Outcome } from '../world/outcome.ts';
import type { FailOnVerdict } from './verdict.ts';

/** Real time, which differs from run to run: only on request. */
interface Timing {
  readonly wallNs: number;
}

/** Colours a piece of text, or leaves it alone. Never carries meaning by itself. */
export interface Paint {
  /** Lines that are not maps text. */
  remark(text: string): string;
  /** Where a text is torn, or a count says so. */
  fault(text: string): string;
}

export const NO_PAINT: Paint = { remark: (text) => text, fault: (text) => text };

export interface ReportInput {
  readonly outcome: Outcome;
  readonly verdicts: readonly FailOnVerdict[];
  /** Version of mapsim. */
  readonly tool: string;
  /** Scheme of the random numbers. */
  readonly prng: string;
  readonly timing: Timing | null;
  readonly view: {
    /** Whether the counts are part of the text (the text format only). */
    readonly counts: boolean;
    /** Mark cuts (the text format only). */
    readonly cuts: boolean;
    /** Begin each pass with a line that names it (the text format only). */
    readonly passLines: boolean;
  };
  readonly paint: Paint;
}

export type Piece = string | Uint8Array;

export interface Format {
  readonly name: string;
  /** Endings of files that are written in it. */
  readonly endings: readonly string[];
  readonly summary: string;
  /** Whether it has the texts of passes in it. */
  readonly passes: boolean;
  render(input: ReportInput): Iterable<Piece>;
}

/** Where a comparison or a sweep is shown to people. */
export interface CompareView {
  /** That a line may take. */
  readonly columns: number;
  /** How differences are coloured. */
  readonly paint: {
    better(text: string): string;
    worse(text: string): string;
    unsure(text: string): string;
  };
}

const asIs = (text: string): string => text;

/** The same everywhere. */
export const FOR_FILES: CompareView = {
  columns: 80,
  paint: { better: asIs, worse: asIs, unsure: asIs },
};

/** A format of comparisons. */
export interface CompareFormat {
  readonly name: string;
  /** Endings of files that are written in it. */
  readonly endings: readonly string[];
  /** @param view of the format for people; by default that of a file */
  render(result: CompareResult, view?: CompareView): Iterable<string>;
}
