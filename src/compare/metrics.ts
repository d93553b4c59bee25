/**
 * The metrics of a comparison, in the order of its tables.
 *
 * `value` is the figure of one run, or null if the run measured nothing. Events have an exposure,
 * `of` (a number of lines or passes), so that a count of zero can be printed with its denominator.
 */
import { assert } from '../base/assert.ts';
import { UserError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import type { RunSummary } from './record.ts';

export type MetricUnit = 'count' | 'ns' | 'share';

interface Exposure {
  readonly events: (run: RunSummary) => number;
  readonly of: (run: RunSummary) => number;
  readonly things: 'lines' | 'reads' | 'passes' | 'passes started' | 'runs';
}

export interface MetricInfo {
  /** Name of the metric, in the form of `--fail-on` if that has it. */
  readonly key: string;
  readonly about: string;
  readonly unit: MetricUnit;
  readonly value: (run: RunSummary) => number | null;
  readonly exposure: Exposure | null;
  /** Each run gives only yes or no: pairs are tested with McNemar's test. */
  readonly yesNo: boolean;
}

const lines = (run: RunSummary) => run.totals.lines;
const finished = (run: RunSummary) => run.totals.passesFinished;
const started = (run: RunSummary) => run.totals.passesStarted;

type Events = Exposure['events'];
type Named = readonly [key: string, about: string];

function count([key, about]: Named, exposure: Exposure): MetricInfo {
  return { key, about, unit: 'count', value: exposure.events, exposure, yesNo: false };
}

/** Events that can occur at most once per item. */
function share([key, about]: Named, exposure: Exposure, yesNo = false): MetricInfo {
  const value = (run: RunSummary) => ratio(exposure.events(run), exposure.of(run));
  return { key, about, unit: 'share', value, exposure, yesNo };
}

function time([key, about]: Named, value: MetricInfo['value']): MetricInfo {
  return { key, about, unit: 'ns', value, exposure: null, yesNo: false };
}

function perThousandLines(key: string, what: string, events: Events): MetricInfo {
  const named: Named = [`1000*${key}/lines`, `${what} per 1000 lines`];
  const value: MetricInfo['value'] = (run) => ratio(1000 * events(run), lines(run));
  return { ...count(named, { events, of: lines, things: 'lines' }), value };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

const torn: Events = (run) => run.tearing.tornPasses;

export const METRICS: readonly MetricInfo[] = [
  count(['passes', 'passes that finished'], {
    events: finished,
    of: started,
    things: 'passes started',
  }),
  perThousandLines('retries', 'retries', (run) => run.totals.retries),
  share(['fallbackReads', 'read() calls with a fallback to mmap_lock'], {
    events: (run) => run.totals.fallbackReads,
    of: (run) => run.totals.reads,
    things: 'reads',
  }),
  share(['fallbackPasses', 'passes with a fallback to mmap_lock'], {
    events: (run) => run.totals.fallbackPasses,
    of: started,
    things: 'passes started',
  }),
  perThousandLines('fallbacks', 'fallbacks', (run) => run.totals.fallbacks),
  share(['tornPasses', 'finished passes with a torn text'], {
    events: torn,
    of: finished,
    things: 'passes',
  }),
  share(
    ['tornRuns', 'runs with a torn pass'],
    { events: (run) => (torn(run) > 0 ? 1 : 0), of: () => 1, things: 'runs' },
    true,
  ),
  count(['cuts', 'places at which torn texts change from one state to another'], {
    events: (run) => run.tearing.cuts,
    of: finished,
    things: 'passes',
  }),
  count(['falseGaps', 'gaps in texts where memory was mapped'], {
    events: (run) => run.tearing.falseGaps,
    of: finished,
    things: 'passes',
  }),
  count(['transientGaps', 'gaps in texts where memory was unmapped only inside a call'], {
    events: (run) => run.tearing.transientGaps,
    of: finished,
    things: 'passes',
  }),
  perThousandLines(
    'discardedLines',
    'lines formatted and discarded',
    (run) => run.totals.discardedLines,
  ),
  time(['p50(passNs)', 'time of a pass'], (run) => run.passNs.p50),
  time(['p99(passNs)', 'time of a pass'], (run) => run.passNs.p99),
  time(['max(passNs)', 'time of a pass'], (run) => run.passNs.max),
  time(['mean(writer.opNs)', 'time of a writer call'], (run) => run.writer.opNs.mean),
  time(['p99(writer.opNs)', 'time of a writer call'], (run) => run.writer.opNs.p99),
  time(['max(writer.opNs)', 'time of a writer call'], (run) => run.writer.opNs.max),
  time(['mean(writer.lockWaitNs)', 'wait of a writer for mmap_lock'], (run) => {
    return run.writer.lockWaitNs.mean;
  }),
  time(['max(writer.lockWaitNs)', 'wait of a writer for mmap_lock'], (run) => {
    return run.writer.lockWaitNs.max;
  }),
  time(['mmapReadLockWaitNs', 'total wait of the readers for mmap_lock'], (run) => {
    return run.totals.mmapReadLockWaitNs;
  }),
  share(['passesStarved', 'started passes that starved'], {
    events: (run) => run.totals.passesStarved,
    of: started,
    things: 'passes started',
  }),
];

/** The metric with this name; for names in the code, not for input. */
export function metricOf(key: string): MetricInfo {
  const metric = METRICS.find((each) => each.key === key);
  assert(metric !== undefined, `there is no metric ${key}`);
  return metric;
}

/** Short names: `passNs` for all of `p50(passNs)`, …; `retries` for `1000*retries/lines`. */
function baseOf({ key }: MetricInfo): string {
  return /^\w+\((.+)\)$/.exec(key)?.[1] ?? /^1000\*(\w+)\/lines$/.exec(key)?.[1] ?? key;
}

/**
 * The metrics of a list, in the order of the tables.
 * @param lists names of metrics or common short names, separated by commas
 * @throws UserError with the nearest known name
 */
export function chooseMetrics(lists: readonly string[]): readonly MetricInfo[] {
  const names = lists.flatMap((list) => list.split(',')).map((name) => name.trim());
  const matches = (metric: MetricInfo, name: string): boolean =>
    metric.key === name || baseOf(metric) === name;
  for (const name of names) {
    if (METRICS.some((metric) => matches(metric, name))) continue;
    const known = [...new Set(METRICS.flatMap((metric) => [baseOf(metric), metric.key]))];
    const meant = nearest(name, known);
    const hint = meant === null ? `known: ${known.join(', ')}` : `did you mean "${meant}"?`;
    throw new UserError(`--metrics: unknown metric "${name}"; ${hint}`);
  }
  return METRICS.filter((metric) => names.some((name) => matches(metric, name)));
}
