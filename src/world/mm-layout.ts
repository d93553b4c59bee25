/** The address space of a kernel, as plans and the oracle read it. */
import type { Kernel } from '../mm/kernel.ts';
import { type Layout, NO_FILE, NO_NAME, NO_VMA, type VmaRecord } from '../mm/layout.ts';
import { LINE_FIELDS, lineOf, type PrintedVma } from '../mm/line.ts';
import { LEAF_SLOTS } from '../mm/vma-tree.ts';
import type { LiveLayout } from '../oracle/live.ts';
import type { SmallLayout } from '../oracle/small-world.ts';

export class MmLayout implements Layout, LiveLayout, SmallLayout {
  readonly #k: Kernel;
  readonly #fields: PrintedVma;
  readonly #line = new Float64Array(LINE_FIELDS);

  constructor(k: Kernel) {
    this.#k = k;
    this.#fields = { start: 0, end: 0, flags: 0, pgoff: 0, file: 0, name: 0, special: 0 };
  }

  // --- Layout: what a call under mmap_lock sees ---

  get mapCount(): number {
    return this.#k.mm.mapCount;
  }
  get startBrk(): number {
    return this.#k.mm.startBrk;
  }
  get brk(): number {
    return this.#k.mm.brk;
  }
  get mmapBase(): number {
    return this.#k.mm.mmapBase;
  }
  get taskSize(): number {
    return this.#k.mm.taskSize;
  }
  get pagesPerPage(): number {
    return this.#k.mm.pagesPerPage;
  }
  get startStack(): number {
    return this.#k.mm.startStack;
  }
  findVma(page: number): number {
    return this.#k.mm.tree.findVma(page);
  }
  nextVma(id: number): number {
    return id === NO_VMA ? NO_VMA : this.#k.mm.tree.findVma(this.#k.mm.vmas.vmEnd[id]!);
  }
  prevVma(id: number): number {
    const below = id === NO_VMA ? Number.MAX_SAFE_INTEGER : this.#k.mm.vmas.vmStart[id]!;
    return this.#k.mm.tree.findVmaBelow(below);
  }
  record(id: number): VmaRecord {
    return this.#k.mm.vmas.record(id);
  }
  sameName(a: number, b: number): boolean {
    if (a === NO_NAME || b === NO_NAME) return a === b;
    return this.#k.names.text[a] === this.#k.names.text[b];
  }
  isAnonShmem(file: number): boolean {
    return file !== NO_FILE && this.#k.files.anonShmem[file] === 1;
  }
  highestGap(pages: number, alignPages: number): number {
    return this.#k.mm.tree.highestGap(pages, alignPages, this.#k.mm.mmapBase);
  }
  newAnonVma(): number {
    return this.#k.mm.nextAnonVma++;
  }

  // --- LiveLayout: what the oracle reads ---

  firstAtOrAfter(page: number): number {
    return this.#k.mm.tree.findVma(page);
  }
  next(id: number): number {
    return this.nextVma(id);
  }
  brkPage(): number {
    return this.#k.mm.brk;
  }
  prints(lines: Float64Array, count: number): boolean {
    const { tree } = this.#k.mm;
    const line = this.#line;
    let at = 0;
    for (let index = 0; index < tree.leafCount; index++) {
      const leaf = tree.directory[index]!;
      const from = leaf * LEAF_SLOTS;
      for (let slot = from; slot < from + tree.counts[leaf]!; slot++) {
        const id = tree.vmas[slot]!;
        if (id === NO_VMA) continue;
        if (at === count * LINE_FIELDS) return false;
        this.readLine(id, line);
        for (let i = 0; i < LINE_FIELDS; i++) if (lines[at + i] !== line[i]) return false;
        at += LINE_FIELDS;
      }
    }
    return at === count * LINE_FIELDS;
  }
  readLine(id: number, into: Float64Array): void {
    const { vmas } = this.#k.mm;
    const v = this.#fields;
    v.start = vmas.vmStart[id]!;
    v.end = vmas.vmEnd[id]!;
    v.flags = vmas.vmFlags[id]!;
    v.pgoff = vmas.vmPgoff[id]!;
    v.file = vmas.vmFile[id]!;
    v.name = vmas.anonName[id]!;
    v.special = vmas.vmSpecial[id]!;
    lineOf(this.#k, v, this.#k.mm.brk, into, 0);
  }
  recordLine(record: VmaRecord, brkPage: number, into: Float64Array): void {
    lineOf(this.#k, record, brkPage, into, 0);
  }

  // --- SmallLayout: what the oracle of searches reads ---

  readLines(into: number[]): void {
    this.#k.mm.tree.forEach((_start, _end, id) => {
      this.readLine(id, this.#line);
      into.push(...this.#line);
    });
  }
  readMapped(into: number[]): void {
    this.#k.mm.tree.forEach((start, end) => {
      if (into.length > 0 && into.at(-1) === start) into[into.length - 1] = end;
      else into.push(start, end);
    });
  }
}
