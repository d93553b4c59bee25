/** The verdict of a comparison in plain words, at most 80 columns wide. */
import { counted } from '../base/counted.ts';
import type { MetricUnit } from '../compare/metrics.ts';
import type { ScenarioResult } from '../compare/result.ts';
import {
  type GroupVerdict,
  type VerdictClaim,
  type VerdictFigure,
  verdictsOf,
} from '../compare/verdict.ts';
import { few, quantity } from './compare-cells.ts';

const WIDTH = 80;

/** Empty where nothing is held against anything. */
export function inShort({ groups, comparison }: ScenarioResult): string {
  return comparison === null ? '' : verdictsText(verdictsOf(groups, comparison));
}

/** The same, of verdicts as a saved comparison has them. */
export function verdictsText(verdicts: readonly GroupVerdict[]): string {
  const bases = [...new Set(verdicts.map(({ against }) => against))];
  const parts = bases.flatMap((base) => {
    const own = verdicts.filter(({ against }) => against === base);
    return [`\nIn short, against ${base}:\n`, ...own.map(groupText)];
  });
  return parts.join('');
}

function groupText(verdict: GroupVerdict): string {
  const { group, claims, unmeasured, limit } = verdict;
  let text = `  ${group}\n`;
  for (const status of ['shown', 'apart', 'not-shown'] as const) {
    const own = claims.filter((claim) => claim.status === status);
    const deep = verdict.exact ? 4 : 6;
    if (own.length > 0 && !verdict.exact) text += wrapped(`${statusText(status, verdict)}:`, 4);
    for (const claim of own) text += wrapped(sentence(claim, verdict.exact), deep);
  }
  const same = claims.filter(({ status }) => status === 'none').map(({ what }) => what);
  const alike = verdict.exact ? 'no difference' : 'no difference seen';
  if (same.length > 0) text += wrapped(`${alike}: ${same.join(', ')}`, 4);
  if (unmeasured.length > 0) text += wrapped(`not measured in both: ${unmeasured.join(', ')}`, 4);
  if (limit !== null) text += wrapped(LIMIT_TEXTS[limit], 4);
  return text;
}

const LIMIT_TEXTS = {
  reached: 'its limit of retries is reached',
  never: 'its limit of retries is never reached',
} as const;

/** `longest writer call 12us (7us .. 13us) instead of 8ms (8ms .. 8ms), 670 times less`. */
function sentence(claim: VerdictClaim, exact: boolean): string {
  const { what, unit } = claim;
  const [here, there] = [claim.here, claim.there].map((one) => figure(one, unit, exact));
  return `${what} ${here} instead of ${there}${ratio(claim)}`;
}

function figure(
  { value, low, high, events, of, things }: VerdictFigure,
  unit: MetricUnit,
  exact: boolean,
): string {
  if (events === 0) return `0 of ${of} ${things}`;
  const interval = ` (${quantity(low, unit)} .. ${quantity(high, unit)})`;
  const amount = `${quantity(value, unit)}${exact || low === high ? '' : interval}`;
  return unit === 'share' ? `${events} of ${of} ${things}, ${amount}` : amount;
}

function ratio({ factor, direction }: VerdictClaim): string {
  if (direction === 'same' || factor === null) return '';
  return direction === 'more' ? `, ${few(factor)} times as much` : `, ${few(factor)} times less`;
}

function statusText(
  status: VerdictClaim['status'],
  { seeds, seedsNeeded: needed }: GroupVerdict,
): string {
  if (status === 'shown') return `shown by ${counted(seeds, 'seed')}`;
  const more = needed > seeds ? ` (at least ${needed} needed)` : '';
  const apart = status === 'apart' ? ', though the ranges do not touch' : '';
  return `not shown by ${counted(seeds, 'seed')}${more}${apart}`;
}

function wrapped(words: string, indent: number): string {
  let text = '';
  let line = ' '.repeat(indent);
  for (const word of words.split(' ')) {
    if (line.trim() !== '' && line.length + word.length > WIDTH) {
      text += `${line.trimEnd()}\n`;
      line = ' '.repeat(indent + 2);
    }
    line += `${word} `;
  }
  return `${text}${line.trimEnd()}\n`;
}

/** What seeds are too few for; empty where they are not. */
export function tooFewSeeds({ groups, comparison }: ScenarioResult): string {
  if (comparison === null || comparison.canShow) return '';
  const seeds = Math.min(...groups.map(({ runs }) => runs.length));
  const { tests, seedsNeeded, level } = comparison;
  const over = `over ${tests === 1 ? 'this 1 test' : `these ${tests} tests`}`;
  return (
    `${counted(seeds, 'seed')} cannot reach ${few(level * 100)} % ${over}, however large a ` +
    `difference is; ${seedsNeeded} can (--seeds=${seedsNeeded})`
  );
}
