/** The verdict of a comparison in plain words, at most 80 columns wide. */

import { counted } from '../base/counted.ts';
import { leastOf } from '../base/extremes.ts';
import { wrap } from '../base/wrap.ts';
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

/** The verdict as text; empty if there is no comparison. */
export function inShort({ groups, comparison, point }: ScenarioResult): string {
  if (comparison === null) return '';
  return verdictsText(verdictsOf(groups, comparison), point === null);
}

/**
 * The same for the verdicts of a saved comparison.
 * @param together all points of a sweep, so that runs are of several seeds and points
 */
export function verdictsText(verdicts: readonly GroupVerdict[], together = false): string {
  const bases = [...new Set(verdicts.map(({ against }) => against))];
  const head = together ? 'In short, all points together, against' : 'In short, against';
  const parts = bases.flatMap((base) => {
    const own = verdicts.filter(({ against }) => against === base);
    return [`\n${wrapped(`${head} ${base}:`, 0)}`, ...own.map((one) => groupText(one, together))];
  });
  return parts.join('');
}

function groupText(verdict: GroupVerdict, together: boolean): string {
  const { group, claims, unmeasured, limit } = verdict;
  let text = `  ${group}\n`;
  for (const status of ['shown', 'apart', 'not-shown'] as const) {
    const own = claims.filter((claim) => claim.status === status);
    const deep = verdict.exact ? 4 : 6;
    if (own.length > 0 && !verdict.exact)
      text += wrapped(`${statusText(status, verdict, together)}:`, 4);
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
  const [here, there] = [claim.here, claim.there].map((one) => figureText(one, unit, exact));
  return `${what} ${here} instead of ${there}${ratio(claim)}`;
}

export function figureText(
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
  const times = factorText(factor);
  return direction === 'more' ? `, ${times} times as much` : `, ${times} times less`;
}

/** Four digits, or as many as are needed to differ from 1. */
function factorText(factor: number): string {
  const digits = Math.ceil(-Math.log10(factor - 1));
  return factor < 1.0005 ? factor.toFixed(digits) : few(factor);
}

function statusText(
  status: VerdictClaim['status'],
  { seeds, seedsNeeded: needed }: GroupVerdict,
  together: boolean,
): string {
  const by = together ? counted(seeds, 'pair of runs', 'pairs of runs') : counted(seeds, 'seed');
  if (status === 'shown') return `significant with ${by}`;
  const more = needed > seeds ? ` (at least ${needed} needed)` : '';
  const apart = status === 'apart' ? ', but the ranges do not overlap' : '';
  return `not significant with ${by}${more}${apart}`;
}

export function wrapped(words: string, indent: number): string {
  return `${wrap(' '.repeat(indent) + words, WIDTH, indent + 2).join('\n')}\n`;
}

/** The message that the seeds are too few; empty if they are not. */
export function tooFewSeeds({ groups, comparison, point }: ScenarioResult): string {
  if (comparison === null || comparison.canShow) return '';
  const runs = leastOf(groups.map((group) => group.runs.length));
  const { tests, seedsNeeded, level } = comparison;
  const over = `over ${tests === 1 ? 'this 1 test' : `these ${tests} tests`}`;
  const by =
    point === null ? counted(runs, 'pair of runs', 'pairs of runs') : counted(runs, 'seed');
  const hint = point === null ? '' : ` (--seeds=${seedsNeeded})`;
  return (
    `with ${by} no difference can be significant at ${few(level * 100)} % ${over}; ` +
    `${seedsNeeded} are enough${hint}`
  );
}
