/**
 * Results as an HTML page, which `-o NAME.html` of a command writes. This file is loaded only if a
 * page is written.
 */
import { UserError } from '../base/errors.ts';
import { jsonOf } from '../base/printable.ts';
import { PRNG } from '../base/prng.ts';
import { shellWord } from '../base/shell.ts';
import { VERSION } from '../base/version.ts';
import type { CompareResult } from '../compare/result.ts';
import type { FailOn } from '../report/fail-on.ts';
import { json } from '../report/json.ts';
import { readDocuments } from '../report/page/documents.ts';
import { type DrawnView, passDocument } from '../report/page/pass-data.ts';
import { reportPage } from '../report/page/report-page.ts';
import { NO_PAINT } from '../report/report.ts';
import { judge } from '../report/verdict.ts';
import type { PassWord } from '../run/pass-finder.ts';
import { type TraceTask, tracePass } from '../run/trace-pass.ts';
import type { Outcome } from '../world/outcome.ts';
import type { PassStory, RunTrace } from '../world/run-trace.ts';
import type { CommandContext } from './command.ts';
import { writeWhole } from './files.ts';

/** @throws UserError for a name that no page is written to */
export function checkPageName(name: string | undefined): void {
  if (name === undefined || /\.html?$/i.test(name)) return;
  throw new UserError(`-o ${name}: an HTML page is written, so the name has to end in .html`);
}

/** The command as it was given. */
export function commandOf({ argv }: CommandContext): string {
  return ['mapsim', ...argv].map(shellWord).join(' ');
}

/** @param texts documents, as commands print them with --format=json, in the order of the page */
export function writePage(name: string, texts: readonly string[], context: CommandContext): void {
  writeWhole(name, Buffer.from(pageText(name, texts, context)), context.io.cwd);
}

export function pageText(name: string, texts: readonly string[], context: CommandContext): string {
  const options = { command: commandOf(context), data: true };
  return reportPage(
    texts.flatMap((text) => readDocuments(text, name)),
    options,
  );
}

/** A run: its counts, and the pass of it that says most, drawn. */
export function writeRunPage(
  name: string,
  run: {
    readonly outcome: Outcome;
    readonly failOn: readonly FailOn[];
    /** To be traced: the same run again; null: it cannot be. */
    readonly task: TraceTask | null;
  },
  context: CommandContext,
): void {
  const { outcome, failOn, task } = run;
  const input = {
    outcome,
    verdicts: judge(failOn, [{ strategy: outcome.strategy, outcome }]),
    tool: VERSION,
    prng: PRNG,
    timing: null,
    view: { counts: true, cuts: false, passLines: false },
    paint: NO_PAINT,
  };
  const drawn = task === null ? null : traced(task, 'any');
  const views = ['schedule', 'lanes', 'addresses'] as const;
  const pass = drawn === null ? [] : [passText(drawn, 'One pass', views)];
  writePage(name, [...pass, [...json.render(input)].join('')], context);
}

function passText(drawn: DrawnTrace, heading: string, views: readonly DrawnView[]): string {
  return jsonOf(passDocument(drawn, { tool: VERSION, heading, views }));
}

/** Passes of one comparison that are drawn. */
const TORN_MAX = 6;

/** Documents: for each scenario the first torn pass of the first strategy that tears. */
export function tornPasses(
  { scenarios }: CompareResult,
  tasksOf: (place: RunPlace) => readonly TraceTask[],
): readonly string[] {
  return scenarios.slice(0, TORN_MAX).flatMap(({ name, groups }, scenario) => {
    for (const { label, runs } of groups) {
      const run = runs.find(({ tearing }) => tearing.tornPasses > 0);
      if (run === undefined) continue;
      for (const task of tasksOf({ scenario, strategy: label, seed: run.seed })) {
        const drawn = traced(task, 'torn');
        if (drawn === null) continue;
        const head = `${name}: a torn pass of ${label}, seed ${run.seed}`;
        return [passText(drawn, head, ['schedule'])];
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

type DrawnTrace = RunTrace & { readonly story: PassStory };

/** Null: there is no such pass. */
function traced(task: TraceTask, which: PassWord): DrawnTrace | null {
  const steps = tracePass(task, which);
  for (;;) {
    const { done, value } = steps.next();
    if (done !== true) continue;
    return value?.story == null ? null : { ...value, story: value.story };
  }
}
