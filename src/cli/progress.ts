/**
 * The progress of a run, on standard error, after its first second.
 *
 * `auto`: a line redrawn up to ten times a second if standard error is a terminal and CI is not
 * set, else nothing. `always`: the same on any terminal; elsewhere a plain line for every tenth of
 * the run, or every 30 s if its length is not known. `json`: one NDJSON record per second, for
 * wrappers.
 */
import type { Io } from './io.ts';
import type { RunProgress } from './sliced-run.ts';

export const PROGRESS_CHOICES = ['auto', 'always', 'none', 'json'] as const;
export type ProgressChoice = (typeof PROGRESS_CHOICES)[number];

type Manner = 'redraw' | 'lines' | 'json' | 'none';

const FIRST_MS = 1_000;
const REDRAW_MS = 100;
const JSON_MS = 1_000;
const LINE_MS = 30_000;
const LINES_PER_RUN = 10;
const ERASE_LINE = '\r\u001b[K';

export class Progress<P extends { readonly fraction: number | null } = RunProgress> {
  readonly #io: Io;
  readonly #choice: ProgressChoice;
  readonly #startMs: number;
  readonly #sentence: (progress: P) => string;
  #lastMs: number;
  #lastTenth = 0;
  #drawn = false;

  /** @param inWords makes the sentence that a progress line shows */
  constructor(
    io: Io,
    choice: ProgressChoice,
    nowMs: number,
    inWords: (progress: P) => string = sentence as unknown as (progress: P) => string,
  ) {
    this.#io = io;
    this.#sentence = inWords;
    this.#choice = choice;
    this.#startMs = nowMs;
    this.#lastMs = nowMs;
  }

  update(nowMs: number, progressOf: () => P): void {
    if (nowMs - this.#startMs < FIRST_MS) return;
    const manner = mannerOf(this.#io, this.#choice);
    if (manner === 'none') return;
    const sinceLastMs = nowMs - this.#lastMs;
    if (manner === 'redraw') {
      if (this.#drawn && sinceLastMs < REDRAW_MS) return;
      const width = (this.#io.stderr.columns ?? 80) - 1;
      this.#io.stderr.write(ERASE_LINE + this.#sentence(progressOf()).slice(0, width));
      this.#drawn = true;
    } else if (manner === 'json') {
      if (sinceLastMs < JSON_MS) return;
      this.#io.stderr.write(`${JSON.stringify({ type: 'progress', ...progressOf() })}\n`);
    } else {
      const progress = progressOf();
      const tenth = Math.floor((progress.fraction ?? 0) * LINES_PER_RUN);
      if (tenth <= this.#lastTenth && sinceLastMs < LINE_MS) return;
      this.#lastTenth = tenth;
      this.#io.stderr.write(`${this.#sentence(progress)}\n`);
    }
    this.#lastMs = nowMs;
  }

  /** Takes the redrawn line off the terminal. */
  clear(): void {
    if (this.#drawn) this.#io.stderr.write(ERASE_LINE);
    this.#drawn = false;
  }
}

function mannerOf(io: Io, choice: ProgressChoice): Manner {
  if (choice === 'none' || choice === 'json') return choice;
  if (io.stderr.isTTY === true && (choice === 'always' || !io.env.CI)) return 'redraw';
  return choice === 'always' ? 'lines' : 'none';
}

function sentence({ events, simulatedNs, fraction }: RunProgress): string {
  const percent = fraction === null ? '' : `${Math.floor(fraction * 100)} %, `;
  const millions = (events / 1e6).toFixed(1);
  const ms = (simulatedNs / 1e6).toFixed(1);
  return `mapsim: ${percent}${millions} million events, ${ms} ms simulated`;
}
