/** What is remarkable about a run, in words, for standard error. */

import { counted } from '../../base/counted.ts';
import { printablePart } from '../../base/printable.ts';
import type { RunRequest } from '../../run/timed.ts';
import type { KernelFaultReport, Outcome, StepStack } from '../../world/outcome.ts';
import type { Messages } from '../messages.ts';

/** Where what is shown is not simply the pass that was asked for. */
export function tellPasses(
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
    else messages.note(`showing pass ${first.index} of reader ${name}, its first torn one`);
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
export function tellEnd(outcome: Outcome, messages: Messages): void {
  const { ended, events, simulatedNs, starved, livelock } = outcome;
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
  if (ended === 'max-events') {
    messages.warning(
      `stopped by --max-events after ${counted(events, 'step')}, at ${simulatedNs} ns: the result is partial`,
    );
  }
  if (ended === 'history-full') {
    messages.warning(
      'one pass has seen more distinct states of the address space than can be kept; it ended there',
    );
  }
  if (ended === 'interrupted') {
    messages.warning(
      `interrupted after ${counted(events, 'step')}, at ${simulatedNs} ns: the result is partial`,
    );
  }
}
