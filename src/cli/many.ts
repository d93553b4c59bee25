/**
 * The common parts of commands that make many runs: strategies, limits, and the report of a crash.
 */
import { type Choice, splitChoices } from '../base/choice.ts';
import { UserError } from '../base/errors.ts';
import { chooseStrategy, type Strategies } from '../readers/index.ts';
import { UnitCrash } from './batch-unit.ts';
import type { BugContext } from './bug.ts';
import { loadStrategies, type OwnFiles, ownFiles } from './own-strategies.ts';

export interface StrategyList {
  readonly choices: readonly Choice[];
  /** What results call them. */
  readonly names: readonly string[];
  readonly strategies: Strategies;
  readonly own: OwnFiles;
}

/** @param directory that paths are relative to, absolute */
export async function listStrategies(
  given: readonly string[],
  directory: string,
): Promise<StrategyList> {
  const choices = given.flatMap(splitChoices).map(chooseStrategy);
  const own = ownFiles(choices, directory);
  const strategies = await loadStrategies(own);
  const names = choices.map((choice) => strategies.of(choice).name);
  const twice = names.findIndex((name, i) => names.indexOf(name) < i);
  if (twice >= 0) throw new UserError(`--strategies: "${names[twice]}" is given twice`);
  return { choices, names, strategies, own };
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
