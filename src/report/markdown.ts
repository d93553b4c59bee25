/** The rows of csv as a table in GitHub's Markdown, with aligned columns, numbers to the right. */
import { mostOf } from '../base/extremes.ts';
import { printable } from '../base/printable.ts';
import type { Format, Piece, ReportInput } from './report.ts';
import { columns, rows, TEXT_COLUMNS } from './rows.ts';
import { runSentence } from './run-sentence.ts';

export const markdown: Format = {
  name: 'markdown',
  endings: ['md', 'markdown'],
  summary: 'a table of the counts, one row per reader; then a summary in one sentence',
  passes: false,

  *render(input: ReportInput): Iterable<Piece> {
    yield* markdownTable(columns(input), rows(input), TEXT_COLUMNS.length);
    yield `\n${markdownText(runSentence(input.outcome))}\n`;
  },
};

/** @param textColumns so many columns from the left hold text, the others numbers */
export function* markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns: number,
): Iterable<string> {
  const body = rows.map((fields) => fields.map(markdownText));
  const widths = head.map((name, i) =>
    Math.max(3, name.length, mostOf(body.map((r) => r[i]!.length))),
  );
  yield line(head, widths, textColumns);
  yield `|${widths.map((width, i) => rule(width, i < textColumns)).join('|')}|\n`;
  for (const fields of body) yield line(fields, widths, textColumns);
}

function rule(width: number, text: boolean): string {
  return text ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`;
}

function line(fields: readonly string[], widths: readonly number[], textColumns: number): string {
  const padded = fields.map((field, i) =>
    i < textColumns ? field.padEnd(widths[i]!) : field.padStart(widths[i]!),
  );
  return `| ${padded.join(' | ')} |\n`;
}

/** Code, emphasis, links and tables; tags and entities; headings, quotes and lists. */
const ACTIVE =
  /[\\`*|[\]]|(?<![a-z0-9])_|_(?![a-z0-9])|~(?=~)|<(?=[a-z/!?])|&(?=[#a-z])|^(?:[#>]|[-+=](?=\s))/gi;

/** Text that is shown as it is: what Markdown or HTML would read as more gets a backslash. */
export function markdownText(value: string): string {
  return printable(value).replace(ACTIVE, '\\$&');
}
