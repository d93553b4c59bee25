/**
 * Compiles the program of native/ when it is first needed, and keeps it in the user's cache under a
 * name that depends on its sources. The compiler gets only files of the package.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, UserError } from '../base/errors.ts';
import { reason } from './files.ts';
import type { Io } from './io.ts';
import { packageFile } from './package-files.ts';

const SOURCES = fileURLToPath(packageFile('native/'));
const FILES = ['measure.h', 'measure.c', 'calibrate.c'];
const COMPILERS = ['cc', 'gcc', 'clang'];
const FLAGS = ['-std=gnu11', '-O2', '-pthread'];
/** Without a C library of its own the target has more lines that are not the scenario's. */
const LINKING = [['-static', '-no-pie'], ['-no-pie']];

/** @returns the path of the program */
export function nativeProgram(io: Pick<Io, 'env'>, chosen: string | undefined): string {
  const { cc, version } = compiler(io, chosen);
  const hash = createHash('sha256').update(version).update(process.arch);
  for (const name of FILES) hash.update(readFileSync(join(SOURCES, name)));
  const directory = cacheDirectory(io);
  const path = join(directory, `measure-${hash.digest('hex').slice(0, 24)}`);
  if (isOurs(path)) return path;
  compile(cc, path);
  return path;
}

function compiler({ env }: Pick<Io, 'env'>, chosen: string | undefined) {
  const asked = chosen ?? env.CC;
  const candidates = asked === undefined || asked === '' ? COMPILERS : [asked];
  for (const cc of candidates) {
    const answer = spawnSync(cc, ['--version'], { encoding: 'utf8' });
    if (answer.error === undefined && answer.status === 0) {
      return { cc, version: `${cc}\n${answer.stdout}` };
    }
  }
  const tried = candidates.join(', ');
  throw new UserError(
    `no C compiler: tried ${tried}; apt-get install gcc libc6-dev, or --cc`,
    EXIT.io,
  );
}

function cacheDirectory({ env }: Pick<Io, 'env'>): string {
  const base = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache');
  const directory = join(base, 'mapsim');
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    const why = reason(error);
    throw new UserError(`cannot make ${directory}: ${why}; XDG_CACHE_HOME names another`, EXIT.io);
  }
  return directory;
}

/** There, of this user, and writable by nobody else. */
function isOurs(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0;
}

function compile(cc: string, path: string): void {
  const made = `${path}.${process.pid}.tmp`;
  const sources = FILES.filter((name) => name.endsWith('.c')).map((name) => join(SOURCES, name));
  let said = '';
  for (const linking of LINKING) {
    const args = [...FLAGS, ...linking, ...sources, '-o', made, '-lm'];
    const answer = spawnSync(cc, args, { encoding: 'utf8' });
    if (answer.error === undefined && answer.status === 0 && existsSync(made)) {
      chmodSync(made, 0o700);
      renameSync(made, path);
      return;
    }
    said = answer.stderr || answer.error?.message || `status ${answer.status}`;
  }
  rmSync(made, { force: true });
  const first = said.split('\n').find((line) => /error|fatal/.test(line)) ?? said.trim();
  throw new UserError(`${cc} cannot compile ${SOURCES}: ${first}`, EXIT.io);
}
