/**
 * A recording as a directory: the plan in readable form, its inputs, and the compressed frames of
 * the measuring program. `--from` judges a recording again, on any system.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { EXIT, UserError } from '../base/errors.ts';
import { jsonOf } from '../base/printable.ts';
import type { KernelBuild } from '../measure/kernel.ts';
import { reason, writing } from './files.ts';

const VERSION = 1;

/** What a plan was made from, beside the scenario, and how the bursts went. */
interface RecordingFacts {
  readonly scenario: { readonly name: string; readonly sha256: string };
  readonly seed: string;
  readonly kernel: string;
  /** Absent in recordings of before it was noticed. */
  readonly build?: KernelBuild;
  readonly cpus: number;
  readonly burstNs: number;
  readonly query: readonly boolean[];
  /** What maps printed of the files that stood in for the scenario's. */
  readonly fileLines: readonly (string | null)[];
  /** Everything was moved by so many pages. */
  readonly offsetPages: number;
  readonly rejected: number;
  readonly calibrations: readonly (readonly (readonly [string, number])[])[];
}

export interface KeptRecording {
  readonly facts: RecordingFacts;
  readonly states: readonly Buffer[];
  readonly bursts: readonly Buffer[];
}

export class RecordingWriter {
  readonly #name: string;
  readonly #directory: string;

  /** @param name as the user wrote it */
  constructor(name: string, cwd: string) {
    this.#name = name;
    this.#directory = resolve(cwd, name);
    writing(name, () => mkdirSync(this.#directory, { recursive: true }));
  }

  plan(text: string): void {
    this.#write('plan.txt', Buffer.from(text));
  }

  states(writer: number, frame: Buffer): void {
    this.#write(`states-${writer}.bin.gz`, gzipSync(frame));
  }

  burst(index: number, frame: Buffer): void {
    this.#write(`burst-${index}.bin.gz`, gzipSync(frame));
  }

  finish(
    facts: RecordingFacts,
    counts: { readonly states: number; readonly bursts: number },
  ): void {
    const text = jsonOf({ recording: VERSION, ...facts, ...counts }, null, 2);
    this.#write('recording.json', Buffer.from(`${text}\n`));
  }

  #write(name: string, bytes: Buffer): void {
    writing(this.#name, () => writeFileSync(join(this.#directory, name), bytes));
  }
}

export function readRecording(directory: string, cwd: string): KeptRecording {
  const path = resolve(cwd, directory);
  const read = (name: string): Buffer => {
    try {
      const bytes = readFileSync(join(path, name));
      return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    } catch (error) {
      throw new UserError(`cannot read ${join(directory, name)}: ${reason(error)}`, EXIT.io);
    }
  };
  const { recording, states, bursts, ...facts } = JSON.parse(read('recording.json').toString());
  if (recording !== VERSION)
    throw new UserError(`${directory}: a recording of another version of mapsim`);
  const list = (name: string, count: number): Buffer[] =>
    Array.from({ length: count }, (_, i) => read(`${name}-${i}.bin.gz`));
  return {
    facts: facts as RecordingFacts,
    states: list('states', states),
    bursts: list('burst', bursts),
  };
}
