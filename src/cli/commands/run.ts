/**
 * `mapsim run`: loads, simulates, prints and judges a scenario, in this order. All options are
 * checked before the simulation starts.
 */

import { resolve } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { jsonOf } from '../../base/printable.ts';
import { expressionsOf } from '../../base/requiring.ts';
import { checkPass, oneStrategy, parseExpressions } from '../../library/checks.ts';
import type { FailOn } from '../../report/fail-on.ts';
import { FORMATS } from '../../report/index.ts';
import type { Format } from '../../report/report.ts';
import { Recorder } from '../../run/record.ts';
import { type RunRequest, TimedRun } from '../../run/timed.ts';
import type { RunListener } from '../../run/timed-driver.ts';
import type { TraceTask } from '../../run/trace-pass.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { OperationRecord, Outcome } from '../../world/outcome.ts';
import { TraceOutcomes } from '../../world/trace-outcomes.ts';
import { nowMs } from '../clock.ts';
import type { CommandContext } from '../command.ts';
import { checkWritable, OutFile } from '../files.ts';
import { Interrupt } from '../interrupt.ts';
import { lineWidthOf } from '../io.ts';
import { load } from '../load.ts';
import type { OptionsOf } from '../option-tables.ts';
import { chooseOutputs } from '../outputs.ts';
import { checkPage } from '../page.ts';
import { Progress } from '../progress.ts';
import { readerStrategies } from '../reader-strategies.ts';
import { scenarioFile } from '../shipped.ts';
import { driveSlices, type SlicedRun } from '../sliced-run.ts';
import { tellRun } from '../tell-run.ts';
import { endlessWarning, grownNote, traps } from '../traps.ts';
import { nextSave, savedAt } from '../watch.ts';

/** A run that has been found to make sense. */
interface Task {
  /** As the user wrote it. */
  readonly path: string;
  readonly scenario: Scenario;
  readonly format: Format;
  readonly failOn: readonly FailOn[];
  readonly request: RunRequest;
}

export async function run(
  path: string,
  options: OptionsOf<'run'>,
  context: CommandContext,
): Promise<number> {
  if (options.watch !== true) return runOnce(path, options, context);
  if (path === '-') throw new UserError('--watch: standard input cannot be watched');
  const { io, messages } = context;
  const file = resolve(io.cwd, scenarioFile(path));
  for (;;) {
    const since = savedAt(file);
    const code = await runOnce(path, options, context).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error;
      messages.error(error.message);
      return error.exitCode;
    });
    const ready = () => messages.note(`waiting until ${path} is saved again; Ctrl-C ends`);
    if (!(await nextSave(file, since, io, ready))) return code;
  }
}

async function runOnce(
  path: string,
  options: OptionsOf<'run'>,
  context: CommandContext,
): Promise<number> {
  const format = chooseFormat(options);
  const given = oneStrategy('--strategy', options.strategy); // before any reading
  checkOutFile('--ops-log', options.opsLog);
  checkOutFile('--record', options.record);
  if (isPage(options.output)) await checkPage(options.output, context.io.cwd);
  else if (options.output !== undefined) checkWritable(options.output, context.io.cwd);
  checkNames(options);
  const loaded = await load(path, context);
  if (!loaded.ok) return loaded.exitCode;
  const { scenario } = loaded;
  for (const note of traps(scenario)) context.messages.note(note);
  const where = { scenario, scenarioPath: path, cwd: context.io.cwd };
  const readers = await readerStrategies(given, where);
  const limited = options.duration !== undefined || scenario.durationNs !== null;
  const endless = limited
    ? null
    : endlessWarning(scenario, (reader) => readers.strategies.of(given ?? reader.strategy));
  if (endless !== null) context.messages.warning(endless);
  const failOn = parseExpressions(expressionsOf(options), scenario, readers);
  checkPass(scenario, options.reader, options.pass ?? 0);
  const seed = options.seed ?? scenario.seed;
  context.bug.seed = seed;
  const request: RunRequest = {
    seed,
    maxEvents: options.maxEvents,
    passes: {
      reader: options.reader ?? null,
      which: format.passes ? (options.pass ?? 0) : 'none',
    },
    strategies: readers.strategies,
    ...(given === null ? {} : { strategy: given }),
    ...(options.duration === undefined ? {} : { durationNs: options.duration }),
  };
  return runTask({ path, scenario, format, failOn, request }, options, context);
}

/** An option that the format has no use for is refused, so that none is ignored in silence. */
function chooseFormat(options: OptionsOf<'run'>): Format {
  const { summary, summaryFormat, pass, reader, annotate } = options;
  const format = namedFormat(options);
  const { name } = format;
  if (
    options.explain !== undefined &&
    (name !== 'text' || pass !== undefined || annotate === true)
  ) {
    throw new UserError('--explain needs --format=text, without --pass and --annotate');
  }
  if (annotate === true && (name !== 'text' || pass === 'all')) {
    throw new UserError('--annotate needs --format=text and one pass: torn, or a number');
  }
  if (summaryFormat !== undefined && summary === 'none') {
    throw new UserError('--summary-format: with --summary=none there are no counts to show');
  }
  if ((summary ?? summaryFormat) !== undefined && name !== 'text') {
    const option = summary !== undefined ? '--summary' : '--summary-format';
    throw new UserError(`${option} needs --format=text; ${name} contains the counts`);
  }
  if (!format.passes && (pass !== undefined || reader !== undefined)) {
    const option = pass !== undefined ? '--pass' : '--reader';
    throw new UserError(`${option} chooses the text to show, and --format=${name} shows none`);
  }
  return format;
}

/** What `--format` asks; else what the ending of the file says. */
function namedFormat({ format, output }: OptionsOf<'run'>): Format {
  if (format === undefined && output !== undefined && !isPage(output)) {
    const page = { name: 'html', endings: ['html'] };
    const [chosen] = chooseOutputs([output], [...FORMATS, page]);
    return FORMATS.find((known) => known === chosen?.format)!;
  }
  return FORMATS.find((known) => known.name === (format ?? 'text'))!;
}

/** Whether `-o` asks for a page, beside what is printed. */
function isPage(name: string | undefined): boolean {
  return name !== undefined && /\.html?$/i.test(name);
}

/** @throws UserError where two outputs have one name */
function checkNames({ record, opsLog, output }: OptionsOf<'run'>): void {
  const given = Object.entries({ '--record': record, '--ops-log': opsLog, '-o': output });
  for (const [i, [option, name]] of given.entries()) {
    const same = given.slice(i + 1).find(([, other]) => name !== undefined && other === name);
    if (same !== undefined) throw new UserError(`${option} and ${same[0]}: name two files`);
  }
}

function checkOutFile(option: string, name: string | undefined): void {
  if (name === '-') {
    throw new UserError(`${option}: standard output has the result; give a file name`);
  }
}

async function runTask(
  task: Task,
  options: OptionsOf<'run'>,
  context: CommandContext,
): Promise<number> {
  const { io } = context;
  const log = options.opsLog === undefined ? null : new OutFile(options.opsLog, io.cwd);
  const record = options.record === undefined ? null : new RecordFile(task, options, io.cwd);
  const file =
    options.output === undefined || isPage(options.output)
      ? null
      : new OutFile(options.output, io.cwd);
  const abandon = () => {
    for (const one of [log, record, file]) one?.abandon();
  };
  const interrupt = new Interrupt(io, abandon);
  try {
    const { outcome, wallNs } = await simulate(task, { options, context, interrupt, log, record });
    interrupt.endAtOnce();
    log?.finish();
    record?.finish(outcome);
    const { format, failOn, request } = task;
    const timing = options.timing === true ? { wallNs } : null;
    const shown = { format, failOn, passes: request.passes, timing, scenarioPath: task.path, file };
    const code = await tellRun(
      ...(await annotated(task, outcome, shown, options, context)),
      options,
      context,
    );
    if (options.output !== undefined && file === null && interrupt.caught === null) {
      await (await import('../page-file.ts')).writeRunPage(
        options.output,
        { outcome, failOn, task: traceTask(task) },
        context,
      );
    }
    const grown = grownNote(task.scenario, outcome);
    if (grown !== null) context.messages.note(grown);
    return interrupt.caught === null ? code : interrupt.end();
  } finally {
    abandon();
    interrupt.stopWatching();
  }
}

function traceTask({ scenario, request }: Task): TraceTask {
  const { passes, listener: _, ...rest } = request;
  return { scenario, record: null, reader: passes.reader, request: rest };
}

/** With --annotate the text of the pass is the one with a margin, with --explain the columns. */
async function annotated<S>(
  { scenario, request }: Task,
  outcome: Outcome,
  shown: S,
  { annotate, explain }: OptionsOf<'run'>,
  { io, messages }: CommandContext,
): Promise<readonly [Outcome, S | (S & { readonly explained: true })]> {
  if (explain !== undefined) {
    const { explainedPass } = await import('../traced-pass.ts');
    const explained = explainedPass(scenario, request, explain);
    if (explained === null)
      messages.note(`nothing to explain: there is no pass with --explain=${explain}`);
    const passes = explained === null ? [] : [explained];
    return [
      { ...outcome, passes },
      { ...shown, explained: true },
    ];
  }
  const [pass] = outcome.passes;
  if (annotate !== true || pass === undefined) return [outcome, shown];
  const { annotatedPass } = await import('../traced-pass.ts');
  const text = annotatedPass(scenario, request, lineWidthOf(io.stdout));
  return [{ ...outcome, passes: [{ ...pass, text, cuts: [] }] }, shown];
}

async function simulate(
  { scenario, request }: Task,
  means: {
    options: OptionsOf<'run'>;
    context: CommandContext;
    interrupt: Interrupt;
    log: OutFile | null;
    record: RecordFile | null;
  },
): Promise<{ outcome: Outcome; wallNs: number }> {
  const { options, context, interrupt, log, record } = means;
  const startRun = context.io.startRun ?? ((...given) => new TimedRun(...given));
  const startMs = nowMs();
  const outcomes = new TraceOutcomes(scenario);
  const onOperation = (operation: OperationRecord): void => {
    log?.write(line(operation));
    outcomes.add(operation);
  };
  const logged = log === null && !outcomes.any ? {} : { onOperation };
  const recorded = record === null ? {} : { listener: record.listener };
  const sliced: SlicedRun = startRun(scenario, { ...request, ...logged, ...recorded });
  const progress = new Progress(
    context.io,
    options.quiet === true ? 'none' : options.progress,
    startMs,
  );
  try {
    await driveSlices(sliced, {
      nowMs,
      between: (now) => progress.update(now, () => sliced.progress()),
      stop: () => interrupt.caught !== null,
    });
  } finally {
    progress.clear();
  }
  const summary = outcomes.summary();
  if (summary !== null) context.messages.warning(summary);
  return { outcome: sliced.outcome(), wallNs: Math.round((nowMs() - startMs) * 1e6) };
}

/** Keys in the order of the contract, whatever order the record has them in. */
function line(record: OperationRecord): string {
  const { writer, index, operation, arguments: args, ...rest } = record;
  const { startNs, endNs, errno } = rest;
  const ordered = { writer, index, operation, arguments: args, startNs, endNs, errno };
  return `${jsonOf(ordered)}\n`;
}

class RecordFile {
  readonly #file: OutFile;
  readonly #recorder: Recorder;

  constructor(
    { scenario, request }: { readonly scenario: Scenario; readonly request: RunRequest },
    options: OptionsOf<'run'>,
    cwd: string,
  ) {
    const { record, pass, reader } = options;
    this.#file = new OutFile(record!, cwd);
    const head = {
      scenario: { name: scenario.name, sha256: scenario.sha256 },
      strategy: request.strategy?.text ?? null,
      seed: request.seed ?? scenario.seed,
      durationNs: request.durationNs ?? null,
      passes: { reader: reader ?? null, which: pass ?? 0 },
      failOn: expressionsOf(options),
    };
    this.#recorder = new Recorder(head, (text) => this.#file.write(text));
  }

  get listener(): RunListener {
    return this.#recorder;
  }

  /** Puts the whole record in its place. */
  finish(outcome: Outcome): void {
    this.#recorder.end(outcome);
    this.#file.finish();
  }

  /** Leaves nothing behind that is not whole; harmless after finish(). */
  abandon(): void {
    this.#file.abandon();
  }
}
