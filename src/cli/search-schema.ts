/**
 * The forms of what searches and replays print as JSON, `mapsim/explore@1` and `mapsim/replay@1`,
 * and their published JSON Schemas, draft 7. Unknown keys are let pass, since later versions may
 * add some.
 */
import * as z from 'zod';
import { EXPLORE_SCHEMA, REPLAY_SCHEMA } from '../report/search-json.ts';
import { LINE_FAULTS, type SearchBound } from '../search/search-outcome.ts';
import type { Reduction } from '../search/search-world.ts';
import { TEARING_KEYS } from '../world/outcome.ts';

const whole = z.int().min(0);
const wholeOrNull = whole.nullable();

/** A list that has every one, or does not compile. */
function allOf<K extends string>(names: Record<K, true>) {
  return z.enum(Object.keys(names) as [K, ...K[]]);
}

const TearingSchema = z
  .looseObject(Object.fromEntries(TEARING_KEYS.map((key) => [key, whole])))
  .describe('Counts of one text; tornPasses is 0 or 1.');

const CutSchema = z.enum(['atPage', 'inPage']).nullable().describe('A cut lies before this.');

const GapsSchema = z
  .array(z.looseObject({ kind: z.enum(['false', 'transient']), range: z.string() }))
  .describe('Before this: addresses without a line although they were mapped.');

const MarkedTextSchema = z
  .looseObject({
    reader: z.string(),
    pass: whole.describe('From 0.'),
    text: z.string(),
    torn: z.boolean(),
    tearing: TearingSchema,
    lines: z.array(
      z.looseObject({
        text: z.string(),
        states: z.array(whole).nullable().describe('Those that have this line, by their place.'),
        faults: z.array(z.enum(LINE_FAULTS)),
        cut: CutSchema,
        gaps: GapsSchema,
      }),
    ),
    end: z.looseObject({ cut: CutSchema, gaps: GapsSchema }),
    states: z.array(z.string()).describe('Texts of the states of the pass, as they came.'),
  })
  .describe('A text that a pass has printed, beside the states of the pass.');

const COURSE = {
  schedule: z.string().describe('What replay --schedule takes.'),
  switches: whole.describe('Times at which another task moves on.'),
  cycleFrom: wholeOrNull.describe('Steps from this one on, from 0, repeat for ever.'),
  fault: z.looseObject({ kind: z.string(), message: z.string() }).nullable(),
  deadlock: z.boolean(),
  steps: z.array(
    z.looseObject({
      task: whole.describe('Its place in tasks.'),
      name: z.string(),
      choices: z.array(whole),
      effects: z.array(z.string()),
    }),
  ),
  text: z.string().nullable().describe('The last text that was finished.'),
  texts: z.array(MarkedTextSchema).describe('All that were finished, in their order.'),
};

const HEAD = {
  tool: z.string(),
  scenario: z.looseObject({ name: z.string(), sha256: z.string() }),
  strategy: z.string().describe('none without readers, mixed where they have several.'),
  tasks: z
    .array(z.looseObject({ name: z.string(), kind: z.enum(['reader', 'writer']) }))
    .describe('By their numbers in schedules.'),
};

const PossibleTextSchema = z.looseObject({
  reader: z.string(),
  text: z.string(),
  torn: z.boolean().describe('Some schedule prints it torn.'),
  intact: z.boolean().describe('Some schedule prints it as the text of a state.'),
  tearing: TearingSchema,
  schedule: z.string(),
});

const TextsSchema = z.array(PossibleTextSchema);

const BoundSchema = allOf<SearchBound>({
  'max-states': true,
  'max-depth': true,
  preemptions: true,
  store: true,
  random: true,
  interrupted: true,
})
  .nullable()
  .describe('What kept something from being looked at.');

const StatesSchema = wholeOrNull.describe('Null of random walks, which keep none.');

const AgainstSchema = z
  .looseObject({
    strategy: z.string(),
    complete: z.boolean(),
    bound: BoundSchema,
    states: StatesSchema,
    onlyHere: TextsSchema.optional(),
    onlyThere: TextsSchema.optional(),
    notSeenThere: TextsSchema.optional().describe('In place of onlyHere, if that is not complete.'),
    notSeenHere: TextsSchema.optional().describe('In place of onlyThere, if this is not complete.'),
  })
  .nullable()
  .describe('Of census --against: the other strategy. Null: an interrupt came before.');

const ExploreSchema = z
  .looseObject({
    schema: z.literal(EXPLORE_SCHEMA),
    ...HEAD,
    states: StatesSchema,
    transitions: whole.describe('Of random walks: steps.'),
    depth: whole.describe('Transitions to the state that is farthest; steps of the longest walk.'),
    complete: z.boolean().describe('Everything that can be reached was looked at.'),
    bound: BoundSchema,
    limits: z.looseObject({
      maxStates: wholeOrNull,
      maxDepth: wholeOrNull,
      preemptions: wholeOrNull,
    }),
    store: z.looseObject({
      kind: z.enum(['exact', 'hash', 'bitstate']),
      lossBound: z.number().describe('Chance, at most, that a state was taken for another.'),
      bytesPerState: whole,
    }),
    reduce: allOf<Reduction>({ none: true, private: true, ranges: true, all: true }),
    sampled: z
      .looseObject({
        walks: whole,
        bias: z.enum(['uniform', 'churn']),
        steps: whole,
        unfinished: whole.describe('Walks given up at --max-depth, or by an interrupt.'),
      })
      .nullable()
      .describe('Random walks; null of a search.'),
    asked: z.array(z.string()).describe('Classes that were looked for; none by census.'),
    findings: z.array(z.looseObject({ class: z.string(), what: z.string(), ...COURSE })),
    texts: TextsSchema.describe('Every text that was seen.'),
    against: AgainstSchema.optional(),
  })
  .meta({ title: 'mapsim search', description: 'What mapsim explore and census print.' });

const ReplaySchema = z
  .looseObject({
    schema: z.literal(REPLAY_SCHEMA),
    ...HEAD,
    fits: z.boolean(),
    misfit: z
      .looseObject({ step: whole.describe('From 1.'), error: z.string() })
      .nullable()
      .describe('Where the schedule stopped fitting.'),
    ...COURSE,
  })
  .meta({ title: 'mapsim replay', description: 'What mapsim replay prints of a schedule.' });

/** The text of `schema/explore.v1.schema.json`. */
export function exploreJsonSchemaText(): string {
  return published('explore', ExploreSchema);
}

/** The text of `schema/replay.v1.schema.json`. */
export function replayJsonSchemaText(): string {
  return published('replay', ReplaySchema);
}

function published(name: string, form: z.ZodType): string {
  const schema = z.toJSONSchema(form, { target: 'draft-7', io: 'input' });
  const { $schema, ...rest } = schema;
  const whole = { $schema, $id: `https://mapsim.invalid/schema/${name}.v1.schema.json`, ...rest };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
