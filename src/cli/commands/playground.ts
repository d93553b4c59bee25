/** `mapsim playground`: writes the page that was built with this program, with a scenario in it. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { EXIT, UserError } from '../../base/errors.ts';
import { latin1Of } from '../../base/latin1.ts';
import { dirname, isAbsolute, joinPaths } from '../../base/posix-path.ts';
import { withScenario } from '../../playground/start-data.ts';
import { movePaths } from '../../scenario/edit/paths.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { CommandContext } from '../command.ts';
import { checkWritable, readInput, reading, unzipped, writeWhole } from '../files.ts';
import { load } from '../load.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { packageFile } from '../package-files.ts';
import { rawScenario } from '../save-finding.ts';
import { scenarioFile } from '../shipped.ts';

const PAGE = 'dist/playground.html';
/** Held against the reader's own where a scenario has one strategy. */
const BESIDE = 'mmap-lock';

export async function playground(
  { scenario, output = '-' }: OptionsOf<'playground'>,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  if (output !== '-') checkWritable(output, io.cwd);
  let page = reading(PAGE, () => readFileSync(packageFile(PAGE), 'utf8'));
  if (scenario !== undefined) {
    const loaded = await load(scenario, context);
    if (!loaded.ok) return loaded.exitCode;
    page = await pageWith(page, scenario, loaded, context);
  }
  if (output !== '-') {
    writeWhole(output, Buffer.from(page), io.cwd);
    return EXIT.done;
  }
  const stdout = new Output(io.stdout, 'standard output');
  await stdout.write(page);
  await stdout.flush();
  return EXIT.done;
}

async function pageWith(
  page: string,
  name: string,
  { scenario, bytes }: { readonly scenario: Scenario; readonly bytes: Uint8Array },
  { io }: CommandContext,
): Promise<string> {
  if (scenario.writers.some(({ source }) => source.kind === 'trace')) {
    throw new UserError(
      `${name}: a page cannot contain traces; run the scenario on the command line`,
    );
  }
  const path = name.startsWith('@') ? basename(scenarioFile(name)) : name;
  const given = name === '-' ? 'scenario.yaml' : path;
  const files: Record<string, string> = {};
  const folder = dirname(scenarioFile(name));
  const read = (file: string): string => latin1Of(unzipped(readInput(file, io.cwd), file));
  const tree = await rawScenario(given, bytes);
  movePaths(
    tree,
    (file) => {
      files[joinPaths(dirname(given), file)] = read(joinPaths(folder, file));
      return file;
    },
    () => false,
  );
  const absolute = (tree.vmas as readonly { readonly from?: unknown }[] | undefined) ?? [];
  for (const { from } of absolute) {
    if (typeof from === 'string' && isAbsolute(from)) files[from] = read(from);
  }
  const text = new TextDecoder().decode(bytes);
  const own = [...new Set(scenario.readers.map(({ strategy }) => strategy.text))];
  const beside = own.includes(BESIDE) ? [] : [BESIDE];
  const strategies = own.length === 1 ? [...own, ...beside].join(',') : '';
  return withScenario(page, { name, given: { path: given, text, files } }, strategies);
}
