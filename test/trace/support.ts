/** Logs from lines of text, and what came of them in short. */
import { readFileSync } from 'node:fs';
import type { Trace, TraceAction, TracedCall } from '../../src/trace/call.ts';
import { readTrace, type TraceOptions, WHOLE_TRACE } from '../../src/trace/read-trace.ts';

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** A log of these lines. */
export function traceOf(lines: readonly string[], options: Partial<TraceOptions> = {}): Trace {
  const bytes = bytesOf(lines.map((line) => `${line}\n`).join(''));
  return readTrace([{ name: 'log', bytes }], { ...WHOLE_TRACE, ...options });
}

/** The action of the only call of this line. */
export function actionOf(line: string): TraceAction {
  const { calls } = traceOf([line]);
  if (calls.length !== 1) throw new Error(`${calls.length} calls in ${line}`);
  return calls[0]!.action;
}

export function sample(name: string): { readonly name: string; readonly bytes: Uint8Array } {
  return { name, bytes: readFileSync(new URL(`samples/${name}`, import.meta.url)) };
}

/** `munmap 0x2000+3` */
export function short({ syscall, errno, action }: TracedCall): string {
  const range = 'pages' in action ? ` 0x${action.page.toString(16)}000+${action.pages}` : '';
  return `${syscall}${range}${errno === null ? '' : ` ${errno}`}`;
}

/** What and how often. */
export function counts(remarks: Trace['leftOut']): Record<string, number> {
  return Object.fromEntries(remarks.map(({ what, count }) => [what, count]));
}
