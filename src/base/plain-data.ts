/**
 * An interner for plain data that never changes: equal data gets the same number, and the data can
 * be looked up by its number. Each object is compared only the first time.
 */
import { WordInterner } from './word-interner.ts';

const NUMBER = 0;
const TEXT = 1;
const LIST = 2;
const RECORD = 3;
/** undefined, null, false, true. */
const OTHER = 4;

export class PlainData<T extends object> {
  readonly #known = new WeakMap<object, number>();
  readonly #things: T[] = [];
  readonly #rows = new WordInterner();
  readonly #texts = new Map<string, number>();
  readonly #words: number[] = [];

  /** -1 for null. */
  idOf(thing: T | null): number {
    if (thing === null) return -1;
    let id = this.#known.get(thing);
    if (id === undefined) {
      this.#words.length = 0;
      this.#put(thing);
      id = this.#rows.idOf(Float64Array.from(this.#words), this.#words.length);
      this.#known.set(thing, id);
      if (id === this.#things.length) this.#things.push(thing);
    }
    return id;
  }

  thingOf(id: number): T | null {
    return id < 0 ? null : this.#things[id]!;
  }

  #put(value: unknown): void {
    const words = this.#words;
    if (typeof value === 'number') words.push(NUMBER, value);
    else if (typeof value === 'string') words.push(TEXT, this.#textId(value));
    else if (Array.isArray(value)) {
      words.push(LIST, value.length);
      for (const item of value) this.#put(item);
    } else if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value);
      words.push(RECORD, entries.length);
      for (const [key, item] of entries) {
        words.push(this.#textId(key));
        this.#put(item);
      }
    } else words.push(OTHER + (value === undefined ? 0 : value === null ? 1 : value ? 3 : 2));
  }

  #textId(text: string): number {
    const id = this.#texts.get(text) ?? this.#texts.size;
    this.#texts.set(text, id);
    return id;
  }
}
