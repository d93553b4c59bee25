/**
 * The search of a command: it takes the question and the limits, and returns the findings, each
 * shrunk and replayed. It runs in slices, so that the command can show progress and react to
 * interrupts.
 */

import type { Choice } from '../base/choice.ts';
import { mostOf } from '../base/extremes.ts';
import type { Strategies } from '../readers/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { Collector } from './collect.ts';
import { findCycle } from './cycles.ts';
import { Explorer } from './explore.ts';
import { ALL_QUESTIONS, failuresNeeded, type Question } from './questions.ts';
import type { SearchBound, SearchOutcome } from './search-outcome.ts';
import { type Reduction, SearchWorld } from './search-world.ts';
import type { StoreKind } from './state-store.ts';
import type { Event } from './transitions.ts';

export interface SearchRequest {
  /** In place of every reader's own. */
  readonly strategy: Choice | null;
  readonly strategies: Strategies;
  /** Null: everything that can be asked, and every text. */
  readonly find: Question | null;
  /** With `find: null`: texts alone matter. */
  readonly onlyTexts?: boolean;
  /** The schedules of texts are shrunk, as those of findings always are. */
  readonly shrinkTexts?: boolean;
  readonly maxStates: number;
  /** Transitions; null: no limit. */
  readonly maxDepth: number | null;
  /** Switches away from a task that could have gone on, tried from 0 up; null: any number. */
  readonly preemptions: number | null;
  readonly store: StoreKind;
  readonly reduce: Reduction;
}

/** How far a search has come. */
export interface SearchProgress {
  readonly states: number;
  readonly depth: number;
  readonly texts: number;
  readonly preemptions: number | null;
  /** Random walks that have ended. */
  readonly walks: number;
}

/** The questions of a request: the one asked for, or all. */
export function questionsOf({ find, onlyTexts }: SearchRequest): readonly Question[] {
  if (find !== null) return [find];
  return onlyTexts === true ? [] : ALL_QUESTIONS;
}

/** A world without time for searches and replays of this request. */
export function searchWorld(
  scenario: Scenario,
  request: Pick<SearchRequest, 'strategy' | 'strategies'>,
  { reduce, questions }: { readonly reduce: Reduction; readonly questions: readonly Question[] },
): SearchWorld {
  return new SearchWorld(scenario, {
    strategy: request.strategy,
    strategies: request.strategies,
    reduce,
    failuresMax: Math.max(1, mostOf(questions.map(failuresNeeded))),
  });
}

/** The same for replays: every step by itself, and nothing counted but for these questions. */
export function plainWorld(
  scenario: Scenario,
  request: Pick<SearchRequest, 'strategy' | 'strategies'>,
  questions: readonly Question[] = [],
): SearchWorld {
  return searchWorld(scenario, request, { reduce: 'none', questions });
}

export function headOf(scenario: Scenario, world: SearchWorld) {
  const { readers, writers } = world.world;
  const names = [...new Set(readers.map((reader) => reader.strategy.name))];
  return {
    scenario: { name: scenario.name, sha256: scenario.sha256 },
    strategy: names.length === 0 ? 'none' : names.length === 1 ? names[0]! : 'mixed',
    tasks: [
      ...readers.map(({ name }) => ({ name, kind: 'reader' as const })),
      ...writers.map(({ name }) => ({ name, kind: 'writer' as const })),
    ],
  };
}

export class Search {
  readonly #scenario: Scenario;
  readonly #request: SearchRequest;
  readonly #collector: Collector;
  readonly #world: SearchWorld;
  #explorer: Explorer;
  #round: number;
  #interrupted = false;

  constructor(scenario: Scenario, request: SearchRequest) {
    this.#scenario = scenario;
    this.#request = request;
    this.#collector = new Collector(questionsOf(request), request.find !== null);
    this.#world = this.#freshWorld(request.reduce);
    this.#round = request.preemptions === null ? Number.POSITIVE_INFINITY : 0;
    this.#explorer = this.#explore(this.#world);
  }

  /** Expands at most so many states; true when there is nothing left to do. */
  advance(states: number): boolean {
    try {
      return this.#explorer.advance(states) && !this.#nextRound();
    } catch (error) {
      // What was found so far is there all the same.
      if (!(error instanceof RangeError) || !/allocation failed/i.test(error.message)) throw error;
      this.outOfMemory();
      return true;
    }
  }

  /** Begins the search that comes after one that has ended: with one more preemption. */
  #nextRound(): boolean {
    const { preemptions } = this.#request;
    const answered = this.#explorer.stopped || this.#explorer.bound !== 'preemptions';
    if (answered || preemptions === null || this.#round >= preemptions) return false;
    this.#round++;
    this.#explorer = this.#explore(this.#freshWorld(this.#request.reduce));
    return true;
  }

  /** That of this round. */
  get explorer(): Explorer {
    return this.#explorer;
  }

  progress(): SearchProgress {
    return {
      states: this.#explorer.store.count,
      depth: this.#explorer.depth,
      texts: this.#collector.textCount,
      preemptions: Number.isFinite(this.#round) ? this.#round : null,
      walks: 0,
    };
  }

  interrupt(): void {
    this.#interrupted = true;
  }

  /** Ends where it stands. */
  outOfMemory(): void {
    this.#explorer.outOfMemory();
  }

  /** Bytes that it may need at once before it can go on. */
  get nextBytes(): number {
    return this.#explorer.nextBytes;
  }

  outcome(): SearchOutcome {
    const { maxStates, maxDepth, preemptions, reduce } = this.#request;
    const { store, transitions, depth, complete } = this.#explorer;
    this.#findCycles();
    const lossBound = store.lossBound;
    const shrinks = this.#request.shrinkTexts === true && !this.#interrupted;
    const plain = (questions?: readonly Question[]) =>
      plainWorld(this.#scenario, this.#request, questions);
    return {
      ...headOf(this.#scenario, this.#world),
      states: store.count,
      transitions,
      depth,
      complete: complete && store.kind === 'exact',
      bound: this.#bound(),
      limits: { maxStates, maxDepth, preemptions },
      store: {
        kind: store.kind,
        lossBound,
        bytesPerState: Math.round(store.plainBytes / store.count),
      },
      reduce,
      privateChecks: this.#explorer.world.privateCheck.count,
      sampled: null,
      asked: this.#collector.questions.map((question) => question.class),
      findings: this.#collector.findings(plain),
      texts: this.#collector.texts(shrinks ? plain : null),
    };
  }

  #bound(): SearchBound | null {
    const { bound, stopped, complete, store } = this.#explorer;
    if (stopped) return null;
    if (bound !== null) return bound;
    if (!complete) return this.#interrupted ? 'interrupted' : null;
    return store.kind === 'exact' ? null : 'store';
  }

  #findCycles(): void {
    const explorer = this.#explorer;
    for (const question of this.#collector.questions) {
      if (question.kind !== 'cycle' || explorer.store.kind !== 'exact') continue;
      if (explorer.bound === 'max-memory') continue; // the graph takes as much again
      const { readers } = this.#world.world;
      const found = findCycle(explorer, question.class, readers.length);
      if (found === null) continue;
      const path = [...found.prefix, ...found.cycle];
      const { name } = readers[found.reader]!;
      this.#collector.takeCycle(
        question,
        () => explorer.scheduleOf(path),
        question.class === 'hang'
          ? `${name} repeats the same steps for ever, and no step of any task ends that`
          : `a writer continues for ever and ${name} gets no record`,
      );
    }
  }

  #explore(world: SearchWorld): Explorer {
    const { maxStates, maxDepth, store } = this.#request;
    const onEvent = (event: Event, at: { state: number; via: number }): boolean => {
      const how = () => {
        const path = explorer.pathTo(at.state);
        return explorer.scheduleOf(at.via < 0 ? path : [...path, at.via]);
      };
      return this.#collector.take(event, how);
    };
    const explorer: Explorer = new Explorer({
      world,
      limits: {
        maxStates,
        maxDepth: maxDepth ?? Number.POSITIVE_INFINITY,
        preemptions: this.#round,
      },
      store,
      keepEdges: this.#collector.questions.some((question) => question.kind === 'cycle'),
      onEvent,
    });
    return explorer;
  }

  #freshWorld(reduce: Reduction): SearchWorld {
    const questions = questionsOf(this.#request);
    return searchWorld(this.#scenario, this.#request, { reduce, questions });
  }
}
