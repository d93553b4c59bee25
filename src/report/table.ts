/**
 * A table as plain text: a header row, rows, two spaces between columns. Columns that do not fit
 * are narrowed, the widest first, and their content is wrapped.
 */

import CliTable from 'cli-table3';
import stringWidth from 'string-width';
import { mostOf } from '../base/extremes.ts';

const GAP = 2;
/** No column is made narrower than this. */
const NARROW = 10;
/** The layout of a table takes time that grows with the square of its rows. */
const ROWS_MAX = 50;

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((corner) => [`${side}${corner}`, '']),
  ),
);

/** Cells, or a line of its own across all columns. */
type TableRow = readonly string[] | string;

/**
 * Lines that end with a newline and have no blanks before it.
 * @param columns that a line may take
 */
export function table(head: readonly string[], rows: readonly TableRow[], columns = 80): string {
  const all = [head, ...rows];
  const widths = fitted(naturalWidths(head, rows), columns);
  let text = '';
  let cells: (readonly string[])[] = [];
  for (const [i, row] of all.entries()) {
    if (typeof row === 'string') text += `${row}\n`;
    else cells.push(row);
    if (cells.length > 0 && (cells.length === ROWS_MAX || typeof all[i + 1] !== 'object')) {
      text += block(cells, widths);
      cells = [];
    }
  }
  return text;
}

/** Whether nothing would have to be wrapped. */
export function tableFits(
  head: readonly string[],
  rows: readonly TableRow[],
  columns: number,
): boolean {
  return widthOfLine(naturalWidths(head, rows)) <= columns;
}

function naturalWidths(head: readonly string[], rows: readonly TableRow[]): readonly number[] {
  const cells = [head, ...rows.filter((row) => typeof row !== 'string')];
  return head.map((_, i) => mostOf(cells.map((row) => widthOf(row[i]!))));
}

function widthOfLine(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1));
}

function block(rows: readonly (readonly string[])[], widths: readonly number[]): string {
  const made = new CliTable({
    chars: { ...NO_LINES, middle: '' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': GAP },
    colWidths: widths.map((width) => width + GAP),
    wordWrap: true,
  });
  for (const row of rows) {
    made.push(
      row.map((content, i) => ({
        content,
        // A word that is too long is broken where the column ends.
        wrapOnWordBoundary: content.split(' ').every((word) => widthOf(word) <= widths[i]!),
      })),
    );
  }
  return made
    .toString()
    .split('\n')
    .map((line) => `${line.replace(/[ \t]+$/, '')}\n`)
    .join('');
}

/** The widths that are left when the widest columns have given way. */
function fitted(natural: readonly number[], columns: number): readonly number[] {
  const widths = [...natural];
  for (let over = widthOfLine(natural) - columns; over > 0; over--) {
    const widest = mostOf(widths);
    if (widest <= NARROW) break;
    widths[widths.indexOf(widest)]!--;
  }
  return widths;
}

/** Columns on a terminal, where some characters take two. */
function widthOf(cell: string): number {
  return /^[\x20-\x7e]*$/.test(cell) ? cell.length : stringWidth(cell);
}
