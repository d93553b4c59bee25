/**
 * Reduces a world to the parts that a finding needs: each part is left out in turn, and the rest is
 * searched again for the finding. A smaller world has fewer states, so each search needs at most as
 * many states as the first search.
 */
import { dirname, resolve } from 'node:path';
import { stringify } from 'yaml';
import type { Tree } from '../scenario/edit/omissions.ts';
import { type Smallest, smallest } from '../scenario/edit/smallest.ts';
import { findMapsText } from '../scenario/load/found-text.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Question } from '../search/questions.ts';
import type { SearchRequest } from '../search/search.ts';
import type { SearchOutcome } from '../search/search-outcome.ts';
import { readInput, unzipped } from './files.ts';
import { scenarioIn } from './load.ts';
import { type Means, searchOutcome } from './search-request.ts';
import { scenarioFile } from './shipped.ts';

/** So many times the states of the search that found it, in all, and a few more for small ones. */
const SEARCHES_MAX = 20;
const STATES_MIN = 100_000;

export interface SmallestWorld extends Smallest<SearchOutcome> {
  /** What else could go was not tried: it would have taken too long, or was interrupted. */
  readonly isCutShort: boolean;
}

/** @param path of the scenario @param outcome of its search, with a finding */
export async function smallestWorld(
  path: string,
  {
    tree,
    scenario,
    outcome,
  }: { readonly tree: Tree; readonly scenario: Scenario; readonly outcome: SearchOutcome },
  request: SearchRequest & { readonly find: Question },
  means: Means,
): Promise<SmallestWorld> {
  const { context, interrupt, options } = means;
  const { cwd } = context.io;
  const sampled = options.random !== undefined;
  const maxStates = outcome.states ?? 0;
  let states = Math.max(maxStates * SEARCHES_MAX, STATES_MIN);
  const goOn = (): boolean => states > 0 && interrupt.caught === null;
  const search = async (small: Tree, before: SearchOutcome): Promise<SearchOutcome | null> => {
    const bytes = Buffer.from(stringify(small));
    const scenario = await scenarioIn({ path, bytes }, context);
    if (scenario === null || scenario.readers.length + scenario.writers.length === 0) return null;
    if (sampled) {
      const { findAgain } = await import('../search/find-again.ts');
      return findAgain(scenario, request, before);
    }
    const limited = { ...request, maxStates };
    const found = await searchOutcome(scenario, limited, means);
    states -= found.states!;
    return found.findings.length > 0 ? found : null;
  };
  const linesOf = (file: string): readonly string[] | null =>
    textLines(readInput(resolve(cwd, dirname(scenarioFile(path)), file), cwd), file);
  const whole = withPageSize(tree, scenario.era.pagesPerPage);
  const found = await smallest({ tree: whole, found: outcome }, { has: search, goOn, linesOf });
  return { ...found, isCutShort: !goOn() };
}

/** Fewer lines may no longer tell how large a page is. */
function withPageSize(tree: Tree, pagesPerPage: number): Tree {
  if (pagesPerPage === 1) return tree;
  return {
    ...tree,
    machine: { ...(tree.machine as Tree | undefined), pageSize: `${4 * pagesPerPage}k` },
  };
}

/** Null: they are not to be written in UTF-8. */
function textLines(bytes: Uint8Array, file: string): readonly string[] | null {
  try {
    const { text } = findMapsText(file, unzipped(bytes, file));
    const lines = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(text, 'latin1'));
    return lines.split('\n').filter((line) => /^[0-9a-f]/.test(line));
  } catch {
    return null;
  }
}
