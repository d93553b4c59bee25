/**
 * Finds the lines of maps text in other text: a crash report, a heap profile, a log with something
 * before each line, a quoted or wrapped mail, HTML, records of JSON. A plain maps text is passed on
 * unchanged.
 *
 * It reads one line after the other and stores only a few lines. A line that a mailer has wrapped
 * is joined again, and other text between two lines of one maps text is passed on, so that it can
 * be reported. If the addresses start again from the bottom after other text, another maps text
 * begins.
 */
import { lineOfRecord, textsOfJson, withoutColours, withoutEntities } from '../../base/pasted.ts';
import type { FoundLines } from './found-lines.ts';
import { isSmapsDetail } from './smaps-detail.ts';

const HEX = '[0-9a-f]';
/** A line that begins like one of maps, however it goes on. */
const BEGINS = new RegExp(`^${HEX}{4,16}-${HEX}{4,16}(?: [-r][-w][-x]|\\s*$)`);
const FIELDS = `${HEX}{8,16}-${HEX}{8,16} [r-][w-][x-][sp-] ${HEX}{8,16} ${HEX}{2,4}:${HEX}{2,5}`;
/** As the kernel prints it, with nothing of HTML or terminals in it. */
const PLAIN = new RegExp(`^${HEX}{8,16}-${HEX}{8,16} [-r][-w][-x][^<&\\\\\\u001b\\u00a0]*$`);
/** A whole line inside another one, its name included. */
const INSIDE = new RegExp(`(?<!${HEX})${FIELDS} +[0-9]+(?=\\s|$)`);
/** The part of a line that a mailer has left before the inode, and before the name. */
const BEFORE_INODE = new RegExp(`(?<!${HEX})${FIELDS}\\s*$`);
const BEFORE_NAME = new RegExp(`^${FIELDS} +(?!0\\s*$)[0-9]+\\s*$`);
const BEFORE_LABEL = new RegExp(`^${FIELDS} +0\\s*$`);
/** Inode and name as gperftools prints them. */
const PROFILE_LINE = new RegExp(`^(${FIELDS} )([0-9]+ *)(?: (\\S.*))?$`);
const PROFILE_INODE_WIDTH = 11;
const TAG = '<\\/?(?:br|p|span|pre|code|div|td|tr|li|b|i|font|a)\\b[^>]*>';
const ENTITY = '&(?:#[0-9]{1,6}|#x[0-9a-f]{1,5}|lt|gt|amp|quot|apos|nbsp);';
/** A path may look like a part of this; a line that begins or ends so is HTML. */
const HTML = new RegExp(`^\\s*${TAG}|${TAG}\\s*$|&#(?:91|x5b);`, 'i');
const HTML_ANYWHERE = new RegExp(`${TAG}|${ENTITY}`, 'i');
const LINE_TAGS = /<br ?\/?>|<\/(?:p|div|li|tr|pre)>/i;
/** A blank that does not break, in UTF-8 and in Latin-1, or a tab, before a name begins. */
const HARD_BLANK = new RegExp(`^[^/[]*\u00a0|^\\s*${HEX}{8,16}-${HEX}{8,16}\t`);
const STRING_END = /(?:\\r)?\\n(?:["'`][,;)\]}]*)?\s*$/;
/** Between two lines of maps that a string has in it. */
const ESCAPED_NEWLINE = new RegExp(`(?:\\\\r)?\\\\n(?=${HEX}{8,16}-${HEX}{8,16} [-r][-w][-x])`);
/** Marks of omitted lines: `...`, `[65525 lines removed]`. */
const LEFT_OUT = /^\W*(?:snip\b.*|\[.*\b(?:removed|omitted|snip(?:ped)?|left out)\b.*\])?\W*$/i;
/** A last line that may be a line of maps up to where the file was cut. */
const BEGUN = new RegExp(`^${HEX}{4,16}(?:-${HEX}*)?$`);

/** More than that is no prefix, and more than a regular expression can hold. */
const BEFORE_MAX = 200;
/** Lines of something else inside a text that are complained of; of more the text is rid. */
const BETWEEN_MAX = 3;

/** Tables of mappings that are no maps text. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/^memory map (?:\([0-9]+ entr|around)/, 'the memory map of an Android tombstone'],
  [/^==[0-9]+==Process memory map follows|^\t0x[0-9a-f]+-0x[0-9a-f]+\t/, 'a memory map of ASan'],
  [/^ *Start Addr +End Addr /, "a table of gdb's info proc mappings"],
  [/^ *Address +(?:Kbytes|Perm) /, 'a table of pmap'],
  [/^==== (?:Non-w|W)ritable regions for process/, 'a table of vmmap'],
];

interface Line {
  readonly text: string;
  readonly number: number;
}

/** What is cut behind a line, by what stands before it. */
const CLOSING: readonly (readonly [RegExp, RegExp])[] = [
  [/"$/, /(?:\\r)?(?:\\n)?"[,;)\]}]*\s*$/],
  [/'$/, /(?:\\r)?(?:\\n)?'[,;)\]}]*\s*$/],
  [/`$/, /`[,;)]*\s*$/],
  [/\| *$/, / *\|\s*$/],
];

export class MapsFinder {
  readonly #emit: (text: string, number: number, cut: boolean) => void;
  readonly #report: { -readonly [K in keyof FoundLines]: FoundLines[K] } = {
    leftOut: 0,
    firstLeftOut: 0,
    prefixed: 0,
    prefix: '',
    joined: 0,
    html: 0,
    crLf: 0,
    records: 0,
    lastRecord: 0,
    coloured: 0,
    hardBlanks: 0,
    profiled: 0,
    details: 0,
    firstDetail: 0,
    comments: 0,
    firstComment: 0,
    first: 0,
    last: 0,
    found: 0,
    utf16: false,
    foreign: null,
    begun: false,
  };
  /** Lines of something else since the last line of maps. */
  #between: Line[] = [];
  #betweenCount = 0;
  /** A line whose inode or name may follow. */
  #held: Line | null = null;
  #shape: RegExp | null = null;
  #closing: RegExp | null = null;
  /** Where the last line of maps ended, in hexadecimal. */
  #end = '';
  /** The lines are those of a profile of gperftools. */
  #isProfile = false;
  /** Blanks where nothing else is. */
  #blanksCut = false;

  /** @param emit takes lines of maps, details of smaps, comments, and what is a fault */
  constructor(emit: (text: string, number: number, cut: boolean) => void) {
    this.#emit = emit;
  }

  get report(): FoundLines {
    return this.#report;
  }

  /** Whether a file that has no newline at the end of this last line ends within the text. */
  isCutAt(number: number): boolean {
    const { begun, last, lastRecord } = this.#report;
    return (begun || last === number) && lastRecord !== number;
  }

  /** Whether what was emitted is another text than what came. */
  get changed(): boolean {
    const { leftOut, prefixed, joined, html, crLf, records, coloured } = this.#report;
    const { hardBlanks, profiled } = this.#report;
    const lines = leftOut + prefixed + joined + html + crLf + records + coloured;
    return this.#blanksCut || lines + hardBlanks + profiled > 0;
  }

  line(raw: string, number: number, cut: boolean): void {
    if (number === 1 && /^(?:\u00ff\u00fe|\u00fe\u00ff)/.test(raw)) this.#report.utf16 = true;
    if (cut) {
      this.#flush();
      this.#emit(raw, number, true);
      return;
    }
    if (PLAIN.test(raw) && !raw.endsWith('\r')) {
      this.#one(raw, number, '');
      return;
    }
    for (const line of this.#lines(this.#withoutCr(raw, number), number)) {
      const isTags = this.#held !== null && line.trim() === '' && raw.includes('<');
      if (isTags) continue;
      const { text, before } = this.#withoutPrefix(line);
      this.#one(text, number, before);
    }
  }

  end(): void {
    this.#flush();
    const last = this.#between.at(-1);
    this.#report.begun = last !== undefined && BEGUN.test(last.text);
    this.#leaveOut();
  }

  /** @param before what was cut before it */
  #one(text: string, number: number, before: string): void {
    if (this.#held !== null) {
      const joined = joinedLine(this.#held.text, text);
      if (joined !== null) {
        const { number: first } = this.#held;
        this.#held = null;
        this.#report.joined++;
        this.#notePrefix(before);
        this.#maps(joined, first);
        return;
      }
      this.#flush();
    }
    if (isPart(text)) {
      this.#notePrefix(before);
      this.#held = { text, number };
    } else if (BEGINS.test(text)) {
      this.#notePrefix(before);
      this.#maps(text, number);
    } else if (this.#report.found > 0 && isSmapsDetail(text)) {
      if (this.#report.details++ === 0) this.#report.firstDetail = number;
      this.#notePrefix(before);
      this.#emit(text, number, false);
    } else if (text.trim() === '' || text.startsWith('#')) {
      // `# cut` is a mark of our own.
      const isComment = text.startsWith('#') && !text.startsWith('# cut');
      if (isComment && this.#report.comments++ === 0) this.#report.firstComment = number;
      this.#blanksCut ||= text.trim() !== text || before !== '';
      this.#emit(text.trim(), number, false);
    } else this.#other(text, number);
  }

  /** A name may end in CR; where the first line does, the file was written with CR LF. */
  #withoutCr(raw: string, number: number): string {
    if (!raw.endsWith('\r') || (number > 1 && this.#report.crLf === 0)) return raw;
    this.#report.crLf++;
    return raw.slice(0, -1);
  }

  /** The lines that one line of JSON or HTML has in it. */
  #lines(raw: string, number: number): readonly string[] {
    let text = raw;
    const record = linesOfRecord(text);
    if (record !== null) {
      this.#report.records++;
      this.#report.lastRecord = number;
      if (record.length > 1) return record;
      text = record[0]!;
    }
    if (text.includes('\u001b') && !BEGINS.test(text)) {
      this.#report.coloured++;
      text = withoutColours(text);
    }
    if (HARD_BLANK.test(text)) {
      this.#report.hardBlanks++;
      text = spaced(text.replace(/\u00c2\u00a0|\u00a0|\t/g, ' '));
    }
    const mayBe = this.#report.html > 0 || !BEGINS.test(text);
    if (!HTML.test(text) && !(mayBe && HTML_ANYWHERE.test(text))) return [text];
    this.#report.html++;
    const parts = text.split(LINE_TAGS);
    if (parts.length > 1 && parts.at(-1)!.trim() === '') parts.pop();
    return parts.map(withoutHtml);
  }

  #withoutPrefix(text: string): { readonly text: string; readonly before: string } {
    if (BEGINS.test(text)) return { text, before: '' };
    const inside = INSIDE.exec(text) ?? BEFORE_INODE.exec(text);
    if (inside !== null && inside.index > 0) {
      const before = text.slice(0, inside.index);
      this.#shape = before.length <= BEFORE_MAX ? shapeOf(before) : null;
      this.#closing = CLOSING.find(([open]) => open.test(before))?.[1] ?? null;
      return { text: this.#withoutClosing(text.slice(inside.index)), before };
    }
    const before = this.#shape?.exec(text)?.[0];
    if (before === undefined) return { text, before: '' };
    return { text: this.#withoutClosing(text.slice(before.length)), before };
  }

  #withoutClosing(text: string): string {
    return this.#closing === null ? text : text.replace(this.#closing, '');
  }

  #notePrefix(before: string): void {
    if (before !== '' && this.#report.prefixed++ === 0) this.#report.prefix = before;
  }

  #maps(text: string, number: number): void {
    const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+)/.exec(text)!;
    const isBehind = start!.padStart(16, '0') >= this.#end;
    const isCutOut = this.#between.every(
      ({ text: other }) => other.length <= BEFORE_MAX && LEFT_OUT.test(other),
    );
    const isFault = this.#betweenCount <= BETWEEN_MAX && this.#shape === null && !isCutOut;
    if (this.#report.found > 0 && isFault && isBehind) {
      for (const line of this.#between) this.#emit(line.text, line.number, false);
      this.#between = [];
      this.#betweenCount = 0;
    } else if (this.#betweenCount > 0) {
      this.#leaveOut();
      if (this.#report.found > 0 && !isBehind) this.#emit('', number, false); // another text begins
    }
    this.#end = end!.padStart(16, '0');
    const { first } = this.#report;
    this.#report.first = first === 0 ? number : first;
    this.#report.last = number;
    this.#report.found++;
    this.#emit(this.#asKernel(text), number, false);
  }

  /** What has been pasted has often lost the blank behind the inode; a profile has more of them. */
  #asKernel(text: string): string {
    const profile = this.#isProfile ? PROFILE_LINE.exec(text) : null;
    if (profile !== null && profile[2]!.length === PROFILE_INODE_WIDTH) {
      this.#report.profiled++;
      const column = profile[1]!.length + PROFILE_INODE_WIDTH > 50 ? 73 : 49;
      return withName(`${profile[1]}${profile[2]!.trimEnd()} `, profile[3], column);
    }
    return this.changed && BEFORE_LABEL.test(text) ? `${text.trimEnd()} ` : text;
  }

  #other(text: string, number: number): void {
    if (/^MAPPED_LIBRARIES:/.test(text)) this.#isProfile = true;
    this.#report.foreign ??= FOREIGN.find(([form]) => form.test(text))?.[1] ?? null;
    this.#betweenCount++;
    if (this.#between.length <= BETWEEN_MAX) this.#between.push({ text, number });
    else this.#between = [this.#between[0]!, { text, number }]; // they will not be complained of
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

/** A line of maps that may go on in the next line. */
function isPart(text: string): boolean {
  if (!/[0-9\s]$/.test(text)) return false;
  return BEFORE_INODE.test(text) || BEFORE_NAME.test(text) || BEFORE_LABEL.test(text);
}

/** What a line of JSON, or a string in which lines end in backslash and n, has in it; or null. */
function linesOfRecord(raw: string): readonly string[] | null {
  const texts = textsOfJson(raw).filter((text) => INSIDE.test(text));
  if (texts.length > 0) return texts.flatMap((text) => text.replace(/\n$/, '').split('\n'));
  if (ESCAPED_NEWLINE.test(raw)) return raw.replace(STRING_END, '').split(ESCAPED_NEWLINE);
  const line = lineOfRecord(raw);
  return line === null ? null : line.split('\n');
}

function withoutHtml(raw: string): string {
  return spaced(withoutEntities(raw.replace(/<\/?[a-z][^>]*>/gi, '')));
}

/** Browsers and trackers run blanks together. */
function spaced(text: string): string {
  const whole = new RegExp(`^(\\s*)(${FIELDS}) +([0-9]+)\\s*(.*)$`).exec(text);
  return whole === null ? text : withName(`${whole[2]} ${whole[3]} `, whole[4], 73);
}

/** @param before the name, with the blank behind the inode @param column of names, from 0 */
function withName(before: string, name: string | undefined, column: number): string {
  return name === undefined || name === '' ? before : `${before.padEnd(column - 1)} ${name}`;
}

/** Two lines that a mailer has made of one; null where the second is none such. */
function joinedLine(held: string, next: string): string | null {
  const rest = next.trim();
  if (BEFORE_INODE.test(held)) {
    const parts = /^([0-9]+)(?:\s+(.*))?$/.exec(rest);
    if (parts === null) return null;
    return withName(`${held.trimEnd()} ${parts[1]} `, parts[2], 73);
  }
  const isName = BEFORE_LABEL.test(held) ? /^\[[a-z_]+(?::[^\]]*)?\]$/ : /^\//;
  return isName.test(rest) ? withName(`${held.trimEnd()} `, rest, 73) : null;
}

/** What stands before a line, with other numbers in it; before an empty one without its blank. */
function shapeOf(prefix: string): RegExp {
  const literal = prefix.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const blanks = prefix.slice(prefix.trimEnd().length);
  const numbered = literal.replace(/[0-9]+/g, '[0-9]+');
  return new RegExp(
    blanks === '' || literal === '' ? `^${numbered}${blanks}` : `^${numbered}(?:${blanks}|$)`,
  );
}
