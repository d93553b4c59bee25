/** Reads and checks a scenario for a command; all faults are printed to standard error at once. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT, UserError } from '../base/errors.ts';
import { loadEnvOf } from '../library/load-env.ts';
import { renderFaults } from '../scenario/load/faults.ts';
import type { LoadEnv } from '../scenario/load/loading.ts';
import { type Source, sourceOf } from '../scenario/load/parse.ts';
import { type Loaded, loadScenario, loadText } from '../scenario/load/validate.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { CommandContext } from './command.ts';
import { checkRegular, readInput, readStdin, unzipped } from './files.ts';
import { scenarioFile, shippedHint } from './shipped.ts';

type LoadResult =
  /** `bytes` as read: a pipe can be read only once. */
  | { readonly ok: true; readonly scenario: Scenario; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly exitCode: number };

/** @param path as the user wrote it; `-` is standard input */
export async function load(path: string, context: CommandContext): Promise<LoadResult> {
  const bytes = await readScenario(path, context);
  const note = (message: string) => context.messages.warning(message);
  const env = { ...loadEnv(context, note), ...(await traceReader(bytes)) };
  const result = await loadText(scenarioFile(path), bytes, env);
  return told(result, bytes, context);
}

/** The bytes of a scenario or grid, not yet looked at. */
export async function readScenario(
  path: string,
  { io, messages }: CommandContext,
): Promise<Uint8Array> {
  if (path === '-' && io.stdin.isTTY === true) {
    messages.note('reading the scenario from the terminal; Ctrl-D ends it');
  }
  if (path === '-') return readStdin(io.stdin);
  const file = scenarioFile(path);
  const hint = existsSync(resolve(io.cwd, file)) ? null : shippedHint(path);
  if (hint === null) return readInput(file, io.cwd);
  throw new UserError(`cannot read ${path}: no such file; ${hint}`, EXIT.io);
}

/**
 * What reads logs, loaded for a text that may have one. The key can be written with escapes, which
 * need a backslash.
 */
async function traceReader(bytes: Uint8Array): Promise<Pick<LoadEnv, 'readTrace'>> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!text.includes('trace') && !text.includes('\\')) return {};
  const { readTrace } = await import('../trace/read-trace.ts');
  return { readTrace };
}

/** @param more `note` hears of what is no fault and worth knowing */
export function loadBytes(
  source: Source,
  context: CommandContext,
  more: Pick<LoadEnv, 'note' | 'readTrace'> = {},
): LoadResult {
  const env = loadEnv(context, (message) => context.messages.warning(message));
  return told(loadScenario(source, { ...env, ...more }), source.bytes, context);
}

function told(result: Loaded, bytes: Uint8Array, { messages }: CommandContext): LoadResult {
  if (result.ok) return { ...result, bytes };
  messages.raw(renderFaults(result.faults, { dropped: result.dropped }));
  const unreadable = result.faults.some(({ io: input }) => input);
  return { ok: false, exitCode: unreadable ? EXIT.io : EXIT.usage };
}

/** Loads a scenario that mapsim made itself. Returns null if it is not valid; prints no errors. */
export async function scenarioIn(
  { path, bytes }: { readonly path: string; readonly bytes: Uint8Array },
  context: CommandContext,
): Promise<Scenario | null> {
  const env = { ...loadEnv(context, () => {}), ...(await traceReader(bytes)) };
  const result = loadScenario(await sourceOf(path, bytes), env);
  return result.ok ? result.scenario : null;
}

function loadEnv({ io, allowCode }: CommandContext, note: LoadEnv['note'] & {}): LoadEnv {
  return loadEnvOf({
    readFile: (path) => {
      checkRegular(path, io.cwd); // a pipe might never end
      return unzipped(readInput(path, io.cwd), path);
    },
    note,
    allowCode,
  });
}
