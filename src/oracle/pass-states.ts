/**
 * The states of one pass, numbered so that questions about a pair of lines have short answers.
 *
 * The states form a tree with the state in force as its root (history.ts). Numbered in preorder,
 * the states below any one of them are consecutive. A difference between a state and its parent
 * that mentions a pair settles it for the state and for all below, until another one does; so the
 * states without a given pair are few ranges of numbers.
 */
import type { Edge } from './edge.ts';
import type { History } from './history.ts';
import type { LineTable } from './line-table.ts';
import type { Section } from './section.ts';

/** How a pair stands in the states of the pass. Numbers from 0 name a pair that stands in some. */
export const EVERYWHERE = -1;
export const NOWHERE = -2;
/**
 * No difference mentions the pair: it stands in all states or in none, whichever the live tree
 * says.
 */
export const UNCHANGED = -3;

const NONE = -1;

/** Places in an Edge: the lower neighbour, the lines [from, to), the upper neighbour. */
interface Chain {
  readonly below: number;
  readonly from: number;
  readonly to: number;
  readonly above: number;
}

function grown(array: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const bigger = new Int32Array(Math.max(size, array.length * 2));
  bigger.set(array);
  return bigger;
}

export class PassStates {
  /** Number of states. */
  count = 1;
  // For each state: where it stands in preorder and how many states its subtree has.
  #position = new Int32Array(16);
  #subtree = new Int32Array(16);
  #nextFree = new Int32Array(16);
  readonly #parent: number[] = [];
  readonly #edges: Edge[] = [];

  // For each line id, valid where its serial is that of this judgement: the pairs that it begins;
  // whether a difference mentions it.
  #serial = 0;
  #pairsOf = new Int32Array(64);
  #pairsSerial = new Int32Array(64);
  #seenSerial = new Int32Array(64);
  readonly seen: number[] = [];

  // For each pair that was asked for.
  readonly #second: number[] = [];
  readonly #nextOfFirst: number[] = [];
  readonly #inForce: boolean[] = [];
  readonly #net: number[] = [];
  readonly #changes: number[][] = []; // state * 2 + (1: it has the pair, and its parent has not)
  readonly #absent: number[][] = [];
  readonly #touched: number[] = [];

  /** Numbers the states that were in force after `began`. */
  begin(history: History, table: LineTable, began: number): void {
    this.#serial++;
    if (this.#pairsOf.length < table.count) {
      this.#pairsOf = grown(this.#pairsOf, table.count);
      this.#pairsSerial = grown(this.#pairsSerial, table.count);
      this.#seenSerial = grown(this.#seenSerial, table.count);
    }
    for (const list of [this.seen, this.#second, this.#nextOfFirst, this.#inForce, this.#net]) {
      list.length = 0;
    }
    this.#changes.length = 0;
    this.#absent.length = 0;
    this.#parent.length = 1;
    this.#parent[0] = NONE;
    this.#edges.length = 1;
    history.inForce.index = 0;
    for (let n = history.left.newest; n !== null && n.stamp > began; n = n.older) {
      n.index = this.#parent.length;
      this.#parent.push(n.next!.index);
      this.#edges.push(n.edge);
    }
    this.#number();
  }

  /** Names a pair of line ids; asked again, it has the same name. */
  ask(first: number, second: number): number {
    const known = this.#pair(first, second);
    if (known !== NONE) return known;
    const pair = this.#second.length;
    this.#second.push(second);
    this.#nextOfFirst.push(
      this.#pairsSerial[first] === this.#serial ? this.#pairsOf[first]! : NONE,
    );
    this.#pairsOf[first] = pair;
    this.#pairsSerial[first] = this.#serial;
    this.#inForce.push(false);
    this.#net.push(0);
    this.#changes.push([]);
    this.#absent.push([]);
    return pair;
  }

  /** Looks through all differences for the pairs that have been asked for. */
  look(section: Section | null, open: Edge): void {
    if (section !== null) this.#lookAtOpen(open);
    for (let state = 1; state < this.count; state++) {
      this.#countPairs(this.#edges[state]!);
      for (const pair of this.#touched) {
        const net = this.#net[pair]!;
        if (net !== 0) this.#changes[pair]!.push(state * 2 + (net > 0 ? 1 : 0));
        this.#net[pair] = 0;
      }
      this.#touched.length = 0;
    }
    this.#edges.length = 1; // keep nothing alive
  }

  /** How the pair stands: its own number again, EVERYWHERE, NOWHERE or UNCHANGED. */
  settle(pair: number): number {
    const changes = this.#changes[pair]!;
    if (changes.length === 0) return this.#inForce[pair] ? EVERYWHERE : UNCHANGED;
    const absent = this.#absentRanges(changes);
    this.#absent[pair] = absent;
    if (absent.length === 0) return EVERYWHERE;
    return absent[0] === 0 && absent[1] === this.count ? NOWHERE : pair;
  }

  /** Ranges of states (in preorder) without this pair: from, to, from, to … */
  absent(pair: number): readonly number[] {
    return this.#absent[pair]!;
  }

  /** Whether the line stands in a state that some difference, or the open section, mentions. */
  mentions(line: number): boolean {
    return this.#seenSerial[line] === this.#serial;
  }

  #number(): void {
    const count = this.#parent.length;
    this.count = count;
    if (this.#position.length < count) {
      this.#position = grown(this.#position, count);
      this.#subtree = grown(this.#subtree, count);
      this.#nextFree = grown(this.#nextFree, count);
    }
    this.#subtree.fill(1, 0, count);
    // A parent was left later than its children, hence has the smaller index.
    for (let i = count - 1; i > 0; i--) this.#subtree[this.#parent[i]!]! += this.#subtree[i]!;
    this.#position[0] = 0;
    this.#nextFree[0] = 1;
    for (let i = 1; i < count; i++) {
      const parent = this.#parent[i]!;
      const position = this.#nextFree[parent]!;
      this.#nextFree[parent] = position + this.#subtree[i]!;
      this.#position[i] = position;
      this.#nextFree[i] = position + 1;
    }
  }

  #pair(first: number, second: number): number {
    if (this.#pairsSerial[first] !== this.#serial) return NONE;
    let pair = this.#pairsOf[first]!;
    while (pair !== NONE && this.#second[pair] !== second) pair = this.#nextOfFirst[pair]!;
    return pair;
  }

  #see(line: number): void {
    if (this.#seenSerial[line] === this.#serial) return;
    this.#seenSerial[line] = this.#serial;
    this.seen.push(line);
  }

  /** What goes counts up, since the state that is left had it and the one that followed has not. */
  #countPairs(edge: Edge): void {
    for (let i = 0; i < edge.length; ) {
      const below = i + 2;
      const firstAfter = below + 1 + edge[i]!;
      const above = firstAfter + edge[i + 1]!;
      for (let k = below; k <= above; k++) this.#see(edge[k]!);
      this.#countChain(edge, { below, from: below + 1, to: firstAfter, above }, 1);
      this.#countChain(edge, { below, from: firstAfter, to: above, above }, -1);
      i = above + 1;
    }
  }

  #countChain(edge: Edge, chain: Chain, delta: number): void {
    let first = edge[chain.below]!;
    for (let k = chain.from; k < chain.to; k++) {
      const second = edge[k]!;
      this.#countPair(first, second, delta);
      first = second;
    }
    this.#countPair(first, edge[chain.above]!, delta);
  }

  #countPair(first: number, second: number, delta: number): void {
    const pair = this.#pair(first, second);
    if (pair === NONE) return;
    this.#net[pair]! += delta;
    this.#touched.push(pair);
  }

  /** What the open section found stands in the state in force. */
  #lookAtOpen(edge: Edge): void {
    for (let i = 0; i < edge.length; ) {
      const firstAfter = i + 3 + edge[i]!;
      const above = firstAfter + edge[i + 1]!;
      let first = edge[i + 2]!;
      this.#see(first);
      for (let k = i + 3; k <= firstAfter; k++) {
        const second = k < firstAfter ? edge[k]! : edge[above]!;
        this.#see(second);
        const pair = this.#pair(first, second);
        if (pair !== NONE) this.#inForce[pair] = true;
        first = second;
      }
      i = above + 1;
    }
  }

  #absentRanges(changes: readonly number[]): number[] {
    const at = (change: number): number => this.#position[change >>> 1]!;
    const sorted = [...changes].sort((a, b) => at(a) - at(b));
    // Nothing above the first one mentions the pair: the root differs from what it says.
    const ends = [this.count];
    const present = [(sorted[0]! & 1) === 0];
    const absent: number[] = [];
    let from = 0;
    const close = (to: number): void => {
      if (!present.at(-1) && from < to) {
        if (absent.at(-1) === from) absent[absent.length - 1] = to;
        else absent.push(from, to);
      }
      from = to;
    };
    for (const change of sorted) {
      while (ends.at(-1)! <= at(change)) {
        close(ends.pop()!);
        present.pop();
      }
      close(at(change));
      ends.push(at(change) + this.#subtree[change >>> 1]!);
      present.push((change & 1) === 1);
    }
    while (ends.length > 0) {
      close(ends.pop()!);
      present.pop();
    }
    return absent;
  }
}
