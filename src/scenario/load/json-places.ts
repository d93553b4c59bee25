/**
 * Finds the places of values in a JSON text. The text is scanned again, a collection at a time,
 * only when a fault is found; each collection is scanned at most once.
 */

import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  stringEnd,
} from './json-scan.ts';
import type { Offsets, Path } from './place.ts';

const COMMA = 0x2c;

export class JsonPlaces {
  readonly #json: string;
  #root: Offsets | null = null;
  /** By the offset of the opening bracket. */
  readonly #parts = new Map<number, ReadonlyMap<string | number, Offsets>>();

  /** @param json text that JSON.parse accepts, no object with a key twice */
  constructor(json: string) {
    this.#json = json;
  }

  /** The value at this path, or the nearest thing around it. */
  find(path: Path): Offsets {
    let place = this.#whole();
    for (const step of path) {
      const part = this.#partsOf(place.start).get(step);
      if (part === undefined) break;
      place = part;
    }
    return place;
  }

  #whole(): Offsets {
    if (this.#root === null) {
      const start = this.#skipSpace(0);
      this.#root = { start, end: this.#valueEnd(start), keyStart: 0, keyEnd: 1 };
    }
    return this.#root;
  }

  #partsOf(open: number): ReadonlyMap<string | number, Offsets> {
    let parts = this.#parts.get(open);
    if (parts === undefined) {
      parts = this.#scan(open);
      this.#parts.set(open, parts);
    }
    return parts;
  }

  #scan(open: number): Map<string | number, Offsets> {
    const json = this.#json;
    const parts = new Map<string | number, Offsets>();
    const isObject = json.charCodeAt(open) === OPEN_OBJECT;
    if (!isObject && json.charCodeAt(open) !== OPEN_ARRAY) return parts;
    let at = this.#skipSpace(open + 1);
    while (!isClose(json.charCodeAt(at))) {
      let start = at;
      let end = this.#valueEnd(start);
      const [keyStart, keyEnd] = [start, end]; // without a key these are the value's
      let step: string | number = parts.size;
      if (isObject) {
        step = JSON.parse(json.slice(keyStart, keyEnd)) as string;
        start = this.#skipSpace(keyEnd, COLON);
        end = this.#valueEnd(start);
      }
      parts.set(step, { start, end, keyStart, keyEnd });
      at = this.#skipSpace(end, COMMA);
    }
    return parts;
  }

  /** Past spaces, and past one such character among them. */
  #skipSpace(from: number, over = -1): number {
    let at = from;
    for (; at < this.#json.length; at++) {
      const code = this.#json.charCodeAt(at);
      if (code > 0x20 && code !== over && code !== 0xfeff) break;
    }
    return at;
  }

  /** Offset behind the value that begins here. */
  #valueEnd(start: number): number {
    const json = this.#json;
    let depth = 0;
    for (let at = start; at < json.length; at++) {
      const code = json.charCodeAt(at);
      if (code === QUOTE) {
        const end = stringEnd(json, at);
        if (depth === 0) return end;
        at = end - 1;
      } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth++;
      else if (isClose(code)) {
        if (depth === 0) return at;
        if (--depth === 0) return at + 1;
      } else if (depth === 0 && (code === COMMA || code <= 0x20)) return at;
    }
    return json.length;
  }
}

function isClose(code: number): boolean {
  return code === CLOSE_OBJECT || code === CLOSE_ARRAY;
}
