/**
 * A segment tree: counters 0 … n-1 with increments over ranges, and their minimum.
 */
export class MinTree {
  #size = 0;
  #leaves = 1;
  // For each subtree what was added to all of it, and its least value with that.
  #added = new Int32Array(2);
  #least = new Int32Array(2);

  reset(size: number): void {
    let leaves = 1;
    while (leaves < size) leaves *= 2;
    this.#size = size;
    this.#leaves = leaves;
    if (this.#added.length < leaves * 2) {
      this.#added = new Int32Array(leaves * 2);
      this.#least = new Int32Array(leaves * 2);
    } else {
      this.#added.fill(0, 0, leaves * 2);
      this.#least.fill(0, 0, leaves * 2);
    }
    // Leaves beyond the last counter must never be the least.
    if (size < leaves) this.#add(1, 0, leaves, { from: size, to: leaves, delta: 1 << 30 });
  }

  get least(): number {
    return this.#least[1]!;
  }

  add(from: number, to: number, delta: number): void {
    if (from < to && to <= this.#size) this.#add(1, 0, this.#leaves, { from, to, delta });
  }

  #add(
    node: number,
    low: number,
    high: number,
    change: { readonly from: number; readonly to: number; readonly delta: number },
  ): void {
    if (change.from <= low && high <= change.to) {
      this.#added[node]! += change.delta;
      this.#least[node]! += change.delta;
      return;
    }
    const middle = (low + high) >>> 1;
    if (change.from < middle) this.#add(node * 2, low, middle, change);
    if (change.to > middle) this.#add(node * 2 + 1, middle, high, change);
    this.#least[node] =
      this.#added[node]! + Math.min(this.#least[node * 2]!, this.#least[node * 2 + 1]!);
  }
}
