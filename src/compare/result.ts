/** All that a comparison yields, from which every report of it is made. */
import type { EndReason } from '../world/outcome.ts';
import type { Comparison, Group } from './comparison.ts';
import type { RunSummary } from './record.ts';

export interface ScenarioResult {
  readonly name: string;
  readonly sha256: string;
  /** Each with runs; empty where a run was interrupted before any seed was whole. */
  readonly groups: readonly Group[];
  /** Null where there are no groups. */
  readonly comparison: Comparison | null;
}

/** A `--fail-on` expression and what it came to. */
export interface Judgement {
  readonly scenario: string;
  readonly expression: string;
  /** What should hold, in its words or the opposite ones. */
  readonly wanted: string;
  /** Label of the group that was judged. */
  readonly group: string;
  readonly failed: boolean;
  /** Times in ns, ratios as fractions; null: nothing was measured. */
  readonly left: number | null;
  readonly right: number | null;
  /** One line for people. */
  readonly text: string;
}

export interface CompareResult {
  /** Version of mapsim. */
  readonly tool: string;
  /** Scheme of the random numbers. */
  readonly prng: string;
  /** False where not every seed was run. */
  readonly complete: boolean;
  readonly scenarios: readonly ScenarioResult[];
  readonly judgements: readonly Judgement[];
}

/** Endings by a limit: the run is no answer yet. */
export const LIMITS: readonly EndReason[] = ['max-events', 'history-full', 'livelock', 'starved'];

/** Runs of a group that a limit stopped before their end. */
export function stoppedRuns({ runs }: Group): readonly RunSummary[] {
  return runs.filter(({ ended }) => LIMITS.includes(ended));
}

/** Runs of a group in which a sanitizer or lockdep of a real kernel would have spoken up. */
export function faultyRuns({ runs }: Group): readonly RunSummary[] {
  return runs.filter(({ ended }) => ended === 'kernel-fault');
}
