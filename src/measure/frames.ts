/**
 * Parses the output of the measuring program from bytes to data. The layout is that of
 * native/measure.c: little endian, each part at a multiple of 8 bytes.
 */
import { latin1Lines, latin1Of } from '../base/latin1.ts';

/** Tag and length of a frame. */
export const FRAME_HEAD_BYTES = 16;

export function frameHead(bytes: Uint8Array): { readonly tag: string; readonly length: number } {
  const tag = latin1Of(bytes.subarray(0, 8)).replace(/\0+$/, '');
  return { tag, length: Number(viewOf(bytes).getBigUint64(8, true)) };
}

/** The texts of the kernel, after each call. */
export interface StatesFrame {
  readonly writer: number;
  readonly first: string;
  readonly calls: readonly {
    readonly error: number;
    /**
     * The text after the call, without the bytes at both ends that it shares with the text before.
     */
    readonly head: number;
    readonly tail: number;
    readonly middle: string;
  }[];
}

export function readStates(bytes: Uint8Array): StatesFrame {
  const view = viewOf(bytes);
  let at = 0;
  const number = (): number => view.getUint32((at += 4) - 4, true);
  const text = (length: number): string => latin1Of(bytes.subarray(at, (at += length)));
  const [writer, count] = [number(), number()];
  const first = text(number());
  const calls = Array.from({ length: count }, () => {
    const [error, head, tail] = [number(), number(), number()];
    return { error, head, tail, middle: text(number()) };
  });
  return { writer, first, calls };
}

/** The calls of one writer; times in ns since the start of the burst. */
export interface CallTimes {
  readonly count: number;
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
  readonly error: Int32Array;
}

export interface ReaderLog {
  readonly readStartNs: Float64Array;
  readonly readEndNs: Float64Array;
  readonly readBytes: Uint32Array;
  readonly passes: number;
  /**
   * For each pass: start and length of its text, its first read(), and its number of read() calls.
   */
  readonly textFrom: Float64Array;
  readonly textBytes: Uint32Array;
  readonly firstRead: Uint32Array;
  readonly reads: Uint32Array;
  readonly text: Uint8Array;
}

export interface Burst {
  /** CPU time of other processes, in thousandths of one CPU. */
  readonly foreignPermille: number;
  readonly wallNs: number;
  /** The burst ended early: no space for calls or texts was left, or no call. */
  readonly endedEarly: boolean;
  /** The maps text of the target before the burst and after it. */
  readonly firstText: Uint8Array;
  readonly lastText: Uint8Array;
  readonly writers: readonly CallTimes[];
  readonly readers: readonly ReaderLog[];
}

const READ_WORDS = 4;
const PASS_WORDS = 6;

export function readBurst(bytes: Uint8Array): Burst {
  const view = viewOf(bytes);
  let at = 0;
  const number = (): number => Number(view.getBigUint64((at += 8) - 8, true));
  const part = (length: number): Uint8Array => {
    const found = bytes.subarray(at, at + length);
    at += Math.ceil(length / 8) * 8;
    return found;
  };
  const words = (count: number): Uint32Array => {
    const raw = part(count * 4);
    return new Uint32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + count * 4));
  };
  const [foreignPermille, wallNs, ended, writerCount, readerCount, first, last] = [
    number(),
    number(),
    number(),
    number(),
    number(),
    number(),
    number(),
  ] as const;
  const firstText = part(first);
  const lastText = part(last);
  const writers = Array.from({ length: writerCount }, (): CallTimes => {
    const count = number();
    const log = words(count * READ_WORDS);
    const times = spans(log, count);
    const error = Int32Array.from({ length: count }, (_, i) => log[i * READ_WORDS + 3]!);
    return { count, startNs: times.start, endNs: times.end, error };
  });
  const readers = Array.from({ length: readerCount }, (): ReaderLog => {
    const [reads, passes, textLength] = [number(), number(), number()];
    const log = words(reads * READ_WORDS);
    const times = spans(log, reads);
    const pass = words(passes * PASS_WORDS);
    const column = (field: number) =>
      Uint32Array.from({ length: passes }, (_, i) => pass[i * PASS_WORDS + field]!);
    return {
      readStartNs: times.start,
      readEndNs: times.end,
      readBytes: Uint32Array.from({ length: reads }, (_, i) => log[i * READ_WORDS + 3]!),
      passes,
      textFrom: Float64Array.from({ length: passes }, (_, i) => u64(pass, i * PASS_WORDS)),
      textBytes: column(2),
      firstRead: column(3),
      reads: column(4),
      text: part(textLength),
    };
  });
  const endedEarly = ended !== 0;
  return { foreignPermille, wallNs, endedEarly, firstText, lastText, writers, readers };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function u64(words: Uint32Array, at: number): number {
  return words[at]! + words[at + 1]! * 2 ** 32;
}

/** Converts u64 start and u32 length to start and end. */
function spans(log: Uint32Array, count: number) {
  const start = new Float64Array(count);
  const end = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    start[i] = u64(log, i * READ_WORDS);
    end[i] = start[i]! + log[i * READ_WORDS + 2]!;
  }
  return { start, end };
}

/** Parses lines of the form `name value`. */
export function readCosts(bytes: Uint8Array): Map<string, number> {
  const lines = latin1Of(bytes).trim().split('\n');
  return new Map(
    lines.map((line) => line.split(' ') as [string, string]).map(([n, v]) => [n, Number(v)]),
  );
}

export interface PlanAnswer {
  /** Addresses are randomised, so other ranges may be free after another start. */
  readonly randomised: boolean;
  /** The maps line of each open file. */
  readonly files: readonly string[];
  /** The lines that are in the plan's ranges before it starts, and all lines. */
  readonly taken: readonly string[];
  readonly lines: readonly string[];
}

export function readPlanAnswer(bytes: Uint8Array): PlanAnswer {
  const view = viewOf(bytes);
  const all = latin1Lines(bytes.subarray(12));
  const files = view.getUint32(4, true);
  const randomised = view.getUint32(0, true) !== 0;
  const lines = all.slice(files);
  // If some addresses are taken, these lines come first, then all lines.
  const taken = lines.splice(0, view.getUint32(8, true));
  return { randomised, files: all.slice(0, files), taken, lines };
}
