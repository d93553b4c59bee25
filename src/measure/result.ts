/** The result of `mapsim measure`: plain data, the input of its reports. */
import type { Samples } from '../base/statistics.ts';
import type { Outcome } from '../world/outcome.ts';
import type { Evidence, Figures } from './measured.ts';
import type { JudgedKey, Tally } from './tally.ts';

export interface MeasureResult {
  readonly scenario: { readonly name: string; readonly sha256: string };
  readonly seed: string;
  readonly kernel: string;
  readonly cpus: number;
  readonly bursts: {
    readonly kept: number;
    readonly rejected: number;
    /** Of one CPU, what others took while bursts ran that were kept; of all if none was. */
    readonly foreignPercent: number;
    readonly wallNs: number;
  };
  /** Lines of the process that measures, in both columns. */
  readonly environmentLines: number;
  readonly states: { readonly calls: number; readonly distinct: number };
  readonly measured: Figures;
  readonly byBurst: readonly Figures[];
  readonly simulated: SimulatedSide | null;
  /** What was measured before and after, and how far these lie apart (a factor). */
  readonly calibration: {
    readonly before: ReadonlyMap<string, number>;
    readonly after: ReadonlyMap<string, number>;
    readonly spread: number;
  } | null;
  readonly evidence: readonly Evidence[];
  readonly notes: readonly string[];
}

export interface SimulatedSide {
  /** Canonical, one for all readers; `mixed` where they differ. */
  readonly strategy: string;
  /** The name of a preset, or `calibrated`. */
  readonly costs: string;
  /** One for each set of costs. */
  readonly outcomes: readonly Outcome[];
  /** The same texts by times alone; null where that is not asked of several readers. */
  readonly byTimes: Tally | null;
}

export type Bound = 'exact' | 'least';

export interface FigureRow {
  readonly metric: string;
  readonly unit: 'ns' | 'count' | 'per 1000 passes' | '1/s';
  readonly simulated: number | null;
  /** Simulated, judged by times alone as the measured side is. */
  readonly byTimes: number | null;
  /** Null: user space cannot tell. */
  readonly measured: number | null;
  readonly bound: Bound | null;
  /** Simulated by measured; null where one of them is nothing. */
  readonly ratio: number | null;
  /** A factor: how far the figures of one side lie apart, the larger of both sides. */
  readonly spread: number | null;
  /** The ratio lies outside the spread. */
  readonly differs: boolean | null;
}

/** The figures of one side, however it came about. */
export interface Side {
  readonly passes: number;
  readonly reads: number;
  readonly lines: number;
  readonly bytes: number;
  readonly passesPerS: number | null;
  readonly opsPerS: number | null;
  readonly passNs: Samples;
  readonly readNs: Samples;
  readonly opNs: Samples;
  readonly counts: Readonly<Record<JudgedKey, number>>;
  readonly retries: number | null;
  readonly fallbacks: number | null;
}
