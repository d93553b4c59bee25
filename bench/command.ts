/** Runs the command like a user: each time in a new process. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Spread, spread } from './figure.ts';
import type { Lab } from './lab.ts';

/** Arguments of mapsim; null: node itself with nothing to do. */
export type Argv = readonly string[] | null;

export function shown(argv: Argv): string {
  return argv === null ? 'node -e 0' : ['mapsim', ...argv].join(' ');
}

/** Wall time in ms of commands that run in turns, after a round that does not count. */
export async function timeCommands(
  lab: Lab,
  commands: readonly Argv[],
  runs: number,
  /** For each command the program that starts it, as in `taskset -c 0`; default: none. */
  under: readonly (readonly string[])[] = [],
): Promise<Spread[]> {
  const times: number[][] = commands.map(() => []);
  for (let round = 0; round <= runs; round++) {
    for (const [i, argv] of commands.entries()) {
      const start = process.hrtime.bigint();
      runCommand(lab, argv, { under: under[i] ?? [] });
      const ms = Number(process.hrtime.bigint() - start) / 1e6;
      if (round > 0) times[i]!.push(ms);
    }
    await new Promise((resolve) => setImmediate(resolve)); // signals are delivered here
  }
  return times.map(spread);
}

/** With a cache of compiled code, as at a terminal; in CI the program makes none by itself. */
export function runCommand(
  lab: Lab,
  argv: Argv,
  more: {
    readonly node?: readonly string[];
    readonly env?: NodeJS.ProcessEnv;
    readonly under?: readonly string[];
  } = {},
): void {
  const program = argv === null ? ['-e', '0'] : [join(lab.directory, 'bin/mapsim.js'), ...argv];
  const [file, ...args] = [
    ...(more.under ?? []),
    process.execPath,
    ...(more.node ?? []),
    ...program,
  ] as [string, ...string[]];
  const { status, signal, stderr } = spawnSync(file, args, {
    cwd: lab.root,
    env: { ...process.env, NODE_COMPILE_CACHE: join(lab.directory, 'cache'), ...more.env },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (status === 0) return;
  throw new Error(`${shown(argv)} ended with ${signal ?? `code ${status}`}: ${stderr.trim()}`);
}
