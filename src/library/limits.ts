/** Bounds of searches: the options that commands and the library have in common. */
import { UserError } from '../base/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Question } from '../search/questions.ts';
import type { WalkRequest } from '../search/random-walk.ts';
import type { SearchRequest } from '../search/search.ts';
import type { Bias } from '../search/walker.ts';
import { DEFAULT_MAX_STATES } from './defaults.ts';

export interface SearchLimits {
  /** The search stops after this number of states. Default: 5e6. */
  readonly maxStates?: number;
  /** Try only schedules of at most this number of transitions. Default: any number. */
  readonly maxDepth?: number;
  /**
   * Try only schedules with at most this number of switches away from a task that could continue,
   * first with 0, then with more. Default: any number.
   */
  readonly preemptions?: number;
  /**
   * How states are stored: `exact` (default), `hash` (64 bits each) or `bitstate` (3 bits each).
   * The latter two may mistake one state for another, so they prove nothing.
   */
  readonly store?: SearchRequest['store'];
  /** `private` (default): steps that touch nothing shared are joined to the step before. */
  readonly reduce?: SearchRequest['reduce'];
  /** Make this number of random walks instead of a search. */
  readonly random?: number;
  /** For random walks: `uniform` (default), or `churn`: writers move when a reader checks. */
  readonly bias?: Bias;
  /** Seed of the random walks. Default: the seed of the scenario. */
  readonly seed?: string;
}

/** A transition stores its readers as bits. */
const READERS_MAX = 30;

/** Refuses options that would be ignored. */
export function checkLimits(options: SearchLimits): void {
  if (options.random === undefined) {
    if (options.bias !== undefined) throw new UserError('--bias needs --random');
    if (options.seed !== undefined) {
      throw new UserError('--seed needs --random: a search tries every choice');
    }
    return;
  }
  const { maxStates, preemptions, store = 'exact', reduce = 'private' } = options;
  refuseWithRandom(maxStates !== undefined, '--max-states');
  refuseWithRandom(preemptions !== undefined, '--preemptions');
  refuseWithRandom(store !== 'exact', '--store');
  refuseWithRandom(reduce !== 'private', '--reduce');
}

export function refuseWithRandom(given: boolean, name: string): void {
  if (given) throw new UserError(`${name} has no effect with --random, which stores no states`);
}

export function checkWorld(scenario: Scenario): void {
  const tasks = scenario.readers.length + scenario.writers.length;
  if (tasks === 0) throw new UserError(`${scenario.name} has neither a reader nor a writer`);
  if (scenario.readers.length > READERS_MAX) {
    throw new UserError(`${scenario.name}: a search allows at most ${READERS_MAX} readers`);
  }
}

/** Refuses bounds with which the question has no answer. */
export function checkQuestion(find: Question | null, options: SearchLimits): void {
  if (find?.kind !== 'cycle') return;
  const needs = (what: string): never => {
    throw new UserError(`--find ${find.class} looks for a cycle of states, which needs ${what}`);
  };
  if (options.random !== undefined) needs('a search, not --random');
  if (options.store !== undefined && options.store !== 'exact') needs('--store=exact');
  if (options.preemptions !== undefined) needs('any number of --preemptions');
}

export function limitsOf(
  options: SearchLimits,
): Omit<SearchRequest, 'strategy' | 'strategies' | 'find'> {
  return {
    maxStates: options.maxStates ?? DEFAULT_MAX_STATES,
    maxDepth: options.maxDepth ?? null,
    preemptions: options.preemptions ?? null,
    store: options.store ?? 'exact',
    reduce: options.reduce ?? 'private',
  };
}

export function walkRequest(
  scenario: Scenario,
  request: SearchRequest,
  { random, bias = 'uniform', seed }: SearchLimits & { readonly random: number },
): WalkRequest {
  return { ...request, walks: random, bias, seed: seed ?? scenario.seed };
}
