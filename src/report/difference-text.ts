/**
 * The text of a comparison of two censuses. The word *only* is used if the search of the other
 * strategy was complete; otherwise the text says `not seen` and the reason.
 */
import { counted } from '../base/counted.ts';
import { wrap } from '../base/wrap.ts';
import type { PossibleText, SearchOutcome } from '../search/search-outcome.ts';
import { firstLine, possibleText, type SearchView } from './search-text.ts';

interface Side {
  readonly outcome: SearchOutcome;
  readonly view: SearchView;
}

export function differenceText(
  [here, there]: readonly [Side, Side],
  texts: {
    readonly onlyHere: readonly PossibleText[];
    readonly onlyThere: readonly PossibleText[];
  },
): string {
  const heads = [here, there].map(({ outcome, view }) => {
    return `${wrap(`${outcome.strategy}: ${firstLine(outcome)}`, view.columns).join('\n')}\n`;
  });
  return [
    ...heads,
    '\n',
    part(here, there.outcome, texts.onlyHere),
    '\n',
    part(there, here.outcome, texts.onlyThere),
  ].join('');
}

function part(
  { outcome, view }: Side,
  other: SearchOutcome,
  texts: readonly PossibleText[],
): string {
  const listed = texts.map((text, i) => `\n${possibleText(text, i, view)}`).join('');
  return `${wrap(title(outcome, other, texts.length), view.columns).join('\n')}\n${listed}`;
}

function title(outcome: SearchOutcome, other: SearchOutcome, count: number): string {
  const { strategy, complete } = outcome;
  const total = outcome.texts.length;
  if (total === 0) return `${strategy}: no text${complete ? '' : ` seen (${limitOf(outcome)})`}`;
  const known = `${count} of ${counted(total, 'text')}${complete ? '' : ' seen'}`;
  if (other.complete) return `only ${strategy} can print: ${known}`;
  return `${strategy} can print, not seen with ${other.strategy} (${limitOf(other)}): ${known}`;
}

/** What kept a search from being complete, in few words. */
function limitOf({ sampled, bound, store }: SearchOutcome): string {
  if (sampled !== null) return 'sampled';
  if (bound === 'interrupted') return 'interrupted';
  return bound === 'store' ? `--store=${store.kind}` : `bounded by --${bound}`;
}
