/**
 * Notices that a timed run repeats itself: a reader fails again and again at one record, and the
 * whole state of the run is what it was some failures ago. Then it goes on like that for ever.
 *
 * The state is everything that a later step could tell apart: the saved world, when each task is
 * due, counted from now, the writers' streams of chance, who waits how long, whose cache lines are
 * fresh. It is compared with one remembered state, which is replaced after twice as many failures
 * each time (Brent's way of finding a cycle); the address space and all that is large only where
 * times and chances agree already. Only where every task has a CPU of its own; shared CPUs keep
 * weighted run times that never repeat.
 *
 * Left out: two tasks due at the same instant (their order is not in the state): never taken as
 * equal.
 */
import { latin1Of } from '../base/latin1.ts';
import { Packer } from '../base/packed.ts';
import type { Reader } from '../proc/reader.ts';
import { vmaAt } from '../scenario/vma-list.ts';
import { saveKernel } from '../search/save-kernel.ts';
import {
  type SaveContext,
  saveReader,
  saveTurns,
  saveWriter,
  TaskTables,
} from '../search/save-task.ts';
import { isSampleGood, saveReaderView } from '../search/save-views.ts';
import type { World } from '../world/world.ts';
import { CHANCE_WORDS } from '../writers/chance.ts';
import type { Machine } from './machine.ts';

/** Failures at one record before the first look. */
const FIRST_LOOK = 64;
/** Saved VMAs, over all looks, that a run may spend on this. */
const WORK_MAX = 20_000_000;

export class LivelockWatch {
  readonly #world: World;
  readonly #machine: Machine;
  readonly #context: SaveContext;
  readonly #packer = new Packer();
  readonly #chance = new Float64Array(CHANCE_WORDS);
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
    this.#context = {
      kernel: world.kernel,
      tables: new TaskTables(),
      base: (vmaAt(world.scenario.vmas, 0)?.startPage ?? 1) - 1,
      failuresMax: 0,
    };
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
    this.#work += due.length + chances.length * CHANCE_WORDS;
    return `${due.join()};${chances.map((chance) => this.#chanceText(chance)).join(';')}`;
  }

  /** Everything else. */
  #rest(): string {
    const { kernel: k, readers, writers, tasks } = this.#world;
    this.#work += k.mm.vmas.used + 1;
    const p = this.#packer;
    const c = this.#context;
    p.reset();
    for (const t of tasks) {
      p.flag(t.seenLockLine === k.mm.mmapLock.line);
      p.flag(t.seenSeqLine === k.mm.mmLockSeq.line);
    }
    p.put(k.mm.mmapLock.lineCpu);
    p.put(k.mm.mmLockSeq.lineCpu);
    p.flag(k.mm.mmapLock.nonspinnable);
    const { waiters, spinners } = k.mm.mmapLock;
    for (const queue of [waiters, spinners]) {
      p.put(queue.size);
      for (let i = 0; i < queue.size; i++) {
        p.put(queue.at(i));
        p.put(k.nowNs - tasks[queue.at(i)]!.lockAskedNs);
        p.put(c.tables.steps.idOf(tasks[queue.at(i)]!.lockResume));
      }
    }
    for (let id = 0; id < k.mm.vmas.used; id++) p.put(k.mm.vmas.vmRefcntCpu[id]!);
    saveKernel(k, c.base, p);
    saveTurns(this.#world.turns, p);
    for (const r of readers) {
      saveReader(r, c, p);
      p.flag(isSampleGood(k, r));
      saveReaderView(k, r, c.base, p);
    }
    for (const w of writers) saveWriter(w, c, p);
    return latin1Of(p.bytes.subarray(0, p.length));
  }

  #chanceText(chance: World['chances'][number]): string {
    chance.save(this.#chance, 0);
    return this.#chance.join();
  }
}
