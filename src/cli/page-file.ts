/**
 * Results as a page of HTML: what `-o NAME.html` of a command writes. Loaded only where a page is
 * asked for.
 */
import { UserError } from '../base/errors.ts';
import { PRNG } from '../base/prng.ts';
import { shellWord } from '../base/shell.ts';
import { VERSION } from '../base/version.ts';
import type { CompareResult } from '../compare/result.ts';
import type { FailOn } from '../report/fail-on.ts';
import { json } from '../report/json.ts';
import { readDocuments } from '../report/page/documents.ts';
import { escapeXml, figure } from '../report/page/html.ts';
import { reportPage } from '../report/page/report-page.ts';
import { addressesPicture } from '../report/pictures/addresses-svg.ts';
import { lanesPicture } from '../report/pictures/lanes-svg.ts';
import { schedulePicture } from '../report/pictures/schedule-svg.ts';
import { NO_PAINT } from '../report/report.ts';
import { judge } from '../report/verdict.ts';
import type { PassWord } from '../run/pass-finder.ts';
import type { RunRequest } from '../run/timed.ts';
import { type TraceTask, tracePass } from '../run/trace-pass.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Outcome } from '../world/outcome.ts';
import type { RunTrace } from '../world/run-trace.ts';
import type { CommandContext } from './command.ts';
import { writeWhole } from './files.ts';

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
  writeWhole(name, Buffer.from(pageText(name, json, context, { first })), context.io.cwd);
}

export function pageText(
  name: string,
  json: string,
  context: CommandContext,
  sections: { readonly first?: readonly string[]; readonly last?: readonly string[] } = {},
): string {
  const options = { command: commandOf(context), data: true, ...sections };
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
  const trace = traced(task, 'any');
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

/** Passes of one comparison that are drawn. */
const TORN_MAX = 6;

/** For each scenario the first torn pass of the first strategy that tears, as steps. */
export function tornSections(
  { scenarios }: CompareResult,
  tasksOf: (place: RunPlace) => readonly TraceTask[],
): readonly string[] {
  return scenarios.slice(0, TORN_MAX).flatMap(({ name, groups }, scenario) => {
    for (const { label, runs } of groups) {
      const run = runs.find(({ tearing }) => tearing.tornPasses > 0);
      if (run === undefined) continue;
      for (const task of tasksOf({ scenario, strategy: label, seed: run.seed })) {
        const trace = traced(task, 'torn');
        if (trace?.story == null) continue;
        const picture = schedulePicture(trace, trace.story);
        const head = escapeXml(`${name}: a torn pass of ${label}, seed ${run.seed}`);
        return `<section><h2>${head}</h2>${figure(picture, `p-torn${scenario}`, { wide: true })}</section>`;
      }
    }
    return [];
  });
}

/** A run of a comparison. */
export interface RunPlace {
  /** Its index. */
  readonly scenario: number;
  readonly strategy: string;
  readonly seed: string;
}

function traced(task: TraceTask, which: PassWord): RunTrace | null {
  const steps = tracePass(task, which);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
