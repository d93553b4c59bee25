/** Plain columns for people: a head row, rows, two spaces between. */
import stringWidth from 'string-width';

/** Lines that end with a newline and have no blanks before it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map(widthOf);
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i]!, widthOf(cell));
  }
  const line = (row: readonly string[]) =>
    row.map((cell, i) => cell + ' '.repeat(widths[i]! - widthOf(cell))).join('  ');
  return [head, ...rows].map((row) => `${line(row).replace(/[ \t]+$/, '')}\n`).join('');
}

/** Columns on a terminal, where some characters take two. */
function widthOf(cell: string): number {
  return /^[\x20-\x7e]*$/.test(cell) ? cell.length : stringWidth(cell);
}
