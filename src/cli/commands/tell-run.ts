/** Prints the outcome of a run or of its replay, and says what is remarkable about it. */
import { EXIT } from '../../base/errors.ts';
import { printable } from '../../base/printable.ts';
import { PRNG } from '../../base/prng.ts';
import type { FailOn } from '../../report/fail-on.ts';
import type { Format, Paint, ReportInput } from '../../report/report.ts';
import { countLines } from '../../report/text.ts';
import { type FailOnVerdict, judge, verdictText } from '../../report/verdict.ts';
import type { RunRequest } from '../../run/timed.ts';
import type { EndReason, Outcome } from '../../world/outcome.ts';
import { type ColorChoice, pensFor } from '../color.ts';
import type { CommandContext, QuietOptions } from '../command.ts';
import type { OutStream } from '../io.ts';
import type { SUMMARY_CHOICES } from '../options.ts';
import { Output } from '../output.ts';
import { VERSION } from '../version.ts';
import { tellEnd, tellPasses } from './run-notes.ts';

interface Shown extends Pick<ReportInput, 'timing'> {
  readonly format: Format;
  readonly failOn: readonly FailOn[];
  readonly passes: RunRequest['passes'];
}

interface TellOptions extends QuietOptions {
  readonly color: ColorChoice;
  readonly summary?: (typeof SUMMARY_CHOICES)[number];
}

/** @returns the exit code */
export async function tellRun(
  outcome: Outcome,
  { format, failOn, passes, timing }: Shown,
  options: TellOptions,
  context: CommandContext,
): Promise<number> {
  const { io, messages } = context;
  const verdicts = judge(failOn, [{ strategy: outcome.strategy, outcome }]);
  const summary = options.summary ?? 'stdout';
  const input: ReportInput = {
    outcome,
    verdicts,
    tool: VERSION,
    prng: PRNG,
    timing,
    view: {
      counts: summary === 'stdout',
      cuts: passes.which === 'torn',
      passLines: passes.which === 'all',
    },
    paint: await paintFor(options, io.env, io.stdout),
  };
  const stdout = new Output(io.stdout, 'standard output');
  for (const piece of format.render(input)) await stdout.write(piece);
  await stdout.flush();
  if (summary === 'stderr') {
    const paint = await paintFor(options, io.env, io.stderr);
    messages.raw(countLines({ ...input, paint }));
  }
  if (format.passes) tellPasses(passes, outcome, messages);
  tellEnd(outcome, messages);
  await tellVerdicts(verdicts, options, context);
  if (verdicts.some(({ failed }) => failed) || outcome.kernelFault !== null) return EXIT.failed;
  return LIMITS.includes(outcome.ended) ? EXIT.limit : EXIT.done;
}

/** The run ended before an answer: the result is partial. */
const LIMITS: readonly EndReason[] = ['max-events', 'history-full', 'livelock'];

async function tellVerdicts(
  verdicts: readonly FailOnVerdict[],
  options: TellOptions,
  { io, messages }: CommandContext,
): Promise<void> {
  const pens = await pensFor(options.color, io.env, io.stderr);
  for (const verdict of verdicts) {
    const text = verdictText(verdict, false);
    if (verdict.failed) messages.raw(`${pens.red('✗')} ${printable(text)}\n`);
    else if (options.quiet !== true) messages.raw(`${pens.green('✓')} ${printable(text)}\n`);
  }
}

async function paintFor(
  { color }: TellOptions,
  env: CommandContext['io']['env'],
  stream: OutStream,
): Promise<Paint> {
  const { dim, red } = await pensFor(color, env, stream);
  return { remark: dim, fault: red };
}
