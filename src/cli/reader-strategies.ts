/** The strategies of a command's readers, including strategy files of the user. */

import { dirname, resolve } from 'node:path';
import type { Choice } from '../base/choice.ts';
import { UserError } from '../base/errors.ts';
import type { ChosenStrategies } from '../library/checks.ts';
import { chooseStrategy } from '../readers/index.ts';
import { CODE_HINT, codeRefused } from '../scenario/load/strategy-file.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { CommandContext } from './command.ts';
import { loadStrategies, type OwnFiles, ownFiles } from './own-strategies.ts';
import { scenarioFile } from './shipped.ts';

/** With the files that they come from. */
interface ReaderStrategies extends ChosenStrategies {
  readonly own: OwnFiles;
}

/** @param scenarioPath as the user wrote it; paths in the scenario are relative to its directory */
export async function readerStrategies(
  strategy: Choice | null,
  { scenario, scenarioPath, cwd }: { scenario: Scenario; scenarioPath: string; cwd: string },
): Promise<ReaderStrategies> {
  const beside = scenarioPath === '-' ? cwd : resolve(cwd, dirname(scenarioFile(scenarioPath)));
  const own =
    strategy === null
      ? ownFiles(
          scenario.readers.map((reader) => reader.strategy),
          beside,
        )
      : ownFiles([strategy], cwd);
  return { strategy, own, strategies: await loadStrategies(own) };
}

/**
 * The strategy that a record was made under.
 * @param file the record
 * @returns null: each reader's own
 * @throws UserError if it is a program, and files may run none
 */
export function strategyOfRecord(
  named: string | null,
  file: string,
  { allowCode }: Pick<CommandContext, 'allowCode'>,
): Choice | null {
  const choice = named === null ? null : chooseStrategy(named);
  if (choice?.entry === null && !allowCode) {
    throw new UserError(`${file}: ${codeRefused(choice.text)}; ${CODE_HINT}`);
  }
  return choice;
}
