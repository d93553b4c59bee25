/**
 * Wilcoxon's signed-rank test: whether paired differences tend to one side of zero.
 *
 * Differences of zero are left out, equal ones share their ranks. With at most EXACT_MAX
 * differences every choice of signs is counted, including ties; with more differences the normal
 * approximation with the corrections for ties and for continuity is used.
 * Source: F. Wilcoxon, Individual comparisons by ranking methods, Biometrics Bulletin 1 (1945).
 */
import { twoSidedTail } from './normal.ts';
import { ranksOf } from './ranks.ts';
import { type TestResult, UNDECIDED } from './test-result.ts';

const EXACT_MAX = 100;

export function signedRank(differences: readonly number[]): TestResult {
  const moved = differences.filter((difference) => difference !== 0);
  const n = moved.length;
  if (n === 0) return UNDECIDED;
  const { doubled, ties } = ranksOf(moved.map(Math.abs));
  let risen = 0;
  for (let i = 0; i < n; i++) if (moved[i]! > 0) risen += doubled[i]!;
  if (n <= EXACT_MAX) return exact(doubled, risen);
  const mean = (n * (n + 1)) / 4;
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties / 48;
  const distance = Math.max(0, Math.abs(risen / 2 - mean) - 0.5);
  return { p: twoSidedTail(distance / Math.sqrt(variance)), leastP: 0 };
}

function exact(doubled: readonly number[], risen: number): TestResult {
  const total = doubled.reduce((sum, rank) => sum + rank, 0);
  /** The share of all choices of signs with each sum of positive ranks. */
  const shares = new Float64Array(total + 1);
  shares[0] = 1;
  let reached = 0;
  for (const rank of doubled) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--) {
      const without = shares[sum]! / 2;
      shares[sum] = without + (sum >= rank ? shares[sum - rank]! / 2 : 0);
    }
  }
  const extreme = Math.min(risen, total - risen);
  let tail = 0;
  for (let sum = 0; sum <= extreme; sum++) tail += shares[sum]!;
  return { p: Math.min(1, 2 * tail), leastP: Math.min(1, 2 * shares[0]!) };
}
