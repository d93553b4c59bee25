/**
 * A piece of a world on its way: out of it, as words, or back into it.
 *
 * Whoever knows a piece says its fields once, for both ways: `m.mapCount = words.one(m.mapCount)`.
 * On the way out `one` notes the number and gives it back; on the way in it gives the number that
 * was noted. So nothing can be saved that is not restored, or in another order.
 */
import { grownFloat64 } from '../base/grow.ts';

export class Words {
  words: Float64Array = new Float64Array(1024);
  /** Where the next word stands. */
  at = 0;
  /** On the way out. */
  saving = true;
  /** Of its own, to save to. */
  #own: Float64Array = this.words;

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

  #grow(): void {
    this.#own = grownFloat64(this.words, this.at + 1);
    this.words = this.#own;
  }
}
