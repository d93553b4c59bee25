/**
 * The Mann-Whitney test: whether one of two unpaired groups tends to have larger values.
 *
 * With at most EXACT_MAX values in all, every way to divide them into groups of these sizes is
 * counted, including ties (for groups of zeros and ones this is Fisher's exact test). With more
 * values the normal approximation with the corrections for ties and for continuity is used.
 * Source: H. B. Mann, D. R. Whitney, Annals of Mathematical Statistics 18 (1947).
 */
import { twoSidedTail } from './normal.ts';
import { cubed, ranksOf } from './ranks.ts';
import { type TestResult, UNDECIDED } from './test-result.ts';

const EXACT_MAX = 40;

export function rankSum(first: readonly number[], second: readonly number[]): TestResult {
  const n = first.length + second.length;
  if (first.length === 0 || second.length === 0) return UNDECIDED;
  const { doubled, ties } = ranksOf([...first, ...second]);
  let own = 0;
  for (let i = 0; i < first.length; i++) own += doubled[i]!;
  if (ties === cubed(n) - n) return UNDECIDED; // all values are equal
  /** Twice the expected sum. */
  const expected = first.length * (n + 1);
  if (n <= EXACT_MAX) return exact(doubled, first.length, { own, expected });
  const spread = n + 1 - ties / (n * (n - 1));
  const variance = ((first.length * second.length) / 12) * spread;
  const distance = Math.max(0, Math.abs(own - expected) / 2 - 0.5);
  return { p: twoSidedTail(distance / Math.sqrt(variance)), leastP: 0 };
}

function exact(
  doubled: readonly number[],
  size: number,
  { own, expected }: { own: number; expected: number },
): TestResult {
  const ways = waysBySum(doubled, size);
  const distance = Math.abs(own - expected);
  let all = 0;
  let extreme = 0;
  let farthest = 0;
  let atFarthest = 0;
  for (const [sum, count] of ways.entries()) {
    if (count === 0) continue;
    const away = Math.abs(sum - expected);
    all += count;
    if (away >= distance) extreme += count;
    if (away > farthest) {
      farthest = away;
      atFarthest = 0;
    }
    if (away === farthest) atFarthest += count;
  }
  return { p: extreme / all, leastP: atFarthest / all };
}

/** Number of subsets of `size` of these ranks, by their sum. */
function waysBySum(doubled: readonly number[], size: number): Float64Array {
  const total = doubled.reduce((sum, rank) => sum + rank, 0);
  const bySize = Array.from({ length: size + 1 }, () => new Float64Array(total + 1));
  bySize[0]![0] = 1;
  let reached = 0;
  for (const rank of doubled) {
    reached += rank;
    for (let taken = size; taken >= 1; taken--) {
      const into = bySize[taken]!;
      const from = bySize[taken - 1]!;
      for (let sum = reached; sum >= rank; sum--) into[sum]! += from[sum - rank]!;
    }
  }
  return bySize[size]!;
}
