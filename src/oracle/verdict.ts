/** The verdict of the oracle on one finished pass. */

/** What is counted of a text, in the order of every result. */
export const TEXT_COUNTS = [
  'cuts',
  'cutsAtPage',
  'cutsInPage',
  'alienLines',
  'overlaps',
  'backwards',
  'falseGaps',
  'transientGaps',
  'duplicates',
  'staleNames',
] as const;
export type TextCount = (typeof TEXT_COUNTS)[number];

export interface CutLine {
  /** The cut lies before this line (from 0); the number of lines: after the last one. */
  readonly line: number;
  /** Between two lines of one page. */
  readonly inPage: boolean;
}

export type Verdict = Readonly<Record<TextCount, number>> & {
  readonly torn: boolean;
  /** One division with the fewest cuts, rising; of several the one whose cuts come latest. */
  readonly cutLines: readonly CutLine[];
};

/** The verdict on a text that is the text of a state. */
export const NOT_TORN: Verdict = Object.freeze({
  torn: false,
  ...(Object.fromEntries(TEXT_COUNTS.map((key) => [key, 0])) as Record<TextCount, number>),
  cutLines: [],
});

/** The counts of a division. */
export function cutCounts(
  cutLines: readonly CutLine[],
): Pick<Verdict, 'torn' | 'cuts' | 'cutsAtPage' | 'cutsInPage' | 'cutLines'> {
  const cuts = cutLines.length;
  const cutsInPage = cutLines.filter(({ inPage }) => inPage).length;
  return { torn: cuts > 0, cuts, cutsAtPage: cuts - cutsInPage, cutsInPage, cutLines };
}
