/**
 * CSV (RFC 4180): a header row, then one row per reader. A field with a comma or a quote in it (a
 * strategy with two options has one) is quoted. Lines end with CR LF, as the RFC asks.
 */
import { printable } from '../base/printable.ts';
import type { Format, Piece, ReportInput } from './report.ts';
import { columns, rows } from './rows.ts';

export const csv: Format = {
  name: 'csv',
  endings: ['csv'],
  summary: 'RFC 4180, one row per reader: the counts',
  passes: false,

  *render(input: ReportInput): Iterable<Piece> {
    yield csvRow(columns(input));
    for (const fields of rows(input)) yield csvRow(fields);
  },
};

export function csvRow(fields: readonly string[]): string {
  return `${fields.map(field).join(',')}\r\n`;
}

/** A spreadsheet would run a text that begins like a formula: an apostrophe makes it a text. */
function field(value: string): string {
  const still = printable(value);
  const isFormula = /^[=+\-@]/.test(still) && !Number.isFinite(Number(still));
  const text = isFormula ? `'${still}` : still;
  return /[",']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
