/**
 * Interned texts of lines: files by their printed text, names, device columns. An id stands for the
 * bytes, so two lines are compared as numbers. Texts are binary strings, one char per byte.
 */
import { type WordText, wordText } from '../base/byte-buffer.ts';

export class TextTable {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #words: WordText[] = [];

  /** @param none the text of id 0 */
  constructor(none: string) {
    this.idOf(none);
  }

  idOf(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      id = this.#texts.length;
      this.#ids.set(text, id);
      this.#texts.push(text);
      this.#words.push(wordText(text));
    }
    return id;
  }

  textOf(id: number): string {
    return this.#texts[id]!;
  }

  wordsOf(id: number): WordText {
    return this.#words[id]!;
  }
}
