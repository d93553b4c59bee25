/**
 * What commands that make many runs have in common: strategies, limits, and a crash told in full.
 */
import { UserError } from '../../base/errors.ts';
import type { Strategy } from '../../proc/strategy.ts';
import { splitStrategies } from '../../readers/index.ts';
import { UnitCrash } from '../batch-unit.ts';
import type { BugContext } from '../bug.ts';
import { canonicalStrategy } from '../load.ts';
import { loadOwnStrategies } from '../own-strategies.ts';

export interface StrategyList {
  /** Canonical, or paths. */
  readonly texts: readonly string[];
  /** What results call them. */
  readonly names: readonly string[];
  readonly own: ReadonlyMap<string, Strategy>;
}

/** @param directory that paths are relative to, absolute */
export async function listStrategies(
  given: readonly string[],
  directory: string,
): Promise<StrategyList> {
  const texts = given.flatMap(splitStrategies).map(canonicalStrategy);
  const own = await loadOwnStrategies(texts, directory);
  const names = texts.map((text) => own.get(text)?.name ?? text);
  const twice = names.findIndex((name, i) => names.indexOf(name) < i);
  if (twice >= 0) throw new UserError(`--strategies: "${names[twice]}" comes twice`);
  return { texts, names, own };
}

/** Runs something; of a run that ends in a bug, the report tells how to repeat that run alone. */
export async function withRepeat<T>(
  bug: BugContext,
  repeat: (unit: number) => { readonly seed: string; readonly argv: readonly string[] },
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UnitCrash)) throw error;
    const { seed, argv } = repeat(error.unit);
    bug.seed = seed;
    bug.repeat = argv;
    throw error;
  }
}
