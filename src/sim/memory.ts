/**
 * Saves parts of a world as words, and restores them.
 *
 * Each part lists its fields once for both directions: `m.mapCount = words.one(m.mapCount)`. When a
 * part is saved, `one` stores the number and returns it; when it is restored, `one` returns the
 * stored number. So every saved field is restored, and in the same order.
 */
import { grownFloat64 } from '../base/grow.ts';
import { PlainData } from '../base/plain-data.ts';
import type { AnyStep } from './step.ts';

export class Words {
  words: Float64Array = new Float64Array(1024);
  /** Where the next word stands. */
  at = 0;
  /** On the way out. */
  saving = true;
  /** Of its own, to save to. */
  #own: Float64Array = this.words;
  /** What is no number has one here, so what was saved with one Words is restored with the same. */
  readonly #data = new PlainData<object>();
  readonly #stepIds = new Map<AnyStep, number>();
  readonly #steps: AnyStep[] = [];

  save(): this {
    this.words = this.#own;
    this.at = 0;
    this.saving = true;
    return this;
  }

  restore(words: Float64Array, at: number): this {
    this.words = words;
    this.at = at;
    this.saving = false;
    return this;
  }

  one(value: number): number {
    if (!this.saving) return this.words[this.at++]!;
    if (this.at === this.words.length) this.#grow();
    this.words[this.at++] = value;
    return value;
  }

  flag(value: boolean): boolean {
    return this.one(value ? 1 : 0) === 1;
  }

  /** The first so many of these. */
  column(column: Float64Array | Int32Array, count: number): void {
    for (let i = 0; i < count; i++) column[i] = this.one(column[i]!);
  }

  list(list: number[]): void {
    const length = this.one(list.length);
    while (list.length > length) list.pop();
    for (let i = 0; i < length; i++) {
      if (i === list.length) list.push(this.one(0));
      else list[i] = this.one(list[i]!);
    }
  }

  /** Plain data that never changes counts for what it says. */
  data<T extends object>(thing: T | null): T | null {
    if (!this.saving) return this.#data.thingOf(this.one(0)) as T | null;
    this.one(this.#data.idOf(thing));
    return thing;
  }

  step(step: AnyStep): AnyStep {
    if (!this.saving) return this.#steps[this.one(0)]!;
    let id = this.#stepIds.get(step);
    if (id === undefined) {
      id = this.#steps.push(step) - 1;
      this.#stepIds.set(step, id);
    }
    this.one(id);
    return step;
  }

  #grow(): void {
    this.#own = grownFloat64(this.words, this.at + 1);
    this.words = this.#own;
  }
}
