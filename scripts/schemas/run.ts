/**
 * The forms of the output of run, sweep and run --record: `mapsim/run@1`, `mapsim/sweep@1`,
 * `mapsim/record@1`. The latter two are NDJSON; their forms describe one line.
 */
import * as v from 'valibot';
import { about, each, Whole, WholeOrNull } from '../../src/base/forms.ts';
import { ENDINGS, runEntries, SummarySchema } from '../../src/compare/document.ts';
import { RUN_SCHEMA } from '../../src/report/json.ts';
import { SWEEP_SCHEMA } from '../../src/report/sweep.ts';
import { RECORD_SCHEMA } from '../../src/run/record.ts';
import { CAUSES, COUNTER_KEYS, TEARING_KEYS } from '../../src/world/outcome.ts';

const ScenarioName = v.looseObject({ name: v.string(), sha256: v.string() });
const EndingSchema = v.picklist(ENDINGS);
const LivelockSchema = about(
  'The state at atNs is the one at atNs - periodNs: the run repeats for ever.',
  v.nullable(v.looseObject({ atNs: Whole, periodNs: Whole })),
);
const StepsSchema = v.looseObject({
  task: v.string(),
  steps: v.array(v.looseObject({ atNs: Whole, step: v.string() })),
});
const FigureSchema = about(
  'Times in ns, ratios as fractions; "Infinity": something to nothing; null: nothing measured.',
  v.nullable(v.union([v.number(), v.literal('Infinity')])),
);
const CUT = v.looseObject({
  line: about('The cut lies before it, from 0.', Whole),
  inPage: v.boolean(),
});

export const RunSchema = v.pipe(
  v.looseObject({
    schema: v.literal(RUN_SCHEMA),
    tool: v.string(),
    prng: about('The scheme of the random numbers.', v.string()),
    scenario: ScenarioName,
    strategy: about('none without readers, mixed where they have several.', v.string()),
    seed: v.string(),
    simulatedNs: Whole,
    events: about('Steps of tasks.', Whole),
    complete: about('Ended by passes, operations or duration.', v.boolean()),
    ended: EndingSchema,
    timing: about('Of --timing: wall-clock time.', v.optional(v.looseObject({ wallNs: Whole }))),
    totals: about('Over all readers.', each(COUNTER_KEYS, Whole)),
    tearing: about('Over all finished passes.', each(TEARING_KEYS, Whole)),
    starved: about(
      'Passes that the end of the run cut off at a record with failed attempts.',
      v.array(
        v.looseObject({
          reader: v.string(),
          pass: about('From 0.', Whole),
          address: v.string(),
          failedAttempts: Whole,
        }),
      ),
    ),
    livelock: LivelockSchema,
    kernelFault: about(
      'What a sanitizer or lockdep would have reported.',
      v.nullable(
        v.looseObject({
          kind: v.string(),
          message: v.string(),
          atNs: Whole,
          by: StepsSchema,
          freedBy: v.nullable(StepsSchema),
        }),
      ),
    ),
    failOn: about(
      'Expressions of --fail-on and --require, and of the scenario.',
      v.array(
        v.looseObject({
          expression: v.string(),
          strategy: v.string(),
          failed: v.boolean(),
          left: FigureSchema,
          right: FigureSchema,
        }),
      ),
    ),
    readers: v.array(
      v.looseObject({
        name: v.string(),
        strategy: v.string(),
        ...Object.fromEntries([...COUNTER_KEYS, ...TEARING_KEYS].map((key) => [key, Whole])),
        attempts: about(
          'Records, or pages, that took 1, 2, 3, … attempts; the 64th: or more.',
          v.array(Whole),
        ),
        failedByCause: each(CAUSES, Whole),
        passNs: SummarySchema,
        readNs: SummarySchema,
        rcuSectionMaxNs: Whole,
      }),
    ),
    writers: v.array(
      v.looseObject({
        name: v.string(),
        ops: Whole,
        errors: about('Failed operations by errno.', v.record(v.string(), Whole)),
        opNs: SummarySchema,
        lockWaitNs: SummarySchema,
        drainWaitNs: SummarySchema,
      }),
    ),
    passes: about(
      'Those whose texts were asked for.',
      v.array(
        v.looseObject({
          reader: v.string(),
          index: about('From 0.', Whole),
          startNs: Whole,
          endNs: Whole,
          torn: v.boolean(),
          finished: v.boolean(),
          tearing: each(TEARING_KEYS, Whole),
          cuts: v.array(CUT),
          text: v.string(),
        }),
      ),
    ),
  }),
  v.title('mapsim run'),
  v.description('What mapsim run --format=json prints.'),
);

export const SweepSchema = v.pipe(
  v.union([
    about(
      'The first line.',
      v.looseObject({
        type: v.literal('header'),
        schema: v.literal(SWEEP_SCHEMA),
        tool: v.string(),
        prng: v.string(),
        costs: about('Mark of the table of costs.', v.optional(v.string())),
        grid: about('sha256: of the grid and every scenario in it.', ScenarioName),
        axes: v.array(v.looseObject({ path: v.string(), values: v.array(v.unknown()) })),
        strategies: about("Null: each reader's own.", v.nullable(v.array(v.string()))),
        seeds: about("Null: the scenario's own.", v.nullable(v.array(v.string()))),
        durationNs: about("Null: the scenario's own.", WholeOrNull),
        maxEvents: Whole,
        units: about('Runs of the whole sweep.', Whole),
        shard: about(
          'Null: all of them.',
          v.nullable(v.looseObject({ index: Whole, count: Whole })),
        ),
      }),
    ),
    about(
      'A run, in the order of the grid.',
      v.looseObject({
        type: v.literal('run'),
        unit: about('Its number in the whole sweep, from 0.', Whole),
        point: about('Values of the axes by path.', v.record(v.string(), v.unknown())),
        drawn: about(
          'Whether anything is left to chance; if not, every seed gives the same run.',
          v.optional(v.boolean()),
        ),
        strategy: v.string(),
        ...runEntries,
      }),
    ),
    about(
      'The last line.',
      v.looseObject({
        type: v.literal('footer'),
        units: about('Runs in this file.', Whole),
        complete: about('Whether these are all that belong here.', v.boolean()),
      }),
    ),
  ]),
  v.title('mapsim sweep'),
  v.description('A line of what mapsim sweep and merge write as NDJSON.'),
);

export const RecordSchema = v.pipe(
  v.union([
    about(
      'The first line: how the run was asked for.',
      v.looseObject({
        schema: v.literal(RECORD_SCHEMA),
        scenario: ScenarioName,
        strategy: about("In place of the readers' own.", v.nullable(v.string())),
        seed: v.string(),
        durationNs: about("In place of the scenario's.", WholeOrNull),
        passes: about(
          'The passes that it showed.',
          v.looseObject({
            reader: v.nullable(v.string()),
            which: v.union([Whole, v.picklist(['torn', 'all', 'none'])]),
          }),
        ),
        failOn: v.array(v.string()),
      }),
    ),
    about(
      'A step: task, time in ns, name. The name +cpu or -cpu: the task gets or loses its CPU.',
      v.strictTuple([Whole, Whole, v.string()]),
    ),
    about(
      'The last line.',
      v.looseObject({ ended: EndingSchema, livelock: LivelockSchema, steps: Whole }),
    ),
  ]),
  v.title('mapsim record'),
  v.description('A line of what mapsim run --record writes.'),
);
