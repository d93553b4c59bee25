/**
 * Holm's correction for many tests at once: with it, the chance of any false alarm in a whole table
 * is no more than the level, however the tests depend on each other.
 *
 * A test that could never reach the level (its least p is above it) cannot raise a false alarm and
 * is not counted, which leaves more to the others.
 * Source: S. Holm, Scandinavian Journal of Statistics 6 (1979); R. E. Tarone, Biometrics 46 (1990).
 */
import type { TestResult } from './test-result.ts';

/** p of each test, corrected, in the order of the tests; those not counted have 1. */
export function holm(tests: readonly TestResult[], level: number): readonly number[] {
  const counted = tests.map((_, i) => i).filter((i) => tests[i]!.leastP <= level);
  counted.sort((a, b) => tests[a]!.p - tests[b]!.p || a - b);
  const corrected = tests.map(() => 1);
  let before = 0;
  for (const [rank, i] of counted.entries()) {
    before = Math.max(before, Math.min(1, (counted.length - rank) * tests[i]!.p));
    corrected[i] = before;
  }
  return corrected;
}

/**
 * Whether at least one of the tests could come out below the level, had the data been extreme.
 * Tests of what does not differ at all say nothing about that.
 */
export function canShow(tests: readonly TestResult[], level: number): boolean {
  if (tests.every(({ leastP }) => leastP === 1)) return true;
  const counted = tests.filter(({ leastP }) => leastP <= level);
  return counted.some(({ leastP }) => leastP * counted.length <= level);
}

/** Seeds beyond which nobody is sent. */
const SEEDS_MAX = 1000;

/**
 * The least number of seeds with which one of so many tests can come out below the level.
 * @param paired whether groups run on the same seeds
 */
export function seedsNeeded(tests: number, level: number, paired: boolean): number {
  for (let seeds = 2, ways = 2; seeds < SEEDS_MAX; seeds++) {
    // All signs alike; else all ranks of one group below those of the other.
    ways = paired ? 2 ** seeds : (ways * (4 * seeds - 2)) / seeds;
    if ((2 * tests) / ways <= level) return seeds;
  }
  return SEEDS_MAX;
}
