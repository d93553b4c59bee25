/**
 * The view of the oracle on the running kernel: the current VMA tree and VMAs.
 *
 * It asks only about addresses that no open write section is changing, and once a section has ended
 * about those it changed, so that a VMA's fields and its range in the tree agree in these answers.
 * Other answers are only guesses, which the oracle verifies.
 */
import type { VmaRecord } from '../mm/layout.ts';

export interface LiveLayout {
  /** The first VMA whose range in the tree ends above `page`, or -1. */
  firstAtOrAfter(page: number): number;
  /** The VMA after this one in the tree, or -1. */
  next(id: number): number;
  /** Whether these lines, `count` of them, are what the whole layout would print now. */
  prints(lines: Float64Array, count: number): boolean;
  /** The line that this VMA would print now, as the numbers of line.ts. */
  readLine(id: number, into: Float64Array): void;
  /** The line that a VMA with these fields prints when mm->brk is `brkPage`. */
  recordLine(record: VmaRecord, brkPage: number, into: Float64Array): void;
  /** mm->brk now (page). */
  brkPage(): number;
}
