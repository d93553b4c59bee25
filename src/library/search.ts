/** Searches, censuses and replays. */
import { VERSION } from '../base/version.ts';
import { differenceText } from '../report/difference-text.ts';
import { replayText } from '../report/replay-text.ts';
import { NO_PAINT } from '../report/report.ts';
import { replayJson, searchJson } from '../report/search-json.ts';
import { censusText, exploreText, replayWords } from '../report/search-text.ts';
import { carryWriters } from '../search/carry.ts';
import { compareTexts } from '../search/census.ts';
import { parseQuestion } from '../search/questions.ts';
import { RandomWalks } from '../search/random-walk.ts';
import { type Replayed, replaySchedule } from '../search/replay.ts';
import { headOf, plainWorld, Search, type SearchRequest } from '../search/search.ts';
import type { Course, PossibleText, SearchOutcome } from '../search/search-outcome.ts';
import type { SearchWorld } from '../search/search-world.ts';
import { wholeNumberOf } from './given.ts';
import {
  checkLimits,
  checkQuestion,
  checkWorld,
  limitsOf,
  type SearchLimits,
  walkRequest,
} from './limits.ts';
import { scheduleIn, scheduleOf } from './saved-schedule.ts';
import type { LoadedScenario } from './scenario.ts';
import { chosen, type StrategyArgument } from './strategies.ts';

export type SearchFormat = 'text' | 'json';

export interface ExploreOptions extends SearchLimits {
  /** Replaces the strategy of every reader. */
  readonly strategy?: StrategyArgument;
  /**
   * A class such as `falseGaps`, or an expression such as `attempts>4`. Without `find`, the search
   * looks for every class and lists every text.
   */
  readonly find?: string;
}

export interface Explored {
  /**
   * `findings` has a schedule for each possible class; if `complete`, the others are impossible.
   */
  readonly outcome: SearchOutcome;
  /** What `mapsim explore` prints on standard output. */
  report(format?: SearchFormat): string;
}

/**
 * Tries every order of steps of a scenario, or with `random` that number of random orders. It
 * returns when the search has ended. Time and memory grow with the number of states; `maxStates`
 * limits both.
 * @throws UserError where an option is wrong
 */
export function explore(scenario: LoadedScenario, options: ExploreOptions = {}): Explored {
  const find = options.find === undefined ? null : parseQuestion(options.find);
  checkQuestion(find, options);
  const outcome = searched(scenario, options, { find });
  const view = viewOf(scenario, options.strategy);
  const report = (format: SearchFormat = 'text'): string =>
    format === 'json' ? searchJson(outcome, VERSION) : exploreText(outcome, view, find !== null);
  return { outcome, report };
}

export interface CensusOptions extends SearchLimits {
  /** Replaces the strategy of every reader. */
  readonly strategy?: StrategyArgument;
  /** Another strategy: the result then lists the texts that only one of the two prints. */
  readonly against?: StrategyArgument;
}

export interface Census {
  /** `texts` has every text that can be printed. */
  readonly outcome: SearchOutcome;
  /** The census of `against`; null without it. */
  readonly against: SearchOutcome | null;
  /** Texts that only one of the strategies prints; empty without `against`. */
  readonly onlyHere: readonly PossibleText[];
  readonly onlyThere: readonly PossibleText[];
  /** What `mapsim census` prints on standard output. */
  report(format?: SearchFormat): string;
}

/**
 * Lists every text that a scenario can print, each with a schedule that prints it.
 * @throws UserError where an option is wrong
 */
export function census(scenario: LoadedScenario, options: CensusOptions = {}): Census {
  const how = { find: null, onlyTexts: true, shrinkTexts: true };
  const outcome = searched(scenario, options, how);
  const other = { ...options, strategy: options.against };
  const against = options.against === undefined ? null : searched(scenario, other, how);
  const only = against === null ? { onlyHere: [], onlyThere: [] } : compareTexts(outcome, against);
  const view = viewOf(scenario, options.strategy);
  const report = (format: SearchFormat = 'text'): string => {
    if (against === null) {
      return format === 'json' ? searchJson(outcome, VERSION) : censusText(outcome, view);
    }
    if (format === 'json') return searchJson(outcome, VERSION, { ...against, ...only });
    const there = { outcome: against, view: viewOf(scenario, options.against) };
    return differenceText([{ outcome, view }, there], only);
  };
  return { outcome, against, ...only, report };
}

export interface ReplayOptions {
  /** The schedule as text (`1:0x12.1.0`). Default: the `x-schedule` of the scenario. */
  readonly schedule?: string;
  /** Replaces the strategy of every reader. */
  readonly strategy?: StrategyArgument;
  /** Another strategy for the readers; the steps of the writers stay the same. */
  readonly carryTo?: StrategyArgument;
}

export interface ReplayResult {
  readonly course: Course;
  /** The step at which the schedule stopped fitting (`step` counts from 1), or null. */
  readonly misfit: { readonly step: number; readonly error: string } | null;
  /** What `mapsim replay` prints on standard output. */
  report(format?: SearchFormat): string;
}

/**
 * Follows a schedule step by step. A schedule that does not fit is not an error: see `misfit`.
 * @throws UserError if an option is wrong or there is no schedule
 */
export function replay(scenario: LoadedScenario, options: ReplayOptions = {}): ReplayResult {
  const { data, path } = scenario;
  checkWorld(data);
  const { schedule, names } =
    options.schedule === undefined
      ? scheduleIn(scenario.raw(), path, '; give one')
      : { schedule: scheduleOf(options.schedule.trim(), 'schedule'), names: null };
  const fresh = (strategy: StrategyArgument | undefined): SearchWorld =>
    plainWorld(data, chosen(strategy));
  const first = fresh(options.strategy);
  const replayed = replaySchedule(first, schedule, names);
  if (options.carryTo === undefined || replayed.misfit !== null)
    return told(scenario, first, replayed);
  const carried = carryWriters(fresh(options.strategy), schedule, fresh(options.carryTo));
  const last = fresh(options.carryTo);
  return told(scenario, last, replaySchedule(last, carried));
}

function told({ data }: LoadedScenario, world: SearchWorld, replayed: Replayed): ReplayResult {
  const head = headOf(data, world);
  const { course, misfit } = replayed;
  const report = (format: SearchFormat = 'text'): string =>
    format === 'json'
      ? replayJson(head, replayed, VERSION)
      : replayText(head.tasks, replayed, { paint: NO_PAINT, columns: 80 });
  return { course, misfit, report };
}

type Asked = Pick<SearchRequest, 'find' | 'onlyTexts' | 'shrinkTexts'>;

function searched(
  { data }: LoadedScenario,
  options: SearchLimits & { readonly strategy?: StrategyArgument | undefined },
  asked: Asked,
): SearchOutcome {
  for (const key of ['maxStates', 'maxDepth', 'random'] as const) {
    if (options[key] !== undefined) wholeNumberOf(key, options[key], 1);
  }
  if (options.preemptions !== undefined) wholeNumberOf('preemptions', options.preemptions, 0);
  checkLimits(options);
  checkWorld(data);
  const request: SearchRequest = { ...limitsOf(options), ...chosen(options.strategy), ...asked };
  const { random } = options;
  const search =
    random === undefined
      ? new Search(data, request)
      : new RandomWalks(data, walkRequest(data, request, { ...options, random }));
  while (!search.advance(Number.MAX_SAFE_INTEGER)) {}
  return search.outcome();
}

function viewOf({ path }: LoadedScenario, strategy: StrategyArgument | undefined) {
  const { strategy: choice } = chosen(strategy);
  const text = typeof strategy === 'string' ? strategy : choice?.text;
  return {
    paint: NO_PAINT,
    columns: 80,
    commandColumns: Number.POSITIVE_INFINITY,
    replayWords: replayWords(path, text, false),
  };
}
