/** Checks of a request against its scenario, made before anything is simulated. */

import { type Choice, splitChoices } from '../base/choice.ts';
import { UserError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { sortOfExpression } from '../base/requiring.ts';
import { chooseStrategy, type Strategies } from '../readers/index.ts';
import { type FailOn, parseFailOn } from '../report/fail-on.ts';
import { checkStrategies } from '../report/verdict.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** Selects the texts of a run: of the pass with this number, of the first torn pass, or of all. */
export type PassChoice = number | 'torn' | 'all';

/** The strategies of the readers of a run. */
export interface ChosenStrategies {
  /** Replaces the strategy of every reader, if not null. */
  readonly strategy: Choice | null;
  readonly strategies: Strategies;
}

/** The strategy of an option that takes exactly one; null if the option is not given. */
export function oneStrategy(option: string, text: string | undefined): Choice | null {
  if (text === undefined) return null;
  const several = splitChoices(text).length;
  if (several > 1) throw new UserError(`${option}: takes one strategy, not ${several}`);
  return chooseStrategy(text);
}

export const EXPRESSION_KEYS = ['failOn', 'require'] as const;
export const EXPRESSION_FLAGS = ['--fail-on', '--require'] as const;

/**
 * Parses the expressions of the scenario, then those of the command line. All must be about
 * strategies of the run.
 */
export function parseExpressions(
  given: readonly string[],
  scenario: Scenario,
  { strategy, strategies }: ChosenStrategies,
): readonly FailOn[] {
  const taking = scenario.readers.map((reader) => strategies.of(strategy ?? reader.strategy).name);
  const canonical = (text: string) => strategyNamed(text, taking, strategies);
  const parse = (where: (expression: string) => string) => (expression: string) => {
    try {
      const failOn = parseFailOn(expression, canonical);
      checkStrategies([failOn], taking);
      return failOn;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(`${where(expression)} ${error.message}`, error.exitCode);
    }
  };
  return [
    ...scenario.failOn.map(
      parse((own) => `${scenario.name}: ${sortOfExpression(own, EXPRESSION_KEYS)}`),
    ),
    ...given.map(parse((one) => sortOfExpression(one, EXPRESSION_FLAGS))),
  ];
}

/** The name in results of the strategy of an expression. @param names the strategies of the run */
export function strategyNamed(
  text: string,
  names: readonly string[],
  { own }: Pick<Strategies, 'own'>,
): string {
  const name = own.get(text)?.name ?? text;
  return names.includes(name) ? name : chooseStrategy(text).text;
}

/** Checks that the reader and its pass exist. */
export function checkPass(
  scenario: Scenario,
  readerName: string | undefined,
  pass: PassChoice,
): void {
  const { readers } = scenario;
  const names = readers.map((reader) => reader.name);
  const reader = readerName === undefined ? readers[0] : readers.find((r) => r.name === readerName);
  if (reader === undefined) {
    if (readerName === undefined) return; // without readers there is nothing to show
    const first = names.find((name) => name === `${readerName}/0`);
    const meant = first ?? nearest(readerName, names);
    const known = names.length === 0 ? 'the scenario has none' : `known: ${list(names)}`;
    const hint = meant === null ? known : `did you mean "${meant}"?`;
    throw new UserError(`--reader: no reader "${readerName}"; ${hint}`);
  }
  if (typeof pass === 'number' && pass >= reader.passes) {
    const range = reader.passes === 1 ? 'one pass, 0' : `passes 0 to ${reader.passes - 1}`;
    throw new UserError(`--pass: reader "${reader.name}" makes ${range}; there is no pass ${pass}`);
  }
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
