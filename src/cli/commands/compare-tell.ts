/** What is said of a comparison on standard error. */

import { Chalk } from 'chalk';
import { counted } from '../../base/counted.ts';
import { printable } from '../../base/printable.ts';
import {
  type CompareResult,
  faultyRuns,
  type Judgement,
  stoppedRuns,
  withoutChance,
} from '../../compare/result.ts';
import { type ColorChoice, wantsColor } from '../color.ts';
import type { CommandContext, QuietOptions } from '../command.ts';
import type { Messages } from '../messages.ts';

export function tellResult({ scenarios }: CompareResult, messages: Messages): void {
  for (const { name, groups, comparison } of scenarios) {
    for (const group of groups) {
      const of = `of ${counted(group.runs.length, 'run')}`;
      const [faulty, stopped] = [faultyRuns(group), stoppedRuns(group)];
      if (faulty.length > 0) {
        const where = `first with seed ${JSON.stringify(faulty[0]!.seed)} (mapsim run tells it)`;
        messages.warning(
          `${name}, ${group.label}: a kernel fault in ${faulty.length} ${of}, ${where}`,
        );
      }
      if (stopped.length > 0) {
        const limits = [...new Set(stopped.map(({ ended }) => ended))].join(', ');
        messages.warning(`${name}, ${group.label}: ${limits} stopped ${stopped.length} ${of}`);
      }
    }
    if (groups.length > 0 && groups.every(withoutChance)) {
      messages.note(`${name}: every seed gave the same run, so nothing in it is left to chance`);
    }
    if (comparison === null || comparison.canShow) continue;
    messages.note(
      `${name}: so few seeds can show no difference, however large; take more (--seeds)`,
    );
  }
}

/** A line for each; those that hold only unless `--quiet`. */
export function tellJudgements(
  judgements: readonly Judgement[],
  options: QuietOptions & { readonly color: ColorChoice },
  { io, messages }: CommandContext,
): void {
  const chalk = new Chalk({ level: wantsColor(options.color, io.env, io.stderr) ? 1 : 0 });
  const scenarios = new Set(judgements.map(({ scenario }) => scenario));
  for (const { scenario, text, failed } of judgements) {
    const line = printable(scenarios.size > 1 ? `${scenario}: ${text}` : text);
    if (failed) messages.raw(`${chalk.red('✗')} ${line}\n`);
    else if (options.quiet !== true) messages.raw(`${chalk.green('✓')} ${line}\n`);
  }
}

/**
 * GitHub's workflow commands, one for each judgement that failed.
 * @param paths of the scenarios in their order, or of saved results
 */
export function annotate(
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
