/** A place in a file, as a parser reports it. */

/** Keys and indices from the top of the file. */
export type Path = readonly (string | number)[];

/** Offsets of a value and of the key that it stands under. */
export interface Offsets {
  readonly start: number;
  readonly end: number;
  readonly keyStart: number;
  readonly keyEnd: number;
}
