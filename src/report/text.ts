/**
 * The texts of the passes byte for byte, then the counts as `# key: value` lines.
 *
 * With `cuts`, a line `# cut: inPage` or `# cut: atPage` marks each cut: it is before the first
 * line of the piece that begins there. With `passLines`, `# pass: N` is before each text. If a text
 * does not end with a newline (a pass that ended between two read() calls of a small buffer), a
 * newline is added before the next such line.
 */
import { jsonOf, printable } from '../base/printable.ts';
import { COUNTER_KEYS, type PassRecord, TEARING_KEYS } from '../world/outcome.ts';
import type { Format, Paint, Piece, ReportInput } from './report.ts';

const NEWLINE = 0x0a;

export const text: Format = {
  name: 'text',
  endings: ['txt'],
  summary: 'the maps text, then the counts as "# key: value" lines',
  passes: true,

  *render(input: ReportInput): Iterable<Piece> {
    let atLineStart = true;
    for (const pass of input.outcome.passes) {
      if (input.view.passLines) {
        if (!atLineStart) yield '\n';
        yield `${input.paint.remark(`# pass: ${pass.index}`)}\n`;
        atLineStart = true;
      }
      if (input.view.cuts) yield* withCuts(pass, input.paint);
      else yield pass.text;
      if (pass.text.length > 0) atLineStart = pass.text.at(-1) === NEWLINE;
    }
    if (input.view.counts) {
      if (!atLineStart) yield '\n';
      yield countLines(input);
    }
  },
};

/** `scenario`, `strategy`, `seed`, then every key of totals and tearing, one line each. */
export function countLines({ outcome, timing, paint }: ReportInput): string {
  const { scenario, strategy, seed, totals, tearing } = outcome;
  const lines = [
    paint.remark(`# scenario: ${oneLine(scenario.name)}`),
    paint.remark(`# strategy: ${oneLine(strategy)}`),
    paint.remark(`# seed: ${oneLine(seed)}`),
    ...COUNTER_KEYS.map((key) => paint.remark(`# ${key}: ${totals[key]}`)),
    ...TEARING_KEYS.map((key) => {
      const line = `# ${key}: ${tearing[key]}`;
      return tearing[key] > 0 ? paint.fault(line) : paint.remark(line);
    }),
  ];
  if (timing !== null) lines.push(paint.remark(`# wallNs: ${timing.wallNs}`));
  return `${lines.join('\n')}\n`;
}

/** A seed may be any text; written as JSON where it would break or blur its line. */
function oneLine(value: string): string {
  return printable(value) !== value || /^\s|\s$|^"/.test(value) ? jsonOf(value) : value;
}

function* withCuts({ text: bytes, cuts }: PassRecord, paint: Paint): Iterable<Piece> {
  let from = 0;
  let line = 0;
  for (const cut of cuts) {
    let at = from;
    for (; line < cut.line && at < bytes.length; line++) {
      const newline = bytes.indexOf(NEWLINE, at);
      at = newline < 0 ? bytes.length : newline + 1;
    }
    if (at > from) yield bytes.subarray(from, at);
    from = at;
    yield `${paint.fault(`# cut: ${cut.inPage ? 'inPage' : 'atPage'}`)}\n`;
  }
  if (from < bytes.length) yield bytes.subarray(from);
}
