/**
 * argv → command → exit code.
 *
 * Only commander and the options are loaded here. The code of a command is imported when the
 * command is called, so that its help is printed quickly.
 */

import type { InferArguments } from '@commander-js/extra-typings';
import { Command, CommanderError, type Option } from 'commander';
import { EXIT } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { printable } from '../base/printable.ts';
import { VERSION } from '../base/version.ts';
import type { BugContext } from './bug.ts';
import type { CommandContext } from './command.ts';
import { COMMANDS, formatHelp, ROOT_OPTIONS } from './help.ts';
import { type Io, lineWidthOf } from './io.ts';
import { Messages } from './messages.ts';
import { OPTION_TABLES, type OptionsOf } from './option-tables.ts';
import { Output } from './output.ts';

export async function dispatch(argv: readonly string[], io: Io, bug: BugContext): Promise<number> {
  const stdout = new Output(io.stdout, 'standard output');
  if (argv[0] === 'help' && argv[1] === 'terms' && argv.length === 2) {
    const { glossary } = await import('./glossary.ts');
    await stdout.write(glossary(lineWidthOf(io.stdout)));
    await stdout.flush();
    return EXIT.done;
  }
  const said = { out: '', err: '' };
  let exitCode: number = EXIT.done;
  const call: Call = async (load, given) => {
    const [options] = given.slice(-2); // the last is the command
    const messages = new Messages(io, options.quiet === true);
    const context = { io, bug, argv, messages, allowCode: options.allowCode === true };
    exitCode = await (await load())(...given.slice(0, -1), context);
  };
  try {
    const words = withKnownName(asked(argv));
    await program(said, call, words[0]).parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage; // commander's own code for usage is 1
  }
  if (said.err !== '') new Messages(io, false).raw(said.err.split('\n').map(printable).join('\n'));
  await stdout.write(said.out);
  await stdout.flush();
  return exitCode;
}

/** `help NAME` is `NAME --help`; an unknown name goes on alone, to the usual complaint. */
function asked(argv: readonly string[]): readonly string[] {
  const [first, second] = argv;
  if (first === '-v' || first === 'version') return ['--version', ...argv.slice(1)];
  const name = first === 'help' && second !== undefined ? second : first!;
  if (!name.startsWith('-') && name !== 'help' && !Object.hasOwn(COMMANDS, name)) return [name];
  return name === first ? argv : [name, '--help'];
}

const STRATEGY_FLAGS = ['--strategy', '--strategies'] as const;

/** A command that takes one strategy, or a list of them, understands either name of the option. */
function withKnownName(words: readonly string[]): readonly string[] {
  const tables = Object.entries<readonly Option[]>(OPTION_TABLES);
  const options = tables.find(([name]) => name === words[0])?.[1] ?? [];
  const taken = STRATEGY_FLAGS.filter((flag) => options.some(({ long }) => long === flag));
  const [flag] = taken;
  if (flag === undefined || taken.length > 1) return words;
  const end = words.indexOf('--');
  return words.map((word, i) =>
    end >= 0 && i > end ? word : word.replace(/^--strateg(?:y|ies)(?==|$)/, flag),
  );
}

type CommandName = keyof typeof COMMANDS;

/** The values of operands, by their form in the usage: `SCENARIO...`, `[NAME]`. */
type ValuesOf<Operands extends string> = Operands extends ''
  ? []
  : InferArguments<Operands extends `[${string}` ? Operands : `<${Operands}>`>;

/** The code of a command, by what its texts and its table of options say. */
type Code<Name extends CommandName> = (
  ...given: [
    ...ValuesOf<(typeof COMMANDS)[Name]['operands']>,
    options: OptionsOf<Name>,
    context: CommandContext,
  ]
) => Promise<number>;

const CODE: { readonly [Name in CommandName]: () => Promise<Code<Name>> } = {
  run: async () => (await import('./commands/run.ts')).run,
  compare: async () => (await import('./commands/compare.ts')).compare,
  sweep: async () => (await import('./commands/sweep.ts')).sweep,
  merge: async () => (await import('./commands/merge.ts')).merge,
  explore: async () => (await import('./commands/explore.ts')).explore,
  replay: async () => (await import('./commands/replay.ts')).replay,
  census: async () => (await import('./commands/census.ts')).census,
  report: async () => (await import('./commands/report.ts')).report,
  playground: async () => (await import('./commands/playground.ts')).playground,
  step: async () => (await import('./commands/step.ts')).step,
  timeline: async () => (await import('./commands/timeline.ts')).timeline,
  import: async () => (await import('./commands/import.ts')).importMaps,
  capture: async () => (await import('./commands/capture.ts')).capture,
  check: async () => (await import('./commands/check.ts')).check,
  measure: async () => (await import('./commands/measure.ts')).measure,
  calibrate: async () => (await import('./commands/calibrate.ts')).calibrate,
  validate: async () => (await import('./commands/validate.ts')).validate,
  'validate-model': async () => (await import('./commands/validate-model.ts')).validateModelCommand,
  schema: async () => (await import('./commands/schema.ts')).schema,
  strategies: async () => (await import('./commands/strategies.ts')).strategies,
  scenarios: async () => (await import('./commands/scenarios.ts')).scenarios,
  init: async () => (await import('./commands/init.ts')).init,
  completion: async () => {
    const { completion } = await import('./commands/completion.ts');
    return (shell, _options, context) => completion(shell, programTree(), context);
  },
  final: async () => (await import('./commands/final.ts')).final,
};

/** The program as commander sees it, for what is made of its tables: the man page. */
export function programTree(): Command {
  return program({ out: '', err: '' }, async () => {});
}

/** What commander gives an action has no type; it is as `Code` says, since both read the tables. */
type Given = Parameters<Parameters<Command['action']>[0]>;
type Load = () => Promise<(...given: Given) => Promise<number>>;
type Call = (load: Load, given: Given) => Promise<void>;

/** @param called the command that is needed; all are, where it is none */
function program(said: { out: string; err: string }, call: Call, called?: string): Command {
  const root = new Command('mapsim')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void (said.out += text),
      writeErr: (text) => void (said.err += text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .configureHelp({ formatHelp })
    .version(`mapsim ${VERSION}`, ...ROOT_OPTIONS[0])
    .helpOption(...ROOT_OPTIONS[1])
    .helpCommand('help [COMMAND]', 'print the help of a command')
    .showHelpAfterError('(mapsim --help lists the commands)');
  const all = Object.values(COMMANDS);
  const known = all.find(({ name }) => name === called);
  for (const text of known === undefined ? all : [known]) {
    const options: readonly Option[] = OPTION_TABLES[text.name];
    const command = root
      .command(text.name)
      .summary(text.purpose)
      .configureOutput({
        ...root.configureOutput(),
        outputError: (message, write) => write(message + suggestion(message, options)),
      });
    if (text.operands.startsWith('[')) command.argument(text.operands);
    else if (text.operands !== '') command.argument(`<${text.operands}>`);
    for (const option of options) command.addOption(option);
    command.showHelpAfterError(`(mapsim ${text.name} --help says what it takes)`);
    command.action((...given) => call(CODE[text.name], given));
  }
  return root;
}

/** commander compares unknown options with their values still attached: nothing is near. */
function suggestion(message: string, options: readonly Option[]): string {
  const written = /unknown option '(--[^'=]+)=/.exec(message)?.[1];
  if (written === undefined || message.includes('Did you mean')) return '';
  const meant = nearest(
    written,
    options.flatMap(({ long }) => long ?? []),
  );
  return meant === null ? '' : `(Did you mean ${meant}?)\n`;
}
