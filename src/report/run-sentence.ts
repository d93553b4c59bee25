/**
 * The summary of a run in one sentence: the time of a pass, how often read() falls back, how many
 * texts are torn, the effect on writers. It depends only on the outcome.
 */
import { counted } from '../base/counted.ts';
import type { Outcome } from '../world/outcome.ts';
import { few, quantity } from './compare-cells.ts';
import { metricValue, parseMetric } from './metric.ts';

/** A time over all readers or all writers, such as p99(passNs); null where there is none. */
export function timeOf(outcome: Outcome, metric: string): string | null {
  const ns = metricValue(parseMetric(metric), outcome);
  return ns === null ? null : quantity(ns, 'ns');
}

/** `12 of 400 read() calls (3 %)`; never a bare 0. */
export function shareOf(part: number, whole: number, things: string): string {
  const share = part === 0 || whole === 0 ? '' : ` (${few((100 * part) / whole)} %)`;
  return `${part} of ${whole} ${things}${share}`;
}

/** Begins with `In short:`; without a newline. */
export function runSentence(outcome: Outcome): string {
  const clauses = [
    ...(outcome.readers.length === 0
      ? []
      : [
          passClause(outcome),
          fallbackClause(outcome),
          tornClause(outcome),
          starvedClause(outcome),
        ]),
    writersClause(outcome),
  ];
  return `In short: ${clauses.filter((clause) => clause !== '').join('; ')}.`;
}

function passClause(outcome: Outcome): string {
  const { strategy, totals } = outcome;
  const pass = timeOf(outcome, 'p50(passNs)');
  if (pass === null) return `none of ${counted(totals.passesStarted, 'pass', 'passes')} finished`;
  const by = strategy === 'mixed' ? '' : `with ${strategy} `;
  return `${by}a pass takes ${pass} (median of ${totals.passesFinished})`;
}

/** So many retries are allowed; null: none or any number, or readers differ. */
function limitOf({ strategy }: Outcome): number | null {
  const limit = /^rcu-(?:retry|page)(\d+)/.exec(strategy)?.[1];
  return limit === undefined ? null : Number(limit);
}

function fallbackClause(outcome: Outcome): string {
  const { reads, fallbackReads } = outcome.totals;
  const limit = limitOf(outcome);
  const retries = limit === null ? '' : `the limit of ${counted(limit, 'retry', 'retries')}`;
  if (fallbackReads === 0) {
    return limit === null ? '' : `no read() call falls back, ${retries} is never reached`;
  }
  const fall = fallbackReads === 1 ? 'falls' : 'fall';
  const share = `${shareOf(fallbackReads, reads, 'read() calls')} ${fall} back to mmap_lock`;
  return limit === null ? share : `${share}, ${retries} is reached`;
}

function tornClause({ totals, tearing }: Outcome): string {
  const { passesFinished } = totals;
  if (passesFinished === 0) return '';
  if (tearing.tornPasses === 0) return 'no text is torn';
  return `${shareOf(tearing.tornPasses, passesFinished, 'texts')} ${tearing.tornPasses === 1 ? 'is' : 'are'} torn`;
}

function starvedClause({ totals }: Outcome): string {
  const { passesStarved } = totals;
  return passesStarved === 0 ? '' : `${counted(passesStarved, 'pass starves', 'passes starve')}`;
}

function writersClause(outcome: Outcome): string {
  const calls = outcome.writers.reduce((sum, { opNs }) => sum + opNs.n, 0);
  if (outcome.writers.length === 0) return '';
  if (calls === 0) return 'no call of a writer returned';
  const longest = timeOf(outcome, 'max(writer.opNs)');
  return `the longest of ${counted(calls, 'writer call')} takes ${longest}`;
}
