/** An interner: equal keys get the same number, and the value can be looked up by its number. */
export class Interned<T> {
  readonly #ids = new Map<string, number>();
  readonly #things: T[] = [];

  /** @param key says everything about the thing */
  idOf(key: string, thing: T): number {
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#things.length;
      this.#ids.set(key, id);
      this.#things.push(thing);
    }
    return id;
  }

  thingOf(id: number): T {
    const thing = this.#things[id];
    if (thing === undefined) throw new Error(`nothing has number ${id}`);
    return thing;
  }

  get size(): number {
    return this.#things.length;
  }
}
