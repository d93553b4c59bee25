/**
 * Holm's correction for many tests at once: the probability of any false alarm in a whole table is
 * at most the level, regardless of how the tests depend on each other.
 *
 * A test that can never reach the level, because its least p is above it, cannot cause a false
 * alarm and is not counted, so the correction of the other tests is smaller.
 * Source: S. Holm, Scandinavian Journal of Statistics 6 (1979); R. E. Tarone, Biometrics 46 (1990).
 */
import type { TestResult } from './test-result.ts';

/** The corrected p of each test, in the order of the tests; 1 for tests that are not counted. */
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
 * Whether at least one test could come out below the level with extreme data. Tests of values that
 * are all equal are ignored.
 */
export function canShow(tests: readonly TestResult[], level: number): boolean {
  if (tests.every(({ leastP }) => leastP === 1)) return true;
  const counted = tests.filter(({ leastP }) => leastP <= level);
  return counted.some(({ leastP }) => leastP * counted.length <= level);
}

/** More seeds than this are never recommended. */
const SEEDS_MAX = 1000;

/**
 * The least number of seeds with which one of `tests` tests can come out below the level.
 * @param paired whether groups run on the same seeds
 */
export function seedsNeeded(tests: number, level: number, paired: boolean): number {
  for (let seeds = 2, ways = 2; seeds < SEEDS_MAX; seeds++) {
    // Paired: all signs are equal. Unpaired: all ranks of one group are below those of the other.
    ways = paired ? 2 ** seeds : (ways * (4 * seeds - 2)) / seeds;
    if ((2 * tests) / ways <= level) return seeds;
  }
  return SEEDS_MAX;
}
