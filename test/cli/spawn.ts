/** Runs bin/mapsim.js as a process of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BIN = join(ROOT, 'bin', 'mapsim.js');

/** Bundles the command line unless that has been done since the last change. */
export function ensureBuilt(): void {
  const built = statSync(join(ROOT, 'dist/cli/start.cjs'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const changed = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  if (Math.max(...changed) > built) {
    execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: ROOT, stdio: 'pipe' });
  }
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param meddle with the process while it runs */
export function spawnMapsim(
  argv: readonly string[],
  meddle: (child: ChildProcess) => void = () => {},
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<Ended> {
  const child = spawn(BIN, argv, { cwd, env: { PATH: process.env.PATH, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    meddle(child);
  });
}
