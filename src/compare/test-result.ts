/** The result of a test of difference. */

export interface TestResult {
  /** Probability of a difference at least this large if there is none; two-sided. */
  readonly p: number;
  /**
   * The least p that is possible with data of this size and with these ties. A test with a large
   * least p can never be significant.
   */
  readonly leastP: number;
}

/** The result if there is nothing to compare, or nothing differs. */
export const UNDECIDED: TestResult = { p: 1, leastP: 1 };
