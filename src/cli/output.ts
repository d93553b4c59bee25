/**
 * Standard output with back-pressure: one block in flight, the next when it has been taken.
 *
 * If the reader closed the pipe (`| head -1`), the rest is dropped without a message. Any other
 * error is an output error, exit code 3.
 */
import { EXIT, UserError } from '../base/errors.ts';
import type { OutStream } from './io.ts';

const BLOCK_BYTES = 64 * 1024;

export class Output {
  readonly #stream: OutStream;
  readonly #name: string;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #closed = false;

  constructor(stream: OutStream, name: string) {
    this.#stream = stream;
    this.#name = name;
    stream.on('error', ignore); // the callback of write() gets the error
  }

  /** Whether the reader has gone. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Pieces are collected into blocks; call flush() at the end. */
  async write(piece: string | Uint8Array): Promise<void> {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= BLOCK_BYTES) await this.flush();
  }

  /** Resolves when everything written so far has left the process. */
  async flush(): Promise<void> {
    if (this.#waitingBytes > 0) {
      const block = this.#waiting.length === 1 ? this.#waiting[0]! : Buffer.concat(this.#waiting);
      await this.#writeBlock(block);
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  async #writeBlock(block: Uint8Array): Promise<void> {
    if (this.#closed) return;
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      this.#stream.write(block, (fault) => resolve(fault ?? null));
    });
    if (error === null) return;
    this.#closed = true;
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') {
      throw new UserError(`cannot write ${this.#name}: ${error.message}`, EXIT.io);
    }
  }
}

function ignore(): void {}
