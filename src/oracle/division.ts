/**
 * The division of a text into pieces with the fewest cuts inside a page and, of these, the fewest
 * between pages.
 *
 * Items 0 … n+1 are the start of the text, its n lines and its end. A part of a piece is a piece,
 * so the leftmost item from which a piece can reach item j never falls as j grows: two pointers
 * find it, and the least cost over the items in between is the least of a sliding window.
 */
import { MinTree } from './min-tree.ts';
import { NOWHERE } from './pass-states.ts';
import type { CutLine } from './verdict.ts';

/** Of cost: a cut inside a page, when one between pages is 1. Above any number of lines. */
const IN_PAGE = 2 ** 32;

interface TextPages {
  readonly pageOf: Int32Array;
  readonly count: number;
  /** The page in which the end of the list was found. */
  readonly endPage: number;
}

/** The states of a pass, 0 … count - 1. */
export interface DividedStates {
  readonly count: number;
  /** The states without this pair of items: first, last + 1, first, last + 1, … */
  absent(pair: number): readonly number[];
}

export class Divider {
  readonly #tree = new MinTree();
  #best = new Float64Array(16); // least cost of a division of the items up to this one
  #start = new Float64Array(16); // least cost when a piece starts at this item
  #from = new Int32Array(16); // where the last piece of that division starts
  #queue = new Int32Array(16); // items of the window whose costs rise

  /**
   * @param standing for each item but the last how it and the next one stand in the states of
   * the pass (EVERYWHERE, NOWHERE or a pair's number)
   * @returns the cuts, rising; of several best divisions that whose cuts come latest
   */
  divide(standing: Int32Array, text: TextPages, states: DividedStates): CutLine[] {
    const items = text.count + 2;
    if (this.#best.length < items) {
      this.#best = new Float64Array(items * 2);
      this.#start = new Float64Array(items * 2);
      this.#from = new Int32Array(items * 2);
      this.#queue = new Int32Array(items * 2);
    }
    this.#tree.reset(states.count);
    this.#sweep(standing, text, states);
    const cuts: CutLine[] = [];
    for (let item = this.#from[items - 1]!; item > 0; item = this.#from[item - 1]!) {
      cuts.push({ line: item - 1, inPage: pageOf(text, item - 1) === pageOf(text, item) });
    }
    return cuts.reverse();
  }

  #sweep(standing: Int32Array, text: TextPages, states: DividedStates): void {
    const best = this.#best;
    const start = this.#start;
    const queue = this.#queue;
    let head = 0;
    let tail = 0;
    let leftmost = 0;
    for (let item = 0; item < text.count + 2; item++) {
      start[item] = 0;
      if (item > 0) {
        const samePage = pageOf(text, item - 1) === pageOf(text, item);
        start[item] = best[item - 1]! + (samePage ? IN_PAGE : 1);
        leftmost = this.#leftmost(standing, states, leftmost, item);
      }
      while (tail > head && start[queue[tail - 1]!]! >= start[item]!) tail--;
      queue[tail++] = item;
      while (queue[head]! < leftmost) head++;
      best[item] = start[queue[head]!]!;
      this.#from[item] = queue[head]!;
    }
  }

  /** Takes the pair that ends at `item` in, and lets go of as many on the left as that needs. */
  #leftmost(standing: Int32Array, states: DividedStates, from: number, item: number): number {
    let left = from;
    const pair = standing[item - 1]!;
    if (pair === NOWHERE) {
      for (; left < item - 1; left++) this.#count(standing[left]!, states, -1);
      return item;
    }
    this.#count(pair, states, 1);
    while (this.#tree.least > 0) this.#count(standing[left++]!, states, -1);
    return left;
  }

  /** The counters of the states without this pair. */
  #count(pair: number, states: DividedStates, delta: number): void {
    if (pair < 0) return;
    const absent = states.absent(pair);
    for (let i = 0; i < absent.length; i += 2) this.#tree.add(absent[i]!, absent[i + 1]!, delta);
  }
}

function pageOf(text: TextPages, item: number): number {
  if (item > text.count || text.count === 0) return text.endPage;
  return text.pageOf[Math.max(item - 1, 0)]!;
}
