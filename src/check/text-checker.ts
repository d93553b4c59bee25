/**
 * Checks maps or smaps texts against the kernel's guarantees. It takes lines, one text after the
 * other, and reports every line that no kernel prints or that breaks a guarantee of proc.rst:
 * addresses never go backwards, ranges never overlap.
 *
 * Memory does not grow with the number of texts; for one text the starts of its lines are stored, 8
 * bytes each, up to LINES_MAX. A text ends at an empty line (unless an empty line follows each of
 * its lines), at a comment, after [vsyscall], and if a line after the second starts at or below the
 * first line, because then a reader started again.
 *
 * Source: Documentation/filesystems/proc.rst; v6.18 fs/proc/task_mmu.c show_map_vma.
 */
import { MapsLine, NAME_COLUMNS, printMapsLine } from '../scenario/load/maps-line.ts';
import { isSmapsDetail } from '../scenario/load/smaps-detail.ts';
import { hexOfPage, hexRange } from '../scenario/units.ts';
import { Starts } from './starts.ts';

export const FINDING_KINDS = ['field', 'spacing', 'overlap', 'backward', 'duplicate'] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

export interface CheckFinding {
  readonly kind: FindingKind;
  /** Counted from 1, like the column. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/**
 * A parsed line of maps. Addresses are pages; `device` includes the inode, `name` is as printed.
 */
export interface VmaLine {
  readonly start: number;
  readonly end: number;
  readonly perms: string;
  readonly offset: number;
  readonly device: string;
  readonly name: string;
  /** Line number in its file, from 1. */
  readonly line: number;
}

interface CheckerHooks {
  readonly finding: (finding: CheckFinding) => void;
  /** Called for each VMA, in the order of the text. */
  readonly vma?: (vma: VmaLine) => void;
  /** Called at the end of each text that has at least one line. */
  readonly textEnd?: () => void;
}

export class TextChecker {
  readonly #hooks: CheckerHooks;
  readonly #parser = new MapsLine();
  readonly #starts = new Starts();
  texts = 0;
  vmas = 0;
  #wslLines = 0;
  /** A line has been read that may be followed by the details of smaps. */
  #isBelow = false;
  // State of the text that is being read.
  #lines = 0;
  /** Number of empty lines in the text. */
  #blanks = 0;
  #firstStart = 0;
  #start = 0;
  #end = 0;

  constructor(hooks: CheckerHooks) {
    this.#hooks = hooks;
  }

  /** @param number line number in the file, from 1 @param cut the line was too long to be stored */
  line(text: string, number: number, cut: boolean): void {
    if (text.startsWith('# cut')) return; // `run --pass=torn` prints it inside a text
    if (text === '') {
      if (this.#lines > 0) this.#blanks++;
      return;
    }
    if (text.startsWith('#')) {
      this.endText();
      return;
    }
    if (this.#isBelow && isSmapsDetail(text)) return;
    if (cut) this.#fault('field', number, 1, 'a line of more than 64 KiB');
    else if (text.endsWith('\r'))
      this.#fault('field', number, text.length, 'the line ends in CR LF');
    else if (!this.#parser.scan(text, 0, text.length)) {
      this.#isBelow ||= this.#parser.isRollup;
      if (this.#parser.isWsl && this.#wslLines++ > 0) return; // one fault for the whole text
      this.#fault('field', number, this.#parser.faultStart + 1, this.#parser.faultMessage);
    } else {
      this.#isBelow = true;
      this.#checkPrinted(text, number);
      this.#place(number);
      if (this.#parser.isGate) this.endText();
    }
  }

  /** The file ended inside a line. */
  cutShort(number: number): void {
    this.#fault('field', number, 1, 'the last line has no newline: the text was cut');
  }

  endText(): void {
    this.#blanks = 0;
    if (this.#lines === 0) return;
    this.#lines = 0;
    this.#starts.clear();
    this.texts++;
    this.#hooks.textEnd?.();
  }

  #fault(kind: FindingKind, line: number, column: number, message: string): void {
    this.#hooks.finding({ kind, line, column, message });
  }

  /** Compares every byte with what the kernel prints. */
  #checkPrinted(text: string, number: number): void {
    const { device, name } = this.#parser;
    if (name === '' && device !== '00:00 0') {
      this.#fault('field', number, text.length, `a file mapping (${device}) without a path`);
      return;
    }
    const printed = NAME_COLUMNS.map((column) => printMapsLine(this.#parser, column));
    if (printed.includes(text)) return;
    const column = firstDifference(text, printed[0]!) + 1;
    const rest = printed[0]!.slice(column - 1, column + 39);
    const expected = rest === '' ? 'the end of the line' : JSON.stringify(rest);
    const message = `not what the kernel prints: expected ${expected}`;
    this.#fault('spacing', number, column, message);
  }

  /** Compares the range with those of the lines before it. */
  #place(number: number): void {
    const { startPage: start, endPage: end, perms, offsetPages, device, name } = this.#parser;
    // If an empty line follows each line, the empty lines do not end the text.
    const spaced = this.#blanks >= this.#lines && start >= this.#end;
    if (this.#blanks > 0 && !spaced) this.endText();
    const again = this.#lines > 1 && start <= this.#firstStart && this.#start > this.#firstStart;
    if (again) this.endText();
    if (this.#lines === 0) this.#firstStart = start;
    else this.#compare(start, end, number);
    this.#starts.add(start);
    this.#lines++;
    this.vmas++;
    this.#start = start;
    this.#end = end;
    this.#hooks.vma?.({ start, end, perms, offset: offsetPages, device, name, line: number });
  }

  #compare(start: number, end: number, number: number): void {
    const before = hexRange(this.#start, this.#end);
    if (start < this.#start) {
      const message = `${hexRange(start, end)} starts below the line before it, ${before}`;
      this.#fault('backward', number, 1, message);
    } else if (start < this.#end) {
      this.#fault(
        'overlap',
        number,
        1,
        `${hexRange(start, end)} overlaps the line before it, ${before}`,
      );
    }
    if (this.#starts.has(start)) {
      this.#fault('duplicate', number, 1, `a second line that starts at ${hexOfPage(start)}`);
    }
  }
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  return at;
}
