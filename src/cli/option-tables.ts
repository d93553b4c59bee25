/** The options of each command, and the types of their values, which are inferred from them. */
import type { InferOptions, Option } from '@commander-js/extra-typings';
import { CALIBRATE_OPTIONS, MEASURE_OPTIONS } from './measure-options.ts';
import {
  allowCode,
  duration,
  INIT_OPTIONS,
  listFormat,
  maxEvents,
  quiet,
  RUN_OPTIONS,
  SCENARIOS_OPTIONS,
  seed,
  strategy,
  VALIDATE_MODEL_OPTIONS,
} from './options.ts';
import { COMPARE_OPTIONS, MERGE_OPTIONS, SWEEP_OPTIONS } from './options-many.ts';
import { PLAYGROUND_OPTIONS, REPORT_OPTIONS, TIMELINE_OPTIONS } from './options-pictures.ts';
import { CAPTURE_OPTIONS, CHECK_OPTIONS, IMPORT_OPTIONS } from './options-real-input.ts';
import { CENSUS_OPTIONS, EXPLORE_OPTIONS, REPLAY_OPTIONS } from './search-options.ts';

export const OPTION_TABLES = {
  run: RUN_OPTIONS,
  compare: COMPARE_OPTIONS,
  sweep: SWEEP_OPTIONS,
  merge: MERGE_OPTIONS,
  explore: EXPLORE_OPTIONS,
  replay: REPLAY_OPTIONS,
  census: CENSUS_OPTIONS,
  report: REPORT_OPTIONS,
  playground: PLAYGROUND_OPTIONS,
  step: [strategy, seed, allowCode, quiet],
  timeline: TIMELINE_OPTIONS,
  import: IMPORT_OPTIONS,
  capture: CAPTURE_OPTIONS,
  check: CHECK_OPTIONS,
  measure: MEASURE_OPTIONS,
  calibrate: CALIBRATE_OPTIONS,
  validate: [allowCode, quiet],
  'validate-model': VALIDATE_MODEL_OPTIONS,
  schema: [],
  strategies: [listFormat],
  scenarios: SCENARIOS_OPTIONS,
  init: INIT_OPTIONS,
  completion: [],
  final: [seed, duration, allowCode, maxEvents, quiet],
} as const;

/** What a command gets when the command line has been read. */
export type OptionsOf<Name extends keyof typeof OPTION_TABLES> = Values<
  (typeof OPTION_TABLES)[Name]
>;

type Values<Table, Before = object> = Table extends readonly [
  Option<infer Flags, infer Preset, infer Default, infer Parsed, infer IsMandatory, infer Choice>,
  ...infer Rest,
]
  ? Values<Rest, InferOptions<Before, Flags, Default, Parsed, IsMandatory, Preset, Choice>>
  : Readonly<Before>;
