/**
 * Files that replace the mapped files of a scenario during a measurement. They are sparse, have the
 * size that is mapped, and lie in a temporary directory that is removed afterwards, or by the next
 * run.
 */
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, UserError } from '../base/errors.ts';
import { reason } from './files.ts';

const PREFIX = 'mapsim-measure-';
const NAME_MAX = 255;

export class MeasureFiles {
  readonly directory: string;
  readonly #paths = new Map<string, string>();

  constructor() {
    removeLeftOver();
    try {
      this.directory = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
    } catch (error) {
      throw new UserError(`cannot make a directory in ${tmpdir()}: ${reason(error)}`, EXIT.io);
    }
  }

  /**
   * The path of the file that stands in for another: as long as the other's, where it can be, since
   * each character of a line takes time.
   * @param key equal for the same file, whatever opens it
   */
  of(key: string, path: string, bytes: number): string {
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    const short = join(this.directory, `f${this.#paths.size}-`);
    const room = Math.min(path.length - short.length, NAME_MAX - 16);
    const made = short + 'x'.repeat(Math.max(room, 0));
    try {
      const fd = openSync(made, 'wx', 0o700);
      ftruncateSync(fd, bytes);
      closeSync(fd);
    } catch (error) {
      throw new UserError(`cannot write ${made}: ${reason(error)}`, EXIT.io);
    }
    this.#paths.set(key, made);
    return made;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Directories of processes that were killed before they could remove them. */
function removeLeftOver(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}([0-9]+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(tmpdir(), name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.uid === process.getuid?.()) rmSync(path, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
