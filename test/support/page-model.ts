/**
 * A brute-force model of the writers for untouched memory: one cell per page, without stored VMAs.
 * VMAs are the normal form of the cells. It follows the rules and does not use the code of plans.
 */
import { VM_ACCOUNT, VM_PROT, VM_SHARED, VM_WRITE } from '../../src/mm/layout.ts';
import { permsOf } from '../../src/mm/perms.ts';
import type { Call, Errno } from '../../src/mm/plan.ts';

/** flags with the accounting bit, file (-1: anonymous), offset of this page in the file. */
interface Cell {
  readonly flags: number;
  readonly file: number;
  readonly offset: number;
}

interface Run {
  readonly start: number;
  end: number;
  readonly cell: Cell;
}

type Answer = { errno: Errno | null; result: number };
type Mremap = Extract<Call, { call: 'mremap' }>;

const fail = (errno: Errno): Answer => ({ errno, result: -1 });
const done = (result = -1): Answer => ({ errno: null, result });

export class PageModel {
  /** From page `low`; nothing is ever mapped below, and mmap looks below `top`. */
  readonly cells = new Map<number, Cell>();
  readonly low: number;
  readonly top: number;

  constructor(low: number, top: number) {
    this.low = low;
    this.top = top;
  }

  /** The normal form: maximal runs of pages that can be one VMA, rising. */
  runs(): Run[] {
    const runs: Run[] = [];
    for (const page of [...this.cells.keys()].sort((a, b) => a - b)) {
      const cell = this.cells.get(page)!;
      const last = runs.at(-1);
      const joined =
        last !== undefined &&
        last.end === page &&
        last.cell.flags === cell.flags &&
        last.cell.file === cell.file &&
        (cell.file < 0 || last.cell.offset + (page - last.start) === cell.offset);
      if (joined) last.end++;
      else runs.push({ start: page, end: page + 1, cell });
    }
    return runs;
  }

  text(): string[] {
    return this.runs().map(
      ({ start, end, cell }) =>
        `${start}-${end} ${permsOf(cell.flags)}${cell.file < 0 ? '' : ` f${cell.file}`}`,
    );
  }

  call(call: Call): Answer {
    switch (call.call) {
      case 'munmap':
        this.#clear(call.start, call.pages);
        return done();
      case 'mmap':
        return this.#mmap(call);
      case 'mprotect':
        return this.#mprotect(call.start, call.pages, call.prot);
      case 'mremap':
        return this.#mremap(call);
      default:
        throw new Error(`the model has no ${call.call}`);
    }
  }

  #clear(start: number, pages: number): void {
    for (let page = start; page < start + pages; page++) this.cells.delete(page);
  }

  #free(start: number, pages: number): boolean {
    for (let page = start; page < start + pages; page++) if (this.cells.has(page)) return false;
    return true;
  }

  #place(pages: number): number {
    for (let start = this.top - pages; start >= this.low; start--) {
      if (this.#free(start, pages)) return start;
    }
    return -1;
  }

  #mmap(call: Extract<Call, { call: 'mmap' }>): Answer {
    const start = call.start < 0 ? this.#place(call.pages) : call.start;
    if (start < 0) return fail('ENOMEM');
    const accounted = (call.flags & VM_WRITE) !== 0 && (call.flags & VM_SHARED) === 0;
    const flags = call.flags | (accounted ? VM_ACCOUNT : 0);
    for (let i = 0; i < call.pages; i++) {
      this.cells.set(start + i, { flags, file: call.file, offset: call.pgoff + i });
    }
    return done(start);
  }

  #mprotect(start: number, pages: number, prot: number): Answer {
    for (let page = start; page < start + pages; page++) {
      const cell = this.cells.get(page);
      if (cell === undefined) return fail('ENOMEM');
      let account = (cell.flags & VM_ACCOUNT) !== 0;
      const shared = (cell.flags & VM_SHARED) !== 0;
      if ((prot & VM_WRITE) !== 0) account ||= !shared && (cell.flags & VM_WRITE) === 0;
      else if ((cell.flags & VM_PROT) !== prot && cell.file < 0) account = false;
      const flags = prot | (shared ? VM_SHARED : 0) | (account ? VM_ACCOUNT : 0);
      this.cells.set(page, { ...cell, flags });
    }
    return done();
  }

  #mremap(call: Mremap): Answer {
    const { start, pages, newPages, to, mayMove, dontUnmap } = call;
    if ((to >= 0 || dontUnmap) && !mayMove) return fail('EINVAL');
    if (dontUnmap && pages !== newPages) return fail('EINVAL');
    if (to >= 0 && to < start + pages && start < to + newPages) return fail('EINVAL');
    const first = this.runs().find((run) => run.start <= start && start < run.end);
    if (first === undefined) return fail('EFAULT');
    if (to >= 0 && pages === newPages) return this.#moveRuns(call);
    const moves = to >= 0 || dontUnmap;
    if ((moves || newPages > pages) && Math.min(pages, newPages) > first.end - start) {
      return fail('EFAULT');
    }
    if (!moves && newPages <= pages) {
      this.#clear(start + newPages, pages - newPages);
      return done(start);
    }
    if (!moves && first.end === start + pages && this.#free(first.end, newPages - pages)) {
      this.#extend(start, pages, newPages);
      return done(start);
    }
    if (!mayMove) return fail('ENOMEM');
    const place = to >= 0 ? to : this.#place(newPages);
    return place < 0 ? fail('ENOMEM') : this.#move(call, place);
  }

  #extend(start: number, pages: number, newPages: number): void {
    const cell = this.cells.get(start)!;
    for (let i = pages; i < newPages; i++) {
      this.cells.set(start + i, { ...cell, offset: cell.offset + i });
    }
  }

  #move({ start, pages, newPages, dontUnmap }: Mremap, to: number): Answer {
    const cell = this.cells.get(start)!;
    if (!dontUnmap) this.#clear(start, pages);
    this.#clear(to, newPages);
    this.cells.set(to, cell);
    this.#extend(to, 1, newPages);
    return done(to);
  }

  /** Page by page is the same as VMA by VMA, since source and destination do not overlap. */
  #moveRuns({ start, pages, to, dontUnmap }: Mremap): Answer {
    for (let i = 0; i < pages; i++) {
      const cell = this.cells.get(start + i);
      if (cell === undefined) continue;
      this.cells.set(to + i, cell);
      if (!dontUnmap) this.cells.delete(start + i);
    }
    return done(to);
  }
}
