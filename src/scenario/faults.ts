/**
 * Faults of a scenario: where, what, and what would be right. Collected first, shown all at once.
 *
 * A fault keeps the line of text that it points at, so that showing it needs no file. Columns count
 * characters from 1, as editors do. What cannot be known here is the file system: `io` marks a file
 * that could not be read, which has an exit code of its own.
 */

export interface Span {
  readonly file: string;
  readonly line: number; // from 1
  readonly column: number; // from 1
  readonly endColumn: number; // exclusive
  /** The text of that line, or null where there is none to show. */
  readonly text: string | null;
}

export interface Fault extends Span {
  readonly message: string;
  /** Shown behind the caret. */
  readonly hint: string | null;
  /** The file could not be read: exit code 3 instead of 2. */
  readonly io: boolean;
}

/** More faults than anyone reads are only counted, so that hostile input cannot fill the memory. */
const KEPT_MAX = 10_000;

export class FaultList {
  readonly #kept: Fault[] = [];
  /** In order of first mention: the scenario itself, then the files that it refers to. */
  readonly #files = new Map<string, number>();
  #dropped = 0;

  add(span: Span, message: string, hint: string | null = null, io = false): void {
    if (!this.#files.has(span.file)) this.#files.set(span.file, this.#files.size);
    if (this.#kept.length < KEPT_MAX) this.#kept.push({ ...span, message, hint, io });
    else this.#dropped++;
  }

  get count(): number {
    return this.#kept.length + this.#dropped;
  }

  /** Faults that were counted and not kept. */
  get dropped(): number {
    return this.#dropped;
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
    const text = this.text.slice(lineStart, lineEnd(this.text, lineStart));
    const column = from - lineStart + 1;
    const last = Math.min(end - lineStart, text.trimEnd().length) + 1;
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

function lineEnd(text: string, lineStart: number): number {
  const newline = text.indexOf('\n', lineStart);
  const end = newline < 0 ? text.length : newline;
  return end > lineStart && text[end - 1] === '\r' ? end - 1 : end;
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
  if (more > 0) shown.push(`and ${more} more`);
  return `${shown.join('\n')}\n`;
}

function renderFault(fault: Fault): string {
  // Names of files, values and the YAML parser's own words may quote anything.
  const head = printable(`${fault.file}:${fault.line}:${fault.column}: error: ${fault.message}`);
  const said = fault.hint === null ? null : printable(fault.hint);
  if (fault.text === null) return said === null ? head : `${head} (${said})`;
  const { text, column, endColumn } = excerpt(fault.text, fault.column, fault.endColumn);
  const gutter = `${fault.line} | `;
  const margin = `${' '.repeat(gutter.length - 2)}| `;
  // Tabs stay tabs, so that the caret stands below its text at any tab width.
  const pad = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
  const caret = '^'.repeat(Math.max(1, endColumn - column));
  const hint = said === null ? '' : ` ${said}`;
  return `${head}\n${gutter}${text}\n${margin}${pad}${caret}${hint}`;
}

/** Columns shown of a longer line, and how many of them stand before the caret. */
const EXCERPT_MAX = 160;
const EXCERPT_BEFORE = 60;

function excerpt(line: string, column: number, endColumn: number) {
  if (line.length <= EXCERPT_MAX) return { text: printable(line), column, endColumn };
  const from = Math.max(0, column - 1 - EXCERPT_BEFORE);
  const to = Math.min(line.length, from + EXCERPT_MAX);
  const head = from > 0 ? '…' : '';
  const tail = to < line.length ? '…' : '';
  const shift = head.length - from;
  return {
    text: printable(head + line.slice(from, to) + tail),
    column: column + shift,
    endColumn: Math.min(endColumn, to + 1) + shift,
  };
}

/** Control characters would act on the terminal, and take no column: one `?` for each. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g, '?');
}

/** A value as a message shows it: JSON, in one short line. */
export function show(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return String(value);
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? `${part}` : part));
  return printable(text.length > 60 ? `${text.slice(0, 57)}…` : text);
}
