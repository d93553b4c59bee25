/**
 * What steps have come to: a table of outcomes, each known by the task's choices, by what it sees
 * of the shared state, by its own number and, where that matters, by its pass (transitions.ts).
 */
import { roomierInt32 } from '../base/grow.ts';
import { RowInterner } from '../base/row-interner.ts';
import type { KernelFault } from '../mm/kernel-fault.ts';
import type { FinishedText } from './search-world.ts';
import { type News, REACHES_NOBODY } from './state-numbers.ts';

/** What a transition can bring to light. Plain data. */
export type Event =
  | { readonly kind: 'text'; readonly text: FinishedText }
  /** Attempts at the record where the reader stands: those that failed, and the retry under way. */
  | { readonly kind: 'attempts'; readonly reader: number; readonly attempts: number }
  | { readonly kind: 'fault'; readonly fault: Pick<KernelFault, 'kind' | 'message'> }
  | { readonly kind: 'deadlock' };

/** No other combination of choices is left to try. */
export const NO_VIA = -1;

/** The outcome is the same whatever the oracle knows of the task's pass, and leaves that alone. */
export const ANY_PASS = -1;

/** Flags of an outcome. */
export const SLEEPS = 1;
export const FINISHED = 2;
export const FAULT = 4;
const HAS_EVENTS = 8;
/** The reader that took the step got a record (or page). */
export const PROGRESS = 16;
/** The oracle was told something that passes must know. */
const HAS_NEWS = 32;
/** No outcome: it depends on the pass. */
export const ASKS_PASS = 64;

/** Numbers that an outcome is known by: via, what it sees, number of the task, its pass. */
const KNOWN = 4;
const VIA = 0;

/** Numbers of an outcome. */
const COLUMNS = 6;
const SEEN = 0;
const OWN = 1;
const PASS = 2;
const NEXT = 3;
const FLAGS = 4;
const REACH = 5;

/** What a task has come to. */
export interface Outcome {
  /** What was looked at of the shared state, as it is afterwards (see SeenColumns). */
  seen: number;
  /** The task's own number afterwards, and its pass or ANY_PASS. */
  readonly own: number;
  readonly pass: number;
  /** Its next combination of choices, or NO_VIA. */
  readonly next: number;
  readonly flags: number;
  /** What others can notice: REACHES_… flags. */
  readonly reach: number;
  readonly events: readonly Event[];
  readonly news: readonly News[];
  /** Of how many it has chosen one, each time that it chose. */
  readonly choices: readonly number[];
}

const NONE: readonly never[] = [];

/** Nothing has happened, for a reason that flags tell. */
export const noOutcome = (flags: number): Outcome => ({
  seen: 0,
  own: 0,
  pass: ANY_PASS,
  next: NO_VIA,
  flags,
  reach: REACHES_NOBODY,
  events: NONE,
  news: NONE,
  choices: NONE,
});

export class Outcomes {
  /** By row number the outcome. */
  readonly #known = new RowInterner(KNOWN);
  readonly #row = new Int32Array(KNOWN);
  #columns = new Int32Array(64 * COLUMNS);
  readonly #events = new Map<number, readonly Event[]>();
  readonly #news = new Map<number, readonly News[]>();
  readonly #choices = new Map<number, readonly number[]>();

  get count(): number {
    return this.#known.count;
  }

  get bytes(): number {
    return this.#known.bytes + this.#columns.byteLength;
  }

  clear(): void {
    this.#known.clear();
    this.#events.clear();
    this.#news.clear();
    this.#choices.clear();
  }

  /** The number of an outcome, or -1. */
  find(via: number, seen: number, own: number, pass: number): number {
    return this.#known.find(this.#key(via, seen, own, pass));
  }

  keep(via: number, seen: number, own: number, pass: number, outcome: Outcome): number {
    const id = this.#known.idOf(this.#key(via, seen, own, pass));
    const at = id * COLUMNS;
    if (at + COLUMNS > this.#columns.length) {
      this.#columns = roomierInt32(this.#columns, at + COLUMNS);
    }
    const { events, news, choices } = outcome;
    if (events.length > 0) this.#events.set(id, events);
    if (news.length > 0) this.#news.set(id, news);
    if (choices.length > 0) this.#choices.set(id, choices);
    const has = (events.length > 0 ? HAS_EVENTS : 0) | (news.length > 0 ? HAS_NEWS : 0);
    this.#columns[at + SEEN] = outcome.seen;
    this.#columns[at + OWN] = outcome.own;
    this.#columns[at + PASS] = outcome.pass;
    this.#columns[at + NEXT] = outcome.next;
    this.#columns[at + FLAGS] = outcome.flags | has;
    this.#columns[at + REACH] = outcome.reach;
    return id;
  }

  #key(via: number, seen: number, own: number, pass: number): Int32Array {
    const row = this.#row;
    row[VIA] = via;
    row[1] = seen;
    row[2] = own;
    row[3] = pass;
    return row;
  }

  viaOf(outcome: number): number {
    return this.#known.rows[KNOWN * outcome + VIA]!;
  }

  seenAfter(outcome: number): number {
    return this.#columns[outcome * COLUMNS + SEEN]!;
  }

  ownAfter(outcome: number): number {
    return this.#columns[outcome * COLUMNS + OWN]!;
  }

  passAfter(outcome: number): number {
    return this.#columns[outcome * COLUMNS + PASS]!;
  }

  reachOf(outcome: number): number {
    return this.#columns[outcome * COLUMNS + REACH]!;
  }

  /** The task's next combination of choices, or NO_VIA. */
  nextVia(outcome: number): number {
    return this.#columns[outcome * COLUMNS + NEXT]!;
  }

  canRun(outcome: number): boolean {
    return !this.#is(outcome, SLEEPS | FINISHED);
  }

  isFinished(outcome: number): boolean {
    return this.#is(outcome, FINISHED);
  }

  /** It ends in a fault of the kernel: there is no state after it. */
  isFault(outcome: number): boolean {
    return this.#is(outcome, FAULT);
  }

  /** The reader that took the step got a record (or page). */
  isProgress(outcome: number): boolean {
    return this.#is(outcome, PROGRESS);
  }

  asksPass(outcome: number): boolean {
    return this.#is(outcome, ASKS_PASS);
  }

  hasEvents(outcome: number): boolean {
    return this.#is(outcome, HAS_EVENTS);
  }

  eventsOf(outcome: number): readonly Event[] {
    return this.hasEvents(outcome) ? this.#events.get(outcome)! : NONE;
  }

  /** Its events are known to whoever wants them: from now on it has none. */
  forgetEvents(outcome: number): void {
    this.#columns[outcome * COLUMNS + FLAGS]! &= ~HAS_EVENTS;
    this.#events.delete(outcome);
  }

  newsOf(outcome: number): readonly News[] {
    return this.#is(outcome, HAS_NEWS) ? this.#news.get(outcome)! : NONE;
  }

  /** Of how many the step has chosen one, each time that it chose. */
  choicesOf(outcome: number): readonly number[] {
    return this.#choices.get(outcome) ?? NONE;
  }

  #is(outcome: number, flags: number): boolean {
    return (this.#columns[outcome * COLUMNS + FLAGS]! & flags) !== 0;
  }
}
