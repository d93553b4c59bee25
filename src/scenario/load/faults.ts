/**
 * Faults of a scenario: where, what, and what would be right. Collected first, shown all at once.
 *
 * A fault keeps the line of text that it points at, so that showing it needs no file. Columns count
 * characters from 1, as editors do. What cannot be known here is the file system: `io` marks a file
 * that could not be read, which has an exit code of its own.
 */
import { printable, printablePart } from '../../base/printable.ts';

export interface Span {
  readonly file: string;
  readonly line: number; // from 1
  readonly column: number; // from 1
  readonly endColumn: number; // exclusive
  /** The text of that line, or null where there is none to show. */
  readonly text: string | null;
  /** So many characters of the line are shown at most; EXCERPT_MAX where it does not say. */
  readonly shown?: number;
}

export interface Fault extends Span {
  readonly message: string;
  /** Shown behind the caret. */
  readonly hint: string | null;
  /** The file could not be read: exit code 3 instead of 2. */
  readonly io: boolean;
}

/** More faults than anyone reads are not looked for: hostile input would fill memory and time. */
const FAULTS_MAX = 10_000;

/** Thrown by the fault after the last that is kept. */
export class EnoughFaults extends Error {}

export class FaultList {
  readonly #kept: Fault[] = [];
  /** In order of first mention: the scenario itself, then the files that it refers to. */
  readonly #files = new Map<string, number>();
  #full = false;

  add(span: Span, message: string, hint: string | null = null, io = false): void {
    if (!this.#files.has(span.file)) this.#files.set(span.file, this.#files.size);
    this.#full = this.#kept.length >= FAULTS_MAX;
    if (this.#full) throw new EnoughFaults();
    this.#kept.push({ ...span, message, hint, io });
  }

  get count(): number {
    return this.#kept.length;
  }

  /** 1 where there was a fault too many, after which nobody looked for more. */
  get dropped(): number {
    return this.#full ? 1 : 0;
  }

  /** By file, line and column; those of one place in the order in which they were found. */
  sorted(): Fault[] {
    const rank = (fault: Fault): number => this.#files.get(fault.file) ?? 0;
    return [...this.#kept].sort(
      (a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column,
    );
  }
}

/** A text with its name; turns offsets into lines and columns, which is only done for faults. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  #lineStarts: number[] | null = null;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** The part of [start, end) that lies in the line of `start`; at least one column wide. */
  span(start: number, end: number): Span {
    const starts = this.#starts();
    const from = Math.min(start, this.text.length);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (starts[middle]! <= from) low = middle;
      else high = middle - 1;
    }
    const lineStart = starts[low]!;
    const next = starts[low + 1];
    let lineEnd = next === undefined ? this.text.length : next - 1;
    if (lineEnd > lineStart && this.text[lineEnd - 1] === '\r') lineEnd--;
    const text = this.text.slice(lineStart, lineEnd);
    while (lineEnd > lineStart && /\s/.test(this.text[lineEnd - 1]!)) lineEnd--;
    const column = from - lineStart + 1;
    const last = Math.min(end, lineEnd) - lineStart + 1;
    return {
      file: this.file,
      line: low + 1,
      column,
      endColumn: Math.max(column + 1, last),
      text,
    };
  }

  #starts(): number[] {
    if (this.#lineStarts) return this.#lineStarts;
    const starts = [0];
    for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) {
      starts.push(at + 1);
    }
    this.#lineStarts = starts;
    return starts;
  }
}

interface RenderOptions {
  /** So many faults are shown, the rest counted. */
  readonly limit?: number;
  /** Faults found beyond those given. */
  readonly dropped?: number;
}

/**
 * As compilers and editors want it: `file:line:column: error: message`, the line, a caret, the
 * hint. Ends in a newline.
 */
export function renderFaults(faults: readonly Fault[], options: RenderOptions = {}): string {
  const limit = options.limit ?? 20;
  const shown = faults.slice(0, limit).map(renderFault);
  const more = faults.length - shown.length + (options.dropped ?? 0);
  const least = faults.length >= FAULTS_MAX ? 'at least ' : '';
  if (more > 0) shown.push(`and ${least}${more} more`);
  return `${shown.join('\n')}\n`;
}

function renderFault(fault: Fault): string {
  // Names of files, values and the YAML parser's own words may quote anything.
  const head = printable(`${fault.file}:${fault.line}:${fault.column}: error: ${fault.message}`);
  const said = fault.hint === null ? null : printable(fault.hint);
  if (fault.text === null) return said === null ? head : `${head} (${said})`;
  const { text, column, endColumn } = excerpt(fault.text, fault);
  const gutter = `${fault.line} | `;
  const margin = `${' '.repeat(gutter.length - 2)}| `;
  // Tabs stay tabs, so that the caret stands below its text at any tab width.
  const pad = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
  const caret = '^'.repeat(Math.max(1, endColumn - column));
  const hint = said === null ? '' : ` ${said}`;
  return `${head}\n${gutter}${text}\n${margin}${pad}${caret}${hint}`;
}

/** Columns shown of a longer line. */
const EXCERPT_MAX = 160;

function excerpt(line: string, { column, endColumn, shown = EXCERPT_MAX }: Span) {
  const long = line.length > shown;
  const from = long ? Math.max(0, column - 1 - Math.floor((shown * 3) / 8)) : 0;
  const to = long ? Math.min(line.length, from + shown) : line.length;
  const before = printablePart((from > 0 ? '…' : '') + line.slice(from, column - 1));
  const marked = printablePart(line.slice(column - 1, Math.min(endColumn - 1, to)));
  const rest = printablePart(line.slice(endColumn - 1, to) + (to < line.length ? '…' : ''));
  const start = before.length + 1;
  return { text: before + marked + rest, column: start, endColumn: start + marked.length };
}

/** A value as a message shows it: JSON, in one short line. */
export function show(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return String(value);
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? `${part}` : part));
  return printable(text.length > 60 ? `${text.slice(0, 57)}…` : text);
}
