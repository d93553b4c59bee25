/** Prints the outcome of a run or of its replay, with warnings and notes. */

import { counted } from '../base/counted.ts';
import { EXIT } from '../base/errors.ts';
import { printablePart } from '../base/printable.ts';
import { PRNG } from '../base/prng.ts';
import { VERSION } from '../base/version.ts';
import { LIMITS } from '../compare/result.ts';
import type { FailOn } from '../report/fail-on.ts';
import type { Format, Paint, Piece, ReportInput } from '../report/report.ts';
import { countLines } from '../report/text.ts';
import { type FailOnVerdict, judge, verdictText } from '../report/verdict.ts';
import type { RunRequest } from '../run/timed.ts';
import { STUCK_STEPS } from '../run/timed-driver.ts';
import type { KernelFaultReport, Outcome, StepStack } from '../world/outcome.ts';
import { pensFor } from './color.ts';
import type { CommandContext } from './command.ts';
import type { OutFile } from './files.ts';
import { lineWidthOf, type OutStream } from './io.ts';
import type { Messages } from './messages.ts';
import type { OptionsOf } from './option-tables.ts';
import { Output } from './output.ts';

interface Shown extends Pick<ReportInput, 'timing'> {
  readonly format: Format;
  readonly failOn: readonly FailOn[];
  readonly passes: RunRequest['passes'];
  /** As the user wrote it. */
  readonly scenarioPath: string;
  /** What is shown is no text of a pass. */
  readonly explained?: true;
  /** In place of standard output. */
  readonly file?: OutFile | null;
}

type Terminal = Pick<OutStream, 'isTTY' | 'columns'>;

type TellOptions = Pick<OptionsOf<'run'>, 'color' | 'summary' | 'summaryFormat' | 'quiet'>;

/** @returns the exit code */
export async function tellRun(
  outcome: Outcome,
  { format, failOn, passes, timing, scenarioPath, explained, file = null }: Shown,
  options: TellOptions,
  context: CommandContext,
): Promise<number> {
  const { io, messages } = context;
  const verdicts = judge(failOn, [{ strategy: outcome.strategy, outcome }]);
  const summary = options.summary ?? 'stdout';
  const shownOn: Terminal = file === null ? io.stdout : {};
  const people = isForPeople(options, shownOn);
  const input: ReportInput = {
    outcome,
    verdicts,
    tool: VERSION,
    prng: PRNG,
    timing,
    view: {
      counts: summary === 'stdout' && !people,
      cuts: passes.which === 'torn' && explained !== true,
      passLines: passes.which === 'all',
    },
    paint: await paintFor(options, io.env, shownOn),
  };
  const stdout = new Output(io.stdout, 'standard output');
  const countsFor = async (stream: Terminal, { paint }: Pick<ReportInput, 'paint'>) => {
    if (!people) return countLines({ ...input, paint });
    const { runTable } = await import('../report/run-table.ts');
    return runTable({ ...input, paint }, { columns: lineWidthOf(stream), scenarioPath });
  };
  const print = async (piece: Piece) => (file === null ? stdout.write(piece) : file.write(piece));
  for (const piece of format.render(input)) await print(piece);
  if (people && format.name === 'text' && summary === 'stdout') {
    await print(`${outcome.passes.length === 0 ? '' : '\n'}${await countsFor(shownOn, input)}`);
  }
  await stdout.flush();
  file?.finish();
  if (summary === 'stderr') {
    const paint = await paintFor(options, io.env, io.stderr);
    messages.raw(await countsFor(io.stderr, { paint }));
  }
  if (format.passes && explained !== true) tellPasses(passes, outcome, messages);
  tellEnd(outcome, messages);
  await tellVerdicts(verdicts, options, context);
  if (verdicts.some(({ failed }) => failed) || outcome.kernelFault !== null) return EXIT.failed;
  return LIMITS.includes(outcome.ended) ? EXIT.limit : EXIT.done;
}

/** A table; else lines for scripts and diff. */
function isForPeople({ summaryFormat = 'auto' }: TellOptions, { isTTY }: Terminal): boolean {
  return summaryFormat === 'auto' ? isTTY === true : summaryFormat === 'table';
}

async function tellVerdicts(
  verdicts: readonly FailOnVerdict[],
  options: TellOptions,
  { io, messages }: CommandContext,
): Promise<void> {
  if (verdicts.length === 0) return; // standard error takes 2 ms to make
  const pens = await pensFor(options.color, io.env, io.stderr);
  for (const verdict of verdicts) {
    messages.verdict(verdict.failed, verdictText(verdict, false), pens);
  }
}

async function paintFor(
  { color }: TellOptions,
  env: CommandContext['io']['env'],
  stream: Terminal,
): Promise<Paint> {
  const { dim, red } = await pensFor(color, env, stream);
  return { remark: dim, fault: red };
}

/** Where what is shown is not simply the pass that was asked for. */
function tellPasses(
  { which, reader }: RunRequest['passes'],
  { passes, readers }: Outcome,
  messages: Messages,
): void {
  const name = reader ?? readers[0]?.name;
  if (name === undefined) {
    messages.note('the scenario has no reader, so there is no text to show');
    return;
  }
  const [first] = passes;
  if (which === 'torn') {
    if (first === undefined) messages.note(`no finished pass of reader ${name} is torn`);
    else messages.note(`showing pass ${first.index} of reader ${name}, its first torn pass`);
    return;
  }
  if (first === undefined) {
    const wanted = which === 'all' ? 0 : Number(which);
    const started = readers.find((one) => one.name === name)?.counters.passesStarted ?? 0;
    const did = started > wanted ? 'had read nothing of' : 'did not begin';
    messages.warning(`reader ${name} ${did} pass ${wanted} before the end of the run`);
  }
  for (const pass of passes) {
    if (pass.finished) continue;
    messages.warning(`pass ${pass.index} of reader ${name} did not finish: its text is cut short`);
  }
}

/** The way a sanitizer tells it: what happened, who did it, who had freed it. */
function faultText(fault: KernelFaultReport): string {
  const stack = ({ task, steps }: StepStack): string[] => [
    `  task ${task}:`,
    ...steps.map(({ atNs, step }) => `    ${String(atNs).padStart(12)} ns  ${step}`),
  ];
  const lines = [
    `BUG: simulated kernel: ${fault.kind} at ${fault.atNs} ns`,
    `  ${fault.message}`,
    ...stack(fault.by),
  ];
  if (fault.freedBy !== null) lines.push('  freed by', ...stack(fault.freedBy));
  return `${lines.map(printablePart).join('\n')}\n`;
}

/** How the run ended, where that is not as planned. */
function tellEnd(outcome: Outcome, messages: Messages): void {
  const { ended, events, simulatedNs, starved, livelock, recurring } = outcome;
  for (const { reader, pass, address, failedAttempts } of starved) {
    const attempts = counted(failedAttempts, 'failed attempt');
    messages.warning(
      `the run ended in pass ${pass} of reader ${reader}, after ${attempts} at ${address}: ` +
        'the pass counts as starved',
    );
  }
  if (outcome.kernelFault !== null) messages.raw(faultText(outcome.kernelFault));
  if (livelock !== null) {
    messages.warning(
      `livelock: the run repeats itself every ${livelock.periodNs} ns, ` +
        `as found at ${livelock.atNs} ns; it would never end`,
    );
  }
  for (const { reader, phases } of recurring) {
    messages.warning(
      `the passes of reader ${reader} start in only ${phases} of 64 phases of the writers' ` +
        'operations: reader and writers keep the same phase, so the counts are not representative; give think a distribution',
    );
  }
  if (ended === 'max-events') {
    messages.warning(
      `stopped by --max-events after ${counted(events, 'step')}, at ${simulatedNs} ns: the result is partial`,
    );
  }
  if (ended === 'starved') {
    messages.warning(
      `the run ended because a reader took ${counted(STUCK_STEPS, 'step')} at one record without progress: the ` +
        'result is partial; set a limit of retries (rcu-retry3), a think time of the writers, or ' +
        'a duration, with which the run continues to its end',
    );
  }
  if (ended === 'history-full') {
    messages.warning(
      'the run ended because one pass had more different states of the address space than can be stored',
    );
  }
  if (ended === 'interrupted') {
    messages.warning(
      `interrupted after ${counted(events, 'step')}, at ${simulatedNs} ns: the result is partial`,
    );
  }
}
