/**
 * argv → command → exit code.
 *
 * Only commander and the options are loaded here. The code of a command is imported when the
 * command is called, so that its help is printed quickly.
 */

import { Command, CommanderError, type Option } from 'commander';
import { EXIT } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { printable } from '../base/printable.ts';
import { VERSION } from '../base/version.ts';
import type { BugContext } from './bug.ts';
import type { CommandContext, QuietOptions } from './command.ts';
import type { CalibrateOptions } from './commands/calibrate.ts';
import type { CaptureOptions } from './commands/capture.ts';
import type { CensusOptions } from './commands/census.ts';
import type { CheckOptions } from './commands/check.ts';
import type { FinalOptions } from './commands/final.ts';
import type { ImportOptions } from './commands/import.ts';
import type { InitOptions } from './commands/init.ts';
import type { MeasureOptions } from './commands/measure.ts';
import type { MergeOptions } from './commands/merge.ts';
import type { PlaygroundOptions } from './commands/playground.ts';
import type { ReplayOptions } from './commands/replay.ts';
import type { ReportOptions } from './commands/report.ts';
import type { RunOptions } from './commands/run.ts';
import type { ScenariosOptions } from './commands/scenarios.ts';
import type { StepOptions } from './commands/step.ts';
import type { StrategiesOptions } from './commands/strategies.ts';
import type { SweepOptions } from './commands/sweep.ts';
import type { TimelineOptions } from './commands/timeline.ts';
import type { ValidateModelOptions } from './commands/validate-model.ts';
import type { CompareOptions } from './compare-runs.ts';
import { COMMANDS, type CommandText, formatHelp, ROOT_OPTIONS } from './help.ts';
import { type Io, lineWidthOf } from './io.ts';
import { CALIBRATE_OPTIONS, MEASURE_OPTIONS } from './measure-options.ts';
import { Messages } from './messages.ts';
import {
  allowCode,
  duration,
  INIT_OPTIONS,
  listFormat,
  maxEvents,
  quiet,
  RUN_OPTIONS,
  SCENARIOS_OPTIONS,
  seed,
  strategy,
  VALIDATE_MODEL_OPTIONS,
} from './options.ts';
import { COMPARE_OPTIONS, MERGE_OPTIONS, SWEEP_OPTIONS } from './options-many.ts';
import { PLAYGROUND_OPTIONS, REPORT_OPTIONS, TIMELINE_OPTIONS } from './options-pictures.ts';
import { CAPTURE_OPTIONS, CHECK_OPTIONS, IMPORT_OPTIONS } from './options-real-input.ts';
import { Output } from './output.ts';
import { CENSUS_OPTIONS, EXPLORE_OPTIONS, REPLAY_OPTIONS } from './search-options.ts';
import type { ExploreOptions } from './search-request.ts';

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
  const finished = (code: number) => {
    exitCode = code;
  };
  try {
    const table = commands({ io, bug, argv });
    const words = withKnownName(asked(argv), table);
    await program(said, table, finished, words[0]).parseAsync(words, { from: 'user' });
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
function withKnownName(
  words: readonly string[],
  table: ReturnType<typeof commands>,
): readonly string[] {
  const name = Object.keys(COMMANDS).find((known) => known === words[0]);
  const options = Object.entries(table).find(([known]) => known === name)?.[1].options ?? [];
  const taken = STRATEGY_FLAGS.filter((flag) => options.some(({ long }) => long === flag));
  const [flag] = taken;
  if (flag === undefined || taken.length > 1) return words;
  const end = words.indexOf('--');
  return words.map((word, i) =>
    end >= 0 && i > end ? word : word.replace(/^--strateg(?:y|ies)(?==|$)/, flag),
  );
}

type Action = (operands: unknown, options: unknown, command: unknown) => Promise<number>;

/** Each command's options, and its code behind an import. */
function commands({ io, bug, argv }: Pick<CommandContext, 'io' | 'bug' | 'argv'>) {
  const context = (options: QuietOptions): CommandContext => {
    const messages = new Messages(io, options.quiet === true);
    return { io, bug, argv, messages, allowCode: options.allowCode === true };
  };
  return {
    run: {
      options: RUN_OPTIONS,
      action: async (scenario: string, options: RunOptions) =>
        (await import('./commands/run.ts')).run(scenario, options, context(options)),
    },
    compare: {
      options: COMPARE_OPTIONS,
      action: async (paths: readonly string[], options: CompareOptions) =>
        (await import('./commands/compare.ts')).compare(paths, options, context(options)),
    },
    sweep: {
      options: SWEEP_OPTIONS,
      action: async (path: string, options: SweepOptions) =>
        (await import('./commands/sweep.ts')).sweep(path, options, context(options)),
    },
    merge: {
      options: MERGE_OPTIONS,
      action: async (names: readonly string[], options: MergeOptions) =>
        (await import('./commands/merge.ts')).merge(names, options, context(options)),
    },
    explore: {
      options: EXPLORE_OPTIONS,
      action: async (path: string, options: ExploreOptions) =>
        (await import('./commands/explore.ts')).explore(path, options, context(options)),
    },
    replay: {
      options: REPLAY_OPTIONS,
      action: async (path: string, options: ReplayOptions) =>
        (await import('./commands/replay.ts')).replay(path, options, context(options)),
    },
    census: {
      options: CENSUS_OPTIONS,
      action: async (path: string, options: CensusOptions) =>
        (await import('./commands/census.ts')).census(path, options, context(options)),
    },
    report: {
      options: REPORT_OPTIONS,
      action: async (paths: readonly string[], options: ReportOptions) =>
        (await import('./commands/report.ts')).report(paths, options, context(options)),
    },
    playground: {
      options: PLAYGROUND_OPTIONS,
      action: async (options: PlaygroundOptions) =>
        (await import('./commands/playground.ts')).playground(options, context(options)),
    },
    step: {
      options: [strategy, seed, allowCode, quiet],
      action: async (path: string, options: StepOptions) =>
        (await import('./commands/step.ts')).step(path, options, context(options)),
    },
    timeline: {
      options: TIMELINE_OPTIONS,
      action: async (path: string, options: TimelineOptions) =>
        (await import('./commands/timeline.ts')).timeline(path, options, context(options)),
    },
    import: {
      options: IMPORT_OPTIONS,
      action: async (paths: readonly string[], options: ImportOptions) =>
        (await import('./commands/import.ts')).importMaps(paths, options, context(options)),
    },
    capture: {
      options: CAPTURE_OPTIONS,
      action: async (options: CaptureOptions) =>
        (await import('./commands/capture.ts')).capture(options, context(options)),
    },
    check: {
      options: CHECK_OPTIONS,
      action: async (paths: readonly string[], options: CheckOptions) =>
        (await import('./commands/check.ts')).check(paths, options, context(options)),
    },
    measure: {
      options: MEASURE_OPTIONS,
      action: async (path: string | undefined, options: MeasureOptions) =>
        (await import('./commands/measure.ts')).measure(path, options, context(options)),
    },
    calibrate: {
      options: CALIBRATE_OPTIONS,
      action: async (options: CalibrateOptions) =>
        (await import('./commands/calibrate.ts')).calibrate(options, context(options)),
    },
    validate: {
      options: [allowCode, quiet],
      action: async (scenarios: readonly string[], options: QuietOptions) =>
        (await import('./commands/validate.ts')).validate(scenarios, options, context(options)),
    },
    'validate-model': {
      options: VALIDATE_MODEL_OPTIONS,
      action: async (options: ValidateModelOptions) =>
        (await import('./commands/validate-model.ts')).validateModelCommand(
          options,
          context(options),
        ),
    },
    schema: {
      options: [],
      action: async (name: string | undefined) =>
        (await import('./commands/schema.ts')).schema(name ?? 'scenario', context({})),
    },
    strategies: {
      options: [listFormat],
      action: async (name: string | undefined, options: StrategiesOptions) =>
        (await import('./commands/strategies.ts')).strategies(name, options, context({})),
    },
    scenarios: {
      options: SCENARIOS_OPTIONS,
      action: async (name: string | undefined, options: ScenariosOptions) =>
        (await import('./commands/scenarios.ts')).scenarios(name, options, context(options)),
    },
    init: {
      options: INIT_OPTIONS,
      action: async (options: InitOptions) =>
        (await import('./commands/init.ts')).init(options, context(options)),
    },
    completion: {
      options: [],
      action: async (shell: string, _options: object, command: Command) =>
        (await import('./commands/completion.ts')).completion(shell, command.parent!, context({})),
    },
    final: {
      options: [seed, duration, allowCode, maxEvents, quiet],
      action: async (scenario: string, options: FinalOptions) =>
        (await import('./commands/final.ts')).final(scenario, options, context(options)),
    },
  } as unknown as Record<keyof typeof COMMANDS, { options: readonly Option[]; action: Action }>;
}

/** The program as commander sees it, for what is made of its tables: the man page. */
export function programTree(io: Io): Command {
  return program({ out: '', err: '' }, commands({ io, bug: { seed: null }, argv: [] }), () => {});
}

/** @param called the command that is needed; all are, where it is none or lists them */
function program(
  said: { out: string; err: string },
  table: ReturnType<typeof commands>,
  finished: (code: number) => void,
  called?: string,
): Command {
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
  const all = Object.values<CommandText>(COMMANDS);
  const [known] = all.filter(({ name }) => name === called && name !== 'completion');
  for (const text of known === undefined ? all : [known]) {
    const { options, action } = table[text.name as keyof typeof COMMANDS];
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
    command.action(async (...given: unknown[]) => {
      const [first, second, third] = given;
      finished(await action(first, second, third));
    });
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
