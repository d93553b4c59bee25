/** Where the records of a sweep go as they come, and what of them is there already. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../../base/errors.ts';
import { LIMITS } from '../../compare/result.ts';
import {
  SWEEP_NDJSON,
  type SweepFormat,
  type SweepHeader,
  type SweepRecord,
  type SweepStream,
} from '../../report/sweep.ts';
import type { BarOptions } from '../bars.ts';
import { checkWritable } from '../files.ts';
import type { Io } from '../io.ts';
import { LiveFile } from '../live-file.ts';
import { Output } from '../output.ts';
import { differs, headerOf, sweepLines } from '../sweep-file.ts';
import { type SweepOutputOptions, sweepOutputs } from '../sweep-outputs.ts';

/** Of the command line; see options-many.ts. */
export interface SweepWriteOptions extends BarOptions, SweepOutputOptions {
  readonly resume?: boolean;
}

interface Target {
  readonly stream: SweepStream;
  readonly write: (text: string) => void;
  readonly close: () => void;
}

/** What a file has of a sweep that was broken off. */
interface Kept {
  /** Bytes up to the end of its last whole record. */
  readonly bytes: number;
  readonly records: number;
  readonly stopped: number;
  readonly faulty: number;
}

const NOTHING: Kept = { bytes: 0, records: 0, stopped: 0, faulty: 0 };

export class SweepWriter {
  readonly #targets: Target[] = [];
  readonly #stdout: Output | null;
  readonly #expected: number;
  #chain: Promise<void> = Promise.resolve();
  /** Pages of HTML to be made of the records when all are there. */
  readonly pages: readonly string[];
  /** NDJSON, for pages and bars. */
  readonly #collected: string[] = [];
  /** Records that were there before. */
  readonly kept: number;
  /** Records in the output, those kept included. */
  written: number;
  /** Runs among them that a limit stopped. */
  stopped: number;
  /** Runs among them that a fault of the kernel ended. */
  faulty: number;

  constructor(header: SweepHeader, chosen: readonly number[], options: SweepWriteOptions, io: Io) {
    const names = options.output ?? [];
    this.pages = names.filter((name) => /\.html$/i.test(name));
    if (this.pages.length > 0 && options.resume === true) {
      throw new UserError('--resume goes on with records; mapsim report makes a page of them');
    }
    if (options.bars === true && (names.length === 0 || options.resume === true)) {
      throw new UserError(
        names.length === 0
          ? '--bars: standard output has the result; write records to a file with -o'
          : '--resume goes on with records, and --bars draws whole sweeps; mapsim report draws the file',
      );
    }
    const others = names.filter((name) => !this.pages.includes(name));
    const { files: outputs, stdout } = sweepOutputs(others, options, io);
    if (options.resume === true && stdout !== null) {
      throw new UserError(
        outputs.length === 0
          ? '--resume goes on with one file: give one -o FILE.ndjson'
          : '--resume goes on with records; mapsim merge makes tables of them',
      );
    }
    const kept = options.resume === true ? keptOf(outputs, header, chosen, io.cwd) : NOTHING;
    this.kept = kept.records;
    this.written = kept.records;
    this.stopped = kept.stopped;
    this.faulty = kept.faulty;
    this.#expected = chosen.length;
    this.#stdout = stdout === null ? null : new Output(io.stdout, 'standard output');
    for (const page of this.pages) checkWritable(page, io.cwd);
    for (const { name, format } of outputs) {
      const file = new LiveFile(name, io.cwd, kept.bytes);
      const target = { write: (text: string) => file.write(text), close: () => file.close() };
      this.#targets.push({ stream: format.begin(header), ...target });
    }
    if (this.pages.length > 0 || options.bars === true) {
      const write = (text: string) => void this.#collected.push(text);
      this.#targets.push({ stream: SWEEP_NDJSON.begin(header), write, close: () => {} });
    }
    if (this.#stdout !== null) {
      const write = this.#writing(this.#stdout);
      this.#targets.push({ stream: stdout!.begin(header), write, close: () => {} });
    }
    if (kept.bytes === 0) this.#write((stream) => stream.head);
  }

  #writing(stdout: Output): Target['write'] {
    return (text) => {
      if (text === '') return; // tables come at the end
      this.#chain = this.#chain.then(() => stdout.write(text)).then(() => stdout.flush());
      this.#chain.catch(() => {}); // told by end()
    };
  }

  get collected(): string {
    return this.#collected.join('');
  }

  /** Nobody reads standard output any more: there is no use in going on. */
  get readerGone(): boolean {
    return this.#stdout?.closed === true;
  }

  record(record: SweepRecord): void {
    this.written++;
    if (isLimit(record.run.ended)) this.stopped++;
    if (record.run.ended === 'kernel-fault') this.faulty++;
    this.#write((stream) => stream.record(record));
  }

  /** Resolves when what was written so far has been taken. */
  drained(): Promise<void> {
    return this.#chain;
  }

  /** Resolves when all has been taken. */
  async end(): Promise<void> {
    const footer = { units: this.written, complete: this.written === this.#expected };
    this.#write((stream) => stream.footer(footer));
    await this.#chain;
  }

  close(): void {
    for (const { close } of this.#targets) close();
  }

  #write(render: (stream: SweepStream) => string): void {
    for (const { stream, write } of this.#targets) write(render(stream));
  }
}

function keptOf(
  outputs: readonly { readonly name: string; readonly format: SweepFormat }[],
  header: SweepHeader,
  chosen: readonly number[],
  cwd: string,
): Kept {
  const [only, ...more] = outputs;
  if (only === undefined || more.length > 0 || only.format.name !== 'ndjson') {
    throw new UserError('--resume goes on with one file: give one -o FILE.ndjson');
  }
  const { name } = only;
  if (!existsSync(resolve(cwd, name))) return NOTHING;
  let kept = NOTHING;
  for (const line of sweepLines(name, cwd)) {
    if (kept.bytes === 0) {
      if (!line.whole) return NOTHING; // killed before its first line was written
      const fault =
        differs(headerOf(name, line), header) ?? otherShard(headerOf(name, line), header);
      if (fault !== null) throw new UserError(`${name} is of another sweep: ${fault}`);
      kept = { ...NOTHING, bytes: line.end };
      continue;
    }
    const { type, unit, ended } = line.record ?? {};
    if (!line.whole || type !== 'run' || unit !== chosen[kept.records]) break;
    kept = {
      bytes: line.end,
      records: kept.records + 1,
      stopped: kept.stopped + (isLimit(ended) ? 1 : 0),
      faulty: kept.faulty + (ended === 'kernel-fault' ? 1 : 0),
    };
  }
  return kept;
}

function isLimit(ended: unknown): boolean {
  return LIMITS.some((limit) => limit === ended);
}

function otherShard(a: SweepHeader, b: SweepHeader): string | null {
  const [inFile, asked] = [a.shard, b.shard].map((shard) => shardText(shard));
  return inFile === asked ? null : `it is ${inFile}, and ${asked} is asked for`;
}

function shardText(shard: SweepHeader['shard']): string {
  return shard === null ? 'the whole' : `shard ${shard.index}/${shard.count}`;
}
