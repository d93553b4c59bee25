/**
 * Finds the lines of maps text in whatever holds them: a crash report, a heap profile, a log with
 * something before each line, a quoted or wrapped mail, HTML. A plain text passes as it is.
 *
 * One line after the other, with a few lines kept: a line that a mailer has wrapped is put
 * together, and what stands between two lines of one text is handed on to be complained of.
 */
import { counted } from '../base/counted.ts';
import { isSmapsDetail } from '../scenario/load/maps-text.ts';

const HEX = '[0-9a-f]';
/** A line that begins like one of maps, however it goes on. */
const BEGINS = new RegExp(`^${HEX}{4,16}-${HEX}{4,16}(?: |$)`);
const FIELDS = `${HEX}{8,16}-${HEX}{8,16} [r-][w-][x-][sp-] ${HEX}{8,16} ${HEX}{2,4}:${HEX}{2,5}`;
/** A whole line inside another one, its name included. */
const INSIDE = new RegExp(`(?<!${HEX})${FIELDS} +[0-9]+(?=\\s|$)`);
/** The part of a line that a mailer has left before the inode, and before the name. */
const BEFORE_INODE = new RegExp(`(?<!${HEX})${FIELDS}\\s*$`);
const BEFORE_NAME = new RegExp(`^${FIELDS} +(?!0\\s*$)[0-9]+\\s*$`);
const BEFORE_LABEL = new RegExp(`^${FIELDS} +0\\s*$`);
const HTML =
  /<br ?\/?>|<\/?(?:p|span|pre|code|div|td|tr)\b[^>]*>|&#[0-9]{1,6};|&(?:lt|gt|amp|quot);/;

/** Lines of something else inside a text that are complained of; more of them end the text. */
const BETWEEN_MAX = 3;

interface Line {
  readonly text: string;
  readonly number: number;
}

/** What was done to find the lines. */
interface FoundLines {
  /** Lines that are none of maps, and the first of them. */
  readonly leftOut: number;
  readonly firstLeftOut: number;
  /** Lines with something before them, and what the first of them had. */
  readonly prefixed: number;
  readonly prefix: string;
  readonly joined: number;
  readonly html: number;
  /** Lines that ended in CR LF. */
  readonly crLf: number;
  /** First and last line of maps text. */
  readonly first: number;
  readonly last: number;
  readonly found: number;
}

export class MapsFinder {
  readonly #emit: (text: string, number: number, cut: boolean) => void;
  readonly #report = {
    leftOut: 0,
    firstLeftOut: 0,
    prefixed: 0,
    prefix: '',
    joined: 0,
    html: 0,
    crLf: 0,
    first: 0,
    last: 0,
    found: 0,
  };
  /** Lines of something else since the last line of maps. */
  #between: Line[] = [];
  #betweenCount = 0;
  /** A line whose inode or name may follow. */
  #held: Line | null = null;
  #shape: RegExp | null = null;
  /** Blanks where nothing else is. */
  #blanksCut = false;

  /** @param emit takes lines of maps, details of smaps, comments, and what is a fault */
  constructor(emit: (text: string, number: number, cut: boolean) => void) {
    this.#emit = emit;
  }

  get report(): FoundLines {
    return this.#report;
  }

  /** Whether what was emitted is another text than what came. */
  get changed(): boolean {
    const { leftOut, prefixed, joined, html, crLf } = this.#report;
    return this.#blanksCut || leftOut + prefixed + joined + html + crLf > 0;
  }

  line(raw: string, number: number, cut: boolean): void {
    if (cut) {
      this.#flush();
      this.#emit(raw, number, true);
      return;
    }
    const text = this.#withoutPrefix(this.#withoutHtml(this.#withoutCr(raw, number)));
    if (this.#held !== null) {
      const joined = joinedLine(this.#held.text, text);
      if (joined !== null) {
        const { number: first } = this.#held;
        this.#held = null;
        this.#report.joined++;
        this.#maps(joined, first);
        return;
      }
      this.#flush();
    }
    if (BEFORE_INODE.test(text) || BEFORE_NAME.test(text) || BEFORE_LABEL.test(text)) {
      this.#held = { text, number };
    } else if (BEGINS.test(text)) this.#maps(text, number);
    else if (this.#report.found > 0 && isSmapsDetail(text)) this.#emit(text, number, false);
    else if (text.trim() === '' || text.startsWith('#')) {
      this.#blanksCut ||= text.trim() !== text;
      this.#emit(text.trim(), number, false);
    } else this.#other(text, number);
  }

  end(): void {
    this.#flush();
    this.#leaveOut();
  }

  /** A name may end in CR; where the first line does, the file was written with CR LF. */
  #withoutCr(raw: string, number: number): string {
    if (!raw.endsWith('\r') || (number > 1 && this.#report.crLf === 0)) return raw;
    this.#report.crLf++;
    return raw.slice(0, -1);
  }

  #withoutHtml(raw: string): string {
    if (!HTML.test(raw)) return raw;
    this.#report.html++;
    const text = raw
      .replace(/<\/?[a-z][^>]*>/gi, '')
      .replace(/&#([0-9]{1,6});/g, (_all, code: string) => String.fromCharCode(Number(code) & 0xff))
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&');
    // Browsers and trackers run blanks together.
    const whole = new RegExp(`^(\\s*)(${FIELDS}) +([0-9]+)\\s*(.*)$`).exec(text);
    if (whole === null) return text;
    const before = `${whole[2]} ${whole[3]} `;
    return whole[4] === '' ? before : `${before.padEnd(72)} ${whole[4]}`;
  }

  #withoutPrefix(text: string): string {
    if (BEGINS.test(text)) return text;
    const inside = INSIDE.exec(text) ?? BEFORE_INODE.exec(text);
    if (inside !== null && inside.index > 0) {
      const prefix = text.slice(0, inside.index);
      this.#shape = shapeOf(prefix);
      if (this.#report.prefixed++ === 0) this.#report.prefix = prefix;
      return text.slice(inside.index);
    }
    const before = this.#shape?.exec(text)?.[0];
    return before === undefined ? text : text.slice(before.length);
  }

  #maps(text: string, number: number): void {
    if (this.#report.found > 0 && this.#betweenCount <= BETWEEN_MAX && this.#shape === null) {
      for (const line of this.#between) this.#emit(line.text, line.number, false);
      this.#between = [];
      this.#betweenCount = 0;
    } else if (this.#betweenCount > 0) {
      this.#leaveOut();
      if (this.#report.found > 0) this.#emit('', number, false); // another text begins
    }
    const { first } = this.#report;
    this.#report.first = first === 0 ? number : first;
    this.#report.last = number;
    this.#report.found++;
    // What has been pasted has often lost the blank behind the inode.
    const whole = this.changed && BEFORE_LABEL.test(text) ? `${text.trimEnd()} ` : text;
    this.#emit(whole, number, false);
  }

  #other(text: string, number: number): void {
    this.#betweenCount++;
    if (this.#between.length <= BETWEEN_MAX) this.#between.push({ text, number });
    else this.#between.length = 1; // they will not be complained of
  }

  #leaveOut(): void {
    const [line] = this.#between;
    if (line !== undefined && this.#report.leftOut === 0) this.#report.firstLeftOut = line.number;
    this.#report.leftOut += this.#betweenCount;
    this.#between = [];
    this.#betweenCount = 0;
  }

  #flush(): void {
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#maps(held.text, held.number);
  }
}

/** Two lines that a mailer has made of one; null where the second is none such. */
function joinedLine(held: string, next: string): string | null {
  const rest = next.trim();
  if (BEFORE_INODE.test(held)) {
    const parts = /^([0-9]+)(?:\s+(.*))?$/.exec(rest);
    if (parts === null) return null;
    const before = `${held.trimEnd()} ${parts[1]} `;
    return parts[2] === undefined ? before : `${before.padEnd(72)} ${parts[2]}`;
  }
  const isName = BEFORE_LABEL.test(held) ? /^\[[a-z_]+(?::[^\]]*)?\]$/ : /^\//;
  return isName.test(rest) ? `${held.trimEnd().padEnd(72)} ${rest}` : null;
}

/** What stands before a line, with other numbers in it. */
function shapeOf(prefix: string): RegExp {
  const literal = prefix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/[0-9]+/g, '[0-9]+')}`);
}

const EXAMPLE = '7f1c2a400000-7f1c2a421000 r-xp 00000000 08:01 131 /usr/lib/libx.so';

/** In words, one line each; nothing for a plain text. */
export function describeFound(file: string, report: FoundLines): string[] {
  const { found, leftOut, firstLeftOut, prefixed, prefix, joined, html, crLf, first, last } =
    report;
  if (found === 0) {
    return leftOut === 0 ? [] : [`${file}: no line of maps text in it; such a line is: ${EXAMPLE}`];
  }
  const words: string[] = [];
  if (leftOut > 0) {
    words.push(
      `${file}: ${counted(found, 'line')} from ${first} to ${last} are maps text; ` +
        `${leftOut} others were left out (first: line ${firstLeftOut})`,
    );
  }
  if (prefixed > 0) {
    words.push(
      `${file}: ${counted(prefixed, 'line')} have something like ${JSON.stringify(prefix.slice(0, 40))} before them, which was cut`,
    );
  }
  if (joined > 0)
    words.push(`${file}: ${counted(joined, 'line')} had been wrapped, and were put together`);
  if (crLf > 0) words.push(`${file}: ${counted(crLf, 'line')} end in CR LF; the CR was cut`);
  if (html > 0) words.push(`${file}: ${counted(html, 'line')} are HTML, which was taken away`);
  return words;
}
