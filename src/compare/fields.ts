/** The fields of saved comparisons, with the same keys in the same order in every format. */
import type { Comparison, Group } from './comparison.ts';
import type { RunSummary } from './record.ts';
import type { Judgement } from './result.ts';

export const COMPARE_SCHEMA = 'mapsim/compare@1';

export function groupHead({ label, strategy, file, pool }: Group) {
  return { label, strategy, file, pool: pool?.save() ?? null };
}

/** The keys of a run; its strategy is in its group. */
export function runJson({ strategy: _, ...run }: RunSummary): object {
  return run;
}

export function comparisonHead(comparison: Comparison): object {
  const { level, exact, canShow, tests, seedsNeeded } = comparison;
  return { level, exact, canShow, tests, seedsNeeded };
}

export function judgementJson(judgement: Judgement): object {
  const { scenario, expression, wanted, group, failed, left, right } = judgement;
  return { scenario, expression, wanted, group, failed, left: finite(left), right: finite(right) };
}

/** Infinity as null, because JSON has no infinity. */
function finite(value: number | null): number | string | null {
  return value === Infinity ? 'Infinity' : value;
}
