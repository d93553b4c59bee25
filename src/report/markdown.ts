/** The rows of csv as a table of GitHub's Markdown, numbers to the right, columns lined up. */
import type { Format, Piece, ReportInput } from './report.ts';
import { columns, rows, TEXT_COLUMNS } from './rows.ts';

export const markdown: Format = {
  name: 'markdown',
  summary: 'a table, one row a reader: the counts',
  passes: false,

  *render(input: ReportInput): Iterable<Piece> {
    const head = columns(input);
    const body = rows(input).map((fields) => fields.map(cell));
    const widths = head.map((name, i) =>
      Math.max(3, name.length, ...body.map((r) => r[i]!.length)),
    );
    yield line(head, widths);
    yield `|${widths.map((width, i) => rule(width, isText(i))).join('|')}|\n`;
    for (const fields of body) yield line(fields, widths);
  },
};

function isText(column: number): boolean {
  return column < TEXT_COLUMNS.length;
}

function rule(width: number, text: boolean): string {
  return text ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`;
}

function line(fields: readonly string[], widths: readonly number[]): string {
  const padded = fields.map((field, i) =>
    isText(i) ? field.padEnd(widths[i]!) : field.padStart(widths[i]!),
  );
  return `| ${padded.join(' | ')} |\n`;
}

/** A bar would end the cell, a line break the row. */
function cell(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replace(/\r\n|\r|\n/g, '<br>');
}
