/**
 * Results as a page of HTML: what `-o NAME.html` of a command writes. Loaded only where a page is
 * asked for.
 */
import { UserError } from '../base/errors.ts';
import { PRNG } from '../base/prng.ts';
import { shellWord } from '../base/shell.ts';
import type { FailOn } from '../report/fail-on.ts';
import { json } from '../report/json.ts';
import { readDocuments } from '../report/page/documents.ts';
import { figure } from '../report/page/html.ts';
import { reportPage } from '../report/page/report-page.ts';
import { addressesPicture } from '../report/pictures/addresses-svg.ts';
import { lanesPicture } from '../report/pictures/lanes-svg.ts';
import { schedulePicture } from '../report/pictures/schedule-svg.ts';
import { NO_PAINT } from '../report/report.ts';
import { judge } from '../report/verdict.ts';
import type { RunRequest } from '../run/timed.ts';
import { type TraceTask, tracePass } from '../run/trace-pass.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Outcome } from '../world/outcome.ts';
import type { CommandContext } from './command.ts';
import { writeWhole } from './files.ts';
import { VERSION } from './version.ts';

/** @throws UserError for a name that no page is written to */
export function checkPageName(name: string | undefined): void {
  if (name === undefined || /\.html?$/i.test(name)) return;
  throw new UserError(`-o ${name}: a page is written, so the name ends in .html`);
}

/** The command as it was given. */
export function commandOf({ argv }: CommandContext): string {
  return ['mapsim', ...argv].map(shellWord).join(' ');
}

/** @param json what the command prints with --format=json @param first sections: markup */
export function writePage(
  name: string,
  json: string,
  context: CommandContext,
  first: readonly string[] = [],
): void {
  writeWhole(name, Buffer.from(pageText(name, json, context, first)), context.io.cwd);
}

export function pageText(
  name: string,
  json: string,
  context: CommandContext,
  first: readonly string[] = [],
): string {
  const options = { command: commandOf(context), data: true, first };
  return reportPage(readDocuments(json, name), options);
}

/** A run: its counts, and the pass of it that says most, drawn. */
export function writeRunPage(
  name: string,
  run: {
    readonly scenario: Scenario;
    readonly request: RunRequest;
    readonly outcome: Outcome;
    readonly failOn: readonly FailOn[];
  },
  context: CommandContext,
): void {
  const { scenario, request, outcome, failOn } = run;
  const { passes, listener: _, ...rest } = request;
  const task = { scenario, record: null, reader: passes.reader, request: rest };
  const input = {
    outcome,
    verdicts: judge(failOn, [{ strategy: outcome.strategy, outcome }]),
    tool: VERSION,
    prng: PRNG,
    timing: null,
    view: { counts: true, cuts: false, passLines: false },
    paint: NO_PAINT,
  };
  writePage(name, [...json.render(input)].join(''), context, passSections(task));
}

/** The pass of a run that says most, drawn: as steps, in time, over addresses. */
function passSections(task: TraceTask): readonly string[] {
  const steps = tracePass(task, 'any');
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  const trace = step.value;
  if (trace?.story == null) return [];
  const { story } = trace;
  const pictures = [
    [schedulePicture(trace, story), 'p-schedule'],
    [lanesPicture([{ trace, story }], null), 'p-lanes'],
    [addressesPicture(trace, story), 'p-addresses'],
  ] as const;
  const figures = pictures.map(([picture, id]) => figure(picture, id, { wide: true }));
  return [`<section><h2>One pass</h2>${figures.join('')}</section>`];
}
