/**
 * The measuring program as a child process: commands in, frames out. It always ends with mapsim:
 * its input ends, and the kernel kills it when its parent dies.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { EXIT, UserError } from '../base/errors.ts';
import { FRAME_HEAD_BYTES, frameHead } from '../measure/frames.ts';

interface Frame {
  readonly tag: string;
  readonly payload: Buffer;
}

interface Waiting {
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: Error) => void;
}

export class Harness {
  readonly #child: ChildProcess;
  #chunks: Buffer[] = [];
  #bytes = 0;
  /** Bytes that the next frame needs before it is worth looking. */
  #needed = FRAME_HEAD_BYTES;
  #said = '';
  #gone: string | null = null;
  readonly #frames: Frame[] = [];
  #waiting: Waiting | null = null;

  constructor(program: string) {
    const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'pipe'], env: {} });
    this.#child = child;
    child.stdin.on('error', () => {}); // told by its end
    child.stdout.on('data', (chunk: Buffer) => this.#take(chunk));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(0, 1000);
    });
    child.on('error', (error) => this.#end(error.message));
    child.on('close', (code, signal) => this.#end(signal ?? `status ${code}`));
  }

  /** Sends a command and waits for the frame that answers it. */
  async ask(command: string, tag: string): Promise<Buffer> {
    this.send(command);
    return this.next(tag);
  }

  send(text: string): void {
    this.#child.stdin?.write(`${text}\n`);
  }

  /** @throws UserError with the program's own words where something went wrong there */
  async next(tag: string): Promise<Buffer> {
    const frame = this.#frames.shift() ?? (await this.#wait());
    if (frame.tag === 'FAIL') throw new UserError(frame.payload.toString('latin1'), EXIT.io);
    if (frame.tag !== tag) throw new Error(`the native program sent ${frame.tag}, not ${tag}`);
    return frame.payload;
  }

  /** Ends it and its children; resolves when they are gone. */
  async end(): Promise<void> {
    if (this.#gone !== null) return;
    this.#child.stdin?.end();
    this.#child.kill('SIGKILL');
    await new Promise<void>((done) => this.#child.once('close', () => done()));
  }

  #wait(): Promise<Frame> {
    if (this.#gone !== null) return Promise.reject(this.#lost());
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes >= this.#needed) {
      const whole = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
      const { tag, length } = frameHead(whole);
      const end = FRAME_HEAD_BYTES + length;
      this.#chunks = [whole];
      if (whole.length < end) {
        this.#needed = end;
        return;
      }
      const rest = whole.subarray(end);
      this.#chunks = rest.length > 0 ? [rest] : [];
      this.#bytes = rest.length;
      this.#needed = FRAME_HEAD_BYTES;
      this.#give({ tag, payload: whole.subarray(FRAME_HEAD_BYTES, end) });
    }
  }

  #give(frame: Frame): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting === null) this.#frames.push(frame);
    else waiting.resolve(frame);
  }

  #end(why: string): void {
    if (this.#gone !== null) return;
    this.#gone = why;
    this.#waiting?.reject(this.#lost());
    this.#waiting = null;
  }

  #lost(): UserError {
    const said = this.#said.trim().split('\n')[0];
    const more = said ? `: ${said}` : '';
    return new UserError(`the measuring program ended with ${this.#gone}${more}`, EXIT.io);
  }
}
