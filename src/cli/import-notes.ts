/**
 * The notes of import and capture about a log: its content, lines that were not understood, and
 * whether it fits the texts.
 */

import { counted } from '../base/counted.ts';
import { UserError } from '../base/errors.ts';
import { LineSplitter } from '../base/lines.ts';
import { printable } from '../base/printable.ts';
import { compareVmas } from '../check/compare.ts';
import { describeDifference } from '../check/describe.ts';
import { TextChecker, type VmaLine } from '../check/text-checker.ts';
import { finalLayout } from '../run/final.ts';
import { SHMEM_PATH } from '../scenario/load/maps-line.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Remark, Trace } from '../trace/call.ts';
import { TraceOutcomes } from '../world/trace-outcomes.ts';
import type { Messages } from './messages.ts';

export interface ImportedText {
  /** As the user wrote it; `-` is standard input. */
  readonly path: string;
  readonly bytes: Buffer;
  /** The bytes are not those of the file: what is no maps text was left out. */
  readonly changed: boolean;
  /** It was read from nowhere: the log is all that there is. */
  readonly made?: boolean;
  readonly vmas: readonly VmaLine[];
}

/** The lines by value. */
export function vmaLines(bytes: Uint8Array): VmaLine[] {
  const vmas: VmaLine[] = [];
  const checker = new TextChecker({ finding: () => {}, vma: (vma) => vmas.push(vma) });
  const lines = new LineSplitter((text, number, cut) => checker.line(text, number, cut));
  lines.push(bytes);
  lines.end();
  return vmas;
}

const DIFFERENCES_SHOWN = 10;
const PROCESSES_SHOWN = 8;
const EVENTS_MAX = 1_000_000_000;

export function tellTrace(trace: Trace, messages: Messages): void {
  const { calls, threads, lines } = trace;
  const unchanged = calls.filter((call) => call.action.kind === 'nothing').length;
  messages.note(
    `${counted(lines, 'line')}, ${counted(calls.length, 'call')} of ${counted(threads.length, 'thread')}, ` +
      `${unchanged} of them without effect${trace.timed ? '' : '; no times: replayed as fast as possible'}`,
  );
  if (trace.processes.length > 1) {
    const shown = trace.processes.slice(0, PROCESSES_SHOWN);
    const listed = shown.map(({ process, calls: made }) => `${process} (${counted(made, 'call')})`);
    const more = trace.processes.length > shown.length ? ', …' : '';
    messages.note(
      `${counted(trace.processes.length, 'process', 'processes')} are in the log: ` +
        `${listed.join(', ')}${more}; process ${trace.process} is replayed, --process chooses another`,
    );
  }
  for (const remark of trace.noise) messages.note(`skipped: ${remarkText(remark)}`);
  for (const remark of trace.leftOut) messages.note(`left out: ${remarkText(remark)}`);
  for (const remark of trace.notUnderstood) {
    messages.warning(`not understood: ${remarkText(remark)}`);
    messages.raw(`    ${printable(remark.example)}\n`);
  }
}

function remarkText({ what, count, file, line }: Remark): string {
  return `${count} x ${what} (first: ${file}:${line})`;
}

/**
 * Replays the log, tells which of its calls come out otherwise, and compares with the text at its
 * end, if there is one.
 */
export function tellReplay(
  scenario: Scenario,
  { last, log }: { readonly last: ImportedText | null; readonly log: string },
  messages: Messages,
): void {
  let text: Uint8Array;
  const outcomes = new TraceOutcomes(scenario);
  try {
    ({ text } = finalLayout(
      { ...scenario, durationNs: null },
      { maxEvents: EVENTS_MAX, onOperation: (operation) => outcomes.add(operation) },
    ));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    messages.warning(`the log could not be replayed: ${error.message}`);
    return;
  }
  for (const sentence of outcomes.describe(log)) messages.warning(sentence);
  if (last === null) return;
  const [here, there] = [comparable(vmaLines(text)), comparable(last.vmas)];
  const printed = new Set(here.map(keyOf));
  const equal = there.filter((vma) => printed.has(keyOf(vma))).length;
  messages.note(
    `replayed: ${equal} of ${counted(there.length, 'line')} of ${last.path} ${equal === 1 ? 'comes' : 'come'} out as ${equal === 1 ? 'it is' : 'they are'}`,
  );
  const differences = compareVmas(here, there);
  for (const difference of differences.slice(0, DIFFERENCES_SHOWN)) {
    messages.note(`  ${describeDifference(difference)}`);
  }
  const more = differences.length - DIFFERENCES_SHOWN;
  if (more > 0) messages.note(`  and ${more} more`);
}

/** Each shared anonymous mapping has an inode of its own that no log tells. */
function comparable(vmas: readonly VmaLine[]): VmaLine[] {
  return vmas.map((vma) => (vma.name === SHMEM_PATH ? { ...vma, device: '00:01 any' } : vma));
}

function keyOf({ start, end, perms, offset, device, name }: VmaLine): string {
  return [start, end, perms, offset, device, name].join(' ');
}
