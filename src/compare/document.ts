/**
 * The form of a saved comparison, `mapsim/compare@1`: what reads it back is also what its JSON
 * Schema is published from. Unknown keys are let pass, since later versions may add some.
 */
import * as z from 'zod';
import { COUNTER_KEYS, type EndReason, TEARING_KEYS } from '../world/outcome.ts';
import type { Group } from './comparison.ts';
import { COMPARE_SCHEMA } from './fields.ts';
import { POOL_KEYS, Pool, type RunRecord, type SavedPool } from './record.ts';

const whole = z.int().min(0);
const wholeOrNull = whole.nullable();
const numberOrNull = z.number().nullable();

function integers<K extends string>(keys: readonly K[]) {
  const shape = Object.fromEntries(keys.map((key) => [key, whole])) as Record<K, typeof whole>;
  return z.looseObject(shape);
}

const SummarySchema = z.looseObject({
  n: whole,
  min: wholeOrNull,
  mean: wholeOrNull,
  p50: wholeOrNull,
  p90: wholeOrNull,
  p99: wholeOrNull,
  max: wholeOrNull,
});

/** A list that has every ending, or does not compile. */
const ENDINGS = Object.keys({
  passes: true,
  ops: true,
  duration: true,
  'max-events': true,
  'history-full': true,
  'kernel-fault': true,
  livelock: true,
  interrupted: true,
} satisfies Record<EndReason, true>);

export const RunSchema = z
  .looseObject({
    seed: z.string(),
    ended: z.enum(ENDINGS),
    complete: z.boolean().describe('Ended by passes, operations or duration.'),
    simulatedNs: whole,
    events: whole,
    totals: integers(COUNTER_KEYS),
    tearing: integers(TEARING_KEYS),
    passNs: SummarySchema,
    readNs: SummarySchema,
    writer: z.looseObject({
      ops: whole,
      errors: z.record(z.string(), whole),
      opNs: SummarySchema,
      lockWaitNs: SummarySchema,
      drainWaitNs: SummarySchema,
    }),
  })
  .describe('One run: counts over its readers, times over its readers or writers.');

const SamplesSchema = z.union([
  z.looseObject({
    values: z.array(whole).describe('Each value and how often it is there, alternating, rising.'),
  }),
  z.looseObject({
    n: whole,
    min: whole,
    max: whole,
    sum: z.string().regex(/^[0-9]+$/),
    buckets: z.array(whole).describe('Each bucket that is not empty and its count, alternating.'),
  }),
]);

const PoolSchema = z
  .looseObject(
    Object.fromEntries(POOL_KEYS.map((key) => [key, SamplesSchema])) as Record<
      (typeof POOL_KEYS)[number],
      typeof SamplesSchema
    >,
  )
  .describe('The times of all runs together.');

export const GroupSchema = z.looseObject({
  label: z.string(),
  strategy: z.string(),
  file: z.string().nullable().describe('The saved result that it was read from.'),
  pool: PoolSchema,
  runs: z.array(RunSchema).describe('One for each seed, in the order of the seeds.'),
});

const RateSchema = z.looseObject({
  events: whole,
  of: whole,
  things: z.string(),
  low: numberOrNull,
  high: numberOrNull,
});

const DifferenceSchema = z
  .looseObject({
    against: z.string(),
    test: z.enum(['signed-rank', 'mcnemar', 'rank-sum']),
    n: whole,
    median: numberOrNull,
    low: numberOrNull,
    high: numberOrNull,
    relative: numberOrNull,
    p: z.number().min(0).max(1),
    pCorrected: z.number().min(0).max(1),
    shown: z.boolean(),
  })
  .describe('Against another group; 95 % interval.');

const CellSchema = z.looseObject({
  group: z.string(),
  n: whole.describe('Runs that measured something.'),
  median: numberOrNull,
  low: numberOrNull,
  high: numberOrNull,
  rate: RateSchema.nullable(),
  difference: DifferenceSchema.nullable(),
});

const ComparisonSchema = z.looseObject({
  level: z.number(),
  canShow: z.boolean().describe('Whether so few runs could show a difference at all.'),
  metrics: z.array(
    z.looseObject({
      metric: z.string(),
      about: z.string(),
      unit: z.enum(['count', 'ns', 'share']),
      cells: z.array(CellSchema),
    }),
  ),
});

export const ScenarioHeadSchema = z.looseObject({ name: z.string(), sha256: z.string() });

const FigureSchema = z.union([z.number(), z.literal('Infinity'), z.null()]);

export const DocumentSchema = z
  .looseObject({
    schema: z.literal(COMPARE_SCHEMA),
    tool: z.string(),
    prng: z.string(),
    complete: z.boolean().describe('False where not every seed was run.'),
    scenarios: z.array(
      z.looseObject({
        ...ScenarioHeadSchema.shape,
        comparison: ComparisonSchema.nullable(),
        groups: z.array(GroupSchema),
      }),
    ),
    failOn: z.array(
      z.looseObject({
        scenario: z.string(),
        expression: z.string(),
        group: z.string(),
        failed: z.boolean(),
        left: FigureSchema,
        right: FigureSchema,
      }),
    ),
  })
  .meta({
    title: 'mapsim comparison',
    description: 'What mapsim compare saves: reader strategies side by side over seeds.',
  });

/** A group as GroupSchema has let it pass. @throws Error for a pool that cannot be */
export function groupOf(saved: z.output<typeof GroupSchema>, file: string): Group {
  const runs = saved.runs.map((run) => ({ ...run, strategy: saved.strategy }) as RunRecord);
  const pool = Pool.restored(saved.pool as SavedPool);
  return { label: saved.label, strategy: saved.label, file, runs, pool };
}
