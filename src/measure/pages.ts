/**
 * Finds the page of each line of a text, from the sizes of the read() calls or, if these are not
 * enough, from the lengths of the lines: seq_file takes whole lines up to 4095 bytes, doubles its
 * buffer for a line that does not fit, and with a smaller user's buffer ends a page as soon as it
 * has what the read() still wants.
 *
 * Source: v6.18 fs/seq_file.c seq_read_iter.
 */

const FIRST_BYTES = 4096;

export interface TextPages {
  /** For each line the number of its page, from 0. */
  readonly pageOf: Int32Array;
  /** The page in which the end of the list was found. */
  readonly endPage: number;
}

/** @param lengths lengths of the VMA lines; the end of the list is found in the page of the last */
export function pagesOfLines(lengths: ArrayLike<number>, bufferBytes: number): TextPages {
  const pageOf = new Int32Array(lengths.length);
  let size = FIRST_BYTES;
  let page = 0;
  /** Bytes of the last page that were not yet copied to the user. */
  let left = 0;
  for (let at = 0; at < lengths.length; page++) {
    // Whole read() calls only empty the page; the read() that reaches its end fills the next one.
    const wanted = bufferBytes - (left % bufferBytes);
    while (lengths[at]! >= size) size *= 2;
    let filled = 0;
    while (at < lengths.length && filled < wanted && filled + lengths[at]! < size) {
      filled += lengths[at]!;
      pageOf[at++] = page;
    }
    left = Math.max(0, filled - wanted);
  }
  return { pageOf, endPage: pageOf.at(-1) ?? 0 };
}

/** @param bytes sizes of the read() calls that returned bytes; each returns one page */
export function pagesOfReads(lengths: ArrayLike<number>, bytes: ArrayLike<number>): TextPages {
  const pageOf = new Int32Array(lengths.length);
  let page = 0;
  let end = bytes.length > 0 ? bytes[0]! : Number.POSITIVE_INFINITY;
  let at = 0;
  for (let i = 0; i < lengths.length; i++) {
    while (at >= end && page + 1 < bytes.length) end += bytes[++page]!;
    pageOf[i] = page;
    at += lengths[i]!;
  }
  return { pageOf, endPage: pageOf.at(-1) ?? 0 };
}

/** Each answer to a query counts as a page, also the answer that there is no VMA. */
export function pagesOfAnswers(count: number): TextPages {
  return { pageOf: Int32Array.from({ length: count }, (_, i) => i), endPage: count };
}
