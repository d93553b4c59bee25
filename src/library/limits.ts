/** Bounds of searches, as options of commands and of the library give them. */
import { UserError } from '../base/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Question } from '../search/questions.ts';
import type { WalkRequest } from '../search/random-walk.ts';
import type { SearchRequest } from '../search/search.ts';
import type { Bias } from '../search/walker.ts';
import { DEFAULT_MAX_STATES } from './defaults.ts';

export interface SearchLimits {
  /** The search stops after so many states; 5e6 if not given. */
  readonly maxStates?: number;
  /** Schedules of at most so many transitions; any number if not given. */
  readonly maxDepth?: number;
  /**
   * At most so many switches away from a task that could go on, tried from 0 up; any number if not
   * given.
   */
  readonly preemptions?: number;
  /**
   * How states are kept: `exact` (if not given), `hash` (64 bits each) or `bitstate` (3 bits each).
   * The latter two may take two states for one, and then prove nothing.
   */
  readonly store?: SearchRequest['store'];
  /** `private` (if not given): steps that touch nothing shared are taken with the step before. */
  readonly reduce?: SearchRequest['reduce'];
  /** So many random walks instead of a search. */
  readonly random?: number;
  /** Of random walks: `uniform` (if not given), or `churn`: writers move when a reader checks. */
  readonly bias?: Bias;
  /** Of random walks: the scenario's if not given. */
  readonly seed?: string;
}

/** Readers are bits in what is kept of a transition. */
const READERS_MAX = 30;

/** Options that would be ignored are refused. */
export function checkLimits(options: SearchLimits): void {
  if (options.random === undefined) {
    if (options.bias !== undefined) throw new UserError('--bias belongs to --random');
    if (options.seed !== undefined) {
      throw new UserError('--seed belongs to --random: a search tries every choice');
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
  if (given) throw new UserError(`${name} means nothing with --random, which keeps no states`);
}

export function checkWorld(scenario: Scenario): void {
  const tasks = scenario.readers.length + scenario.writers.length;
  if (tasks === 0) throw new UserError(`${scenario.name}: there is neither a reader nor a writer`);
  if (scenario.readers.length > READERS_MAX) {
    throw new UserError(`${scenario.name}: a search takes at most ${READERS_MAX} readers`);
  }
}

/** Whether these bounds leave the question an answer. */
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
