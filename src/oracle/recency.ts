/**
 * A list of items with time stamps, newest first: an item that is used again moves to the front,
 * and items that cannot be needed any more are dropped from the end.
 */

export interface Stamped<T> {
  stamp: number;
  newer: T | null;
  older: T | null;
}

export class RecencyList<T extends Stamped<T>> {
  newest: T | null = null;
  #oldest: T | null = null;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Puts an item that is not in the list in front. Stamps must not fall. */
  push(item: T, stamp: number): void {
    item.stamp = stamp;
    item.newer = null;
    item.older = this.newest;
    if (this.newest === null) this.#oldest = item;
    else this.newest.newer = item;
    this.newest = item;
    this.#length++;
  }

  remove(item: T): void {
    if (item.newer === null) this.newest = item.older;
    else item.newer.older = item.older;
    if (item.older === null) this.#oldest = item.newer;
    else item.older.newer = item.newer;
    item.newer = null;
    item.older = null;
    this.#length--;
  }

  /** Takes the oldest item out if its stamp is not above `stamp`; null if there is none. */
  takeUpTo(stamp: number): T | null {
    const oldest = this.#oldest;
    if (oldest === null || oldest.stamp > stamp) return null;
    this.remove(oldest);
    return oldest;
  }

  clear(): void {
    this.newest = null;
    this.#oldest = null;
    this.#length = 0;
  }
}
