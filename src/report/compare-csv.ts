/** CSV (RFC 4180): a row for each scenario, metric and group; full numbers, times in ns. */
import type { Cell, MetricTable } from '../compare/comparison.ts';
import type { CompareResult } from '../compare/result.ts';
import { csvRow } from './csv.ts';
import type { CompareFormat } from './report.ts';

type Value = string | number | boolean | null | undefined;
type Column = readonly [name: string, value: (cell: Cell, table: MetricTable) => Value];

const COLUMNS: readonly Column[] = [
  ['metric', (_, { metric }) => metric],
  ['unit', (_, { unit }) => unit],
  ['group', ({ group }) => group],
  ['n', ({ n }) => n],
  ['median', ({ median }) => median],
  ['low', ({ low }) => low],
  ['high', ({ high }) => high],
  ['events', ({ rate }) => rate?.events],
  ['of', ({ rate }) => rate?.of],
  ['rateLow', ({ rate }) => rate?.low],
  ['rateHigh', ({ rate }) => rate?.high],
  ['test', ({ difference }) => difference?.test],
  ['difference', ({ difference }) => difference?.median],
  ['differenceLow', ({ difference }) => difference?.low],
  ['differenceHigh', ({ difference }) => difference?.high],
  ['relative', ({ difference }) => difference?.relative],
  ['p', ({ difference }) => difference?.p],
  ['pCorrected', ({ difference }) => difference?.pCorrected],
  ['shown', ({ difference }) => difference?.shown],
];

export const compareCsv: CompareFormat = {
  name: 'csv',
  endings: ['csv'],

  *render({ scenarios }: CompareResult): Iterable<string> {
    yield csvRow(['scenario', ...COLUMNS.map(([name]) => name)]);
    for (const { name, comparison } of scenarios) {
      for (const table of comparison?.metrics ?? []) {
        for (const cell of table.cells) {
          yield csvRow([name, ...COLUMNS.map(([, value]) => field(value(cell, table)))]);
        }
      }
    }
  },
};

function field(value: Value): string {
  return value === null || value === undefined ? '' : String(value);
}
