/**
 * The open write section: the changes that it plans, and the intermediate states of the tree.
 *
 * Until the section ends, the current state is the state before it. Inside the windows of the
 * section this state is read from the plan, because the live tree is only partly changed there;
 * elsewhere it is read from the live tree.
 */
import { assert } from '../base/assert.ts';
import type { PlanWindow } from '../mm/plan.ts';
import { type Edge, makeEdge } from './edge.ts';
import type { LineTable } from './line-table.ts';
import type { RangeLog } from './ranges.ts';

/** Where a window begins to matter: the start of its lower neighbour. */
const windowLow = (w: PlanWindow): number => w.prev?.start ?? Number.NEGATIVE_INFINITY;
/** Start of its upper neighbour. */
const windowHigh = (w: PlanWindow): number => w.next?.start ?? Number.POSITIVE_INFINITY;

export class Section {
  readonly windows: readonly PlanWindow[];
  /** Ranges that the section has cleared in the tree and not stored to since: start, end, … */
  readonly holes: number[] = [];
  readonly #lines: Float64Array;
  #edge: Edge | null = null;

  /** @param lines those of the windows, by windowLines() */
  constructor(windows: readonly PlanWindow[], lines: Float64Array) {
    this.windows = windows;
    this.#lines = lines;
    for (let w = 1; w < windows.length; w++) {
      // What a window calls unchanged must not be changed by the next one.
      assert(windowHigh(windows[w - 1]!) <= windowLow(windows[w]!), 'plan: windows not apart');
    }
  }

  /** The difference that the section will make, in line ids; worked out when first asked for. */
  edge(table: LineTable): Edge {
    this.#edge ??= makeEdge(this.windows, this.#lines, table);
    return this.#edge;
  }

  /** The line table has been emptied: ids mean nothing any more. */
  forgetLines(): void {
    this.#edge = null;
  }

  /** Index of the last window whose lower neighbour starts at or below `page`, or -1. */
  windowAt(page: number): number {
    let low = 0;
    let high = this.windows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (windowLow(this.windows[middle]!) <= page) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /**
   * Whether a VMA that starts here is in a window or the lower neighbour of one: then the plan, and
   * not the live tree, says what it is and what follows it.
   */
  concerns(page: number): boolean {
    const at = this.windowAt(page);
    return at >= 0 && page < windowHigh(this.windows[at]!);
  }

  treeCleared(start: number, end: number): void {
    this.holes.push(start, end);
  }

  /**
   * The parts of holes that this store fills were holes until `stamp`: tells `log` if there is one.
   */
  treeStored(start: number, end: number, log: RangeLog | null, stamp: number): void {
    if (this.holes.length === 0) return;
    const holes = this.holes.splice(0);
    for (let i = 0; i < holes.length; i += 2) {
      const from = holes[i]!;
      const to = holes[i + 1]!;
      const filledFrom = Math.max(from, start);
      const filledTo = Math.min(to, end);
      if (filledFrom >= filledTo) {
        this.holes.push(from, to);
        continue;
      }
      log?.note(filledFrom, filledTo, stamp);
      if (from < filledFrom) this.holes.push(from, filledFrom);
      if (filledTo < to) this.holes.push(filledTo, to);
    }
  }
}
