/** Strategies for the library: names of the command line, or functions that receive the kit. */
import { type Choice, isOwnFile, ownChoice, splitChoices } from '../base/choice.ts';
import { UserError } from '../base/errors.ts';
import type { Strategy } from '../proc/reader.ts';
import { chooseStrategy, Strategies } from '../readers/index.ts';
import { STRATEGY_KIT, type StrategyFile } from '../readers/kit.ts';
import type { ChosenStrategies } from './checks.ts';
import { contractFault } from './contract.ts';

/**
 * A reader strategy: NAME[:key=value[,key=value…]] as `mapsim strategies` lists it, or the default
 * export of a strategy file.
 */
export type StrategyArgument = string | StrategyFile;

/** The choices in order, and the strategies that they name. */
interface StrategyChoices {
  readonly choices: readonly Choice[];
  readonly strategies: Strategies;
}

/** @throws UserError if a name is unknown, or if a function breaks the contract of strategies */
export function chosen(given: StrategyArgument | undefined): ChosenStrategies {
  if (given === undefined) return { strategy: null, strategies: new Strategies() };
  const { choices, strategies } = choicesOf([given]);
  return { strategy: choices[0]!, strategies };
}

export function choicesOf(given: readonly StrategyArgument[]): StrategyChoices {
  const own = new Map<string, Strategy>();
  const choices = given.map((one) => {
    if (typeof one === 'string') return named(one);
    const made = strategyOf(one);
    const text = `./${made.name}.mjs`; // as on the command line
    own.set(text, made);
    return ownChoice(text);
  });
  return { choices, strategies: new Strategies(own) };
}

function named(text: string): Choice {
  const several = splitChoices(text).length;
  if (several > 1) throw new UserError(`strategy: takes one strategy, not ${several}`);
  if (isOwnFile(text)) {
    throw new UserError(`strategy ${text}: the library reads no files; pass the function itself`);
  }
  return chooseStrategy(text);
}

function strategyOf(file: StrategyFile): Strategy {
  const made = file(STRATEGY_KIT);
  const fault = contractFault(made);
  if (fault !== null) throw new UserError(`strategy: ${fault}`);
  return made;
}
