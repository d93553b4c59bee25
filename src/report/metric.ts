/**
 * The figures of an outcome by name, for expressions of `--fail-on`.
 *
 * A count is a key of `totals` or `tearing`, summed over the readers in view; `passes` is short for
 * `passesFinished`. A distribution has an aggregate over all readers (or writers) in view:
 * `p99(passNs)`, `max(writer.opNs)`.
 */
import { UserError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { Samples } from '../base/statistics.ts';
import {
  COUNTER_KEYS,
  type CounterKey,
  type ReaderOutcome,
  TEARING_KEYS,
  type TearingKey,
  type WriterOutcome,
} from '../world/outcome.ts';

export const AGGREGATES = ['min', 'mean', 'p50', 'p90', 'p99', 'max'] as const;
type Aggregate = (typeof AGGREGATES)[number];

const READER_TIMES = ['passNs', 'readNs'] as const;
const WRITER_TIMES = ['opNs', 'lockWaitNs', 'drainWaitNs'] as const;
const WRITER_PREFIX = 'writer.';

/** What distributions are called in expressions. */
export const DISTRIBUTIONS: readonly string[] = [
  ...READER_TIMES,
  ...WRITER_TIMES.map((key) => WRITER_PREFIX + key),
];

/** What counts are called in expressions. */
export const COUNTS: readonly string[] = ['passes', ...COUNTER_KEYS, ...TEARING_KEYS];

export type Metric =
  | { readonly kind: 'counter'; readonly key: CounterKey }
  | { readonly kind: 'tearing'; readonly key: TearingKey }
  | {
      readonly kind: 'readers';
      readonly key: (typeof READER_TIMES)[number];
      readonly aggregate: Aggregate;
    }
  | {
      readonly kind: 'writers';
      readonly key: (typeof WRITER_TIMES)[number];
      readonly aggregate: Aggregate;
    };

/** The part of an outcome that an expression looks at. */
export interface MetricView {
  readonly readers: readonly Pick<ReaderOutcome, 'strategy' | 'counters' | 'tearing' | 'samples'>[];
  readonly writers: readonly Pick<WriterOutcome, 'samples'>[];
}

/** A count, or a time in ns; null where there is nothing to aggregate. */
export function metricValue(metric: Metric, view: MetricView): number | null {
  switch (metric.kind) {
    case 'counter':
      return view.readers.reduce((sum, reader) => sum + reader.counters[metric.key], 0);
    case 'tearing':
      return view.readers.reduce((sum, reader) => sum + reader.tearing[metric.key], 0);
    case 'readers':
      return pooled(view.readers.map((reader) => reader.samples[metric.key]))[metric.aggregate];
    case 'writers':
      return pooled(view.writers.map((writer) => writer.samples[metric.key]))[metric.aggregate];
  }
}

function pooled(parts: readonly Samples[]): ReturnType<Samples['summary']> {
  const all = new Samples();
  for (const part of parts) all.merge(part);
  return all.summary();
}

export function isTime(metric: Metric): boolean {
  return metric.key.endsWith('Ns');
}

/** Reads a metric as an expression writes it. @throws UserError that names the nearest known one */
export function parseMetric(text: string): Metric {
  const call = /^([^()]*)\(([^()]*)\)$/.exec(text);
  if (call !== null) return distribution(call[1]!.trim(), call[2]!.trim());
  if (DISTRIBUTIONS.includes(text)) {
    throw new UserError(`${text} is a distribution: say which figure of it, such as p99(${text})`);
  }
  const key = text === 'passes' ? 'passesFinished' : text;
  const counter = COUNTER_KEYS.find((known) => known === key);
  if (counter !== undefined) return { kind: 'counter', key: counter };
  const tearing = TEARING_KEYS.find((known) => known === key);
  if (tearing !== undefined) return { kind: 'tearing', key: tearing };
  if (text === '') throw new UserError('a metric is missing');
  throw unknown('metric', text, [...COUNTS, ...DISTRIBUTIONS.map((name) => `p99(${name})`)]);
}

function distribution(aggregateText: string, name: string): Metric {
  const aggregate = AGGREGATES.find((known) => known === aggregateText);
  if (aggregate === undefined) throw unknown('aggregate', aggregateText, AGGREGATES);
  const reader = READER_TIMES.find((known) => known === name);
  if (reader !== undefined) return { kind: 'readers', key: reader, aggregate };
  const writer = WRITER_TIMES.find((known) => WRITER_PREFIX + known === name);
  if (writer !== undefined) return { kind: 'writers', key: writer, aggregate };
  if (COUNTS.includes(name)) {
    const known = DISTRIBUTIONS.join(', ');
    throw new UserError(`${name} is one number, it has no ${aggregate}; distributions: ${known}`);
  }
  throw unknown('distribution', name, DISTRIBUTIONS);
}

function unknown(what: string, word: string, known: readonly string[]): UserError {
  const meant = nearest(word, known);
  const hint = meant === null ? `known: ${known.join(', ')}` : `did you mean "${meant}"?`;
  return new UserError(`unknown ${what} "${word}"; ${hint}`);
}
