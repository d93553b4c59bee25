/**
 * A scenario for texts and logs of a real process, as YAML: the address space, a monitor, and a
 * writer that is likely for what there is: the log where there is one, else what changed from text
 * to text, else small protection changes all over.
 */
import { jsonOf } from '../../base/printable.ts';
import type { Trace } from '../../trace/call.ts';

export interface ScenarioParts {
  readonly about: string;
  /** What stands under vmas:, a file or lines. */
  readonly start: { readonly from: string } | { readonly lines: readonly string[] };
  /** Paths of further texts. */
  readonly later: readonly string[];
  readonly trace: TracePart | null;
  /** YAML of operations that lead from text to text and back, or null. */
  readonly program: readonly string[] | null;
  /** Some VMA has the three pages that a churn takes. */
  readonly hasRoom: boolean;
}

export interface TracePart {
  readonly paths: readonly string[];
  readonly facts: TraceFacts;
  readonly speed: number | 'max' | null;
  readonly from: string | null;
  readonly until: string | null;
  readonly process: number | null;
}

export function scenarioText(parts: ScenarioParts): string {
  const { start, trace } = parts;
  const vmas =
    'from' in start
      ? [`  - { from: ${quoted(start.from)} }`]
      : start.lines.map((line) => `  - ${quoted(line)}`);
  const lines = [
    ...['mapsim: 1', `about: ${quoted(parts.about)}`],
    ...(trace === null ? [] : durationLines(trace)),
    ...['vmas:', ...vmas, 'readers:', `  - ${reader(trace)}`, 'writers:'],
    ...writerLines(parts),
  ];
  return `${lines.join('\n')}\n`;
}

function writerLines({ trace, later, program, hasRoom }: ScenarioParts): string[] {
  if (trace !== null) return traceWriter(trace, later);
  if (program !== null) return programWriter(program);
  if (hasRoom) return ['  - { name: churn, churn: merge-churn, think: { exp: 20us } }'];
  return programWriter(SMALL_CHANGES);
}

const SMALL_CHANGES = ['mprotect: { vma: { pick: random }, perms: r--p }', 'restore: true'];

/** With a log the run ends with it; how many passes fit is the strategy's affair. */
function reader(trace: TracePart | null): string {
  const passes = trace === null ? 100 : 1_000_000;
  return `{ name: monitor, strategy: rcu-retry3, passes: ${passes}, buffer: 4k }`;
}

/** Text as a quoted scalar of YAML, which takes JSON's. */
function quoted(text: string): string {
  return jsonOf(text);
}

/** What of a log the scenario is made from; the log itself may be large. */
interface TraceFacts {
  readonly calls: number;
  /** From the first call to the last return. */
  readonly spanNs: number;
  readonly timed: boolean;
}

export function factsOf({ calls, timed }: Trace): TraceFacts {
  const first = calls.reduce((least, call) => Math.min(least, call.startNs), Infinity);
  const last = calls.reduce((most, call) => Math.max(most, call.endNs), 0);
  return { calls: calls.length, spanNs: Math.max(0, last - first), timed };
}

/** That of the process, unless another is asked for; without times as fast as it goes. */
function speedOf(part: TracePart): number | 'max' {
  return part.speed ?? (part.facts.timed ? 1 : 'max');
}

/** A sentence on what of the scenario is the process's own, and what is not. */
export function honestly({ trace, program, hasRoom }: Omit<ScenarioParts, 'about'>): string {
  if (trace === null) {
    if (program !== null)
      return 'The writer makes the changes from text to text and undoes them, at a made-up rate.';
    const writer = hasRoom ? 'merge-churn, 50,000 calls a second' : 'small protection changes';
    return `The writer is made up (${writer}), because the calls of the process are not known.`;
  }
  const speed = speedOf(trace);
  if (speed === 'max')
    return 'Calls are replayed as fast as possible, not at the speed of the process.';
  if (speed === 1) return 'Calls are replayed at the speed of the process.';
  return `Calls are replayed ${speed} times as fast as the process made them.`;
}

/** Simulating more than that takes a while. */
const LONG_NS = 200e6;

/** Whether the replay takes so long that a higher speed is worth a word. */
export function isLong(part: TracePart): boolean {
  return speedOf(part) === 1 && part.facts.spanNs > LONG_NS;
}

function durationLines(part: TracePart): string[] {
  const speed = speedOf(part);
  const { calls, spanNs: recorded, timed } = part.facts;
  // Without times some ten microseconds a call are a guess that leaves time to read.
  const ns = speed === 'max' ? calls * 10_000 : recorded / speed;
  const comment = timed ? ` # recorded: ${(recorded / 1e9).toFixed(3)} s` : '';
  return [`duration: ${Math.ceil(ns / 1e6) + 1}ms${comment}`];
}

function traceWriter(part: TracePart, later: readonly string[]): string[] {
  const [first, ...more] = part.paths;
  const paths = more.length === 0 ? quoted(first!) : `[${part.paths.map(quoted).join(', ')}]`;
  const lines = ['  - name: replay', `    trace: ${paths}`, `    speed: ${speedOf(part)}`];
  if (part.from !== null) lines.push(`    from: ${quoted(part.from)}`);
  if (part.until !== null) lines.push(`    until: ${quoted(part.until)}`);
  if (part.process !== null) lines.push(`    process: ${part.process}`);
  if (later.length > 0) {
    lines.push(`    filesFrom: [${later.map(quoted).join(', ')}] # a log has paths, but no inodes`);
  }
  return lines;
}

function programWriter(program: readonly string[]): string[] {
  return [
    '  - name: between-texts',
    '    think: { exp: 20us }',
    '    program:',
    ...program.map((operation) => `      - ${operation}`),
  ];
}
