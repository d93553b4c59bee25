/**
 * Reads NDJSON files of sweeps without loading them into memory: finds the place of each record, so
 * that a sweep can continue after the last complete record and merge can order records.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '../base/errors.ts';
import { SWEEP_SCHEMA, type SweepHeader } from '../report/sweep.ts';
import { checkRegular, reading } from './files.ts';

interface SweepLine {
  /** Parsed; null where it is no JSON object. */
  readonly record: Readonly<Record<string, unknown>> | null;
  readonly text: string;
  /** Bytes of the file before it, and with it and its line break. */
  readonly start: number;
  readonly end: number;
  /** Whether it ends with a line break: one that was cut off does not. */
  readonly whole: boolean;
}

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/** @param name as the user wrote it */
export function* sweepLines(name: string, cwd: string): Generator<SweepLine> {
  checkRegular(name, cwd);
  const fd = reading(name, () => openSync(resolve(cwd, name), 'r'));
  try {
    let start = 0;
    let rest = Buffer.alloc(0);
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const taken = reading(name, () => readSync(fd, chunk));
      if (taken === 0) break;
      rest = Buffer.concat([rest, chunk.subarray(0, taken)]);
      let from = 0;
      for (let at = rest.indexOf(NEWLINE); at >= 0; at = rest.indexOf(NEWLINE, from)) {
        const text = rest.toString('utf8', from, at);
        yield lineOf(text, { start: start + from, end: start + at + 1, whole: true });
        from = at + 1;
      }
      start += from;
      rest = rest.subarray(from);
    }
    if (rest.length === 0) return;
    yield lineOf(rest.toString(), { start, end: start + rest.length, whole: false });
  } finally {
    closeSync(fd);
  }
}

function lineOf(text: string, at: Pick<SweepLine, 'start' | 'end' | 'whole'>): SweepLine {
  let record: SweepLine['record'] = null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) record = value as SweepLine['record'];
  } catch {
    // Not JSON: the caller knows whether that is a fault or an end.
  }
  return { record, text, ...at };
}

/** The first line of a sweep. @throws UserError where it is none */
export function headerOf(name: string, { record }: SweepLine): SweepHeader {
  if (record?.type === 'header' && record.schema === SWEEP_SCHEMA) {
    const { type: _, schema: __, ...header } = record;
    const { units, shard, grid } = header;
    const whole = typeof units === 'number' && typeof grid === 'object' && grid !== null;
    if (whole && typeof shard === 'object') return header as unknown as SweepHeader;
  }
  throw new UserError(`${name} is not the result of a sweep (${SWEEP_SCHEMA} in NDJSON)`);
}

/** What differs between two headers of parts of one sweep, or null. */
export function differs(a: SweepHeader, b: SweepHeader): string | null {
  const keys = [
    'grid',
    'axes',
    'strategies',
    'seeds',
    'durationNs',
    'maxEvents',
    'units',
    'prng',
    'costs',
    'tool',
  ] as const;
  const key = keys.find((k) => JSON.stringify(a[k]) !== JSON.stringify(b[k]));
  if (key === undefined) return null;
  if (key !== 'grid') return `${key}: ${brief(a[key])} and ${brief(b[key])}`;
  const names = a.grid.name === b.grid.name ? 'the grid has changed' : 'another grid';
  return `${names}: ${brief(a.grid)} and ${brief(b.grid)}`;
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'not said';
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
