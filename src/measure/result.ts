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
    /**
     * Share of one CPU that other processes used during the kept bursts, or during all if none was
     * kept.
     */
    readonly foreignPercent: number;
    readonly wallNs: number;
  };
  /** Lines of the measuring process, which both columns include. */
  readonly environmentLines: number;
  readonly states: { readonly calls: number; readonly distinct: number };
  readonly measured: Figures;
  readonly byBurst: readonly Figures[];
  readonly simulated: SimulatedSide | null;
  /** The calibrations before and after, and how far they differ (a factor). */
  readonly calibration: {
    readonly before: ReadonlyMap<string, number>;
    readonly after: ReadonlyMap<string, number>;
    readonly spread: number;
  } | null;
  readonly evidence: readonly Evidence[];
  readonly notes: readonly string[];
}

export interface SimulatedSide {
  /** The canonical strategy of all readers; `mixed` if they differ. */
  readonly strategy: string;
  /** The name of a preset, or `calibrated`. */
  readonly costs: string;
  /** A column for each set of costs. */
  readonly outcomes: readonly Outcome[];
  /** The same texts judged by times alone; null with several readers. */
  readonly byTimes: Tally | null;
}

export type Bound = 'exact' | 'least';

export interface FigureRow {
  readonly metric: string;
  readonly unit: 'ns' | 'count' | 'per 1000 passes' | '1/s';
  readonly simulated: number | null;
  /** Simulated and judged by times alone, like the measured side. */
  readonly byTimes: number | null;
  /** Measured; null if user space cannot measure it. */
  readonly measured: number | null;
  readonly bound: Bound | null;
  /** Simulated divided by measured; null if one of them is 0 or missing. */
  readonly ratio: number | null;
  /** The spread of the figures within one side as a factor; the larger one of both sides. */
  readonly spread: number | null;
  /** The ratio is outside the spread. */
  readonly differs: boolean | null;
}

/** The figures of one side, simulated or measured. */
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
