/**
 * Copies everything that a step can change, before and after the step. The effect of the step is
 * computed from the difference, so it works for steps of the user's strategies too.
 *
 * It is used only in replays, because it copies everything; it also counts the reads of
 * mm_lock_seq.
 */
import type { Kernel } from '../mm/kernel.ts';
import { FREE_POINTER_PAGE } from '../mm/vma.ts';
import type { SearchWorld } from './search-world.ts';

export interface VmaView {
  readonly free: boolean;
  readonly start: number;
  readonly end: number;
  readonly pgoff: number;
  readonly flags: number;
  readonly file: number;
  readonly name: number;
  readonly refcnt: number;
  readonly lockSeq: number;
}

export interface ReaderView {
  readonly found: number;
  readonly sample: number;
  readonly copy: readonly number[];
  readonly lineCount: number;
  readonly failed: readonly number[];
  readonly pinnedFile: number;
  readonly pinnedName: number;
  readonly overflows: number;
}

export interface WorldView {
  readonly seq: number;
  readonly writerId: number;
  readonly readerCount: number;
  readonly brk: number;
  readonly vmas: readonly VmaView[];
  /** start, end, VMA; rising. */
  readonly tree: readonly (readonly [number, number, number])[];
  readonly rcu: readonly boolean[];
  readonly asleep: readonly boolean[];
  readonly readers: readonly ReaderView[];
}

export class Probe {
  readonly world: SearchWorld;
  /** How often the last step has looked at mm_lock_seq. */
  seqReads = 0;
  /** What the last step has stored in the tree. */
  stored: { readonly start: number; readonly end: number } | null = null;
  #seq: number;

  constructor(world: SearchWorld) {
    this.world = world;
    const { mmLockSeq } = world.kernel.mm;
    this.#seq = mmLockSeq.value;
    Object.defineProperty(mmLockSeq, 'value', {
      get: () => {
        this.seqReads++;
        return this.#seq;
      },
      set: (value: number) => {
        this.#seq = value;
      },
    });
    this.#watchStores(world.kernel);
  }

  get seq(): number {
    return this.#seq;
  }

  /** Whether the last step walked the tree as a reader does; begin() forgets. */
  get walked(): boolean {
    return this.world.kernel.mm.tree.lastWalk !== NO_WALK;
  }

  #watchStores(kernel: Kernel): void {
    const { observer } = kernel;
    const store = (start: number, end: number): void => {
      this.stored = { start, end };
    };
    kernel.observer = {
      sectionPlanned: (plan) => observer.sectionPlanned(plan),
      treeStored: (start, end) => {
        store(start, end);
        observer.treeStored(start, end);
      },
      treeCleared: (start, end) => {
        store(start, end);
        observer.treeCleared(start, end);
      },
      sectionCommitted: () => observer.sectionCommitted(),
    };
  }

  begin(): WorldView {
    const view = this.look();
    this.seqReads = 0;
    this.stored = null;
    this.world.kernel.mm.tree.lastWalk = NO_WALK;
    return view;
  }

  look(): WorldView {
    const { world } = this;
    const k = world.kernel;
    const tree: [number, number, number][] = [];
    k.mm.tree.forEach((start, end, id) => {
      tree.push([start, end, id]);
    });
    return {
      seq: this.#seq,
      writerId: k.mm.mmapLock.writerId,
      readerCount: k.mm.mmapLock.readerCount,
      brk: k.mm.brk,
      vmas: Array.from({ length: k.mm.vmas.used }, (_, id) => vmaView(k, id)),
      tree,
      rcu: world.tasks.map((task) => task.rcuSection !== 0),
      asleep: world.tasks.map((task) => world.isAsleep(task.id)),
      readers: world.world.readers.map((r) => ({
        found: r.found,
        sample: r.seqSample,
        copy: [r.copy.start, r.copy.end, r.copy.flags, r.copy.pgoff, r.copy.file, r.copy.name],
        lineCount: r.lineCount,
        failed: [...r.failedByCause],
        pinnedFile: r.pinnedFile,
        pinnedName: r.pinnedName,
        overflows: r.counts.overflowLines,
      })),
    };
  }
}

const NO_WALK = -1;

function vmaView(k: Kernel, id: number): VmaView {
  const v = k.mm.vmas;
  return {
    free: v.vmRefcnt[id] === 0 && v.vmStart[id] === FREE_POINTER_PAGE + id,
    start: v.vmStart[id]!,
    end: v.vmEnd[id]!,
    pgoff: v.vmPgoff[id]!,
    flags: v.vmFlags[id]!,
    file: v.vmFile[id]!,
    name: v.anonName[id]!,
    refcnt: v.vmRefcnt[id]!,
    lockSeq: v.vmLockSeq[id]!,
  };
}
