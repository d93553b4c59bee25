/**
 * struct file and struct anon_vma_name, as far as lines and pins need them: a reference count and
 * the printed text.
 *
 * Every VMA holds a reference to its file and to its name. A file whose count has reached zero
 * cannot be pinned (get_file_active); a later mapping of the same open file counts again from
 * there, as a new open would. A name is an object of its own for each prctl(); its slot is reused a
 * grace period after the last reference went.
 *
 * Source: v6.18 fs/file.c get_file_active; mm/madvise.c anon_vma_name_alloc, anon_vma_name_put;
 * linux-mm, "mm/maps: read proc/pid/maps under RCU" v3 (names freed after a grace period).
 */
import { assert } from '../base/assert.ts';
import { grownInt32 } from '../base/grow.ts';

export class FileTable {
  /** Interned texts: of `maj:min inode` and of the path. */
  deviceText = new Int32Array(8);
  pathText = new Int32Array(8);
  refcnt = new Int32Array(8);
  /** 1: the file behind shared anonymous memory, the only kind whose mappings can have a name. */
  anonShmem = new Int32Array(8);
  count = 0;

  add(deviceText: number, pathText: number, anonShmem: boolean): number {
    if (this.count === this.refcnt.length) {
      this.deviceText = grownInt32(this.deviceText, this.count + 1);
      this.pathText = grownInt32(this.pathText, this.count + 1);
      this.refcnt = grownInt32(this.refcnt, this.count + 1);
      this.anonShmem = grownInt32(this.anonShmem, this.count + 1);
    }
    this.anonShmem[this.count] = anonShmem ? 1 : 0;
    this.deviceText[this.count] = deviceText;
    this.pathText[this.count] = pathText;
    this.refcnt[this.count] = 0;
    return this.count++;
  }

  get(file: number): void {
    this.refcnt[file]!++;
  }

  put(file: number): void {
    assert(this.refcnt[file]! > 0, 'file: more puts than gets');
    this.refcnt[file]!--;
  }

  /** get_file_active: a reference, unless the count is zero. */
  tryGet(file: number): boolean {
    if (this.refcnt[file] === 0) return false;
    this.refcnt[file]!++;
    return true;
  }
}

/**
 * What vm_ops->name of a special mapping reads: an object of the driver that made the mapping. It
 * is freed with the last VMA of the mapping. By the interned text of its name.
 */
export class SpecialTable {
  readonly refcnt: number[] = [];
  /** Called when the last mapping is gone. */
  onFreed: (special: number) => void = () => {};

  get(special: number): void {
    this.refcnt[special] = (this.refcnt[special] ?? 0) + 1;
  }

  put(special: number): void {
    const left = (this.refcnt[special] ?? 0) - 1;
    assert(left >= 0, 'special mapping: more puts than gets');
    this.refcnt[special] = left;
    if (left === 0) this.onFreed(special);
  }
}

export class NameTable {
  /** Interned text of the name as given to prctl(). */
  text = new Int32Array(8);
  refcnt = new Int32Array(8);
  used = 0;
  freeSlots: number[] = [];
  /** Called when the last reference goes, to free the slot (`free`) after a grace period. */
  onDead: (name: number) => void = (name) => this.free(name);

  /** anon_vma_name_alloc: one reference, the caller's. */
  alloc(text: number): number {
    let name = this.freeSlots.pop();
    if (name === undefined) {
      name = this.used++;
      if (name === this.refcnt.length) {
        this.text = grownInt32(this.text, name + 1);
        this.refcnt = grownInt32(this.refcnt, name + 1);
      }
    }
    this.text[name] = text;
    this.refcnt[name] = 1;
    return name;
  }

  get(name: number): void {
    this.refcnt[name]!++;
  }

  put(name: number): void {
    assert(this.refcnt[name]! > 0, 'anon_vma_name: more puts than gets');
    if (--this.refcnt[name]! === 0) this.onDead(name);
  }

  /** anon_vma_name_get_rcu: kref_get_unless_zero. */
  tryGet(name: number): boolean {
    if (this.refcnt[name] === 0) return false;
    this.refcnt[name]!++;
    return true;
  }

  /** Frees slot `name`; the callback of a deferred free. */
  readonly freeLater = (name: number): void => this.free(name);

  /** Room for so many slots, all of which are about to be filled in. */
  restoreUsed(used: number): void {
    while (this.refcnt.length < used) {
      this.text = grownInt32(this.text, used);
      this.refcnt = grownInt32(this.refcnt, used);
    }
    this.used = used;
  }

  free(name: number): void {
    this.freeSlots.push(name);
  }
}
