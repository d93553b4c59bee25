/**
 * Files that a command reads and writes. An output file gets its name only when it is complete;
 * until then it has a temporary name in the same folder. A target that is not a regular file (a
 * pipe, /dev/stderr, a shell's `>(…)`) cannot be replaced and is written directly.
 */
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EXIT, UserError } from '../base/errors.ts';
import type { InStream } from './io.ts';

/**
 * More than any input may have: the loader refuses what it is handed beyond its own limits, and a
 * source without an end (/dev/zero) has to end somewhere.
 */
export const INPUT_BYTES_MAX = 257 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/** @param path as the user wrote it */
export function readInput(path: string, cwd: string): Uint8Array {
  return reading(path, () => {
    const fd = openSync(resolve(cwd, path), 'r');
    try {
      return readAll(fd);
    } finally {
      closeSync(fd);
    }
  });
}

function readAll(fd: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let bytes = 0; ; ) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const taken = readSync(fd, chunk);
    if (taken === 0) break;
    chunks.push(chunk.subarray(0, taken));
    bytes += taken;
    if (bytes >= INPUT_BYTES_MAX) throw new Error('it has more than 256 MiB');
  }
  return Buffer.concat(chunks);
}

/** What a gzipped file holds; other bytes as they are. @param path as the user wrote it */
export function unzipped(bytes: Uint8Array, path: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const { gunzipSync } = process.getBuiltinModule('node:zlib'); // not loaded for plain text
    return gunzipSync(bytes, { maxOutputLength: INPUT_BYTES_MAX });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why =
      code === 'ERR_BUFFER_TOO_LARGE' ? 'it is larger than 257 MiB when unpacked' : reason(error);
    throw new UserError(`cannot unpack ${path}: ${why}`, EXIT.io);
  }
}

export async function readStdin(stdin: InStream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of stdin) {
      const part = Buffer.from(chunk as Uint8Array);
      chunks.push(part);
      bytes += part.length;
      if (bytes >= INPUT_BYTES_MAX) break;
    }
  } catch (error) {
    throw new UserError(`cannot read standard input: ${reason(error)}`, EXIT.io);
  }
  return Buffer.concat(chunks);
}

const BLOCK_BYTES = 64 * 1024;

export class OutFile {
  readonly #path: string;
  readonly #name: string;
  /** Where it is written until it is whole; the path itself for what is no regular file. */
  readonly #writtenTo: string;
  readonly #fd: number;
  #open = true;
  #waiting: string[] = [];
  #waitingLength = 0;
  #readerGone = false;

  /** @param name as the user wrote it */
  constructor(name: string, cwd: string) {
    this.#name = name;
    const place = this.#attempt(() => placeOf(resolve(cwd, name)));
    this.#path = place.path;
    this.#writtenTo = place.writtenTo;
    this.#fd = this.#attempt(() => openSync(this.#writtenTo, 'w'));
  }

  write(piece: string | Uint8Array): void {
    if (typeof piece !== 'string') {
      this.#attempt(() => {
        this.#flush();
        this.#put(piece);
      });
      return;
    }
    this.#waiting.push(piece);
    this.#waitingLength += piece.length;
    if (this.#waitingLength >= BLOCK_BYTES) this.#attempt(() => this.#flush());
  }

  /** Puts the whole file in its place. */
  finish(): void {
    this.#attempt(() => {
      this.#flush();
      this.#close();
      if (this.#writtenTo !== this.#path) renameSync(this.#writtenTo, this.#path);
    });
  }

  /** Leaves nothing behind that is not whole; harmless after finish(). */
  abandon(): void {
    this.#close();
    if (this.#writtenTo !== this.#path) rmSync(this.#writtenTo, { force: true });
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#fd);
  }

  #flush(): void {
    const block = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    this.#waitingLength = 0;
    this.#put(block);
  }

  #put(block: Uint8Array): void {
    if (this.#readerGone) return;
    try {
      for (let at = 0; at < block.length; ) at += writeSync(this.#fd, block, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
      this.#readerGone = true; // a pipe whose reader has seen enough
    }
  }

  #attempt<T>(action: () => T): T {
    return writing(this.#name, action);
  }
}

/** Bytes as they are; under its name only when it is whole. @param name as the user wrote it */
export function writeWhole(name: string, bytes: Uint8Array, cwd: string): void {
  writing(name, () => {
    const { path, writtenTo } = placeOf(resolve(cwd, name));
    if (path === writtenTo) return writeFileSync(path, bytes);
    try {
      writeFileSync(writtenTo, bytes);
      renameSync(writtenTo, path);
    } finally {
      rmSync(writtenTo, { force: true });
    }
  });
}

/** That a file can be written there, asked before any work. @param name as the user wrote it */
export function checkWritable(name: string, cwd: string): void {
  writing(name, () => {
    const { path, writtenTo } = placeOf(resolve(cwd, name));
    if (path !== writtenTo) accessSync(`${dirname(path)}/.`, constants.W_OK);
  });
}

/** Where a file is to be, and where it is written until it is whole. @throws where it may not be */
function placeOf(path: string): { readonly path: string; readonly writtenTo: string } {
  const stat = statOf(path);
  if (stat?.isDirectory()) throw new Error('it is a directory');
  if (stat !== null && !stat.isFile()) return { path, writtenTo: path };
  // A link is to stay one: what it points to is replaced, if it might be written to.
  if (stat !== null) accessSync(path, constants.W_OK);
  const target = stat === null ? path : realpathSync(path);
  return { path: target, writtenTo: `${target}.mapsim-${process.pid}.tmp` };
}

/** Null where there is nothing, or nothing to be seen: opening it tells which. */
export function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/**
 * @param name as the user wrote it; `-` is refused, as commands take it for standard output where
 *   they can
 * @throws UserError in place of the system's
 */
export function reading<T>(name: string, action: () => T): T {
  return attempt('read', name, action);
}

export function writing<T>(name: string, action: () => T): T {
  if (name === '-') {
    throw new UserError('cannot write -: give a file name (./- for a file of this name)');
  }
  return attempt('write', name, action);
}

function attempt<T>(what: string, name: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new UserError(`cannot ${what} ${name}: ${reason(error)}`, EXIT.io);
  }
}

/** Refuses a FIFO or device where a file is read more than once, or not from its beginning. */
export function checkRegular(name: string, cwd: string): void {
  if (statOf(resolve(cwd, name))?.isFile() !== false) return; // opening the file reports that it is missing
  throw new UserError(`cannot read ${name}: it is not a regular file`, EXIT.io);
}

/** The system's words without the call and the path that node adds. */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EISDIR') return 'it is a directory';
  if (code === 'ENOENT') return 'no such file or directory';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'ENOTDIR') return 'a part of its path is not a directory';
  if (code === 'ENOSPC') return 'no space left';
  return message;
}
