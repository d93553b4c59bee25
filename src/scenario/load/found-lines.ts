/** A report on the search for a maps text in a file, as counts and in words. */
import { counted } from '../../base/counted.ts';

/** What was done to find the lines. */
export interface FoundLines {
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
  /** Records of JSON around lines, and the last of them: it is whole. */
  readonly records: number;
  readonly lastRecord: number;
  readonly coloured: number;
  readonly hardBlanks: number;
  /** In the columns of gperftools. */
  readonly profiled: number;
  /** Lines that are passed over without being cut away. */
  readonly details: number;
  readonly firstDetail: number;
  readonly comments: number;
  readonly firstComment: number;
  /** First and last line of maps text. */
  readonly first: number;
  readonly last: number;
  readonly found: number;
  /** The file begins as UTF-16 does. */
  readonly utf16: boolean;
  /** A table of another kind, in words, or null. */
  readonly foreign: string | null;
  /** The last line may have been one of maps. */
  readonly begun: boolean;
}

const EXAMPLE = '7f1c2a400000-7f1c2a421000 r-xp 00000000 08:01 131 /usr/lib/libx.so';

/** In words, one line each; nothing for a plain text. */
export function describeFound(file: string, report: FoundLines): string[] {
  const { found, leftOut, firstLeftOut, prefixed, prefix, first, last } = report;
  if (found === 0) {
    if (report.utf16)
      return [`${file}: it is UTF-16: convert it, for example with iconv -f utf-16 -t utf-8`];
    const but = report.foreign === null ? '' : ` but ${report.foreign}, which has other columns`;
    return leftOut === 0
      ? []
      : [`${file}: it has no line of maps text${but}; such a line looks like this: ${EXAMPLE}`];
  }
  const words: string[] = [];
  const note = (count: number, one: string, many: string): void => {
    if (count > 0) words.push(`${file}: ${counted(count, 'line')} ${count === 1 ? one : many}`);
  };
  if (leftOut > 0) {
    const others = leftOut === 1 ? '1 other was' : `${leftOut} others were`;
    words.push(
      `${file}: ${counted(found, 'line')} from ${first} to ${last} ${found === 1 ? 'is' : 'are'} maps text; ` +
        `${others} left out (first: line ${firstLeftOut})`,
    );
  }
  const like = prefix === '' ? '' : ` like ${JSON.stringify(prefix.slice(0, 40))}`;
  const what = `something${like} before`;
  note(prefixed, `has ${what} it, which was removed`, `have ${what} them, which was removed`);
  note(report.joined, 'was wrapped, and was joined again', 'were wrapped, and were joined again');
  note(report.crLf, 'ends in CR LF; the CR was removed', 'end in CR LF; the CR was removed');
  note(report.html, 'has HTML tags, which were removed', 'have HTML tags, which were removed');
  note(
    report.records,
    'was a record of JSON or a string, of which the lines were taken',
    'were records of JSON or strings, of which the lines were taken',
  );
  note(
    report.coloured,
    'had terminal colours, which were removed',
    'had terminal colours, which were removed',
  );
  note(
    report.hardBlanks,
    'has tabs or hard blanks, which were made plain',
    'have tabs or hard blanks, which were made plain',
  );
  note(report.profiled, 'has the columns of gperftools', 'have the columns of gperftools');
  return words;
}

/** What is in a text and no VMA, by its kind. */
export function describeSkipped(file: string, report: FoundLines): string[] {
  const { details, firstDetail, comments, firstComment } = report;
  if (report.found === 0) return [];
  const words: string[] = [];
  if (details > 0)
    words.push(`skipped: ${details} x details of smaps (first: ${file}:${firstDetail})`);
  if (comments > 0) words.push(`skipped: ${comments} x comments (first: ${file}:${firstComment})`);
  return words;
}
