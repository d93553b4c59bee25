/** The message for a bug in mapsim itself, with a command line that repeats it. */
import { printable } from '../base/printable.ts';
import { commandLine } from '../base/shell.ts';
import { VERSION } from '../base/version.ts';
import type { Io } from './io.ts';

/** Filled in by a command as it comes to know it. */
export interface BugContext {
  seed: string | null;
  /** Arguments that repeat it, where those given would do more than that. */
  repeat?: readonly string[];
}

export function bugReport(
  error: unknown,
  argv: readonly string[],
  context: BugContext,
  env: Io['env'],
): string {
  const fault = error instanceof Error ? error : new Error(String(error));
  const seed = context.seed === null ? 'no seed yet' : `seed ${JSON.stringify(context.seed)}`;
  const lines = [
    `mapsim: bug in mapsim: ${fault.message}`,
    `  mapsim ${VERSION}, node ${process.version}, ${seed}`,
    `  to repeat it: ${commandLine(context.repeat ?? argv)}`,
  ];
  if (env.MAPSIM_DEBUG) lines.push(...(fault.stack ?? 'no stack').split('\n'));
  else lines.push('  MAPSIM_DEBUG=1 in the environment prints the stack');
  return `${lines.map(printable).join('\n')}\n`;
}
