/** Checks of a request against its scenario, all made before anything is simulated. */
import { dirname, resolve } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { Strategy } from '../../proc/strategy.ts';
import { type FailOn, parseFailOn } from '../../report/fail-on.ts';
import { checkStrategies } from '../../report/verdict.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { canonicalStrategy } from '../load.ts';
import type { PassChoice } from '../options.ts';
import { loadOwnStrategies } from '../own-strategies.ts';

/** What the readers of a run use. */
export interface Strategies {
  /** Canonical, or a path, in place of every reader's own. */
  readonly instead: string | null;
  /** Those of the user's own files, by path as written. */
  readonly own: ReadonlyMap<string, Strategy>;
  /** That their paths are relative to. */
  readonly directory: string;
}

/** @param scenarioPath as the user wrote it; paths in the scenario are relative to its directory */
export async function loadStrategies(
  given: string | undefined,
  { scenario, scenarioPath, cwd }: { scenario: Scenario; scenarioPath: string; cwd: string },
): Promise<Strategies> {
  const instead = given === undefined ? null : canonicalStrategy(given);
  if (instead !== null) {
    return { instead, own: await loadOwnStrategies([instead], cwd), directory: cwd };
  }
  const directory = scenarioPath === '-' ? cwd : resolve(cwd, dirname(scenarioPath));
  const texts = scenario.readers.map((reader) => reader.strategy);
  return { instead, own: await loadOwnStrategies(texts, directory), directory };
}

/**
 * The scenario's expressions, then those of the command line, all of them about strategies that
 * take part.
 */
export function parseExpressions(
  given: readonly string[],
  scenario: Scenario,
  { instead, own }: Omit<Strategies, 'directory'>,
): readonly FailOn[] {
  const nameOf = (text: string) => own.get(text)?.name ?? text;
  const taking = scenario.readers.map((reader) => nameOf(instead ?? reader.strategy));
  const canonical = (text: string) => {
    const name = nameOf(text);
    return taking.includes(name) ? name : canonicalStrategy(text);
  };
  const parse = (where: string) => (expression: string) => {
    try {
      const failOn = parseFailOn(expression, canonical);
      checkStrategies([failOn], taking);
      return failOn;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(`${where} ${error.message}`, error.exitCode);
    }
  };
  return [
    ...scenario.failOn.map(parse(`${scenario.name}: failOn`)),
    ...given.map(parse('--fail-on')),
  ];
}

/** Whether there is such a reader and such a pass of it. */
export function checkPass(
  scenario: Scenario,
  readerName: string | undefined,
  pass: PassChoice,
): void {
  const { readers } = scenario;
  const names = readers.map((reader) => reader.name);
  const reader = readerName === undefined ? readers[0] : readers.find((r) => r.name === readerName);
  if (reader === undefined) {
    if (readerName === undefined) return; // no readers at all: there is nothing to show
    const first = names.find((name) => name === `${readerName}/0`);
    const meant = first ?? nearest(readerName, names);
    const known = names.length === 0 ? 'there is none' : `there is ${list(names)}`;
    const hint = meant === null ? known : `did you mean "${meant}"?`;
    throw new UserError(`--reader: no reader "${readerName}"; ${hint}`);
  }
  if (typeof pass === 'number' && pass >= reader.passes) {
    const range = reader.passes === 1 ? 'one pass, 0' : `passes 0 to ${reader.passes - 1}`;
    throw new UserError(`--pass: reader "${reader.name}" makes ${range}; there is no ${pass}`);
  }
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
