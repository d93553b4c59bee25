/** What the oracle says of one finished pass. The keys are those of `tearing` in every result. */

export interface CutLine {
  /** The cut lies before this line (from 0); the number of lines: after the last one. */
  readonly line: number;
  /** Between two lines of one page. */
  readonly inPage: boolean;
}

export interface Verdict {
  readonly torn: boolean;
  readonly cuts: number;
  readonly cutsAtPage: number;
  readonly cutsInPage: number;
  readonly alienLines: number;
  readonly overlaps: number;
  readonly backwards: number;
  readonly falseGaps: number;
  readonly transientGaps: number;
  readonly duplicates: number;
  readonly staleNames: number;
  /** One division with the fewest cuts, rising; of several the one whose cuts come latest. */
  readonly cutLines: readonly CutLine[];
}

/** The verdict on a text that is the text of a state. */
export const NOT_TORN: Verdict = Object.freeze({
  torn: false,
  cuts: 0,
  cutsAtPage: 0,
  cutsInPage: 0,
  alienLines: 0,
  overlaps: 0,
  backwards: 0,
  falseGaps: 0,
  transientGaps: 0,
  duplicates: 0,
  staleNames: 0,
  cutLines: [],
});
