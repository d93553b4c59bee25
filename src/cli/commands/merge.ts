/**
 * `mapsim merge`: merges the shards of a sweep into the file that the whole sweep would have
 * written. Records are copied as they are, in the order of the grid.
 */

import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { counted } from '../../base/counted.ts';
import { EXIT, UserError } from '../../base/errors.ts';
import type { SweepFormat, SweepHeader, SweepRecord } from '../../report/sweep.ts';
import type { CommandContext } from '../command.ts';
import type { OptionsOf } from '../option-tables.ts';
import { Output } from '../output.ts';
import { OutFiles } from '../outputs.ts';
import { differs, headerOf, sweepLines } from '../sweep-file.ts';
import { sweepOutputs } from '../sweep-outputs.ts';

export async function merge(
  names: readonly string[],
  options: OptionsOf<'merge'>,
  { io, messages }: CommandContext,
): Promise<number> {
  const { files: outputs, stdout: format } = sweepOutputs(options.output ?? [], options, io);
  const overwritten = outputs.find(({ name }) => names.includes(name));
  if (overwritten !== undefined) throw new UserError(`-o ${overwritten.name}: it is also an input`);
  const index = new RecordIndex(io.cwd);
  try {
    for (const name of names) index.add(name);
    const missing = index.missing();
    if (missing.length > 0) {
      messages.warning(
        `${missing.length} of ${counted(index.header.units, 'run')} ${missing.length === 1 ? 'is' : 'are'} missing: ${runs(missing)}`,
      );
      if (options.allowPartial !== true) {
        messages.note('nothing was written; --allow-partial merges the given runs');
        return EXIT.limit;
      }
    }
    const complete = missing.length === 0;
    if (outputs.length > 0) {
      const files = new OutFiles(outputs, io.cwd);
      try {
        files.write((format) => index.render(format, complete));
      } finally {
        files.abandon();
      }
    }
    if (format === null) return EXIT.done;
    const stdout = new Output(io.stdout, 'standard output');
    for (const piece of index.render(format, complete)) await stdout.write(piece);
    await stdout.flush();
    return EXIT.done;
  } finally {
    index.close();
  }
}

/** `3, 5..9, 12`, and how many more. */
function runs(units: readonly number[]): string {
  const parts: string[] = [];
  for (let from = 0, to = 0; from < units.length && parts.length < 10; from = to) {
    for (to = from + 1; units[to] === units[to - 1]! + 1; to++);
    parts.push(
      to - from > 2 ? `${units[from]}..${units[to - 1]}` : units.slice(from, to).join(', '),
    );
    if (parts.length === 10 && to < units.length) parts.push('…');
  }
  return parts.join(', ');
}

/** Which file has a run, and where in it. */
class RecordIndex {
  readonly #cwd: string;
  readonly #files: { readonly name: string; readonly fd: number }[] = [];
  /** By unit: index of the file, or -1; first byte; bytes with the line break. */
  #file = new Int32Array(0);
  #start = new Float64Array(0);
  #length = new Int32Array(0);
  #header: SweepHeader | null = null;

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  get header(): SweepHeader {
    return this.#header!;
  }

  add(name: string): void {
    let own: SweepHeader | null = null;
    const file = this.#files.length;
    for (const line of sweepLines(name, this.#cwd)) {
      if (own === null) {
        own = headerOf(name, line);
        this.#begin(name, own);
        continue;
      }
      if (!line.whole || line.record?.type !== 'run') continue; // a footer, or cut off
      const { unit } = line.record;
      if (typeof unit !== 'number' || !(unit in this.#file)) {
        throw new UserError(`${name} has a run ${JSON.stringify(unit)}, which is not in the sweep`);
      }
      if (this.#file[unit]! >= 0) this.#checkTwin(unit, name, line.text);
      this.#file[unit] = file;
      this.#start[unit] = line.start;
      this.#length[unit] = line.end - line.start;
    }
    if (own === null) throw new UserError(`${name} is empty`);
  }

  #begin(name: string, header: SweepHeader): void {
    if (this.#header === null) {
      this.#header = { ...header, shard: null };
      this.#file = new Int32Array(header.units).fill(-1);
      this.#start = new Float64Array(header.units);
      this.#length = new Int32Array(header.units);
    }
    const fault = differs(this.#header, header);
    if (fault !== null) {
      throw new UserError(
        `${this.#files[0]!.name} and ${name} belong to different sweeps: ${fault}`,
      );
    }
    this.#files.push({ name, fd: openSync(resolve(this.#cwd, name), 'r') });
  }

  #checkTwin(unit: number, name: string, text: string): void {
    if (this.#line(unit) === `${text}\n`) return;
    const other = this.#files[this.#file[unit]!]!.name;
    throw new UserError(`run ${unit} is in ${other} and in ${name}, and they differ`);
  }

  missing(): readonly number[] {
    const units: number[] = [];
    for (const [unit, file] of this.#file.entries()) if (file < 0) units.push(unit);
    return units;
  }

  *render(format: SweepFormat, complete: boolean): Iterable<string> {
    const stream = format.begin(this.header);
    yield stream.head;
    let units = 0;
    for (const [unit, file] of this.#file.entries()) {
      if (file < 0) continue;
      units++;
      const line = this.#line(unit);
      yield format.name === 'ndjson' ? line : stream.record(recordOf(line));
    }
    yield stream.footer({ units, complete });
  }

  #line(unit: number): string {
    const { fd, name } = this.#files[this.#file[unit]!]!;
    const block = Buffer.alloc(this.#length[unit]!);
    const taken = readSync(fd, block, 0, block.length, this.#start[unit]!);
    if (taken < block.length) throw new UserError(`${name} has become shorter`, EXIT.io);
    return block.toString();
  }

  close(): void {
    for (const { fd } of this.#files) closeSync(fd);
  }
}

function recordOf(line: string): SweepRecord {
  const { type: _, unit, point, drawn = true, ...run } = JSON.parse(line);
  return { unit, point, drawn, run };
}
