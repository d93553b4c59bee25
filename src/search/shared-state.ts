/**
 * What all tasks of a world have in common, as a row of numbers: one for each thing that a step may
 * look at and another step may leave alone. So it can be said what a step of a reader depends on
 * (looked-at.ts), and a step need only be tried once for all states that are alike in that.
 *
 * A column holds the number of a portion (bytes, see save-kernel.ts), or a small number itself. A
 * VMA has a column for its fields and one for vm_refcnt; those beyond the first few share one
 * column. Rows are numbered, too. Columns that hold what they should are not restored again.
 */
import type { Unpacker } from '../base/packed.ts';
import { RowInterner } from '../base/row-interner.ts';
import type { Kernel } from '../mm/kernel.ts';
import { NO_ANON_VMA } from '../mm/layout.ts';
import { ACT_FIELDS } from '../mm/plan.ts';
import type { SmallOracle } from '../oracle/small-world.ts';
import type { World } from '../world/world.ts';
import { OF_COMMITTED, OF_MM, type Portions } from './portions.ts';
import {
  isFree,
  RESTORED_SEQ,
  restoreDerived,
  restoreDrain,
  restoreFreeVma,
  restoreMm,
  restoreMmapLock,
  restoreRcu,
  restoreReferences,
  restoreTree,
  restoreVma,
  saveDrain,
  saveMm,
  saveMmapLock,
  saveRcu,
  saveReferences,
  saveTree,
  saveVma,
} from './save-kernel.ts';
import { restoreTurns, saveTurns } from './save-task.ts';
import {
  ALL_SHARED,
  COMMITTED,
  COUNTER,
  DONE,
  DRAIN,
  FIRST_VMA,
  FREE_SLOT,
  MM,
  MMAP_LOCK,
  NOTHING,
  NOTHING_SHARED,
  OTHER_COUNTS,
  OTHER_VMAS,
  RCU,
  REACHES_OTHERS,
  REFERENCES,
  SLOTS_MAX,
  SPARE_SLOTS,
  THE_DRAIN,
  THE_MMAP_LOCK,
  THE_RCU,
  THE_REFERENCES,
  THE_TREE,
  TREE,
  UNUSED_SLOT,
} from './shared-columns.ts';

export interface SharedParts {
  readonly world: World;
  readonly oracle: SmallOracle;
  readonly portions: Portions;
  /** A page near which addresses lie. */
  readonly base: number;
  /** By number of a writer, from 0. */
  readonly isDone: (writer: number) => boolean;
}

export class SharedState {
  /** Every state that was met: a row of columns, by number. */
  readonly rows: RowInterner;
  readonly #parts: SharedParts;
  readonly #kernel: Kernel;
  /** VMAs with columns of their own. */
  readonly #slots: number;
  /** As it was saved or restored last. */
  readonly #now: Int32Array;
  /** By column, what the kernel holds just as it would be restored. */
  readonly #held: Int32Array;
  /** Columns that steps may have changed since. */
  #touched = ALL_SHARED;

  constructor(parts: SharedParts) {
    this.#parts = parts;
    this.#kernel = parts.world.kernel;
    const { vmas } = this.#kernel.mm;
    this.#slots = Math.min(SLOTS_MAX, vmas.used + SPARE_SLOTS);
    vmas.reserve(this.#slots);
    const width = FIRST_VMA + 2 * this.#slots;
    this.rows = new RowInterner(width);
    this.#now = new Int32Array(width);
    this.#held = new Int32Array(width).fill(NOTHING);
  }

  // --- Sets of columns ---

  /** @param vma number of a slot, or NO_VMA */
  fieldsOf(vma: number): number {
    if (vma < 0) return NOTHING_SHARED;
    return 1 << (vma < this.#slots ? FIRST_VMA + 2 * vma : OTHER_VMAS);
  }

  countOf(vma: number): number {
    if (vma < 0) return NOTHING_SHARED;
    return 1 << (vma < this.#slots ? FIRST_VMA + 2 * vma + 1 : OTHER_COUNTS);
  }

  /** To be told before a step, of the columns that it may change. */
  touches(columns: number): void {
    this.#touched |= columns;
  }

  /** Steps since the last time may have changed what is kept of tasks that took none. */
  get reachesOthers(): boolean {
    return (this.#touched & REACHES_OTHERS) !== 0;
  }

  isSameTree(a: number, b: number): boolean {
    return this.#at(a, TREE) === this.#at(b, TREE);
  }

  /** Some VMA was freed, or the slot of a freed one was taken again. */
  isAnyFreed(a: number, b: number): boolean {
    for (let vma = 0; vma <= this.#slots; vma++) if (this.isFreed(vma, a, b)) return true;
    return false;
  }

  /** The same of this VMA. Too often true for those without columns of their own. */
  isFreed(vma: number, a: number, b: number): boolean {
    if (vma < 0) return false;
    if (vma >= this.#slots) return this.#at(a, OTHER_VMAS) !== this.#at(b, OTHER_VMAS);
    const column = FIRST_VMA + 2 * vma;
    return (this.#at(a, column) === FREE_SLOT) !== (this.#at(b, column) === FREE_SLOT);
  }

  #at(state: number, column: number): number {
    return this.rows.rows[state * this.#now.length + column]!;
  }

  // --- Saving ---

  /** The number of the state as it is. */
  save(): number {
    const k = this.#kernel;
    const { portions } = this.#parts;
    const touched = this.#touched;
    // What only writers change: their steps touch everything.
    if ((touched & THE_TREE) !== 0) this.#saveWritten();
    if ((touched & THE_MMAP_LOCK) !== 0) {
      saveMmapLock(k, portions.begin());
      this.#isHeld(MMAP_LOCK, portions.number());
    }
    if ((touched & THE_DRAIN) !== 0) {
      saveDrain(k, portions.begin());
      this.#isHeld(DRAIN, portions.number());
    }
    if ((touched & THE_REFERENCES) !== 0) {
      saveReferences(k, portions.begin());
      this.#isHeld(REFERENCES, portions.number());
    }
    if ((touched & THE_RCU) !== 0) {
      saveRcu(k, portions.begin());
      this.#isNot(RCU, portions.number());
    }
    this.#saveCounts(touched);
    this.#touched = NOTHING_SHARED;
    return this.rows.idOf(this.#now);
  }

  /** The kernel holds it as it would be restored. */
  #isHeld(column: number, value: number): void {
    this.#now[column] = value;
    this.#held[column] = value;
  }

  /** It holds it in a form of its own: leaves, sections, stamps with other numbers. */
  #isNot(column: number, value: number): void {
    this.#now[column] = value;
    this.#held[column] = NOTHING;
  }

  #saveWritten(): void {
    const k = this.#kernel;
    const { oracle, portions, base, world, isDone } = this.#parts;
    saveTree(k.mm.tree, base, portions.begin());
    this.#isNot(TREE, portions.number());
    const committed = portions.begin();
    committed.put(oracle.text);
    committed.put(oracle.mapped);
    this.#isHeld(COMMITTED, portions.number(OF_COMMITTED));
    const mm = portions.begin();
    saveMm(k, mm);
    saveTurns(world.turns, mm);
    this.#isHeld(MM, portions.number(OF_MM));
    this.#isNot(COUNTER, k.mm.mmLockSeq.value % 2);
    const done = portions.begin();
    for (let writer = 0; writer < world.writers.length; writer++) done.flag(isDone(writer));
    this.#isHeld(DONE, portions.number());
    this.#saveFields();
  }

  #saveFields(): void {
    const k = this.#kernel;
    const { portions, base } = this.#parts;
    const { used } = k.mm.vmas;
    const inPlan = this.#parts.world.writers.some(
      ({ plan, actIndex }) => plan !== null && actIndex * ACT_FIELDS < plan.acts.length,
    );
    const frame = { base, anonVmas: inPlan ? null : [NO_ANON_VMA] };
    for (let id = 0; id < this.#slots; id++) {
      let value = id < used ? FREE_SLOT : UNUSED_SLOT;
      if (id < used && !isFree(k, id)) {
        saveVma(k, id, frame, portions.begin());
        value = portions.number();
      }
      this.#isNot(FIRST_VMA + 2 * id, value);
    }
    const p = portions.begin();
    for (let id = this.#slots; id < used; id++) {
      p.flag(isFree(k, id));
      if (!isFree(k, id)) saveVma(k, id, frame, p);
    }
    this.#isNot(OTHER_VMAS, portions.number());
  }

  #saveCounts(touched: number): void {
    const { vmRefcnt, used } = this.#kernel.mm.vmas;
    for (let id = 0; id < this.#slots; id++) {
      const column = FIRST_VMA + 2 * id + 1;
      if ((touched & (1 << column)) !== 0) this.#isHeld(column, id < used ? vmRefcnt[id]! : 0);
    }
    if ((touched & (1 << OTHER_COUNTS)) === 0) return;
    const p = this.#parts.portions.begin();
    for (let id = this.#slots; id < used; id++) p.put(vmRefcnt[id]!);
    this.#isHeld(OTHER_COUNTS, this.#parts.portions.number());
  }

  // --- Restoring ---

  restore(number: number): void {
    const held = this.#held;
    const now = this.#now;
    const touched = this.#touched;
    const at = number * now.length;
    for (let column = 0; column < now.length; column++) {
      now[column] = this.rows.rows[at + column]!;
      if ((touched & (1 << column)) !== 0) held[column] = NOTHING;
    }
    this.#touched = NOTHING_SHARED;
    const k = this.#kernel;
    if (this.#differs(COUNTER)) k.mm.mmLockSeq.value = RESTORED_SEQ + now[COUNTER]!;
    if (this.#differs(MM)) this.#restoreMm();
    if (this.#differs(TREE)) restoreTree(k.mm.tree, this.#parts.base, this.#open(TREE));
    if (this.#differs(COMMITTED)) this.#restoreCommitted();
    this.#restoreVmas();
    if (this.#differs(MMAP_LOCK)) restoreMmapLock(k, this.#open(MMAP_LOCK));
    if (this.#differs(DRAIN)) restoreDrain(k, this.#open(DRAIN));
    if (this.#differs(REFERENCES)) restoreReferences(k, this.#open(REFERENCES));
    // Always: what readers remember adds dead leaves to what waits for the end of a section.
    restoreRcu(k, this.#open(RCU));
    k.mm.tree.dropDeadLeaves();
  }

  /** The kernel does not hold it: from now on it does. */
  #differs(column: number): boolean {
    if (this.#held[column] === this.#now[column]) return false;
    this.#held[column] = this.#now[column]!;
    return true;
  }

  #open(column: number): Unpacker {
    return this.#parts.portions.open(this.#now[column]!);
  }

  #restoreMm(): void {
    const u = this.#open(MM);
    restoreMm(this.#kernel, u);
    restoreTurns(this.#parts.world.turns, u);
  }

  #restoreCommitted(): void {
    const u = this.#open(COMMITTED);
    this.#parts.oracle.text = u.get();
    this.#parts.oracle.mapped = u.get();
  }

  #restoreVmas(): void {
    const k = this.#kernel;
    const { base } = this.#parts;
    let changed = false;
    for (let id = 0; id < this.#slots; id++) {
      const fields = FIRST_VMA + 2 * id;
      if (this.#differs(fields)) {
        changed = true;
        const value = this.#now[fields]!;
        if (value === FREE_SLOT) restoreFreeVma(k, id);
        else if (value !== UNUSED_SLOT) restoreVma(k, id, base, this.#open(fields));
      }
      if (this.#differs(fields + 1)) k.mm.vmas.vmRefcnt[id] = this.#now[fields + 1]!;
    }
    if (this.#differs(OTHER_VMAS)) {
      changed = true;
      const u = this.#open(OTHER_VMAS);
      for (let id = this.#slots; id < k.mm.vmas.used; id++) {
        if (u.flag()) restoreFreeVma(k, id);
        else restoreVma(k, id, base, u);
      }
    }
    if (this.#differs(OTHER_COUNTS)) {
      const u = this.#open(OTHER_COUNTS);
      for (let id = this.#slots; id < k.mm.vmas.used; id++) k.mm.vmas.vmRefcnt[id] = u.get();
    }
    if (changed) restoreDerived(k);
  }
}
