/** Finds the pass for a picture: the first pass of a reader with the wanted event. */
import type { Reader } from '../proc/reader.ts';
import type { PassListener } from '../world/pass-watch.ts';
import type { World } from '../world/world.ts';
import type { RunListener } from './timed-driver.ts';

/** `any`: torn if there is one, else with a fallback, else with a retry, else the first pass. */
const PASS_WORDS = ['any', 'torn', 'retry', 'fallback', 'starved'] as const;
export type PassWord = (typeof PASS_WORDS)[number];

interface FoundPass {
  readonly reader: string;
  readonly index: number;
  readonly startNs: number;
}

export class PassFinder implements RunListener {
  readonly #word: PassWord | number;
  readonly #reader: string | null;
  #world!: World;
  /** By what happened: the first pass. */
  readonly #first = new Map<PassWord | number, FoundPass>();
  #retries = 0;
  #fallbacks = 0;

  /** @param reader null: the first one */
  constructor(word: PassWord | number, reader: string | null) {
    this.#word = word;
    this.#reader = reader;
  }

  readonly begins = (world: World): void => {
    this.#world = world;
  };

  readonly step = (): void => {};
  readonly cpu = (): void => {};

  readonly passes: PassListener = {
    passBegins: (r) => {
      if (this.#isIt(r) && (r.passIndex === 0 || r.passIndex === this.#word)) {
        this.#note(r.passIndex, r);
      }
    },
    readReturns: () => {},
    judged: (r, { torn }) => {
      if (torn && this.#isIt(r)) this.#note('torn', r);
    },
    passEnds: (r) => {
      if (!this.#isIt(r)) return;
      const { retries, fallbacks } = r.counts;
      if (retries > this.#retries) this.#note('retry', r);
      if (fallbacks > this.#fallbacks) this.#note('fallback', r);
      this.#retries = retries;
      this.#fallbacks = fallbacks;
    },
  };

  /** Nothing that comes can change the answer. */
  get done(): boolean {
    return this.#first.has(this.#word === 'any' ? 'torn' : this.#word);
  }

  /** The answer, when the run has ended or `done` says so. */
  get found(): FoundPass | null {
    const r = this.#readerTask();
    if (r === undefined) return null;
    if (r.inPass) this.#inFlight(r);
    const words = this.#word === 'any' ? (['torn', 'fallback', 'retry', 0] as const) : [this.#word];
    for (const word of words) {
      const pass = this.#first.get(word);
      if (pass !== undefined) return pass;
    }
    return null;
  }

  /** The run ended with this pass under way: failed attempts count, and starve it. */
  #inFlight(r: Reader): void {
    if (r.counts.retries > this.#retries) this.#note('retry', r);
    if (r.counts.fallbacks > this.#fallbacks) this.#note('fallback', r);
    if (r.failedHere > 0) this.#note('starved', r);
  }

  #readerTask(): Reader | undefined {
    const { readers } = this.#world;
    return this.#reader === null ? readers[0] : readers.find(({ name }) => name === this.#reader);
  }

  #isIt(r: Reader): boolean {
    return r === this.#readerTask();
  }

  #note(word: PassWord | number, r: Reader): void {
    if (this.#first.has(word)) return;
    this.#first.set(word, { reader: r.name, index: r.passIndex, startNs: r.passStartNs });
  }
}
