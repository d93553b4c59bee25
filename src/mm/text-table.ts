/**
 * Texts of lines, interned: files by what they print, names, device columns. An id stands for the
 * bytes, so comparing two lines is comparing numbers. Texts are binary strings, one char a byte.
 */
export class TextTable {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #bytes: Uint8Array[] = [];

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
      this.#bytes.push(Uint8Array.from(text, (char) => char.charCodeAt(0)));
    }
    return id;
  }

  textOf(id: number): string {
    return this.#texts[id]!;
  }

  bytesOf(id: number): Uint8Array {
    return this.#bytes[id]!;
  }
}
