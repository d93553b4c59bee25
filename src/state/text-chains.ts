/**
 * The printed text of a reader as one number: a text is a shorter text and a last line. So the
 * growing text takes one word of the reader's registers, and another line is another row.
 */
import { WordInterner } from '../base/word-interner.ts';
import { LINE_FIELDS } from '../mm/line.ts';
import type { Reader } from '../proc/reader.ts';

/** A row: the text before, how many lines it is, the numbers of the line, its page. */
const BEFORE = 0;
const DEPTH = 1;
const LINE = 2;
const PAGE = LINE + LINE_FIELDS;
const ROW = PAGE + 1;

const NO_TEXT = -1;

export class TextChains {
  readonly #rows = new WordInterner();
  readonly #row = new Float64Array(ROW);
  /** By reader, by line: the number of the text that ends with it, as far as `keptLines` says. */
  readonly #ids: readonly number[][];

  constructor(readers: number) {
    this.#ids = Array.from({ length: readers }, () => []);
  }

  /** The number of what this reader has printed. */
  numberOf(r: Reader): number {
    const ids = this.#ids[r.id]!;
    const row = this.#row;
    for (let line = r.keptLines; line < r.lineCount; line++) {
      row[BEFORE] = line === 0 ? NO_TEXT : ids[line - 1]!;
      row[DEPTH] = line + 1;
      for (let i = 0; i < LINE_FIELDS; i++) row[LINE + i] = r.lines[line * LINE_FIELDS + i]!;
      row[PAGE] = r.linePages[line]!;
      ids[line] = this.#rows.idOf(row, ROW);
    }
    r.keptLines = Math.max(r.keptLines, r.lineCount);
    return r.lineCount === 0 ? NO_TEXT : ids[r.lineCount - 1]!;
  }

  /** Lines that are there already stay. */
  restore(r: Reader, text: number): void {
    const ids = this.#ids[r.id]!;
    const rows = this.#rows;
    const { words } = rows;
    const lines = text === NO_TEXT ? 0 : words[rows.at(text) + DEPTH]!;
    r.reserveLines(lines);
    r.lineCount = lines;
    let id = text;
    let line = lines - 1;
    for (; line >= 0 && (line >= r.keptLines || ids[line] !== id); line--) {
      const at = rows.at(id);
      for (let i = 0; i < LINE_FIELDS; i++) r.lines[line * LINE_FIELDS + i] = words[at + LINE + i]!;
      r.linePages[line] = words[at + PAGE]!;
      ids[line] = id;
      id = words[at + BEFORE]!;
    }
    if (line < lines - 1) r.keptLines = lines;
  }
}
