/**
 * McNemar's test, exact: of the pairs in which only one of two happened, whether it was more often
 * the one than the other.
 * Source: Q. McNemar, Psychometrika 12 (1947); the exact form is the sign test.
 */
import { type TestResult, UNDECIDED } from './test-result.ts';

/**
 * @param onlyFirst pairs with the event in the first alone @param onlySecond in the second alone
 */
export function mcnemar(onlyFirst: number, onlySecond: number): TestResult {
  const n = onlyFirst + onlySecond;
  if (n === 0) return UNDECIDED;
  // Shares of the binomial distribution by their logarithms: 2^-n underflows soon.
  let logShare = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= Math.min(onlyFirst, onlySecond); k++) {
    tail += Math.exp(logShare);
    logShare += Math.log(n - k) - Math.log(k + 1);
  }
  return { p: Math.min(1, 2 * tail), leastP: Math.min(1, 2 * Math.exp(-n * Math.LN2)) };
}
