/**
 * Plain columns for people: a head row, rows, two spaces between.
 *
 * cli-table3 lays out small tables (it measures wide characters); its time grows with the square of
 * the rows, so above SMALL_TABLE rows columns are padded here.
 */
import Table from 'cli-table3';

export const SMALL_TABLE = 200;

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Lines that end with a newline and have no blanks before it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const text = rows.length <= SMALL_TABLE ? small(head, rows) : large(head, rows);
  return `${text.replace(/[ \t]+$/gm, '')}\n`;
}

function small(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 };
  const laidOut = new Table({ head: [...head], chars: NO_BORDERS, style });
  for (const row of rows) laidOut.push([...row]);
  return laidOut.toString();
}

function large(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name) => name.length);
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i]!, cell.length);
  }
  const line = (row: readonly string[]) => row.map((c, i) => c.padEnd(widths[i]!)).join('  ');
  return [head, ...rows].map(line).join('\n');
}
