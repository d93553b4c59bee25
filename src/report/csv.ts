/**
 * RFC 4180: a header row, then a row a reader. A field with a comma, a quote or a line break in it
 * (a strategy with two options has one) is quoted. Lines end with CR LF, as the RFC asks.
 */
import type { Format, Piece, ReportInput } from './report.ts';
import { columns, rows } from './rows.ts';

export const csv: Format = {
  name: 'csv',
  summary: 'RFC 4180, one row a reader: the counts',
  passes: false,

  *render(input: ReportInput): Iterable<Piece> {
    yield csvRow(columns(input));
    for (const fields of rows(input)) yield csvRow(fields);
  },
};

export function csvRow(fields: readonly string[]): string {
  return `${fields.map(field).join(',')}\r\n`;
}

function field(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
