/**
 * A world as words, in five kinds of region: data that only writers change (`written`); locks,
 * counts and RCU (`locks`); for each task the data that others can change (`view`) and the data
 * that only its own steps change (`registers`); for each reader the data of the oracle about its
 * pass (`pass`). A step reads the first two kinds and the regions of its task, and nothing of other
 * tasks.
 *
 * Worlds with equal words behave equally. Numbers that only grow count for what they are compared
 * with: the sequence counter as its parity, a sample or a VMA's stamp as equal to it or behind it
 * (once behind it stays behind), RCU sections and what waits for them by their order, anon_vmas by
 * their order of appearance, leaves of the tree by their place, plans and texts by what they say.
 * Data that no task can read any more is left out: free slots (unless a reader still holds them),
 * dead leaves, statistics, times, cache lines. VMA and name slots are told apart by number.
 */
import type { Kernel } from '../mm/kernel.ts';
import { NO_ANON_VMA, NO_SPECIAL } from '../mm/layout.ts';
import { ACT_FIELDS } from '../mm/plan.ts';
import { FREE_POINTER_PAGE, NEVER_LOCKED } from '../mm/vma.ts';
import { LEAF_SLOTS } from '../mm/vma-tree.ts';
import type { SmallOracle } from '../oracle/small-world.ts';
import type { Reader } from '../proc/reader.ts';
import type { Words } from '../sim/memory.ts';
import type { World } from '../world/world.ts';
import type { Writer } from '../writers/writer.ts';
import { TextChains } from './text-chains.ts';

/** What a search says of a task. */
export const RUNNABLE = 0;
export const ASLEEP = 1;
export const FINISHED = 2;

/** The first word of a view: the status, and a flag. */
const ON_A_DEAD_LEAF = 4;

export const statusOf = (word: number): number => word & 3;
export const isOnDeadLeaf = (word: number): boolean => (word & ON_A_DEAD_LEAF) !== 0;

/** The counter of a restored world, when it is even; samples that are behind are 0. */
const RESTORED_SEQ = 2;
const BEHIND = 0;

/** Of names that wait. */
const END = -1;

/** Where a cursor stands. */
const NOT_STARTED = 0;
const LIVE_LEAF = 1;
const DEAD_LEAF = 2;
const FREED_LEAF = 3;

export interface RegionsOf {
  readonly world: World;
  /** By task. */
  readonly status: Uint8Array;
  /** Null: its words are left out. */
  readonly oracle: SmallOracle | null;
  /** Failed attempts at one record are told apart up to here. */
  readonly failuresMax: number;
}

export class Regions {
  readonly #of: RegionsOf;
  readonly #k: Kernel;
  readonly #texts: TextChains;
  /** By task: it carries out a plan. Kept apart, since that decides what `written` says. */
  readonly #inPlan: Uint8Array;
  readonly #anonVmas: number[] = [];

  constructor(of: RegionsOf) {
    this.#of = of;
    const { world } = of;
    this.#k = world.kernel;
    this.#texts = new TextChains(world.readers.length);
    this.#inPlan = new Uint8Array(world.tasks.length);
  }

  // --- What only writers change ---

  written(w: Words): void {
    const { mm, names, files } = this.#k;
    const { world, oracle } = this.#of;
    const { vmas } = mm;
    mm.brk = w.one(mm.brk);
    mm.mapCount = w.one(mm.mapCount);
    vmas.used = w.one(vmas.used);
    vmas.reserve(vmas.used);
    w.list(vmas.freeSlots);
    names.restoreUsed(w.one(names.used));
    w.column(names.text, names.used);
    files.count = w.one(files.count);
    for (const order of world.recordedOrders) order.transfer(w);
    if (oracle !== null) {
      oracle.text = w.one(oracle.text);
      oracle.mapped = w.one(oracle.mapped);
    }
    const seq = mm.mmLockSeq.value;
    const parity = w.one(seq % 2);
    if (!w.saving) mm.mmLockSeq.value = RESTORED_SEQ + parity;
    this.#tree(w);
    this.#vmas(w, seq);
  }

  /** Leaves get the numbers of their places; dead ones that cursors stand on come after them. */
  #tree(w: Words): void {
    const { tree } = this.#k.mm;
    const leaves = w.one(tree.leafCount);
    if (!w.saving) tree.beginRestore(leaves);
    let start = 0;
    for (let index = 0; index < leaves; index++) {
      const leaf = tree.directory[index]!;
      tree.starts[leaf] = start;
      const count = w.one(tree.counts[leaf]!);
      tree.counts[leaf] = count;
      for (let slot = leaf * LEAF_SLOTS; slot < leaf * LEAF_SLOTS + count; slot++) {
        start = w.one(tree.ends[slot]!);
        tree.ends[slot] = start;
        tree.vmas[slot] = w.one(tree.vmas[slot]!);
      }
    }
  }

  #vmas(w: Words, seq: number): void {
    const { mm, specials } = this.#k;
    const v = mm.vmas;
    const seen = this.#anonVmas;
    seen.length = 0;
    seen.push(NO_ANON_VMA);
    // A plan that is being carried out names anon_vmas by number.
    const byNumber = w.saving && this.#inPlan.includes(1);
    if (!w.saving) specials.refcnt.fill(0);
    let most = NO_ANON_VMA;
    for (let id = 0; id < v.used; id++) {
      if (w.flag(v.isFree(id))) {
        v.vmStart[id] = FREE_POINTER_PAGE + id;
        continue;
      }
      for (const column of v.columns) column[id] = w.one(column[id]!);
      const stamped = w.flag(v.vmLockSeq[id] === seq);
      if (!w.saving) v.vmLockSeq[id] = stamped ? mm.mmLockSeq.value : NEVER_LOCKED;
      const anonVma = v.anonVma[id]!;
      if (w.saving) {
        let rank = byNumber ? anonVma : seen.indexOf(anonVma);
        if (rank < 0 && !byNumber) rank = seen.push(anonVma) - 1;
        w.one(rank);
        continue;
      }
      v.anonVma[id] = w.one(0);
      most = Math.max(most, v.anonVma[id]!);
      if (v.vmSpecial[id] !== NO_SPECIAL) specials.get(v.vmSpecial[id]!);
    }
    if (!w.saving) mm.nextAnonVma = most + 1;
  }

  // --- What any step may change: after `written`, which says how many there are of what ---

  locks(w: Words): void {
    const { mm, names, files, vmaWriterWait: wait } = this.#k;
    w.column(mm.vmas.vmRefcnt, mm.vmas.used);
    mm.mmapLock.transfer(w);
    wait.taskId = w.one(wait.taskId);
    wait.vma = wait.taskId < 0 ? -1 : w.one(wait.vma);
    wait.target = wait.taskId < 0 ? 0 : w.one(wait.target);
    w.column(files.refcnt, files.count);
    w.column(names.refcnt, names.used);
    w.list(names.freeSlots);
    this.#rcu(w);
    if (!w.saving) mm.tree.dropDeadLeaves();
  }

  /** Whose sections are open, in their order; names that wait, and for how many of the sections. */
  #rcu(w: Words): void {
    const { rcu, names, tasks } = this.#k;
    const open = w.one(rcu.open.length);
    if (w.saving) {
      for (const section of rcu.open) w.one(tasks.findIndex((t) => t.rcuSection === section));
      // Leaves that wait: see their cursors.
      for (const { free, section, id } of rcu.waiting) {
        if (free !== names.freeLater) continue;
        w.one(rcu.openUpTo(section));
        w.one(id);
      }
      w.one(END);
      return;
    }
    rcu.reset();
    for (const t of tasks) t.rcuSection = 0;
    for (let i = 0; i < open; i++) {
      const section = ++rcu.sections;
      tasks[w.one(0)]!.rcuSection = section;
      rcu.open.push(section);
    }
    for (let section = w.one(0); section !== END; section = w.one(0)) {
      rcu.deferred.push({ section, readyNs: 0, free: names.freeLater, id: w.one(0) });
    }
  }

  // --- What others can change of a task: after the two above, for all readers in their order ---

  view(id: number, w: Words): void {
    const { status, world } = this.#of;
    const reader = world.readers[id];
    const kind = w.saving && reader !== undefined ? this.#cursorKind(reader) : NOT_STARTED;
    const word = w.one(status[id]! + (kind === DEAD_LEAF ? ON_A_DEAD_LEAF : 0));
    if (!w.saving) status[id] = statusOf(word);
    const task = this.#k.tasks[id]!;
    task.lockWants = w.one(task.lockWants);
    this.#inPlan[id] = w.one(this.#inPlan[id]!);
    if (reader !== undefined) this.#readerView(reader, kind, w);
  }

  /** To be told when a writer has moved, before anything is saved. */
  writerMoved({ id, plan, actIndex }: Writer): void {
    this.#inPlan[id] = plan !== null && actIndex * ACT_FIELDS < plan.acts.length ? 1 : 0;
  }

  /** @param kind of its cursor, when it is saved */
  #readerView(r: Reader, kind: number, w: Words): void {
    const { vmas: v, mmLockSeq } = this.#k.mm;
    const isGood = w.flag(r.seqSample === mmLockSeq.value);
    if (!w.saving) r.seqSample = isGood ? mmLockSeq.value : BEHIND;
    r.found = w.one(r.found);
    const id = r.found;
    if (id >= 0 && v.isFree(id)) {
      // The fields that it still holds on to. vm_start is the free pointer.
      const stamped = w.flag(v.vmLockSeq[id] === mmLockSeq.value);
      if (!w.saving) v.vmLockSeq[id] = stamped ? mmLockSeq.value : NEVER_LOCKED;
      for (const column of v.columns) {
        if (column !== v.vmStart) column[id] = w.one(column[id]!);
      }
    }
    this.#cursor(r, w.one(kind), w);
  }

  #cursor(r: Reader, kind: number, w: Words): void {
    const { mm, rcu } = this.#k;
    const { tree } = mm;
    if (kind === FREED_LEAF) {
      if (!w.saving) this.#setCursor(r, 0, -1); // no leaf has this generation
      return;
    }
    r.itPage = w.one(r.itPage);
    if (kind === LIVE_LEAF) {
      r.itSlot = w.one(r.itSlot);
      const place = w.one(w.saving ? tree.directory.indexOf(r.itLeaf) : 0);
      if (!w.saving) this.#setCursor(r, place, tree.gens[place]!);
      return;
    }
    if (!w.saving) r.itSlot = 0;
    if (kind === NOT_STARTED) {
      if (!w.saving) this.#setCursor(r, -1, 0);
      return;
    }
    if (w.saving) {
      w.one(this.#sectionsBefore(r.itLeaf));
      return;
    }
    const leaf = tree.restoreDeadLeaf();
    this.#setCursor(r, leaf, tree.gens[leaf]!);
    rcu.deferred.push({ section: w.one(0), readyNs: 0, free: tree.freeLater, id: leaf });
    rcu.deferred.sort((a, b) => a.section - b.section);
  }

  #setCursor(r: Reader, leaf: number, gen: number): void {
    r.itLeaf = leaf;
    r.itGen = gen;
  }

  #cursorKind(r: Reader): number {
    const { tree } = this.#k.mm;
    if (r.itLeaf < 0) return NOT_STARTED;
    if (tree.gens[r.itLeaf] !== r.itGen) return FREED_LEAF;
    return tree.isLive(r.itLeaf) ? LIVE_LEAF : DEAD_LEAF;
  }

  /** A dead leaf is freed when every section that was open at its death has ended: how many. */
  #sectionsBefore(leaf: number): number {
    const { rcu, names } = this.#k;
    for (const { id, free, section } of rcu.waiting) {
      if (id === leaf && free !== names.freeLater) return rcu.openUpTo(section);
    }
    return 0;
  }

  // --- What only a task's own steps change ---

  registers(id: number, w: Words): void {
    const { readers, writers } = this.#of.world;
    const reader = readers[id];
    if (reader !== undefined) this.#reader(reader, w);
    else this.#writer(writers[id - readers.length]!, w);
  }

  /** The first word: failed attempts. With no end to them a livelock would never close. */
  #reader(r: Reader, w: Words): void {
    const failed = w.one(Math.min(r.failedHere, this.#of.failuresMax));
    if (!w.saving) r.failedHere = failed;
    r.step = w.step(r.step);
    r.ret = w.step(r.ret);
    r.redo = w.step(r.redo);
    r.retryAt = w.step(r.retryAt);
    r.counts.passesStarted = w.one(r.counts.passesStarted);
    r.passIndex = r.counts.passesStarted - 1;
    r.inPass = w.flag(r.inPass);
    r.begun = w.flag(r.begun);
    r.filling = w.flag(r.filling);
    r.mmapLocked = w.flag(r.mmapLocked);
    r.sampled = w.flag(r.sampled);
    r.mustLock = w.flag(r.mustLock);
    r.copied = w.flag(r.copied);
    r.page.length = w.one(r.page.length);
    if (!w.saving) r.page.reserve(0);
    r.sizeBytes = w.one(r.sizeBytes);
    r.countBytes = w.one(r.countBytes);
    r.fromBytes = w.one(r.fromBytes);
    r.copiedBytes = w.one(r.copiedBytes);
    r.readsOnLeft = w.one(r.readsOnLeft);
    r.pos = w.one(r.pos);
    r.shownEnd = w.one(r.shownEnd);
    r.redoPos = w.one(r.redoPos);
    r.redoShownEnd = w.one(r.redoShownEnd);
    r.stopFor = w.one(r.stopFor);
    r.redoLineCount = w.one(r.redoLineCount);
    r.pageIndex = w.one(r.pageIndex);
    r.endPage = w.one(r.endPage);
    r.source = w.one(r.source);
    r.pending = w.one(r.pending);
    r.budgetUsed = w.one(r.budgetUsed);
    r.lockedVma = w.one(r.lockedVma);
    r.pinnedFile = w.one(r.pinnedFile);
    r.pinnedName = w.one(r.pinnedName);
    const { copy, local } = r;
    copy.start = w.one(copy.start);
    copy.end = w.one(copy.end);
    copy.flags = w.one(copy.flags);
    copy.pgoff = w.one(copy.pgoff);
    copy.file = w.one(copy.file);
    copy.name = w.one(copy.name);
    copy.special = w.one(copy.special);
    for (const name of r.strategy.locals ?? []) local[name] = w.one(local[name]!);
    if (w.saving) w.one(this.#texts.numberOf(r));
    else this.#texts.restore(r, w.one(0));
  }

  #writer(writer: Writer, w: Words): void {
    writer.step = w.step(writer.step);
    writer.operation = w.data(writer.operation);
    writer.call = w.data(writer.call);
    writer.plan = w.data(writer.plan);
    const failed = w.flag(writer.errno !== null);
    if (!w.saving) writer.errno = failed ? (writer.plan?.errno ?? 'EINVAL') : null;
    writer.callsDone = w.one(writer.callsDone);
    writer.brkBefore = w.one(writer.brkBefore);
    writer.downgraded = w.flag(writer.downgraded);
    writer.actIndex = w.one(writer.actIndex);
    if (!w.saving && writer.plan !== null) writer.actNs.length = writer.plan.acts.length;
    w.list(writer.freshSlots);
    writer.source.transfer(w);
  }
}
