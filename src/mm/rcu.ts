/**
 * RCU for readers and frees: a section delays the freeing of everything that was removed while the
 * section was open.
 *
 * A dead tree node or name is freed when every section that was open at its death has ended and
 * `rcuGrace` ns have passed since. VMA slots do not wait (SLAB_TYPESAFE_BY_RCU).
 * Left out: CPUs, quiescent states, batching of callbacks.
 *
 * Source: v6.18 Documentation/RCU/whatisRCU.rst; lib/maple_tree.c ma_free_rcu.
 */
import { assert } from '../base/assert.ts';
import { empty } from '../base/grow.ts';

/** What a task keeps for RCU. */
interface RcuTask {
  /** Number of the section that is open, or 0. */
  rcuSection: number;
  rcuSinceNs: number;
  rcuSectionMaxNs: number;
}

interface Deferred {
  readonly section: number; // sections up to this one may still see it
  readonly readyNs: number;
  readonly free: (id: number) => void;
  readonly id: number;
}

export class Rcu {
  /** Number of the newest section. */
  sections = 0;
  /** Numbers of open sections, rising. */
  readonly open: number[] = [];
  deferred: Deferred[] = [];
  /** So many at the front of `deferred` have been freed already. */
  #done = 0;
  graceNs = 0;

  /** What waits still, oldest first. */
  get waiting(): readonly Deferred[] {
    return this.#done === 0 ? this.deferred : this.deferred.slice(this.#done);
  }

  /** How many of the open sections may still see what died in this one. */
  openUpTo(section: number): number {
    let count = 0;
    while (count < this.open.length && this.open[count]! <= section) count++;
    return count;
  }

  /** Starts afresh, for a restored world. */
  reset(): void {
    empty(this.deferred);
    this.#done = 0;
    empty(this.open);
    this.sections = 0;
  }

  lock(t: RcuTask, nowNs: number): void {
    assert(t.rcuSection === 0, 'rcu: nested read section');
    t.rcuSection = ++this.sections;
    t.rcuSinceNs = nowNs;
    this.open.push(t.rcuSection);
  }

  unlock(t: RcuTask, nowNs: number): void {
    assert(t.rcuSection !== 0, 'rcu: unlock without a read section');
    this.open.splice(this.open.indexOf(t.rcuSection), 1);
    t.rcuSection = 0;
    t.rcuSectionMaxNs = Math.max(t.rcuSectionMaxNs, nowNs - t.rcuSinceNs);
    if (this.deferred.length > 0) this.reap(nowNs);
  }

  /** call_rcu: `free(id)` after a grace period. */
  defer(free: (id: number) => void, id: number, nowNs: number): void {
    this.deferred.push({ section: this.sections, readyNs: nowNs + this.graceNs, free, id });
    this.reap(nowNs);
  }

  /** Frees whatever nobody can see any more, oldest first. */
  reap(nowNs: number): void {
    const oldest = this.open.length > 0 ? this.open[0]! : Number.POSITIVE_INFINITY;
    while (this.#done < this.deferred.length) {
      const item = this.deferred[this.#done]!;
      if (oldest <= item.section || item.readyNs > nowNs) break;
      item.free(item.id);
      this.#done++;
    }
    // Moving the rest to the front costs as much as it is long: now and then only.
    if (2 * this.#done >= this.deferred.length) {
      this.deferred.splice(0, this.#done);
      this.#done = 0;
    }
  }
}
