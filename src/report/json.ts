/**
 * One JSON document, `mapsim/run@1`. Keys are in a fixed order; later versions may add keys but
 * remove none.
 *
 * The document is yielded key by key and pass by pass, because its text may be longer than a string
 * can be. Texts of maps are decoded as UTF-8.
 */
import { jsonOf } from '../base/printable.ts';
import {
  CAUSES,
  COUNTER_KEYS,
  type Outcome,
  type PassRecord,
  type ReaderOutcome,
  TEARING_KEYS,
  type WriterOutcome,
} from '../world/outcome.ts';
import type { Format, Piece, ReportInput } from './report.ts';
import type { FailOnVerdict } from './verdict.ts';

export const RUN_SCHEMA = 'mapsim/run@1';

export const json: Format = {
  name: 'json',
  endings: ['json'],
  summary: `one document of schema ${RUN_SCHEMA}`,
  passes: true,

  *render(input: ReportInput): Iterable<Piece> {
    const { outcome } = input;
    yield '{\n';
    for (const [key, value] of Object.entries(headOf(input))) yield `${member(key, value)},\n`;
    yield '  "passes": [';
    for (const [index, pass] of outcome.passes.entries()) {
      yield `${index === 0 ? '' : ','}\n    ${pretty(passJson(pass), '    ')}`;
    }
    yield outcome.passes.length === 0 ? ']\n}\n' : '\n  ]\n}\n';
  },
};

/** Everything but the passes. */
function headOf({ outcome, verdicts, tool, prng, timing }: ReportInput): object {
  return {
    schema: RUN_SCHEMA,
    tool,
    prng,
    scenario: scenarioJson(outcome),
    strategy: outcome.strategy,
    seed: outcome.seed,
    simulatedNs: outcome.simulatedNs,
    events: outcome.events,
    complete: outcome.complete,
    ended: outcome.ended,
    ...(timing === null ? {} : { timing: { wallNs: timing.wallNs } }),
    totals: pick(outcome.totals, COUNTER_KEYS),
    tearing: pick(outcome.tearing, TEARING_KEYS),
    starved: outcome.starved,
    livelock: outcome.livelock,
    kernelFault: outcome.kernelFault,
    failOn: verdicts.map(verdictJson),
    readers: outcome.readers.map(readerJson),
    writers: outcome.writers.map(writerJson),
  };
}

export function scenarioJson({ scenario }: Outcome): object {
  return { name: scenario.name, sha256: scenario.sha256 };
}

/** The counters and tearing keys of the totals, for this reader, and what only a reader has. */
export function readerJson(reader: ReaderOutcome): object {
  return {
    name: reader.name,
    strategy: reader.strategy,
    ...pick(reader.counters, COUNTER_KEYS),
    ...pick(reader.tearing, TEARING_KEYS),
    attempts: reader.attempts,
    failedByCause: pick(reader.failedByCause, CAUSES),
    passNs: reader.passNs,
    readNs: reader.readNs,
    rcuSectionMaxNs: reader.rcuSectionMaxNs,
  };
}

export function writerJson({ name, ops, errors, ...writer }: WriterOutcome): object {
  const { opNs, lockWaitNs, drainWaitNs } = writer;
  const byName = pick(errors, Object.keys(errors).sort());
  return { name, ops, errors: byName, opNs, lockWaitNs, drainWaitNs };
}

export function passJson(pass: PassRecord): object {
  return {
    reader: pass.reader,
    index: pass.index,
    startNs: pass.startNs,
    endNs: pass.endNs,
    torn: pass.torn,
    finished: pass.finished,
    tearing: pick(pass.tearing, TEARING_KEYS),
    cuts: pass.cuts,
    text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(pass.text),
  };
}

/** JSON has no infinity: a ratio of something to nothing is the text "Infinity". */
export function verdictJson({ failOn, strategy, failed, left, right }: FailOnVerdict): object {
  const finite = (value: number | null) => (value === Infinity ? 'Infinity' : value);
  const { expression } = failOn;
  return { expression, strategy, failed, left: finite(left), right: finite(right) };
}

/** A copy with the keys in this order, whatever order the object had. */
export function pick<K extends string>(
  from: Readonly<Record<K, number>>,
  keys: readonly K[],
): Record<string, number> {
  return Object.fromEntries(keys.map((key) => [key, from[key]]));
}

function member(key: string, value: unknown): string {
  return `  ${jsonOf(key)}: ${pretty(value, '  ')}`;
}

function pretty(value: unknown, indent: string): string {
  return jsonOf(value, null, 2).replaceAll('\n', `\n${indent}`);
}
