/** What a test of difference says. */

export interface TestResult {
  /** Chance of a difference at least as large where there is none; two-sided. */
  readonly p: number;
  /**
   * The least p that data of this size and with these ties could give: a test whose least p is
   * large can show nothing, whatever happens.
   */
  readonly leastP: number;
}

/** Nothing to compare, or nothing differs. */
export const UNDECIDED: TestResult = { p: 1, leastP: 1 };
