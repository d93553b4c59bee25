/**
 * McNemar's exact test: among the pairs in which the event occurred in only one of two runs,
 * whether it occurred more often in the first runs or in the second.
 * Source: Q. McNemar, Psychometrika 12 (1947); the exact form is the sign test.
 */
import { type TestResult, UNDECIDED } from './test-result.ts';

/**
 * @param onlyFirst number of pairs with the event only in the first run
 * @param onlySecond number of pairs with the event only in the second run
 */
export function mcnemar(onlyFirst: number, onlySecond: number): TestResult {
  const n = onlyFirst + onlySecond;
  if (n === 0) return UNDECIDED;
  // The binomial distribution is computed with logarithms, because 2^-n underflows.
  let logShare = -n * Math.LN2;
  let tail = 0;
  for (let k = 0; k <= Math.min(onlyFirst, onlySecond); k++) {
    tail += Math.exp(logShare);
    logShare += Math.log(n - k) - Math.log(k + 1);
  }
  return { p: Math.min(1, 2 * tail), leastP: Math.min(1, 2 * Math.exp(-n * Math.LN2)) };
}
