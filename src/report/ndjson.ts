/**
 * One JSON record per line: `header` first, then each `reader`, each `writer`, each shown `pass`,
 * and `totals` last. The records have the keys of the JSON document. The last record has the keys
 * of `totals` and `tearing` at its top level, like the record of a reader.
 */
import { jsonOf } from '../base/printable.ts';
import { COUNTER_KEYS, TEARING_KEYS } from '../world/outcome.ts';
import {
  passJson,
  pick,
  RUN_SCHEMA,
  readerJson,
  scenarioJson,
  verdictJson,
  writerJson,
} from './json.ts';
import type { Format, Piece, ReportInput } from './report.ts';

export const ndjson: Format = {
  name: 'ndjson',
  endings: ['ndjson', 'jsonl'],
  summary: 'one JSON record per line: header, reader, writer, pass, totals',
  passes: true,

  *render(input: ReportInput): Iterable<Piece> {
    const { outcome, tool, prng } = input;
    const { strategy, seed } = outcome;
    const scenario = scenarioJson(outcome);
    yield record('header', { schema: RUN_SCHEMA, tool, prng, scenario, strategy, seed });
    for (const reader of outcome.readers) yield record('reader', readerJson(reader));
    for (const writer of outcome.writers) yield record('writer', writerJson(writer));
    for (const pass of outcome.passes) yield record('pass', passJson(pass));
    yield record('totals', totalsJson(input));
  },
};

function totalsJson({ outcome, verdicts, timing }: ReportInput): object {
  return {
    simulatedNs: outcome.simulatedNs,
    events: outcome.events,
    complete: outcome.complete,
    ended: outcome.ended,
    ...(timing === null ? {} : { timing: { wallNs: timing.wallNs } }),
    ...pick(outcome.totals, COUNTER_KEYS),
    ...pick(outcome.tearing, TEARING_KEYS),
    starved: outcome.starved,
    livelock: outcome.livelock,
    kernelFault: outcome.kernelFault,
    failOn: verdicts.map(verdictJson),
  };
}

/** One line. */
export function record(type: string, fields: object): string {
  return `${jsonOf({ type, ...fields })}\n`;
}
