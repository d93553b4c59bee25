/**
 * Splits bytes into lines, a chunk at a time: each line is a binary string (one character of 0..255
 * for each byte) without its newline.
 *
 * It never holds more than one line, and at most LINE_BYTES_MAX bytes of it: longer lines are cut
 * there, so that no input can fill the memory.
 */
import { latin1Of } from './latin1.ts';

/** A line of /proc/PID/maps has at most some 4300 bytes, one of strace with long strings more. */
export const LINE_BYTES_MAX = 64 * 1024;

/** @param number from 1 @param cut the line was longer than LINE_BYTES_MAX */
type OnLine = (line: string, number: number, cut: boolean) => void;

export class LineSplitter {
  readonly #onLine: OnLine;
  #number = 0;
  #begun = '';
  #cut = false;
  /** Some byte of the last line has come. */
  #open = false;

  constructor(onLine: OnLine) {
    this.#onLine = onLine;
  }

  /** Lines begun so far. */
  get count(): number {
    return this.#number + (this.#open ? 1 : 0);
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const newline = chunk.indexOf(0x0a, at);
      const end = newline < 0 ? chunk.length : newline;
      this.#append(chunk, at, end);
      if (newline < 0) return;
      this.#finish();
      at = end + 1;
    }
  }

  /**
   * The text is over: a last line without a newline counts as one. @returns whether there was one
   */
  end(): boolean {
    const open = this.#open;
    if (open) this.#finish();
    return open;
  }

  #append(bytes: Uint8Array, start: number, end: number): void {
    this.#open = true;
    const room = LINE_BYTES_MAX - this.#begun.length;
    if (end - start > room) this.#cut = true;
    const piece = latin1Of(bytes.subarray(start, Math.min(end, start + room)));
    this.#begun = this.#begun === '' ? piece : this.#begun + piece;
  }

  #finish(): void {
    this.#number++;
    const line = this.#begun;
    const cut = this.#cut;
    this.#begun = '';
    this.#cut = false;
    this.#open = false;
    this.#onLine(line, this.#number, cut);
  }
}
