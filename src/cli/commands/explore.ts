/**
 * `mapsim explore`: tries every order of steps of a world and prints what can happen. With `--find`
 * it answers one question and prints the interleaving that proves the answer.
 */
import { EXIT, UserError } from '../../base/errors.ts';
import { VERSION } from '../../base/version.ts';
import { oneStrategy } from '../../library/checks.ts';
import { checkQuestion, checkWorld, limitsOf } from '../../library/limits.ts';
import { searchJson } from '../../report/search-json.ts';
import { exploreText, replayWords } from '../../report/search-text.ts';
import { parseQuestion, type Question } from '../../search/questions.ts';
import type { SearchOutcome } from '../../search/search-outcome.ts';
import type { CommandContext } from '../command.ts';
import { Interrupt } from '../interrupt.ts';
import { load } from '../load.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { checkPage, writePageOf } from '../page.ts';
import { readerStrategies } from '../reader-strategies.ts';
import { FindingFile, rawScenario } from '../save-finding.ts';
import { checkGiven, limitsGiven, searchOutcome, viewFor } from '../search-request.ts';
import { smallestWorld } from '../smaller-world.ts';

export async function explore(
  path: string,
  options: OptionsOf<'explore'>,
  context: CommandContext,
): Promise<number> {
  const find = options.find === undefined ? null : parseQuestion(options.find);
  await checkPage(options.output, context.io.cwd);
  checkGiven(options);
  checkSaved(find, options);
  checkQuestion(find, limitsGiven(options));
  checkSave(path, options.save);
  const strategy = oneStrategy('--strategy', options.strategy);
  const loaded = await load(path, context);
  if (!loaded.ok) return loaded.exitCode;
  const { scenario, bytes } = loaded;
  checkWorld(scenario);
  const where = { scenario, scenarioPath: path, cwd: context.io.cwd };
  const { strategies, own } = await readerStrategies(strategy, where);
  const request = { ...limitsOf(limitsGiven(options)), strategy, strategies, find };
  const { save } = options;
  const file =
    save === undefined
      ? null
      : new FindingFile(save, { path, tree: await rawScenario(path, bytes) }, options, context);
  const interrupt = new Interrupt(context.io, () => file?.abandon());
  try {
    const means = { options, context, interrupt, own };
    const outcome = await searchOutcome(scenario, request, means);
    const hasIt = file !== null && find !== null && outcome.findings.length > 0;
    const small = hasIt
      ? await smallestWorld(
          path,
          { tree: file.tree, scenario, outcome },
          { ...request, find },
          means,
        )
      : null;
    interrupt.endAtOnce();
    await tell(path, outcome, options, context);
    await writePageOf(options.output, () => searchJson(outcome, VERSION), context);
    file?.finish(small);
    if (interrupt.caught !== null) return interrupt.end();
    return exitCode(outcome, find);
  } finally {
    file?.abandon();
    interrupt.stopWatching();
  }
}

function checkSave(path: string, save: string | undefined): void {
  if (save === '-') {
    throw new UserError('--save: standard output has the result; give a file name');
  }
  if (save !== undefined && path === '-') {
    throw new UserError('--save: a schedule is saved with a scenario from a file, not from -');
  }
}

function checkSaved(find: Question | null, { save }: OptionsOf<'explore'>): void {
  if (save !== undefined && find === null) {
    throw new UserError('--save writes the schedule of a finding: name the finding with --find');
  }
}

async function tell(
  path: string,
  outcome: SearchOutcome,
  options: OptionsOf<'explore'>,
  context: CommandContext,
): Promise<void> {
  const stdout = new Output(context.io.stdout, 'standard output');
  const view = {
    ...viewFor(options, context),
    replayWords: replayWords(path, options.strategy, context.allowCode),
  };
  const text =
    options.format === 'json'
      ? searchJson(outcome, VERSION)
      : exploreText(outcome, view, options.find !== undefined);
  await stdout.write(text);
  await stdout.flush();
}

function exitCode(outcome: SearchOutcome, find: Question | null): number {
  if (find !== null && outcome.findings.length > 0) return EXIT.failed;
  return outcome.complete ? EXIT.done : EXIT.limit;
}
