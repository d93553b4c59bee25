/** The form of the JSON output of measure: `mapsim/measure@1`. */
import * as v from 'valibot';
import { about, each, Whole, WholeOrNull } from '../../src/base/forms.ts';
import { JUDGED_KEYS } from '../../src/measure/tally.ts';
import { MEASURE_SCHEMA } from '../../src/report/measure-json.ts';
import { COUNTER_KEYS, TEARING_KEYS } from '../../src/world/outcome.ts';

const NumberOrNull = v.nullable(v.number());
const Summary = v.looseObject({
  n: Whole,
  ...Object.fromEntries(
    ['min', 'mean', 'p50', 'p90', 'p99', 'max'].map((key) => [key, WholeOrNull]),
  ),
});

const TallySchema = about(
  'Over all passes that were judged; overlaps, backwards and duplicates exact, the rest at least.',
  v.looseObject({
    passes: Whole,
    unjudged: about('Judged by their text alone.', Whole),
    ...each(JUDGED_KEYS, Whole).entries,
    statesMean: about('Distinct states held possible during a pass.', v.number()),
    statesMax: Whole,
  }),
);

const CostsSchema = v.record(v.string(), v.number());

export const MeasureSchema = about(
  'What mapsim measure prints. Measured figures differ from run to run.',
  v.looseObject({
    schema: v.literal(MEASURE_SCHEMA),
    tool: v.string(),
    scenario: v.looseObject({ name: v.string(), sha256: v.string() }),
    seed: v.string(),
    kernel: about('As uname -r has it.', v.string()),
    environment: v.looseObject({
      cpus: Whole,
      lines: about('Lines of the measuring program, in both texts.', Whole),
      burstsKept: Whole,
      burstsRejected: Whole,
      foreignPercent: about('What other processes took of one CPU.', v.number()),
      wallNs: Whole,
    }),
    states: v.looseObject({ calls: Whole, distinct: Whole }),
    calibration: v.nullable(
      v.looseObject({ before: CostsSchema, after: CostsSchema, spread: v.number() }),
    ),
    rows: v.array(
      v.looseObject({
        metric: v.string(),
        unit: v.picklist(['ns', 'count', 'per 1000 passes', '1/s']),
        simulated: NumberOrNull,
        byTimes: about('Simulated, judged by times alone.', NumberOrNull),
        measured: about('Null: user space cannot tell.', NumberOrNull),
        bound: about('What measured is.', v.nullable(v.picklist(['exact', 'least']))),
        ratio: NumberOrNull,
        spread: about('A factor.', NumberOrNull),
        differs: about('The ratio lies outside the spread.', v.nullable(v.boolean())),
      }),
    ),
    measured: about(
      'Null: no burst was kept.',
      v.nullable(
        v.looseObject({
          totals: each(['passes', 'reads', 'lines', 'bytes', 'ops'], Whole),
          tearing: TallySchema,
          passNs: Summary,
          readNs: Summary,
          opNs: Summary,
          errors: v.record(v.string(), Whole),
        }),
      ),
    ),
    simulated: v.nullable(
      v.looseObject({
        strategy: v.string(),
        costs: v.string(),
        runs: v.array(
          v.looseObject({
            simulatedNs: Whole,
            totals: each(COUNTER_KEYS, Whole),
            tearing: each(TEARING_KEYS, Whole),
          }),
        ),
        byTimes: v.nullable(TallySchema),
      }),
    ),
    evidence: v.array(
      v.looseObject({
        kind: v.picklist(['overlap', 'backward', 'false gap', 'gap']),
        reader: v.string(),
        burst: Whole,
        pass: Whole,
        startNs: v.number(),
        endNs: v.number(),
        line: about('At which it shows, from 0.', Whole),
        around: v.array(v.string()),
      }),
    ),
    notes: v.array(v.string()),
  }),
);
