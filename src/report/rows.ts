/** The counts as rows, one per reader: the common part of csv and markdown. */
import { COUNTER_KEYS, TEARING_KEYS } from '../world/outcome.ts';
import type { ReportInput } from './report.ts';

/** Columns that hold text; all others hold integers. */
export const TEXT_COLUMNS = ['scenario', 'strategy', 'seed', 'reader'] as const;

export function columns({ timing }: ReportInput): readonly string[] {
  const wall = timing === null ? [] : ['wallNs'];
  return [...TEXT_COLUMNS, ...COUNTER_KEYS, ...TEARING_KEYS, ...wall];
}

export function rows({ outcome, timing }: ReportInput): readonly (readonly string[])[] {
  const wall = timing === null ? [] : [String(timing.wallNs)];
  return outcome.readers.map((reader) => [
    outcome.scenario.name,
    reader.strategy,
    outcome.seed,
    reader.name,
    ...COUNTER_KEYS.map((key) => String(reader.counters[key])),
    ...TEARING_KEYS.map((key) => String(reader.tearing[key])),
    ...wall,
  ]);
}
