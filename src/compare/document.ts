/**
 * The form of a saved comparison, `mapsim/compare@1`: the parser and the published JSON Schema come
 * from the same definition. Unknown keys are allowed, because later versions may add keys.
 */

import * as v from 'valibot';
import { about, each, Whole, WholeOrNull } from '../base/forms.ts';
import { printable } from '../base/printable.ts';
import { COUNTER_KEYS, type EndReason, TEARING_KEYS } from '../world/outcome.ts';
import type { Group } from './comparison.ts';
import { COMPARE_SCHEMA } from './fields.ts';
import { POOL_KEYS, Pool, type RunSummary, type SavedPool } from './record.ts';

const NumberOrNull = v.nullable(v.number());

export const SummarySchema = v.looseObject({
  n: Whole,
  min: WholeOrNull,
  mean: WholeOrNull,
  p50: WholeOrNull,
  p90: WholeOrNull,
  p99: WholeOrNull,
  max: WholeOrNull,
});

/** A list of all endings; it does not compile if one is missing. */
export const ENDINGS = Object.keys({
  passes: true,
  ops: true,
  duration: true,
  'max-events': true,
  'history-full': true,
  starved: true,
  'kernel-fault': true,
  livelock: true,
  interrupted: true,
} satisfies Record<EndReason, true>);

export const runEntries = {
  seed: v.string(),
  ended: v.picklist(ENDINGS),
  complete: about('Ended by passes, operations or duration.', v.boolean()),
  simulatedNs: Whole,
  events: Whole,
  totals: each(COUNTER_KEYS, Whole),
  tearing: each(TEARING_KEYS, Whole),
  passNs: SummarySchema,
  readNs: SummarySchema,
  writer: v.looseObject({
    ops: Whole,
    errors: v.record(v.string(), Whole),
    opNs: SummarySchema,
    lockWaitNs: SummarySchema,
    drainWaitNs: SummarySchema,
  }),
};
const RunSchema = about(
  'One run: counts over its readers, times over its readers or writers.',
  v.looseObject(runEntries),
);

const SamplesSchema = v.union([
  v.looseObject({
    values: about('Each value and its count, alternating; the values rise.', v.array(Whole)),
  }),
  v.looseObject({
    n: Whole,
    min: Whole,
    max: Whole,
    sum: v.pipe(v.string(), v.regex(/^[0-9]+$/)),
    buckets: about('Each non-empty bucket and its count, alternating.', v.array(Whole)),
  }),
]);

const groupEntries = {
  label: v.string(),
  strategy: v.string(),
  file: about('The saved result from which the group was read.', v.nullable(v.string())),
  pool: about(
    'The times of all runs together; null for sweeps, which store only summaries.',
    v.nullable(each(POOL_KEYS, SamplesSchema)),
  ),
};
const GroupSchema = v.looseObject({
  ...groupEntries,
  runs: about('One run for each seed, in the order of the seeds.', v.array(RunSchema)),
});

const RateSchema = v.looseObject({
  events: Whole,
  of: Whole,
  things: v.string(),
  low: NumberOrNull,
  high: NumberOrNull,
});

const Probability = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const DifferenceSchema = about(
  'Difference from the base group, with its 95 % interval.',
  v.looseObject({
    against: v.string(),
    test: v.picklist(['signed-rank', 'mcnemar', 'rank-sum', 'exact']),
    n: Whole,
    median: NumberOrNull,
    low: NumberOrNull,
    high: NumberOrNull,
    relative: NumberOrNull,
    p: Probability,
    pCorrected: Probability,
    shown: v.boolean(),
  }),
);

const CellSchema = v.looseObject({
  group: v.string(),
  n: about('Number of runs that measured something.', Whole),
  median: NumberOrNull,
  low: NumberOrNull,
  high: NumberOrNull,
  rate: v.nullable(RateSchema),
  difference: v.nullable(DifferenceSchema),
});

const FigureOfVerdict = v.looseObject({
  value: v.number(),
  low: v.number(),
  high: v.number(),
  events: v.nullable(Whole),
  of: v.nullable(Whole),
  things: v.nullable(v.string()),
});

const Verdict = v.looseObject({
  group: v.string(),
  against: v.string(),
  seeds: Whole,
  seedsNeeded: Whole,
  exact: v.boolean(),
  claims: v.array(
    v.looseObject({
      metric: v.string(),
      what: v.string(),
      unit: v.picklist(['count', 'ns', 'share']),
      here: FigureOfVerdict,
      there: FigureOfVerdict,
      factor: about('The larger value divided by the smaller.', NumberOrNull),
      direction: v.picklist(['more', 'less', 'same']),
      status: about(
        'shown: the difference is significant; apart: it is not, but the values of all seeds of one group are above those of the other.',
        v.picklist(['shown', 'apart', 'not-shown', 'none']),
      ),
    }),
  ),
  unmeasured: v.array(v.string()),
  limit: about(
    'Whether its limit of retries was reached; null if it has none.',
    v.nullable(v.string()),
  ),
});

const PlaceSchema = v.looseObject({
  group: v.string(),
  against: v.string(),
  metric: v.string(),
  what: v.string(),
  unit: v.picklist(['count', 'ns', 'share']),
  more: about('Number of points at which the group has the larger value.', Whole),
  less: Whole,
  same: Whole,
  shown: about('Number of points at which the difference is significant.', Whole),
  furthest: about(
    'The point with the largest difference.',
    v.nullable(
      v.looseObject({
        point: v.record(v.string(), v.unknown()),
        here: FigureOfVerdict,
        there: FigureOfVerdict,
      }),
    ),
  ),
});

const ComparisonSchema = v.looseObject({
  level: v.number(),
  exact: about('No random numbers are used, so one run is enough.', v.boolean()),
  canShow: about(
    'Whether any difference can be significant with this number of runs.',
    v.boolean(),
  ),
  tests: about('Number of tests, without those of values that are all equal.', Whole),
  seedsNeeded: about(
    'The least number of seeds with which a difference can be significant.',
    Whole,
  ),
  metrics: v.array(
    v.looseObject({
      metric: v.string(),
      about: v.string(),
      unit: v.picklist(['count', 'ns', 'share']),
      cells: v.array(CellSchema),
    }),
  ),
  verdict: about('How each group differs from its base group.', v.array(Verdict)),
});

const PointSchema = v.record(v.string(), v.unknown());

const scenarioHead = {
  name: v.string(),
  sha256: v.string(),
  point: about(
    'For sweeps: the values of the axes by path; null: all points together.',
    v.optional(v.nullable(PointSchema)),
  ),
};

const FigureSchema = v.union([v.number(), v.literal('Infinity'), v.null()]);

const documentHead = {
  schema: v.literal(COMPARE_SCHEMA),
  tool: v.string(),
  prng: v.string(),
  costs: about(
    'Mark of the cost table; results with different marks cannot be compared.',
    v.optional(v.string()),
  ),
  complete: about('False if not every seed was run.', v.boolean()),
};
export const DocumentSchema = v.pipe(
  v.looseObject({
    ...documentHead,
    scenarios: v.array(
      v.looseObject({
        ...scenarioHead,
        comparison: v.nullable(ComparisonSchema),
        groups: v.array(GroupSchema),
      }),
    ),
    grid: about(
      'Only if sweeps were compared.',
      v.optional(
        v.looseObject({
          name: v.string(),
          axes: v.array(v.looseObject({ path: v.string(), values: v.array(v.unknown()) })),
        }),
      ),
    ),
    places: about(
      'The points of the grid at which the groups differ.',
      v.optional(v.array(PlaceSchema)),
    ),
    failOn: v.array(
      v.looseObject({
        scenario: v.string(),
        expression: v.string(),
        wanted: about('The condition that should hold.', v.string()),
        group: v.string(),
        failed: v.boolean(),
        left: FigureSchema,
        right: FigureSchema,
      }),
    ),
  }),
  v.title('mapsim comparison'),
  v.description(
    'The result that mapsim compare saves: reader strategies compared over many seeds.',
  ),
);

/** The parts of the document that are read; the comparison is computed again. */
export const SavedSchema = v.looseObject({
  ...documentHead,
  scenarios: v.array(
    v.looseObject({
      ...scenarioHead,
      comparison: v.nullish(v.looseObject({ exact: v.optional(v.boolean()) })),
      groups: v.array(GroupSchema),
    }),
  ),
});

/** A line of the document in NDJSON. */
export const LineSchema = v.variant('type', [
  v.looseObject({
    type: v.literal('header'),
    schema: v.literal(COMPARE_SCHEMA),
    prng: v.string(),
    tool: v.string(),
    costs: v.optional(v.string()),
  }),
  v.looseObject({ type: v.literal('scenario'), ...scenarioHead }),
  v.looseObject({ type: v.literal('group'), scenario: v.string(), ...groupEntries }),
  v.looseObject({
    ...runEntries,
    type: v.literal('run'),
    scenario: v.string(),
    group: v.string(),
  }),
  v.looseObject({ type: v.literal('footer'), complete: v.boolean() }),
]);

/** Converts a group that GroupSchema has accepted. @throws Error if its pool is impossible */
export function groupOf(saved: v.InferOutput<typeof GroupSchema>, file: string): Group {
  const runs = saved.runs.map((run) => ({ ...run, strategy: saved.strategy }) as RunSummary);
  const pool = saved.pool === null ? null : Pool.restored(saved.pool as SavedPool);
  const label = printable(saved.label);
  return { label, strategy: label, file, runs, pool };
}
