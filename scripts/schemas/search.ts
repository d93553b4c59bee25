/** The forms of the JSON output of searches and replays: `mapsim/explore@1`, `mapsim/replay@1`. */
import * as v from 'valibot';
import { about, each, Whole, WholeOrNull } from '../../src/base/forms.ts';
import { EXPLORE_SCHEMA, REPLAY_SCHEMA } from '../../src/report/search-json.ts';
import { LINE_FAULTS, type SearchBound } from '../../src/search/search-outcome.ts';
import type { Reduction } from '../../src/search/search-world.ts';
import { TEARING_KEYS } from '../../src/world/outcome.ts';

/** A list that has every one, or does not compile. */
function allOf<K extends string>(names: Record<K, true>) {
  return v.picklist(Object.keys(names) as K[]);
}

const TearingSchema = about('Counts of one text; tornPasses is 0 or 1.', each(TEARING_KEYS, Whole));

const CutSchema = about('A cut lies before this.', v.nullable(v.picklist(['atPage', 'inPage'])));

const GapsSchema = about(
  'Before this: addresses without a line although they were mapped.',
  v.array(v.looseObject({ kind: v.picklist(['false', 'transient']), range: v.string() })),
);

const MarkedTextSchema = about(
  'A text that a pass has printed, beside the states of the pass.',
  v.looseObject({
    reader: v.string(),
    pass: about('From 0.', Whole),
    text: v.string(),
    torn: v.boolean(),
    tearing: TearingSchema,
    lines: v.array(
      v.looseObject({
        text: v.string(),
        states: about('Those that have this line, by their place.', v.nullable(v.array(Whole))),
        faults: v.array(v.picklist(Object.values(LINE_FAULTS))),
        cut: CutSchema,
        gaps: GapsSchema,
      }),
    ),
    end: v.looseObject({ cut: CutSchema, gaps: GapsSchema }),
    states: about('Texts of the states of the pass, as they came.', v.array(v.string())),
  }),
);

const COURSE = {
  schedule: about('What replay --schedule takes.', v.string()),
  switches: about('Times at which another task moves on.', Whole),
  cycleFrom: about('Steps from this one on, from 0, repeat for ever.', WholeOrNull),
  fault: v.nullable(v.looseObject({ kind: v.string(), message: v.string() })),
  deadlock: v.boolean(),
  steps: v.array(
    v.looseObject({
      task: about('Its place in tasks.', Whole),
      name: v.string(),
      choices: v.array(Whole),
      effects: v.array(v.string()),
    }),
  ),
  text: about('The last text that was finished.', v.nullable(v.string())),
  texts: about('All that were finished, in their order.', v.array(MarkedTextSchema)),
};

const HEAD = {
  tool: v.string(),
  scenario: v.looseObject({ name: v.string(), sha256: v.string() }),
  strategy: about('none without readers, mixed where they have several.', v.string()),
  tasks: about(
    'By their numbers in schedules.',
    v.array(v.looseObject({ name: v.string(), kind: v.picklist(['reader', 'writer']) })),
  ),
};

const PossibleTextSchema = v.looseObject({
  reader: v.string(),
  text: v.string(),
  torn: about('Some schedule prints it torn.', v.boolean()),
  intact: about('Some schedule prints it as the text of a state.', v.boolean()),
  tearing: TearingSchema,
  schedule: v.string(),
  ways: about(
    'Where it comes about in several ways with other counts, over all of those that are torn alike.',
    v.nullable(
      v.looseObject({
        least: TearingSchema,
        most: TearingSchema,
        worst: about('The schedule of the way with most cuts.', v.string()),
      }),
    ),
  ),
});

const TextsSchema = v.array(PossibleTextSchema);

const BoundSchema = about(
  'What kept something from being looked at.',
  v.nullable(
    allOf<SearchBound>({
      'max-states': true,
      'max-memory': true,
      'max-depth': true,
      preemptions: true,
      store: true,
      random: true,
      interrupted: true,
    }),
  ),
);

const StatesSchema = about('Null of random walks, which keep none.', WholeOrNull);

const AgainstSchema = about(
  'Of census --against: the other strategy. Null: an interrupt came before.',
  v.nullable(
    v.looseObject({
      strategy: v.string(),
      complete: v.boolean(),
      bound: BoundSchema,
      states: StatesSchema,
      onlyHere: v.optional(TextsSchema),
      onlyThere: v.optional(TextsSchema),
      notSeenThere: about(
        'In place of onlyHere, if that is not complete.',
        v.optional(TextsSchema),
      ),
      notSeenHere: about(
        'In place of onlyThere, if this is not complete.',
        v.optional(TextsSchema),
      ),
    }),
  ),
);

export const ExploreSchema = v.pipe(
  v.looseObject({
    schema: v.literal(EXPLORE_SCHEMA),
    ...HEAD,
    states: StatesSchema,
    transitions: about('Of random walks: steps.', Whole),
    depth: about('Transitions to the state that is farthest; steps of the longest walk.', Whole),
    complete: about('Everything that can be reached was looked at.', v.boolean()),
    bound: BoundSchema,
    limits: v.looseObject({
      maxStates: WholeOrNull,
      maxDepth: WholeOrNull,
      preemptions: WholeOrNull,
    }),
    store: v.looseObject({
      kind: v.picklist(['exact', 'hash', 'bitstate']),
      lossBound: about('Chance, at most, that a state was taken for another.', v.number()),
      bytesPerState: Whole,
    }),
    reduce: allOf<Reduction>({ none: true, private: true }),
    sampled: about(
      'Random walks; null of a search.',
      v.nullable(
        v.looseObject({
          walks: Whole,
          bias: v.picklist(['uniform', 'churn']),
          steps: Whole,
          unfinished: about('Walks given up at --max-depth, or by an interrupt.', Whole),
        }),
      ),
    ),
    asked: about('Classes that were looked for; none by census.', v.array(v.string())),
    findings: v.array(v.looseObject({ class: v.string(), what: v.string(), ...COURSE })),
    texts: about('Every text that was seen.', TextsSchema),
    against: v.optional(AgainstSchema),
  }),
  v.title('mapsim search'),
  v.description('What mapsim explore and census print.'),
);

export const ReplaySchema = v.pipe(
  v.looseObject({
    schema: v.literal(REPLAY_SCHEMA),
    ...HEAD,
    fits: v.boolean(),
    misfit: about(
      'Where the schedule stopped fitting.',
      v.nullable(v.looseObject({ step: about('From 1.', Whole), error: v.string() })),
    ),
    ...COURSE,
  }),
  v.title('mapsim replay'),
  v.description('What mapsim replay prints of a schedule.'),
);
