/**
 * Notices that a timed run repeats itself: a reader fails again and again at one record, and the
 * whole state of the run equals its state some failures ago. Then the run repeats itself for ever.
 *
 * The state is everything that a later step could tell apart: the saved world, when each task is
 * due, counted from now, the random streams of the writers, the waiting times, the owners of cache
 * lines. It is compared with one remembered state, which is replaced after twice as many failures
 * each time (Brent's way of finding a cycle); the address space and other large data are compared
 * only if times and random streams agree. This works only if every task has its own CPU; shared
 * CPUs have weighted run times that never repeat.
 *
 * Left out: states with two tasks due at the same time, whose order is not in the state; such
 * states are never taken as equal.
 */
import type { Reader } from '../proc/reader.ts';
import { Words } from '../sim/memory.ts';
import { Regions } from '../state/regions.ts';
import type { World } from '../world/world.ts';
import type { Machine } from './machine.ts';

/** Failures at one record before the first look. */
const FIRST_LOOK = 64;
/** Saved VMAs, over all looks, that a run may spend on this. */
const WORK_MAX = 20_000_000;

export class LivelockWatch {
  readonly #world: World;
  readonly #machine: Machine;
  readonly #regions: Regions;
  readonly #words = new Words();
  #work = 0;
  /** Of the reader that is watched: its failures when last seen. */
  #reader = -1;
  #seen = 0;
  #anchorTimes: string | null = null;
  #anchorRest = '';
  #anchorNs = 0;
  #anchorFailures = 0;
  found: { readonly atNs: number; readonly periodNs: number } | null = null;

  constructor(world: World, machine: Machine) {
    this.#world = world;
    this.#machine = machine;
    // Which failures there were is no part of a state that comes again.
    const status = new Uint8Array(world.tasks.length);
    this.#regions = new Regions({ world, status, oracle: null, failuresMax: 0 });
  }

  /** To be told after each step of a reader. True the first time that the run is seen to repeat. */
  stepped(r: Reader): boolean {
    if (r.failedHere < FIRST_LOOK || this.found !== null || this.#work > WORK_MAX) return false;
    if (r.id !== this.#reader || r.failedHere < this.#seen) this.#watch(r);
    if (r.failedHere === this.#seen) return false;
    this.#seen = r.failedHere;
    const times = this.#times();
    if (times === null) return false;
    const { nowNs } = this.#world.kernel;
    if (times === this.#anchorTimes && this.#rest() === this.#anchorRest) {
      this.found = { atNs: nowNs, periodNs: nowNs - this.#anchorNs };
      return true;
    }
    if (r.failedHere >= 2 * this.#anchorFailures) {
      this.#anchorTimes = times;
      this.#anchorRest = this.#rest();
      this.#anchorNs = nowNs;
      this.#anchorFailures = r.failedHere;
    }
    return false;
  }

  #watch(r: Reader): void {
    this.#reader = r.id;
    this.#seen = 0;
    this.#anchorTimes = null;
    this.#anchorFailures = 0;
  }

  /** When each task is due, and what is left to chance. Null where that cannot be said. */
  #times(): string | null {
    const { kernel: k, chances } = this.#world;
    const due = this.#machine.dueIn(k.nowNs);
    if (due === null) return null;
    const w = this.#words.save();
    for (const chance of chances) chance.transfer(w);
    this.#work += due.length + w.at;
    return [due, k.wakeCosts.drawn, this.#factors(), w.words.slice(0, w.at)].join(';');
  }

  /** What costs are multiplied by: an operation has a factor of its own. */
  #factors(): readonly string[] {
    if (!this.#world.costsVary) return [];
    const { tasks, writers } = this.#world;
    return [...tasks.map((t) => t.costFactor), ...writers.map((w) => w.opsDone)].map(String);
  }

  /** Everything else. */
  #rest(): string {
    const { kernel: k, readers, writers, tasks } = this.#world;
    this.#work += k.mm.vmas.used + 1;
    const w = this.#words.save();
    for (const t of tasks) {
      w.flag(t.seenLockLine === k.mm.mmapLock.line);
      w.flag(t.seenSeqLine === k.mm.mmLockSeq.line);
      w.step(t.sleepResume);
    }
    w.one(k.mm.mmapLock.lineCpu);
    w.one(k.mm.mmLockSeq.lineCpu);
    w.flag(k.mm.mmapLock.nonspinnable);
    const { waiters, spinners } = k.mm.mmapLock;
    for (const queue of [waiters, spinners]) {
      w.one(queue.size);
      for (let i = 0; i < queue.size; i++) {
        w.one(queue.at(i));
        w.one(k.nowNs - tasks[queue.at(i)]!.lockAskedNs);
        w.step(tasks[queue.at(i)]!.lockResume);
      }
    }
    for (let id = 0; id < k.mm.vmas.used; id++) w.one(k.mm.vmas.vmRefcntCpu[id]!);
    for (const writer of writers) this.#regions.writerMoved(writer);
    this.#regions.written(w);
    this.#regions.locks(w);
    for (const { id } of [...readers, ...writers]) {
      this.#regions.view(id, w);
      this.#regions.registers(id, w);
    }
    return w.words.slice(0, w.at).join();
  }
}
