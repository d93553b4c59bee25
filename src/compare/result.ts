/** The result of a comparison, the only input of its reports. */
import type { EndReason } from '../world/outcome.ts';
import type { Comparison, Group } from './comparison.ts';
import type { RunSummary } from './record.ts';

/** Values of the axes of a sweep by path. */
export type Point = Readonly<Record<string, unknown>>;

export interface ScenarioResult {
  /** Of a sweep: of the grid, with the values of the point. */
  readonly name: string;
  readonly sha256: string;
  /** Where it stands in a sweep; null: all its points together. Absent: it is of no sweep. */
  readonly point?: Point | null;
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

/** An axis of a sweep, with the values that all the sweeps have. */
export interface Axis {
  readonly path: string;
  readonly values: readonly unknown[];
}

export interface ComparedGrid {
  readonly name: string;
  readonly axes: readonly Axis[];
}

export interface CompareResult {
  /** Version of mapsim. */
  readonly tool: string;
  /** Scheme of the random numbers. */
  readonly prng: string;
  /** Mark of the table of costs: results with another are not comparable. */
  readonly costs: string;
  /** False where not every seed was run. */
  readonly complete: boolean;
  readonly scenarios: readonly ScenarioResult[];
  /** Of sweeps that were compared; absent: none were. */
  readonly grid?: ComparedGrid;
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
