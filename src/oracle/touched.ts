/**
 * When each VMA slot was last in, or just below, a stretch that a write section changed.
 *
 * If a VMA was not touched since a pass began, it had the same line and the same next line in every
 * state of this pass. Slots are reused: every slot that a commit puts into a stretch counts as
 * touched.
 */
import { assert } from '../base/assert.ts';
import type { PlanWindow } from '../mm/plan.ts';
import type { LiveLayout } from './live.ts';

export class TouchedVmas {
  #stamps = new Float64Array(256);
  #beginStamp = 0;
  #lastStamp = 0;

  /** Whether any VMA was. */
  anySince(began: number): boolean {
    return this.#lastStamp > began;
  }

  since(id: number, began: number): boolean {
    return id < this.#stamps.length && this.#stamps[id]! > began;
  }

  /** Whether the first VMA was touched, as what follows the begin of the text. */
  beginSince(began: number): boolean {
    return this.#beginStamp > began;
  }

  /** The section has made its changes: the live layout shows them. */
  committed(windows: readonly PlanWindow[], live: LiveLayout, stamp: number): void {
    this.#lastStamp = stamp;
    for (const { prev, before, after, next } of windows) {
      for (const vma of before) this.#touch(vma.id, stamp);
      if (prev === null) this.#beginStamp = stamp;
      else this.#touch(prev.id, stamp);
      let id = prev === null ? live.firstAtOrAfter(0) : live.next(prev.id);
      for (let i = 0; i < after.length; i++) {
        this.#touch(id, stamp);
        id = live.next(id);
      }
      assert(id === (next?.id ?? -1), 'a write section did not do what its plan says');
    }
  }

  #touch(id: number, stamp: number): void {
    assert(id >= 0, 'a VMA of a plan is not in the tree');
    if (id >= this.#stamps.length) {
      const longer = new Float64Array(Math.max(id + 1, this.#stamps.length * 2));
      longer.set(this.#stamps);
      this.#stamps = longer;
    }
    this.#stamps[id] = stamp;
  }
}
