/** A Layout for tests: VMAs in a sorted array, on which a plan can be executed at once. */
import {
  type Layout,
  NO_ANON_VMA,
  NO_FILE,
  NO_NAME,
  NO_SPECIAL,
  NO_VMA,
  VM_ACCOUNT,
  VM_GROWSDOWN,
  VM_SHARED,
  VM_WRITE,
  type VmaRecord,
} from '../../src/mm/layout.ts';
import { flagsOf, permsOf } from '../../src/mm/perms.ts';
import { ACT, ACT_FIELDS, freshIndex, type Plan } from '../../src/mm/plan.ts';

export interface Given {
  start: number;
  end: number;
  perms: string;
  pgoff?: number;
  file?: number;
  name?: number;
  anonVma?: number;
  special?: number;
  growsDown?: boolean;
  accounted?: boolean;
}

/** Files from here on stand for shared anonymous memory. */
export const FIRST_ANON_SHMEM = 100;

export class ArrayLayout implements Layout {
  vmas: VmaRecord[] = [];
  mapCount = 0;
  startBrk = 0;
  brk = 0;
  mmapBase = 0x10000;
  taskSize = 2 ** 35 - 1;
  pagesPerPage = 1;
  startStack = -1;
  nextId = 0;
  nextAnonVma = 1;
  /** Texts of the names, by id. */
  names: string[] = [];

  findVma(page: number): number {
    return this.vmas.find((vma) => vma.end > page)?.id ?? NO_VMA;
  }

  nextVma(id: number): number {
    return this.vmas[this.#index(id) + 1]?.id ?? NO_VMA;
  }

  prevVma(id: number): number {
    if (id === NO_VMA) return this.vmas.at(-1)?.id ?? NO_VMA;
    return this.vmas[this.#index(id) - 1]?.id ?? NO_VMA;
  }

  record(id: number): VmaRecord {
    return { ...this.vmas[this.#index(id)]! };
  }

  sameName(a: number, b: number): boolean {
    return a === b || (a !== NO_NAME && b !== NO_NAME && this.names[a] === this.names[b]);
  }

  isAnonShmem(file: number): boolean {
    return file >= FIRST_ANON_SHMEM;
  }

  highestGap(pages: number, alignPages: number): number {
    let top = this.mmapBase;
    for (const vma of [...this.vmas].reverse()) {
      const start = top - pages - ((top - pages) % alignPages);
      if (start >= Math.max(vma.end, 0)) return start;
      const guard = (vma.flags & VM_GROWSDOWN) !== 0 ? 256 : 0;
      top = Math.min(top, vma.start - guard);
    }
    const start = top - pages - ((top - pages) % alignPages);
    return start >= 0 && top >= pages ? start : -1;
  }

  newAnonVma(): number {
    return this.nextAnonVma++;
  }

  #index(id: number): number {
    const index = this.vmas.findIndex((vma) => vma.id === id);
    if (index < 0) throw new Error(`no VMA ${id}`);
    return index;
  }

  /** One line a VMA: what tells VMAs apart, ids left out. */
  text(): string[] {
    return this.vmas.map(
      (vma) =>
        `${vma.start}-${vma.end} ${permsOf(vma.flags)}${vma.file < 0 ? '' : ` f${vma.file}`}`,
    );
  }
}

/** An address space in which every VMA is as given; ids are 0, 1, … in that order. */
export function layoutOf(given: readonly Given[]): ArrayLayout {
  const layout = new ArrayLayout();
  layout.vmas = given.map((vma) => {
    const flags = flagsOf(vma.perms);
    const accounted = vma.accounted ?? (flags & (VM_WRITE | VM_SHARED)) === VM_WRITE;
    return {
      id: layout.nextId++,
      start: vma.start,
      end: vma.end,
      flags: flags | (accounted ? VM_ACCOUNT : 0) | (vma.growsDown === true ? VM_GROWSDOWN : 0),
      pgoff: vma.pgoff ?? vma.start,
      file: vma.file ?? NO_FILE,
      name: vma.name ?? NO_NAME,
      anonVma: vma.anonVma ?? NO_ANON_VMA,
      special: vma.special ?? NO_SPECIAL,
    };
  });
  layout.nextAnonVma = 1 + Math.max(0, ...layout.vmas.map((vma) => vma.anonVma));
  layout.mapCount = layout.vmas.length;
  return layout;
}

/** A layout from `2-5 rw-p, 7-9 r--p f0 @3 a1`: decimal pages, file, offset in pages, anon_vma. */
export function anMm(text: string): ArrayLayout {
  const given = text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const [range, perms, ...rest] = part.trim().split(' ');
      const [start, end] = range!.split('-').map(Number);
      const vma: Given = { start: start!, end: end!, perms: perms! };
      for (const word of rest) {
        const value = Number(word.slice(1));
        if (word === 'down') vma.growsDown = true;
        else if (word === 'acct') vma.accounted = true;
        else if (word[0] === 'f') vma.file = value;
        else if (word[0] === '@') vma.pgoff = value;
        else if (word[0] === 'a') vma.anonVma = value;
        else if (word[0] === 'n') vma.name = value;
        else if (word[0] === 's') vma.special = value;
        else throw new Error(`anMm: what is ${word}?`);
      }
      if (vma.file !== undefined) vma.pgoff ??= 0;
      return vma;
    });
  return layoutOf(given);
}

const KIND_NAMES = Object.keys(ACT);

/** The acts as text: `setRange 0 2 5`; fresh VMAs are `n0`, `n1`, …; unused operands left out. */
export function actsOf(plan: Plan): string[] {
  const lines: string[] = [];
  for (let i = 0; i < plan.acts.length; i += ACT_FIELDS) {
    const [kind, vma, a, b] = plan.acts.slice(i, i + ACT_FIELDS) as [
      number,
      number,
      number,
      number,
    ];
    const name = KIND_NAMES[kind]!;
    const who = vma <= -2 ? `n${freshIndex(vma)}` : `${vma}`;
    if (kind === ACT.treeClear) lines.push(`${name} ${a} ${b}`);
    else if (kind === ACT.pageTables || kind === ACT.setBrk) lines.push(`${name} ${a}`);
    else if (kind === ACT.lookup || kind === ACT.downgrade) lines.push(name);
    else if (kind === ACT.setRange || kind === ACT.treeStore)
      lines.push(`${name} ${who} ${a} ${b}`);
    else if (kind >= ACT.setPgoff && kind <= ACT.setAnonVma) lines.push(`${name} ${who} ${a}`);
    else lines.push(`${name} ${who}`);
  }
  return lines;
}
