/** A measurement as one JSON document, `mapsim/measure@1`. */
import { jsonOf } from '../base/printable.ts';
import type { Figures } from '../measure/measured.ts';
import type { FigureRow, MeasureResult } from '../measure/result.ts';
import type { Tally } from '../measure/tally.ts';

export const MEASURE_SCHEMA = 'mapsim/measure@1';

export function measureJson(
  result: MeasureResult,
  rows: readonly FigureRow[],
  tool: string,
): string {
  const { simulated, calibration } = result;
  const document = {
    schema: MEASURE_SCHEMA,
    tool,
    scenario: result.scenario,
    seed: result.seed,
    kernel: result.kernel,
    environment: {
      cpus: result.cpus,
      lines: result.environmentLines,
      burstsKept: result.bursts.kept,
      burstsRejected: result.bursts.rejected,
      foreignPercent: result.bursts.foreignPercent,
      wallNs: result.bursts.wallNs,
    },
    states: result.states,
    calibration:
      calibration === null
        ? null
        : {
            before: Object.fromEntries(calibration.before),
            after: Object.fromEntries(calibration.after),
            spread: calibration.spread,
          },
    rows,
    measured: result.byBurst.length === 0 ? null : figuresJson(result.measured),
    simulated:
      simulated === null
        ? null
        : {
            strategy: simulated.strategy,
            costs: simulated.costs,
            runs: simulated.outcomes.map(({ simulatedNs, totals, tearing }) => ({
              simulatedNs,
              totals,
              tearing,
            })),
            byTimes: simulated.byTimes === null ? null : tallyJson(simulated.byTimes),
          },
    evidence: result.evidence,
    notes: result.notes,
  };
  return `${jsonOf(document, null, 2)}\n`;
}

function figuresJson({ readers, writers }: Figures) {
  return {
    totals: {
      passes: readers.passes,
      reads: readers.reads,
      lines: readers.lines,
      bytes: readers.bytes,
      ops: writers.ops,
    },
    tearing: tallyJson(readers.tally),
    passNs: readers.passNs.summary(),
    readNs: readers.readNs.summary(),
    opNs: writers.opNs.summary(),
    errors: writers.errors,
  };
}

function tallyJson({ passes, unjudged, judged, states, statesMax }: Tally) {
  const statesMean = passes > unjudged ? states / (passes - unjudged) : 0;
  return { passes, unjudged, ...judged, statesMean, statesMax };
}
