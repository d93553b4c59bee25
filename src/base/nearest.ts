/**
 * "Did you mean …?": finds the known word that is nearest to a mistyped word.
 *
 * Distance is Damerau-Levenshtein in its restricted form (optimal string alignment): insertions,
 * deletions, replacements and swaps of neighbours count one each, and no place is edited twice.
 * Letters are compared without regard to case.
 */

/** Nobody mistypes a word this long; it also bounds the work done for hostile input. */
const LONGEST_WORD = 100;

/**
 * The nearest of `known` within max(1, a third of the word's length) edits, the first of those
 * equally near; null if none is that near.
 */
export function nearest(word: string, known: Iterable<string>): string | null {
  if (word.length === 0 || word.length > LONGEST_WORD) return null;
  const wanted = word.toLowerCase();
  let best: string | null = null;
  let limit = Math.max(1, Math.floor(word.length / 3));
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance > limit) continue;
    best = candidate;
    if (distance === 0) break;
    limit = distance - 1; // from now on only nearer ones
  }
  return best;
}

/** Edits that turn `a` into `b`, a swap of two neighbours being one. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(replace, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, beforeLast[j - 2]! + 1);
      }
      row.push(least);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
