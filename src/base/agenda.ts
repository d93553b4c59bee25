/**
 * A queue of events in order of their due time: a binary heap ordered by (timeNs, seq) in flat
 * arrays. Events of the same time come in the order of insertion. Nothing is allocated between two
 * events.
 */
export class Agenda {
  #times = new Float64Array(16);
  #seqs = new Float64Array(16);
  #items = new Int32Array(16);
  #size = 0;
  #nextSeq = 0;

  get size(): number {
    return this.#size;
  }

  /** Time of the earliest entry, or Infinity. */
  get firstNs(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  push(timeNs: number, item: number): void {
    if (this.#size === this.#times.length) this.#grow();
    const seq = this.#nextSeq++;
    let at = this.#size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.#times[parent]! <= timeNs) break; // the older entry wins a tie
      this.#move(parent, at);
      at = parent;
    }
    this.#times[at] = timeNs;
    this.#seqs[at] = seq;
    this.#items[at] = item;
  }

  /** Removes the earliest entry and returns its item; -1 when empty. */
  pop(): number {
    if (this.#size === 0) return -1;
    const item = this.#items[0]!;
    const last = --this.#size;
    if (last > 0) this.#sift(this.#times[last]!, this.#seqs[last]!, this.#items[last]!);
    return item;
  }

  #sift(timeNs: number, seq: number, item: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#before(child + 1, child)) child++;
      const childNs = this.#times[child]!;
      if (timeNs < childNs || (timeNs === childNs && seq < this.#seqs[child]!)) break;
      this.#move(child, at);
      at = child;
    }
    this.#times[at] = timeNs;
    this.#seqs[at] = seq;
    this.#items[at] = item;
  }

  #before(a: number, b: number): boolean {
    const ta = this.#times[a]!;
    const tb = this.#times[b]!;
    return ta < tb || (ta === tb && this.#seqs[a]! < this.#seqs[b]!);
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from]!;
    this.#seqs[to] = this.#seqs[from]!;
    this.#items[to] = this.#items[from]!;
  }

  #grow(): void {
    const size = this.#times.length * 2;
    const times = new Float64Array(size);
    times.set(this.#times);
    this.#times = times;
    const seqs = new Float64Array(size);
    seqs.set(this.#seqs);
    this.#seqs = seqs;
    const items = new Int32Array(size);
    items.set(this.#items);
    this.#items = items;
  }
}
