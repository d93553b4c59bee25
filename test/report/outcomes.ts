/** Hand-made outcomes: everything is 0 but what a test names. */
import { Samples } from '../../src/base/statistics.ts';
import { NO_PAINT, type Piece, type ReportInput } from '../../src/report/report.ts';
import {
  CAUSES,
  COUNTER_KEYS,
  type Counters,
  type Outcome,
  type PassRecord,
  type ReaderOutcome,
  TEARING_KEYS,
  type Tearing,
  type WriterOutcome,
} from '../../src/world/outcome.ts';

function zeros<K extends string>(keys: readonly K[]): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
}

export const noCounts = (): Counters => zeros(COUNTER_KEYS);
export const noTearing = (): Tearing => zeros(TEARING_KEYS);

export function samplesOf(...values: number[]): Samples {
  const samples = new Samples();
  for (const value of values) samples.add(value);
  return samples;
}

export interface ReaderParts {
  readonly name?: string;
  readonly strategy?: string;
  readonly counters?: Partial<Counters>;
  readonly tearing?: Partial<Tearing>;
  readonly passNs?: readonly number[];
  readonly readNs?: readonly number[];
  readonly attempts?: readonly number[];
  readonly attemptsAt?: ReaderOutcome['attemptsAt'];
}

export function aReader(parts: ReaderParts = {}): ReaderOutcome {
  const samples = {
    passNs: samplesOf(...(parts.passNs ?? [])),
    readNs: samplesOf(...(parts.readNs ?? [])),
  };
  return {
    name: parts.name ?? 'monitor',
    strategy: parts.strategy ?? 'rcu-retry3',
    counters: { ...noCounts(), ...parts.counters },
    tearing: { ...noTearing(), ...parts.tearing },
    attempts: parts.attempts ?? [],
    attemptsAt: parts.attemptsAt ?? 'record',
    failedByCause: zeros(CAUSES),
    passNs: samples.passNs.summary(),
    readNs: samples.readNs.summary(),
    rcuSectionMaxNs: 0,
    samples,
  };
}

export function aWriter(name: string, opNs: readonly number[] = []): WriterOutcome {
  const samples = {
    opNs: samplesOf(...opNs),
    lockWaitNs: samplesOf(),
    drainWaitNs: samplesOf(),
  };
  return {
    name,
    ops: opNs.length,
    errors: {},
    opNs: samples.opNs.summary(),
    lockWaitNs: samples.lockWaitNs.summary(),
    drainWaitNs: samples.drainWaitNs.summary(),
    samples,
  };
}

export function aPass(text: string | Uint8Array, parts: Partial<PassRecord> = {}): PassRecord {
  return {
    reader: 'monitor',
    index: 0,
    startNs: 0,
    endNs: 0,
    torn: false,
    tearing: noTearing(),
    finished: true,
    text: typeof text === 'string' ? Buffer.from(text) : text,
    cuts: [],
    ...parts,
  };
}

export function anOutcome(parts: Partial<Outcome> = {}): Outcome {
  const readers = parts.readers ?? [aReader()];
  const totals = noCounts();
  const tearing = noTearing();
  for (const reader of readers) {
    for (const key of COUNTER_KEYS) totals[key] += reader.counters[key];
    for (const key of TEARING_KEYS) tearing[key] += reader.tearing[key];
  }
  const strategies = new Set(readers.map((reader) => reader.strategy));
  return {
    scenario: { name: 'storm', sha256: 'ab'.repeat(32) },
    strategy: strategies.size === 1 ? [...strategies][0]! : 'mixed',
    seed: '1',
    simulatedNs: 0,
    events: 0,
    complete: true,
    ended: 'passes',
    totals,
    tearing,
    readers,
    writers: [],
    passes: [],
    starved: [],
    kernelFault: null,
    livelock: null,
    recurring: [],
    ...parts,
  };
}

export function anInput(outcome: Outcome, parts: Partial<ReportInput> = {}): ReportInput {
  return {
    outcome,
    verdicts: [],
    tool: '1.2.3',
    prng: 'alea/1',
    timing: null,
    view: { counts: true, cuts: false, passLines: false },
    paint: NO_PAINT,
    ...parts,
  };
}

export function bytesOf(pieces: Iterable<Piece>): Buffer {
  return Buffer.concat([...pieces].map((piece) => Buffer.from(piece as Uint8Array)));
}

export function textOf(pieces: Iterable<Piece>): string {
  return bytesOf(pieces).toString();
}
