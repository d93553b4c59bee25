/**
 * Runs strategies side by side against the same writers, and reports their counts and texts. It is
 * a generator that pauses every few steps and reports results as they come.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Choice } from '../base/choice.ts';
import { latin1Of, readable } from '../base/latin1.ts';
import type { Strategies } from '../readers/index.ts';
import { type RunRequest, TimedRun } from '../run/timed.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Outcome, PassRecord } from '../world/outcome.ts';
import type { Column, FirstText, FromWorker } from './messages.ts';

/** Steps between two looks at the clock. */
export const SLICE = 500;
/** Beyond this a run is ended: a page is left open, and counts fill memory. */
const EVENTS_MAX = 50_000_000;
/** Lines of a text that are shown. */
const HEAD_LINES = 200;

export interface RunSubject {
  readonly scenario: Scenario;
  /** In place of every reader's own; null: each its own. */
  readonly choices: readonly (Choice | null)[];
  readonly names: readonly string[];
  readonly strategies: Strategies;
  readonly seed: string;
}

export type Tell = (message: FromWorker) => void;

export function requestOf({ strategies, seed }: RunSubject, choice: Choice | null) {
  return { strategies, seed, ...(choice === null ? {} : { strategy: choice }) };
}

/** The runs themselves, each in its turn. */
export class Runs {
  readonly #subject: RunSubject;
  readonly #runs: readonly TimedRun[];
  readonly #ended: (Outcome | null)[];

  constructor(subject: RunSubject) {
    this.#subject = subject;
    this.#runs = subject.choices.map((choice) => {
      const request: RunRequest = {
        ...requestOf(subject, choice),
        maxEvents: EVENTS_MAX,
        passes: { reader: null, which: 0 },
      };
      return new TimedRun(subject.scenario, request);
    });
    this.#ended = this.#runs.map(() => null);
  }

  *steps(tell: Tell): Generator<void, void> {
    while (this.#ended.includes(null)) {
      for (const [i, run] of this.#runs.entries()) {
        if (this.#ended[i] === null && run.advance(SLICE)) this.#end(i, tell);
        yield;
      }
    }
  }

  /** Ends all that still go on. */
  stop(tell: Tell): void {
    for (const [i, run] of this.#runs.entries()) {
      if (this.#ended[i] !== null) continue;
      run.interrupt();
      this.#end(i, tell);
    }
  }

  #end(i: number, tell: Tell): void {
    const outcome = this.#runs[i]!.outcome();
    this.#ended[i] = outcome;
    const [pass] = outcome.passes;
    if (pass !== undefined) tell({ kind: 'text', text: firstText(this.#subject.names[i]!, pass) });
  }

  columns(): readonly Column[] {
    return this.#runs.map((run, i): Column => {
      const outcome = this.#ended[i] ?? null;
      const { events, simulatedNs, fraction } = run.progress();
      const { totals, tearing } = outcome ?? run.counts();
      const ended = outcome?.ended ?? null;
      return {
        strategy: this.#subject.names[i]!,
        events,
        simulatedNs,
        fraction,
        ended,
        totals,
        tearing,
      };
    });
  }

  /** Whether a text was torn, by strategy. */
  get torn(): readonly boolean[] {
    return this.columns().map(({ tearing }) => tearing.tornPasses > 0);
  }
}

function firstText(strategy: string, { text, finished }: PassRecord): FirstText {
  const lines = readable(latin1Of(text)).split('\n').slice(0, -1);
  const cut = lines.length > HEAD_LINES ? '…\n' : '';
  return {
    strategy,
    lines: lines.length,
    head: `${lines.slice(0, HEAD_LINES).join('\n')}\n${cut}`,
    finished,
    sha256: bytesToHex(sha256(text)),
  };
}
