/**
 * What a comparison looks at, in the order of its tables.
 *
 * `value` is the figure of one run, null where the run measured nothing. Events have an exposure,
 * `of` so many lines or passes, so that "none" can be told with what it was none of.
 */
import type { RunSummary } from './record.ts';

export type MetricUnit = 'count' | 'ns' | 'share';

interface Exposure {
  readonly events: (run: RunSummary) => number;
  readonly of: (run: RunSummary) => number;
  readonly things: 'lines' | 'passes' | 'passes started' | 'runs';
}

export interface MetricInfo {
  /** As `--fail-on` would write it where it can. */
  readonly key: string;
  readonly about: string;
  readonly unit: MetricUnit;
  readonly value: (run: RunSummary) => number | null;
  readonly exposure: Exposure | null;
  /** Only yes or no for each run: pairs are tested by McNemar's test. */
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

/** Events that can happen at most once to each thing. */
function share([key, about]: Named, exposure: Exposure, yesNo = false): MetricInfo {
  const value = (run: RunSummary) => ratio(exposure.events(run), exposure.of(run));
  return { key, about, unit: 'share', value, exposure, yesNo };
}

function time([key, about]: Named, value: MetricInfo['value']): MetricInfo {
  return { key, about, unit: 'ns', value, exposure: null, yesNo: false };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

const retries: Events = (run) => run.totals.retries;
const torn: Events = (run) => run.tearing.tornPasses;

export const METRICS: readonly MetricInfo[] = [
  count(['passes', 'passes that finished'], {
    events: finished,
    of: started,
    things: 'passes started',
  }),
  {
    ...count(['1000*retries/lines', 'retries for each 1000 lines'], {
      events: retries,
      of: lines,
      things: 'lines',
    }),
    value: (run) => ratio(1000 * retries(run), lines(run)),
  },
  count(['fallbacks', 'fallbacks to mmap_lock'], {
    events: (run) => run.totals.fallbacks,
    of: lines,
    things: 'lines',
  }),
  share(['tornPasses', 'torn of the passes that finished'], {
    events: torn,
    of: finished,
    things: 'passes',
  }),
  share(
    ['tornRuns', 'runs with a torn pass'],
    { events: (run) => (torn(run) > 0 ? 1 : 0), of: () => 1, things: 'runs' },
    true,
  ),
  count(['cuts', 'where torn texts change from one state to another'], {
    events: (run) => run.tearing.cuts,
    of: finished,
    things: 'passes',
  }),
  count(['discardedLines', 'lines formatted and thrown away'], {
    events: (run) => run.totals.discardedLines,
    of: lines,
    things: 'lines',
  }),
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
  time(['mmapReadLockWaitNs', 'wait of the readers for mmap_lock, in all'], (run) => {
    return run.totals.mmapReadLockWaitNs;
  }),
  share(['passesStarved', 'passes that starved, of those started'], {
    events: (run) => run.totals.passesStarved,
    of: started,
    things: 'passes started',
  }),
];
