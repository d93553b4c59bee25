/**
 * A line of maps as numbers: everything that its text says and nothing else.
 *
 * Two lines have the same text exactly when their six numbers are equal: `device` and `name` are
 * interned by what is printed, so two opens of one file share them.
 */

/** Numbers per line, in the order START … NAME. */
export const LINE_FIELDS = 6;
export const LINE_START = 0; // page
export const LINE_END = 1; // page, exclusive
export const LINE_PERMS = 2; // bits 1 r, 2 w, 4 x, 8 shared
export const LINE_OFFSET = 3; // pages as printed: 0 for anonymous memory
export const LINE_DEVICE = 4; // interned major:minor and inode; 0 is 00:00 0
export const LINE_NAME = 5; // interned text of the name column; 0 is none

export interface Line {
  readonly start: number;
  readonly end: number;
  readonly perms: number;
  readonly offset: number;
  readonly device: number;
  readonly name: number;
}
