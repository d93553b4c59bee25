/** Compares two censuses: lists the texts that only one of them has. */
import type { PossibleText, SearchOutcome } from './search-outcome.ts';

interface Difference {
  readonly onlyHere: readonly PossibleText[];
  readonly onlyThere: readonly PossibleText[];
}

/** Texts are compared byte for byte, reader by reader. */
export function compareTexts(here: SearchOutcome, there: SearchOutcome): Difference {
  return {
    onlyHere: without(here.texts, there.texts),
    onlyThere: without(there.texts, here.texts),
  };
}

function without(
  texts: readonly PossibleText[],
  others: readonly PossibleText[],
): readonly PossibleText[] {
  const known = new Set(others.map(keyOf));
  return texts.filter((text) => !known.has(keyOf(text)));
}

function keyOf({ reader, text }: PossibleText): string {
  return `${reader} ${text}`;
}
