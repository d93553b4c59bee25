/** Searches for tests: a scenario as YAML text, searched to the end. */

import { ownChoice } from '../../src/base/choice.ts';
import type { Strategy } from '../../src/proc/reader.ts';
import { chooseStrategy, Strategies } from '../../src/readers/index.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { Explorer } from '../../src/search/explore.ts';
import { parseQuestion, type Question } from '../../src/search/questions.ts';
import { Search, type SearchRequest, searchWorld } from '../../src/search/search.ts';
import type { SearchOutcome } from '../../src/search/search-outcome.ts';
import { type Reduction, SearchWorld } from '../../src/search/search-world.ts';
import type { PlainResult } from './plain-explorer.ts';
import { aScenario, BUILT_IN } from './run.ts';

export interface SearchSettings extends Partial<Omit<SearchRequest, 'find' | 'strategy'>> {
  readonly find?: string;
}

export function aRequest(strategy: string | null, settings: SearchSettings = {}): SearchRequest {
  const { find, ...rest } = settings;
  return {
    strategy: strategy === null ? null : chooseStrategy(strategy),
    strategies: BUILT_IN,
    find: find === undefined ? null : parseQuestion(find),
    maxStates: 1_000_000,
    maxDepth: null,
    preemptions: null,
    store: 'exact',
    reduce: 'private',
    ...rest,
  };
}

export function aSearch(
  scenario: string | Scenario,
  strategy: string | null,
  settings: SearchSettings = {},
): SearchOutcome {
  const built = typeof scenario === 'string' ? aScenario(scenario) : scenario;
  const search = new Search(built, aRequest(strategy, settings));
  while (!search.advance(100_000));
  return search.outcome();
}

/** A world without time, at its beginning. */
export function aSearchWorld(
  scenario: string | Scenario,
  strategy: string | null,
  { reduce = 'none', questions = [] }: { reduce?: Reduction; questions?: readonly Question[] } = {},
): SearchWorld {
  const built = typeof scenario === 'string' ? aScenario(scenario) : scenario;
  return searchWorld(built, aRequest(strategy), { reduce, questions });
}

/** The graph of states of a world, unless otherwise said every step by itself. */
export function aGraph(
  scenario: string | Scenario,
  strategy: string | null = null,
  { maxStates = 1_000_000, reduce = 'none' }: { maxStates?: number; reduce?: Reduction } = {},
): Explorer {
  const explorer = new Explorer({
    world: aSearchWorld(scenario, strategy, { reduce }),
    limits: {
      maxStates,
      maxDepth: Number.POSITIVE_INFINITY,
      preemptions: Number.POSITIVE_INFINITY,
    },
    store: 'exact',
    keepEdges: true,
    onEvent: () => false,
  });
  while (!explorer.advance(100_000));
  return explorer;
}

/** How many schedules lead from the start of an acyclic graph to an end. */
export function schedulesOf({ edges, store }: Explorer): number {
  const ways = new Map<number, number>();
  const from = (state: number): number => {
    const known = ways.get(state);
    if (known !== undefined) return known;
    let sum = 0;
    let ends = true;
    for (let edge = edges.startOf(state); edge < edges.startOf(state + 1); edge++) {
      ends = false;
      sum += from(edges.to(edge));
    }
    ways.set(state, ends ? 1 : sum);
    return ends ? 1 : sum;
  };
  if (store.count > 1000) throw new Error('too many states for this way of counting');
  return from(0);
}

/** What a search has seen, in the words of plain-explorer.ts. */
export function exploredBySearch(
  scenario: Scenario,
  strategy: string | null,
  {
    reduce,
    statesMax,
    own,
    checkAll = false,
  }: {
    readonly reduce: 'none' | 'private';
    readonly statesMax: number;
    /** In place of a strategy of this name. */
    readonly own?: Strategy;
    /** Check private steps of built-in strategies, too. */
    readonly checkAll?: boolean;
  },
): PlainResult & { readonly privateChecks: number } {
  const request =
    own === undefined || strategy === null
      ? aRequest(strategy)
      : {
          ...aRequest(null),
          strategy: ownChoice(strategy),
          strategies: new Strategies(new Map([[strategy, own]])),
        };
  const texts = new Set<string>();
  const faults = new Set<string>();
  let deadlocks = 0;
  const explorer = new Explorer({
    world: new SearchWorld(scenario, { ...request, reduce, failuresMax: 1, checkAll }),
    limits: {
      maxStates: statesMax,
      maxDepth: Number.POSITIVE_INFINITY,
      preemptions: Number.POSITIVE_INFINITY,
    },
    store: 'exact',
    keepEdges: false,
    onEvent: (event) => {
      if (event.kind === 'deadlock') deadlocks++;
      if (event.kind === 'fault') faults.add(`${event.fault.kind}: ${event.fault.message}`);
      if (event.kind === 'text') {
        const { readerName, lines, verdict } = event.text;
        texts.add(`${readerName} ${lines.join()} ${verdict.torn ? 'torn' : 'intact'}`);
      }
      return false;
    },
  });
  while (!explorer.advance(100_000));
  return {
    states: explorer.store.count,
    transitions: explorer.transitions,
    deadlocks,
    texts: [...texts].sort(),
    faults: [...faults].sort(),
    complete: explorer.complete,
    privateChecks: explorer.world.privateCheck.count,
  };
}
