/**
 * Runs a small world step by step: with the order of a timed run or with tasks chosen by the
 * caller, back by some steps, or until an event happens. The result is a schedule for replay.
 */

import { LINE_FIELDS } from '../mm/line.ts';
import { formatText } from '../proc/format.ts';
import { FALLBACK_PENDING, RETRY_PENDING } from '../proc/reader.ts';
import { type Schedule, type ScheduleItem, scheduleText } from '../sim/schedule.ts';
import { committedText } from '../world/final.ts';
import { Replay } from './replay.ts';
import type { Course, MarkedText, ScheduleStep } from './search-outcome.ts';
import type { SearchWorld } from './search-world.ts';

/** What `until` waits for. */
export type Awaited = 'retry' | 'fallback' | 'cut' | { readonly address: string };

/** Steps of one `until`. */
const UNTIL_MAX = 100_000;

export class Stepper {
  readonly #fresh: () => SearchWorld;
  /** Steps in the order of a timed run. */
  readonly #order: Schedule;
  #world: SearchWorld;
  #replay: Replay;
  #items: ScheduleItem[] = [];
  /** The first step of the order that has not been taken. */
  #at = 0;
  /** By task: steps of the order behind that one that it has taken. */
  #early: number[] = [];

  constructor(fresh: () => SearchWorld, order: Schedule) {
    this.#fresh = fresh;
    this.#order = order;
    this.#world = fresh();
    this.#replay = new Replay(this.#world);
  }

  get world(): SearchWorld {
    return this.#world;
  }

  get steps(): readonly ScheduleStep[] {
    return this.#replay.steps;
  }

  get texts(): readonly MarkedText[] {
    return this.#replay.texts;
  }

  /** Steps so far, and what came of them. */
  course(): Course {
    return this.#replay.course();
  }

  /** What the task's next step would do; null: it cannot take one. */
  ahead(task: number): Pick<ScheduleStep, 'name' | 'effects'> | null {
    return this.#world.canRun(task) ? this.#replay.ahead(task) : null;
  }

  /** Begins again, and follows a schedule. Returns why it does not fit, or null. */
  follow(schedule: Schedule): string | null {
    this.back(this.#items.length);
    for (const item of schedule) {
      const error = this.#replay.take(item);
      if (error !== null) return error;
      this.#note(this.#replay.steps.at(-1)!);
    }
    return null;
  }

  get schedule(): string {
    return scheduleText(this.#items);
  }

  /** Whose turn it is by the timed run; of those that can go on. Null: nobody can. */
  next(): number | null {
    const early = [...this.#early];
    for (let i = this.#at; i < this.#order.length; i++) {
      const { task } = this.#order[i]!;
      if ((early[task] ?? 0) > 0) early[task]!--;
      else if (this.#world.canRun(task)) return task;
    }
    const left = this.#world.tasks.find(({ id }) => this.#world.canRun(id));
    return left?.id ?? null;
  }

  /** The task takes a step. Returns the step, or why it cannot. */
  take(task: number): ScheduleStep | string {
    if (!this.#world.canRun(task)) {
      const { name } = this.#world.tasks[task]!;
      const sleeps = this.#world.isAsleep(task);
      return sleeps
        ? `${name} sleeps until another task wakes it`
        : `${name} has nothing left to do`;
    }
    const before = this.#replay.steps.length;
    const chosen = { task, choices: this.#choicesOf(task) };
    // In another order than the run's there may be less to choose from.
    const fits = chosen.choices.length === 0 || this.#replay.fits(chosen);
    const error = this.#replay.take(fits ? chosen : { task, choices: [] });
    if (error !== null) return error;
    const step = this.#replay.steps[before]!;
    this.#note(step);
    return step;
  }

  /** What the timed run chose in the step that the task takes next. */
  #choicesOf(task: number): readonly number[] {
    let early = this.#early[task] ?? 0;
    for (let i = this.#at; i < this.#order.length; i++) {
      const item = this.#order[i]!;
      if (item.task === task && early-- === 0) return item.choices;
    }
    return [];
  }

  #note({ task, choices }: ScheduleItem): void {
    this.#items.push({ task, choices });
    this.#early[task] = (this.#early[task] ?? 0) + 1;
    for (; this.#at < this.#order.length; this.#at++) {
      const { task: due } = this.#order[this.#at]!;
      if ((this.#early[due] ?? 0) === 0) break;
      this.#early[due]!--;
    }
  }

  /** Steps by the timed run until it happens, the last one included; null: it does not happen. */
  until(what: Awaited): readonly ScheduleStep[] | null {
    const taken: ScheduleStep[] = [];
    for (let i = 0; i < UNTIL_MAX; i++) {
      const task = this.next();
      if (task === null) return null;
      const pending = this.#pending();
      const texts = this.#replay.texts.length;
      const step = this.take(task);
      if (typeof step === 'string') return null;
      taken.push(step);
      if (this.#happened(what, step, { pending, texts })) return taken;
    }
    return null;
  }

  /** Goes back so many steps: a fresh world takes the others again. */
  back(count: number): void {
    const items = this.#items.slice(0, Math.max(0, this.#items.length - count));
    this.#world = this.#fresh();
    this.#replay = new Replay(this.#world);
    this.#items = [];
    this.#at = 0;
    this.#early = [];
    for (const item of items) {
      this.#replay.take(item);
      this.#note(item);
    }
  }

  /** What each reader has printed of its pass so far. */
  printed(): readonly { readonly reader: string; readonly text: string }[] {
    return this.#world.world.readers.map((r) => ({
      reader: r.name,
      text: formatText(
        r.lines.subarray(0, r.lineCount * LINE_FIELDS),
        r.lineCount,
        this.#world.kernel,
        null,
      ),
    }));
  }

  /** The state in force as maps text. */
  committed(): Uint8Array {
    return committedText(this.#world.world);
  }

  #pending(): readonly number[] {
    return this.#world.world.readers.map(({ pending }) => pending);
  }

  #happened(
    what: Awaited,
    step: ScheduleStep,
    before: { readonly pending: readonly number[]; readonly texts: number },
  ): boolean {
    if (what === 'cut') {
      return this.#replay.texts.slice(before.texts).some(({ tearing }) => tearing.cuts > 0);
    }
    if (typeof what === 'object') return step.effects.some((text) => text.includes(what.address));
    const wanted = what === 'retry' ? RETRY_PENDING : FALLBACK_PENDING;
    const failed = step.effects.some((text) => text.startsWith('fails:'));
    return this.#pending().some(
      (now, i) => now === wanted && (now !== before.pending[i] || failed),
    );
  }
}
