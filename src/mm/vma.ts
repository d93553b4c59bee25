/**
 * vm_area_struct: an arena of slots with the kernel's field names, one typed array for each field.
 *
 * A slot that is freed can be handed out again at once, while a reader may still hold its number:
 * SLAB_TYPESAFE_BY_RCU. Freeing overwrites the free pointer only, which shares its place with
 * vm_start; everything else keeps its last value until the slot is reused, last freed first.
 * Left out: slab pages and other users of the cache (the slot of another mm's VMA), one mm per
 * world.
 *
 * Source: v6.18 include/linux/mm_types.h struct vm_area_struct; kernel/fork.c vm_area_alloc,
 * vm_area_free.
 */
import { assert } from '../base/assert.ts';
import { grownFloat64, grownInt32 } from '../base/grow.ts';
import { NO_VMA, type VmaRecord } from './layout.ts';

/** What vm_start holds in a freed slot: a kernel address (this page index plus the slot). */
export const FREE_POINTER_PAGE = 0xffff888100000;

/** vm_lock_seq of a VMA that was never write-locked (UINT_MAX in the kernel). */
export const NEVER_LOCKED = -1;

/** Nobody has changed the count yet. */
export const NO_CPU = -1;

export class VmaArena {
  vmStart = new Float64Array(64);
  vmEnd = new Float64Array(64);
  vmPgoff = new Float64Array(64);
  vmFlags = new Int32Array(64);
  vmFile = new Int32Array(64);
  anonName = new Int32Array(64);
  anonVma = new Int32Array(64);
  vmSpecial = new Int32Array(64);
  vmRefcnt = new Int32Array(64);
  vmLockSeq = new Float64Array(64);
  /** For cacheLineMove: the CPU that changed vm_refcnt last. */
  vmRefcntCpu = new Int32Array(64);
  /** Slots ever used; those above are untouched. */
  used = 0;
  /** Freed slots, last freed last. */
  freeSlots: number[] = [];
  /** Fields that a saved world has as they are: all but those of locks and anon_vma. */
  columns: readonly (Float64Array | Int32Array)[] = this.#columns();

  /** vm_area_alloc: a slot with the record's fields, detached (vm_refcnt 0). */
  alloc(record: VmaRecord): number {
    const id = this.freeSlots.pop() ?? this.#fresh();
    this.vmStart[id] = record.start;
    this.vmEnd[id] = record.end;
    this.vmPgoff[id] = record.pgoff;
    this.vmFlags[id] = record.flags;
    this.vmFile[id] = record.file;
    this.anonName[id] = record.name;
    this.anonVma[id] = record.anonVma;
    this.vmSpecial[id] = record.special;
    this.vmRefcnt[id] = 0;
    this.vmLockSeq[id] = NEVER_LOCKED;
    this.vmRefcntCpu[id] = NO_CPU;
    return id;
  }

  /** vm_area_free. */
  free(id: number): void {
    assert(this.vmRefcnt[id] === 0, 'vma: freed while attached or read-locked');
    this.vmStart[id] = FREE_POINTER_PAGE + id;
    this.freeSlots.push(id);
  }

  record(id: number): VmaRecord {
    assert(id !== NO_VMA, 'vma: a record of nothing');
    return {
      id,
      start: this.vmStart[id]!,
      end: this.vmEnd[id]!,
      flags: this.vmFlags[id]!,
      pgoff: this.vmPgoff[id]!,
      file: this.vmFile[id]!,
      name: this.anonName[id]!,
      anonVma: this.anonVma[id]!,
      special: this.vmSpecial[id]!,
    };
  }

  /** Only readers that still hold its number can see anything of this slot. */
  isFree(id: number): boolean {
    return this.vmStart[id] === FREE_POINTER_PAGE + id;
  }

  #columns(): readonly (Float64Array | Int32Array)[] {
    const { vmStart, vmEnd, vmPgoff, vmFlags, vmFile, anonName, vmSpecial } = this;
    return [vmStart, vmEnd, vmPgoff, vmFlags, vmFile, anonName, vmSpecial];
  }

  #fresh(): number {
    if (this.used === this.vmStart.length) this.reserve(this.used * 2);
    return this.used++;
  }

  /** Room for so many slots. */
  reserve(slots: number): void {
    if (slots <= this.vmStart.length) return;
    this.vmStart = grownFloat64(this.vmStart, slots);
    this.vmEnd = grownFloat64(this.vmEnd, slots);
    this.vmPgoff = grownFloat64(this.vmPgoff, slots);
    this.vmFlags = grownInt32(this.vmFlags, slots);
    this.vmFile = grownInt32(this.vmFile, slots);
    this.anonName = grownInt32(this.anonName, slots);
    this.anonVma = grownInt32(this.anonVma, slots);
    this.vmSpecial = grownInt32(this.vmSpecial, slots);
    this.vmRefcnt = grownInt32(this.vmRefcnt, slots);
    this.vmLockSeq = grownFloat64(this.vmLockSeq, slots);
    this.vmRefcntCpu = grownInt32(this.vmRefcntCpu, slots);
    this.columns = this.#columns();
  }
}
