/**
 * Compares the results of calls in a log with their results in the replay: calls that succeeded
 * there and fail here, and vice versa, counted by cause with the first place.
 */
import { counted } from '../base/counted.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { TracedCall } from '../trace/call.ts';
import type { OperationRecord } from '../writers/writer.ts';

interface Cause {
  readonly what: string;
  count: number;
  readonly line: number;
}

export class TraceOutcomes {
  readonly #taskSizePages: number;
  /** The calls of each writer that replays a thread, by its name. */
  readonly #calls = new Map<string, readonly TracedCall[]>();
  readonly #failing = new Map<string, Cause>();
  readonly #succeeding = new Map<string, Cause>();
  #succeeded = 0;
  #failed = 0;

  constructor({ writers, era }: Scenario) {
    this.#taskSizePages = era.taskSizePages;
    for (const { name, source } of writers) {
      if (source.kind !== 'trace') continue;
      const thread = source.trace.threads[source.slot]!;
      this.#calls.set(
        name,
        source.trace.calls.filter((call) => call.thread === thread),
      );
    }
  }

  get any(): boolean {
    return this.#calls.size > 0;
  }

  add({ writer, index, errno }: OperationRecord): void {
    const call = this.#calls.get(writer)?.[index];
    if (call === undefined) return;
    if (call.errno === null) {
      this.#succeeded++;
      if (errno !== null)
        note(this.#failing, `${errno} of ${call.syscall}${this.#why(call)}`, call);
    } else {
      this.#failed++;
      if (errno === null)
        note(this.#succeeding, `${call.syscall} that failed with ${call.errno}`, call);
    }
  }

  #why({ action }: TracedCall): string {
    if (!('page' in action)) return '';
    const pages = 'pages' in action ? action.pages : 0;
    return action.page + pages > this.#taskSizePages
      ? ', an address above the end of user space'
      : '';
  }

  /** One sentence a direction, with the causes. @param file the log, as the user knows it */
  describe(file: string): string[] {
    const sentences: string[] = [];
    for (const [causes, all, what] of [
      [this.#failing, this.#succeeded, 'that succeeded in the log fail here'],
      [this.#succeeding, this.#failed, 'that failed in the log succeed here'],
    ] as const) {
      const count = sum(causes);
      if (count === 0) continue;
      const listed = [...causes.values()].map(
        (cause) => `${cause.count} x ${cause.what} (first: ${file}:${cause.line})`,
      );
      sentences.push(
        `${count} of ${counted(all, 'call')} ${what}: ${listed.slice(0, 8).join('; ')}`,
      );
    }
    return sentences;
  }

  /** The same in one line, or null. */
  summary(): string | null {
    const [failing, succeeding] = [sum(this.#failing), sum(this.#succeeding)];
    if (failing + succeeding === 0) return null;
    const first = [...this.#failing.values(), ...this.#succeeding.values()][0]!;
    return (
      `of the calls of the trace ${failing} that succeeded in the log fail here, and ${succeeding} that ` +
      `failed succeed (first: line ${first.line}, ${first.what}); mapsim import lists them`
    );
  }
}

function note(causes: Map<string, Cause>, what: string, { line }: TracedCall): void {
  const known = causes.get(what);
  if (known === undefined) causes.set(what, { what, count: 1, line });
  else known.count++;
}

function sum(causes: ReadonlyMap<string, Cause>): number {
  let total = 0;
  for (const { count } of causes.values()) total += count;
  return total;
}
