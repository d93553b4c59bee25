/**
 * Reads /proc/self/maps of a real process with as many mappings to its end, for comparison with the
 * simulation. Node cannot map memory, so this is a program in Python.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Sample } from './job.ts';
import type { Lab, Subject } from './lab.ts';

/** As large as that of `cat`; the kernel hands out a page of text for each read(). */
export const READ_BYTES = 128 * 1024;

/** Mappings that the process has besides. */
const OWN_MAPPINGS = 200;

export interface RealRequest {
  readonly regions: number;
  readonly passes: number;
  /** Of the file that is mapped; null: anonymous. It is made if it is not there. */
  readonly path: string | null;
}

/** @returns why it cannot be done, where it cannot */
export async function startReal(lab: Lab, request: RealRequest): Promise<Subject | string> {
  const limit = mapCountLimit();
  if (limit === null) return 'there is no /proc/self/maps';
  if (request.regions + OWN_MAPPINGS > limit) return `vm.max_map_count is ${limit}`;
  if (request.path !== null && !existsSync(request.path)) {
    mkdirSync(dirname(request.path), { recursive: true });
    writeFileSync(request.path, Buffer.alloc(3 * 4096));
  }
  const job = JSON.stringify({ ...request, pages: 3, bufferBytes: READ_BYTES });
  const child = spawn('python3', [join(lab.root, 'bench/real-maps.py'), job], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const subject = new RealProcess(child);
  try {
    await subject.measure();
    return subject;
  } catch (error) {
    subject.stop();
    return (error as Error).message;
  }
}

class RealProcess implements Subject {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #failed: Promise<never>;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    let said = '';
    child.stderr!.on('data', (text) => (said += text));
    child.stdin!.on('error', () => {}); // the exit tells why
    this.#failed = new Promise((_, reject) => {
      child.on('error', () => reject(new Error('python3 is not there to map memory')));
      child.on('close', () => {
        const last = said.trim().split('\n').at(-1);
        reject(new Error(`python3 could not map so much: ${last}`));
      });
    });
    this.#failed.catch(() => {});
  }

  async measure(): Promise<Sample> {
    this.#child.stdin!.write('\n');
    const { value, done } = await Promise.race([this.#lines.next(), this.#failed]);
    if (done === true) return await this.#failed;
    return JSON.parse(value) as Sample;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}

function mapCountLimit(): number | null {
  if (!existsSync('/proc/self/maps')) return null;
  try {
    return Number(readFileSync('/proc/sys/vm/max_map_count', 'utf8'));
  } catch {
    return null;
  }
}
