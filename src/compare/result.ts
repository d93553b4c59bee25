/** The result of a comparison: the only input of its reports. */
import type { EndReason } from '../world/outcome.ts';
import type { Comparison, Group } from './comparison.ts';
import type { RunSummary } from './record.ts';

/** The values of the axes of a sweep, by path. */
export type Point = Readonly<Record<string, unknown>>;

export interface ScenarioResult {
  /** Name of the scenario; for a sweep, of the grid with the values of the point. */
  readonly name: string;
  readonly sha256: string;
  /** The point of a sweep; null: all points together. Absent if it is no sweep. */
  readonly point?: Point | null;
  /** The groups, each with runs; empty if it was interrupted before any seed was complete. */
  readonly groups: readonly Group[];
  /** Null if there are no groups. */
  readonly comparison: Comparison | null;
}

/** A `--fail-on` or `--require` expression and its result. */
export interface Judgement {
  readonly scenario: string;
  readonly expression: string;
  /** The condition that should hold: the expression or its opposite. */
  readonly wanted: string;
  /** Label of the group that it judges. */
  readonly group: string;
  readonly failed: boolean;
  /** The value: times in ns, ratios as fractions; null if nothing was measured. */
  readonly left: number | null;
  readonly right: number | null;
  /** The result as one line of text. */
  readonly text: string;
}

/** An axis of a sweep, with the values that all compared sweeps have. */
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
  /** Version of the scheme of random numbers. */
  readonly prng: string;
  /** Mark of the cost table: results with different marks cannot be compared. */
  readonly costs: string;
  /** False if not every seed was run. */
  readonly complete: boolean;
  readonly scenarios: readonly ScenarioResult[];
  /** Only if sweeps were compared. */
  readonly grid?: ComparedGrid;
  readonly judgements: readonly Judgement[];
}

/** Endings by a limit: such a run is not complete. */
export const LIMITS: readonly EndReason[] = ['max-events', 'history-full', 'livelock', 'starved'];

/** Number of runs of a group that a limit stopped before their end. */
export function stoppedRuns({ runs }: Group): readonly RunSummary[] {
  return runs.filter(({ ended }) => LIMITS.includes(ended));
}

/**
 * Number of runs of a group in which a sanitizer or lockdep of a real kernel would report a fault.
 */
export function faultyRuns({ runs }: Group): readonly RunSummary[] {
  return runs.filter(({ ended }) => ended === 'kernel-fault');
}
