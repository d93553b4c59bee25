/** The formats of `sweep` and `merge`, in the order of their help. */
import type { MetricInfo } from '../compare/metrics.ts';
import { SWEEP_CSV, SWEEP_NDJSON, type SweepFormat } from './sweep.ts';
import { sweepMarkdown, sweepTableCsv, sweepText } from './sweep-table.ts';

/**
 * @param chosen metrics of the tables; null: none was chosen, and csv has a row a run
 * @param columns that a line of text may take
 */
export function sweepFormats(
  chosen: readonly MetricInfo[] | null,
  columns: number,
): readonly SweepFormat[] {
  return [
    sweepText(chosen, columns),
    SWEEP_NDJSON,
    chosen === null ? SWEEP_CSV : sweepTableCsv(chosen),
    sweepMarkdown(chosen),
  ];
}
