/**
 * Input of any size as chunks: a file or standard input, gzipped or not. Nothing is stored.
 *
 * Unpacked data may be a thousand times as long as the input, so it is processed in pieces, too.
 */
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { EXIT, UserError } from '../base/errors.ts';
import { INPUT_BYTES_MAX, reason, statOf } from './files.ts';
import type { Io } from './io.ts';

const CHUNK_BYTES = 256 * 1024;

/** @param path as the user wrote it; `-` is standard input @throws UserError while it is read */
export async function* chunksOf(path: string, io: Io): AsyncGenerator<Uint8Array> {
  const source =
    path === '-'
      ? io.stdin
      : createReadStream(resolve(io.cwd, path), { highWaterMark: CHUNK_BYTES });
  const shown = path === '-' ? 'standard input' : path;
  const isDevice = path !== '-' && statOf(resolve(io.cwd, path))?.isCharacterDevice() === true;
  let left = isDevice ? INPUT_BYTES_MAX : Number.POSITIVE_INFINITY; // /dev/zero has no end
  try {
    for await (const chunk of unzippedChunks(source as AsyncIterable<Uint8Array | string>)) {
      left -= chunk.length;
      if (left < 0) throw new Error('a device that does not end');
      yield chunk;
    }
  } catch (error) {
    throw new UserError(`cannot read ${shown}: ${reason(error)}`, EXIT.io);
  }
}

/** Looks at the first two bytes. */
async function* unzippedChunks(
  source: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<Uint8Array> {
  const chunks = bytesOf(source);
  const head: Uint8Array[] = [];
  let seen = 0;
  while (seen < 2) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    head.push(value);
    seen += value.length;
  }
  const first = Buffer.concat(head);
  const all = (async function* () {
    yield first;
    yield* chunks;
  })();
  if (first[0] === 0x1f && first[1] === 0x8b) {
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    const packed = Readable.from(all);
    packed.on('error', (error) => gunzip.destroy(error));
    yield* packed.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } else {
    yield* all;
  }
}

async function* bytesOf(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}
