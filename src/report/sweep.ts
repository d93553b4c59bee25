/**
 * Writes the results of a sweep as they come: a header, a record for each run in the order of the
 * grid, a footer. NDJSON has everything; csv has one row per run, or the tables if metrics are
 * chosen; the other formats are tables.
 */
import { jsonOf } from '../base/printable.ts';
import type { RunSummary } from '../compare/record.ts';
import { COUNTER_KEYS, TEARING_KEYS } from '../world/outcome.ts';
import { csvRow } from './csv.ts';

export const SWEEP_SCHEMA = 'mapsim/sweep@1';

export interface SweepHeader {
  readonly tool: string;
  readonly prng: string;
  /** Mark of the table of costs; absent in what earlier versions wrote. */
  readonly costs?: string;
  /** sha256: of the grid and of every scenario in it. */
  readonly grid: { readonly name: string; readonly sha256: string };
  readonly axes: readonly { readonly path: string; readonly values: readonly unknown[] }[];
  /** As results name them; null: each reader's own. */
  readonly strategies: readonly string[] | null;
  /** null: the scenario's own. */
  readonly seeds: readonly string[] | null;
  readonly durationNs: number | null;
  readonly maxEvents: number;
  /** Runs of the whole sweep. */
  readonly units: number;
  /** null: all of them. */
  readonly shard: { readonly index: number; readonly count: number } | null;
}

export interface SweepRecord {
  /** Number of the run in the whole sweep, from 0. */
  readonly unit: number;
  /** Values of the point by path. */
  readonly point: Readonly<Record<string, unknown>>;
  /** Whether anything in it is left to chance: if not, every seed gives the same run. */
  readonly drawn: boolean;
  readonly run: RunSummary;
}

interface SweepFooter {
  /** Runs in this file. */
  readonly units: number;
  /** Whether these are all that belong here. */
  readonly complete: boolean;
}

export interface SweepFormat {
  readonly name: string;
  readonly endings: readonly string[];
  /** Each output begins anew: a table keeps what it has seen. */
  begin(header: SweepHeader): SweepStream;
}

export interface SweepStream {
  readonly head: string;
  record(record: SweepRecord): string;
  footer(footer: SweepFooter): string;
}

export const SWEEP_NDJSON: SweepFormat = {
  name: 'ndjson',
  endings: ['ndjson', 'jsonl'],
  begin: (header) => ({
    head: line({ type: 'header', schema: SWEEP_SCHEMA, ...header }),
    record: ({ unit, point, drawn, run }) => line({ type: 'run', unit, point, drawn, ...run }),
    footer: ({ units, complete }) => line({ type: 'footer', units, complete }),
  }),
};

function line(record: object): string {
  const plainNumbers = (_: string, part: unknown) =>
    typeof part === 'bigint' ? String(part) : part;
  return `${jsonOf(record, plainNumbers)}\n`;
}

const SUMMARY_KEYS = ['n', 'min', 'mean', 'p50', 'p90', 'p99', 'max'] as const;

const TIMES = {
  passNs: (run: RunSummary) => run.passNs,
  readNs: (run: RunSummary) => run.readNs,
  'writer.opNs': (run: RunSummary) => run.writer.opNs,
  'writer.lockWaitNs': (run: RunSummary) => run.writer.lockWaitNs,
  'writer.drainWaitNs': (run: RunSummary) => run.writer.drainWaitNs,
};

export const SWEEP_CSV: SweepFormat = {
  name: 'csv',
  endings: ['csv'],
  begin: ({ axes }) => ({
    head: csvRow([
      'unit',
      ...axes.map(({ path }) => path),
      ...['strategy', 'seed', 'ended', 'simulatedNs', 'events'],
      ...COUNTER_KEYS,
      ...TEARING_KEYS,
      'writer.ops',
      ...Object.keys(TIMES).flatMap((name) => SUMMARY_KEYS.map((key) => `${name}.${key}`)),
    ]),
    record: csvRecord,
    footer: () => '',
  }),
};

function csvRecord({ unit, point, run }: SweepRecord): string {
  return csvRow([
    String(unit),
    ...Object.values(point).map(plain),
    ...[run.strategy, run.seed, run.ended, String(run.simulatedNs), String(run.events)],
    ...COUNTER_KEYS.map((key) => String(run.totals[key])),
    ...TEARING_KEYS.map((key) => String(run.tearing[key])),
    String(run.writer.ops),
    ...Object.values(TIMES).flatMap((summaryOf) =>
      SUMMARY_KEYS.map((key) => String(summaryOf(run)[key] ?? '')),
    ),
  ]);
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : jsonOf(value);
}
