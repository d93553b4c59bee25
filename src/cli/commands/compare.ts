/**
 * `mapsim compare`: compares strategies over many seeds, or saved results, and prints tables and a
 * verdict.
 */

import { availableParallelism } from 'node:os';
import { Chalk } from 'chalk';
import { counted } from '../../base/counted.ts';
import { EXIT, UserError } from '../../base/errors.ts';
import { printable } from '../../base/printable.ts';
import { expressionsOf } from '../../base/requiring.ts';
import { chooseMetrics, METRICS } from '../../compare/metrics.ts';
import {
  type CompareResult,
  faultyRuns,
  type Judgement,
  stoppedRuns,
} from '../../compare/result.ts';
import { COMPARE_FORMATS } from '../../report/compare.ts';
import { tooFewSeeds } from '../../report/compare-verdict.ts';
import type { CompareFormat, CompareView } from '../../report/report.ts';
import { wantsAscii, wantsBars } from '../bars.ts';
import { type ColorChoice, pensFor, wantsColor } from '../color.ts';
import type { CommandContext } from '../command.ts';
import { compareRuns, type PreparedRuns, prepareRuns, tracesOf } from '../compare-runs.ts';
import { compareSaved, type InputKind, inputKindOf } from '../compare-saved.ts';
import { Interrupt } from '../interrupt.ts';
import { type Io, lineWidthOf } from '../io.ts';
import type { Messages } from '../messages.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { chooseOutputs, OutFiles } from '../outputs.ts';

export async function compare(
  paths: readonly string[],
  options: OptionsOf<'compare'>,
  context: CommandContext,
): Promise<number> {
  const format = COMPARE_FORMATS.find(({ name }) => name === options.format)!;
  const bars = (['bars', 'ascii'] as const).find((key) => options[key] === true);
  if (bars !== undefined && options.format !== 'text') {
    throw new UserError(`--${bars} needs --format=text; mapsim report draws saved results`);
  }
  const outputs = chooseOutputs(options.output ?? [], [...COMPARE_FORMATS, HTML]);
  const kinds = paths.map((path) =>
    path === '-' ? 'scenario' : inputKindOf(path, context.io.cwd),
  );
  const [kind] = kinds as [InputKind, ...InputKind[]];
  const other = kinds.findIndex((each) => each !== kind);
  if (other >= 0) {
    throw new UserError(
      `${paths[0]} is a ${kind} and ${paths[other]} a ${kinds[other]}: give files of one kind`,
    );
  }
  const made =
    kind === 'scenario'
      ? await fromRuns(paths, options, context)
      : await fromFiles(kind, paths, options, context);
  if (typeof made === 'number') return made;
  const { io } = context;
  let files: OutFiles<CompareFormat> | null = null;
  const interrupt = new Interrupt(io, () => files?.abandon());
  try {
    files = new OutFiles(outputs, io.cwd);
    const result = await made.make(interrupt);
    interrupt.endAtOnce();
    const wantsPage = outputs.some(({ format: { name } }) => name === HTML.name);
    const page = wantsPage ? await pageOf(result, made.prepared, context) : '';
    files.write((each) => (each === HTML ? [page] : each.render(result)));
    const code = await tell(result, format, paths, options, context);
    return interrupt.caught === null ? code : interrupt.end();
  } finally {
    files?.abandon();
    interrupt.stopWatching();
  }
}

/** Written by pageOf: what makes pages is loaded where one is asked for. */
const HTML: CompareFormat = { name: 'html', endings: ['html'], *render() {} };

/** @param prepared null: the results were saved, and no run can be drawn */
async function pageOf(
  result: CompareResult,
  prepared: PreparedRuns | null,
  context: CommandContext,
): Promise<string> {
  const { pageText, tornPasses } = await import('../page-file.ts');
  const json = COMPARE_FORMATS.find(({ name }) => name === 'json')!;
  const torn = prepared === null ? [] : tornPasses(result, (place) => tracesOf(prepared, place));
  return pageText('the comparison', [[...json.render(result)].join(''), ...torn], context);
}

interface Make {
  readonly make: (interrupt: Interrupt) => Promise<CompareResult>;
  readonly prepared: PreparedRuns | null;
}

/** @returns an exit code where the scenarios cannot be run */
async function fromRuns(
  paths: readonly string[],
  options: OptionsOf<'compare'>,
  context: CommandContext,
): Promise<Make | number> {
  const prepared = await prepareRuns(paths, options, context);
  if (!prepared.ok) return prepared.exitCode;
  const jobs = options.jobs ?? availableParallelism();
  const progress = options.quiet === true ? 'none' : options.progress;
  const make = (interrupt: Interrupt) =>
    compareRuns(prepared, { jobs, progress, interrupt }, context);
  return { make, prepared };
}

const RUN_ONLY = ['strategies', 'seeds', 'duration', 'maxEvents', 'jobs'] as const;

async function fromFiles(
  kind: Exclude<InputKind, 'scenario'>,
  paths: readonly string[],
  options: OptionsOf<'compare'>,
  context: CommandContext,
): Promise<Make> {
  const given = RUN_ONLY.find((key) => options[key] !== undefined);
  if (given !== undefined) {
    const flag = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UserError(`--${flag} is for new runs, and these are saved results`);
  }
  if (kind === 'sweep' && options.bars === true) {
    throw new UserError('--bars draws comparisons of scenarios; mapsim report draws sweeps');
  }
  const chosen = options.metrics === undefined ? METRICS : chooseMetrics(options.metrics);
  const asked = { failOn: expressionsOf(options), chosen };
  const result =
    kind === 'sweep'
      ? (await import('../compare-sweeps.ts')).compareSavedSweeps(paths, asked, context)
      : compareSaved(paths, asked, context);
  return { make: async () => result, prepared: null };
}

async function tell(
  result: CompareResult,
  format: CompareFormat,
  paths: readonly string[],
  options: OptionsOf<'compare'>,
  context: CommandContext,
): Promise<number> {
  const stdout = new Output(context.io.stdout, 'standard output');
  const view = await compareView(options, context.io);
  for (const piece of format.render(result, view)) await stdout.write(piece);
  const isGrid = result.grid !== undefined;
  if (options.format === 'text' && !isGrid && wantsBars(options, context.io)) {
    const { ASCII, barsText, DRAWN } = await import('../../report/pictures/bars.ts');
    const signs = wantsAscii(options, context.io) ? ASCII : DRAWN;
    for (const scenario of result.scenarios) await stdout.write(barsText(scenario, signs));
  }
  await stdout.flush();
  tellResult(result, context.messages);
  tellJudgements(result, options, context);
  if (options.annotate === true) annotate(result, paths, context.messages);
  return exitCodeOf(result, options, context.messages);
}

function exitCodeOf(
  { scenarios, judgements }: CompareResult,
  options: OptionsOf<'compare'>,
  messages: Messages,
): number {
  if (judgements.some(({ failed }) => failed)) return EXIT.failed;
  const cells = scenarios.flatMap(({ comparison }) =>
    (comparison?.metrics ?? []).flatMap((metric) => metric.cells),
  );
  if (options.exitCode === true && cells.some(({ difference }) => difference?.shown)) {
    return EXIT.failed;
  }
  const groups = scenarios.flatMap((scenario) => scenario.groups);
  // All points of a sweep together can show more than each of them.
  const together = scenarios.filter(({ point }) => point === null);
  const judging = together.length > 0 ? together : scenarios;
  const blind = options.exitCode === true ? judging.map(tooFewSeeds) : [];
  for (const [i, why] of blind.entries()) {
    if (why !== '') messages.warning(`${judging[i]!.name}: --exit-code cannot judge: ${why}`);
  }
  if (groups.some((group) => faultyRuns(group).length > 0)) return EXIT.failed;
  const isPartial = groups.some((group) => stoppedRuns(group).length > 0);
  return isPartial || blind.some((why) => why !== '') ? EXIT.limit : EXIT.done;
}

function tellResult({ scenarios }: CompareResult, messages: Messages): void {
  for (const { name, groups, point } of scenarios) {
    for (const group of point === null ? [] : groups) {
      const of = `of ${counted(group.runs.length, 'run')}`;
      const [faulty, stopped] = [faultyRuns(group), stoppedRuns(group)];
      if (faulty.length > 0) {
        const where = `first with seed ${JSON.stringify(faulty[0]!.seed)} (mapsim run shows it)`;
        messages.warning(
          `${name}, ${group.label}: a kernel fault in ${faulty.length} ${of}, ${where}`,
        );
      }
      if (stopped.length > 0) {
        const limits = [...new Set(stopped.map(({ ended }) => ended))].join(', ');
        messages.warning(`${name}, ${group.label}: ${limits} stopped ${stopped.length} ${of}`);
      }
    }
  }
}

async function compareView(
  { color }: { readonly color: ColorChoice },
  { env, stdout }: Io,
): Promise<CompareView> {
  const { green, red, dim } = await pensFor(color, env, stdout);
  return { columns: lineWidthOf(stdout), paint: { better: green, worse: red, unsure: dim } };
}

/** A line for each; those that hold only unless `--quiet`. */
function tellJudgements(
  { judgements, grid }: CompareResult,
  options: { readonly color: ColorChoice },
  { io, messages }: CommandContext,
): void {
  const chalk = new Chalk({ level: wantsColor(options.color, io.env, io.stderr) ? 1 : 0 });
  const scenarios = new Set(judgements.map(({ scenario }) => scenario));
  for (const { scenario, text, failed } of judgements) {
    const line = scenarios.size > 1 ? `${scenario}: ${text}` : text;
    if (failed || grid === undefined) messages.verdict(failed, line, chalk);
  }
  if (grid === undefined) return;
  for (const line of heldText(judgements)) messages.verdict(false, line, chalk);
}

/** Of a sweep: a line for each expression and group, whatever the number of points. */
function heldText(judgements: readonly Judgement[]): readonly string[] {
  const points = new Map<string, { held: number; all: number }>();
  for (const { group, wanted, failed } of judgements) {
    const name = wanted.startsWith(`${group}:`) ? wanted : `${group}: ${wanted}`;
    const own = points.get(name) ?? { held: 0, all: 0 };
    points.set(name, { held: own.held + (failed ? 0 : 1), all: own.all + 1 });
  }
  return [...points]
    .filter(([, { held }]) => held > 0)
    .map(([name, { held, all }]) => `${name} at ${held} of ${counted(all, 'point')}`);
}

/**
 * GitHub's workflow commands, one for each judgement that failed.
 * @param paths of the scenarios in their order, or of saved results
 */
function annotate(
  { scenarios, judgements }: CompareResult,
  paths: readonly string[],
  messages: Messages,
): void {
  for (const { scenario, text, failed } of judgements) {
    if (!failed) continue;
    const live = scenarios.every(({ groups }) => groups.every(({ file }) => file === null));
    const path = live ? paths[scenarios.findIndex(({ name }) => name === scenario)] : paths.at(-1);
    const file = path === undefined || path === '-' ? '' : `file=${property(path)},`;
    messages.raw(`::error ${file}title=${property(`mapsim ${scenario}`)}::${data(text)}\n`);
  }
}

function data(text: string): string {
  return printable(text).replaceAll('%', '%25');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
