/** `mapsim scenarios`: lists, prints or copies the shipped scenarios. */
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isOwnFile } from '../../base/choice.ts';
import { EXIT, UserError } from '../../base/errors.ts';
import { movePaths } from '../../scenario/edit/paths.ts';
import type { CommandContext } from '../command.ts';
import { writeWhole, writing } from '../files.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { packageFile } from '../package-files.ts';
import { rawScenario } from '../save-finding.ts';
import { type Shipped, shippedScenario, shippedScenarios } from '../shipped.ts';

const SCENARIOS_SCHEMA = 'mapsim/scenarios@1';

export async function scenarios(
  name: string | undefined,
  options: OptionsOf<'scenarios'>,
  context: CommandContext,
): Promise<number> {
  if (name === undefined) {
    if (options.output !== undefined)
      throw new UserError('-o: give the name of the scenario to copy');
    return list(options, context);
  }
  const shipped = shippedScenario(name.replace(/^@/, ''));
  if (options.output !== undefined) return copy(shipped, options.output, context);
  return print(shipped, context);
}

async function list({ format }: OptionsOf<'scenarios'>, { io }: CommandContext): Promise<number> {
  const rows = await Promise.all(shippedScenarios().map(describe));
  const stdout = new Output(io.stdout, 'standard output');
  if (format === 'json') {
    const document = { schema: SCENARIOS_SCHEMA, scenarios: rows };
    await stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    for (const { name, writers, about } of rows) {
      const kinds = writers.length === 0 ? 'no writer' : writers.join(', ');
      await stdout.write(`@${name} (${kinds})\n${about.replace(/(.{1,76})(?: +|$)/g, '    $1\n')}`);
    }
    await stdout.write('\nmapsim run @NAME runs one, mapsim scenarios NAME -o DIR copies one.\n');
  }
  await stdout.flush();
  return EXIT.done;
}

type Keyed = Readonly<Record<string, unknown>>;

async function describe({ name, path }: Shipped) {
  const scenario = await rawScenario(path, readFileSync(path));
  const writers = (scenario.writers ?? []) as readonly Keyed[];
  const kinds = new Set(writers.map(kindOf));
  const about = typeof scenario.about === 'string' ? scenario.about : '';
  return { name, about, writers: [...kinds] };
}

/** The churn by its name, or what else makes the writer go. */
function kindOf({ churn, trace }: Keyed): string {
  if (typeof churn === 'string') return churn;
  return trace === undefined ? 'program' : 'trace';
}

/**
 * Prints the scenario with the maps texts that it names as lines of its own. A trace, and a text
 * whose lines get a tag, cannot be written that way: such a scenario is refused.
 */
async function print({ name, path }: Shipped, { io }: CommandContext): Promise<number> {
  const text = inlined(path);
  const files = await filesOf(path, Buffer.from(text));
  if (files.length > 0) {
    throw new UserError(
      `@${name} needs files beside it (${files.join(', ')}); mapsim scenarios ${name} -o DIR ` +
        'copies them too',
    );
  }
  const stdout = new Output(io.stdout, 'standard output');
  await stdout.write(text.replace(/^.*\$schema.*\n/m, ''));
  await stdout.flush();
  return EXIT.done;
}

/** An item of `vmas` that is a file alone. */
const FILE_ALONE = /^( *- )\{ from: ([^\s,}]+) \}\n/gm;

/** The text of a scenario, with files of maps text as lines in their place. */
function inlined(path: string): string {
  return readFileSync(path, 'utf8').replace(FILE_ALONE, (_item, begin: string, file: string) => {
    const lines = readFileSync(join(dirname(path), file), 'utf8')
      .trimEnd()
      .split('\n');
    return lines.map((line) => `${begin}${JSON.stringify(line)}\n`).join('');
  });
}

/** Editors find the JSON Schema by a comment, or a key, with its path. */
const SCHEMA_FOLDER = /(?:\.\.\/)+schema\//;
const SCHEMA_FILE = 'scenario.v1.schema.json';

async function copy(shipped: Shipped, directory: string, context: CommandContext): Promise<number> {
  const { path } = shipped;
  const { cwd } = context.io;
  const text = readFileSync(path, 'utf8');
  const withSchema = text.replace(SCHEMA_FOLDER, '');
  const copies: [string, Uint8Array][] = [[basename(path), Buffer.from(withSchema)]];
  if (withSchema !== text) {
    copies.push([SCHEMA_FILE, readFileSync(packageFile(`schema/${SCHEMA_FILE}`))]);
  }
  for (const file of await filesOf(path, readFileSync(path))) {
    copies.push([file, readFileSync(join(dirname(path), file))]);
  }
  for (const [file, bytes] of copies) {
    const target = join(directory, file);
    writing(directory, () => mkdirSync(dirname(resolve(cwd, target)), { recursive: true }));
    writeWhole(target, bytes, cwd);
    context.messages.note(`wrote ${target}`);
  }
  return EXIT.done;
}

/** What the scenario names, relative to itself. */
async function filesOf(path: string, bytes: Uint8Array): Promise<string[]> {
  const files = new Set<string>();
  const noted = (file: string): string => {
    files.add(file);
    return file;
  };
  movePaths(await rawScenario(path, bytes), noted, isOwnFile);
  return [...files];
}
