/**
 * A file that is written as results come: it always shows the results so far, and a killed process
 * leaves a valid beginning of the file. (Other output files appear when they are complete: see
 * files.ts.)
 */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { writing } from './files.ts';

export class LiveFile {
  readonly #name: string;
  readonly #fd: number;
  #at: number;

  /** @param keepBytes so much of what the file has already stays */
  constructor(name: string, cwd: string, keepBytes = 0) {
    this.#name = name;
    this.#at = keepBytes;
    this.#fd = this.#attempt(() => openSync(resolve(cwd, name), keepBytes > 0 ? 'r+' : 'w'));
    if (keepBytes > 0) this.#attempt(() => ftruncateSync(this.#fd, keepBytes));
  }

  write(text: string): void {
    const block = Buffer.from(text);
    this.#attempt(() => {
      for (let at = 0; at < block.length; ) {
        // A pipe has no positions: only where something was kept are they needed.
        const position = this.#at > 0 ? this.#at : null;
        const written = writeSync(this.#fd, block, at, block.length - at, position);
        at += written;
        if (this.#at > 0) this.#at += written;
      }
    });
  }

  close(): void {
    closeSync(this.#fd);
  }

  #attempt<T>(action: () => T): T {
    return writing(this.#name, action);
  }
}
