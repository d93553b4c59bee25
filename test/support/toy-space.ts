/**
 * A small address space for tests of the oracle: a few pages, VMAs in reusable slots, write
 * sections that run act by act. The oracle reads it as the live layout. It also records every
 * committed state and every state of the tree, for the brute-force oracle.
 */

import type { VmaRecord } from '../../src/mm/layout.ts';
import { LINE_FIELDS, type Line } from '../../src/mm/line.ts';
import type { Plan, PlanWindow } from '../../src/mm/plan.ts';
import type { LiveLayout, Oracle } from '../../src/oracle/oracle.ts';

export const HEAP_NAME = 99;
/** The toy heap begins here. */
export const START_BRK = 1;

export type Text = readonly Line[];

/** One step inside a section. `id` is a slot, or -2 - i for plan.fresh[i]. */
export type ToyAct =
  | { readonly act: 'fields'; readonly id: number; readonly to: VmaRecord }
  | { readonly act: 'store'; readonly id: number; readonly start: number; readonly end: number }
  | { readonly act: 'clear'; readonly start: number; readonly end: number };

export interface VmaShape {
  readonly start: number;
  readonly end: number;
  readonly perms?: number;
  readonly name?: number;
  readonly file?: number;
}

/** A record that belongs to no slot yet. */
export function vma(shape: VmaShape): VmaRecord {
  const { start, end, perms = 1, name = 0, file = -1 } = shape;
  return { id: -1, start, end, flags: perms, pgoff: 0, file, name, anonVma: 0, special: 0 };
}

export function lineOf(record: VmaRecord, brkPage: number): Line {
  const { start, end, flags, file } = record;
  const heap = file < 0 && start < brkPage && end > START_BRK;
  const name = heap ? HEAP_NAME : record.name;
  return { start, end, perms: flags & 15, offset: record.pgoff, device: file + 1, name };
}

export function writeLine(line: Line, into: Float64Array, at = 0): void {
  into.set([line.start, line.end, line.perms, line.offset, line.device, line.name], at);
}

export class ToySpace implements LiveLayout {
  readonly pages: number;
  readonly slots: VmaRecord[] = [];
  readonly #free: number[] = [];
  /** Slot of each page, or -1. */
  tree: number[];
  brk = 0;
  /** The VMAs of the state in force, rising. */
  committed: VmaRecord[] = [];
  committedBrk = 0;
  /** Every state of the tree so far: which pages are mapped. */
  readonly trees: boolean[][] = [];
  /** Every committed state so far. */
  readonly states: { readonly text: Text; readonly mapped: readonly boolean[] }[] = [];
  oracle: Oracle | null = null;
  #freshSlots: number[] = [];

  constructor(pages: number, start: readonly VmaRecord[]) {
    this.pages = pages;
    this.tree = new Array<number>(pages).fill(-1);
    for (const record of start) {
      const id = this.#alloc(record);
      this.tree.fill(id, record.start, record.end);
    }
    this.committed = start.map((record, id) => ({ ...record, id }));
    this.#noteState();
    this.#noteTree();
  }

  // --- what the oracle reads ---

  firstAtOrAfter(page: number): number {
    for (let p = Math.max(0, Math.floor(page)); p < this.pages; p++) {
      if (this.tree[p]! >= 0) return this.tree[p]!;
    }
    return -1;
  }

  next(id: number): number {
    const last = this.tree.lastIndexOf(id);
    return last < 0 ? -1 : this.firstAfter(last);
  }

  firstAfter(page: number): number {
    return this.firstAtOrAfter(page + 1);
  }

  readLine(id: number, into: Float64Array): void {
    writeLine(lineOf(this.slots[id]!, this.brk), into);
  }

  recordLine(record: VmaRecord, brkPage: number, into: Float64Array): void {
    writeLine(lineOf(record, brkPage), into);
  }

  brkPage(): number {
    return this.brk;
  }

  prints(lines: Float64Array, count: number): boolean {
    const now: number[] = [];
    const line = new Float64Array(LINE_FIELDS);
    for (let id = this.firstAtOrAfter(0); id >= 0; id = this.next(id)) {
      this.readLine(id, line);
      now.push(...line);
    }
    return now.length === count * LINE_FIELDS && now.every((n, i) => n === lines[i]);
  }

  // --- sections ---

  text(): Text {
    return this.states.at(-1)!.text;
  }

  /** A plan that replaces the VMAs inside each window; `after` has ids, fresh ones -2, -3, … */
  plan(windows: readonly PlanWindow[], brk: number): Plan {
    const fresh = windows.flatMap((w) => w.after.filter((record) => record.id < -1));
    return {
      acts: [],
      functions: [],
      fresh,
      errno: null,
      beforeLock: false,
      result: -1,
      cost: 'mmap',
      windows,
      brk,
      mapCount: 0,
      holeFrom: 0,
      holeTo: 0,
      downgrades: false,
    };
  }

  open(plan: Plan): void {
    this.oracle?.sectionPlanned(plan);
    const gone = new Set<number>();
    for (const w of plan.windows) {
      for (const { id } of w.before) if (!w.after.some((a) => a.id === id)) gone.add(id);
    }
    this.#freshSlots = plan.fresh.map((record) => this.#alloc(record));
    this.#goneSlots = [...gone];
  }

  #goneSlots: number[] = [];

  perform(act: ToyAct): void {
    if (act.act === 'fields') {
      const id = this.slotOf(act.id);
      this.slots[id] = { ...act.to, id };
    } else if (act.act === 'store') {
      this.tree.fill(this.slotOf(act.id), act.start, act.end);
      this.#noteTree();
      this.oracle?.treeStored(act.start, act.end);
    } else {
      this.tree.fill(-1, act.start, act.end);
      this.#noteTree();
      this.oracle?.treeCleared(act.start, act.end);
    }
  }

  setBrk(page: number): void {
    this.brk = page;
  }

  close(plan: Plan): void {
    const replaced = new Set(plan.windows.flatMap((w) => w.before.map((record) => record.id)));
    const kept = this.committed.filter((record) => !replaced.has(record.id));
    const fresh = plan.windows.flatMap((w) =>
      w.after.map((record) => ({ ...record, id: this.slotOf(record.id) })),
    );
    this.committed = [...kept, ...fresh].sort((a, b) => a.start - b.start);
    this.committedBrk = plan.brk;
    for (const id of this.#goneSlots) {
      // A slab object that is free has a pointer where its start was.
      this.slots[id] = { ...this.slots[id]!, start: 0xffff888100000 };
      this.#free.push(id);
    }
    this.#noteState();
    this.oracle?.sectionCommitted();
  }

  slotOf(id: number): number {
    return id < -1 ? this.#freshSlots[-2 - id]! : id;
  }

  /** One whole section: the VMAs become these. The window is what differs, neighbours kept. */
  become(records: readonly VmaRecord[], brk = this.brk): void {
    const plan = this.plan([this.windowTo(records)], brk);
    this.open(plan);
    this.setBrk(brk);
    for (const act of this.settlingActs(plan)) this.perform(act);
    this.close(plan);
  }

  /** The window from the first to the last VMA that differs. New VMAs are all fresh. */
  windowTo(records: readonly VmaRecord[]): PlanWindow {
    const now = this.committed;
    const same = (a: VmaRecord | undefined, b: VmaRecord | undefined) =>
      a !== undefined && b !== undefined && sameShape(a, b);
    let low = 0;
    while (same(now[low], records[low])) low++;
    let high = 0;
    while (
      high < Math.min(now.length, records.length) - low &&
      same(now.at(-1 - high), records.at(-1 - high))
    ) {
      high++;
    }
    const after = records.slice(low, records.length - high);
    return {
      prev: now[low - 1] ?? null,
      before: now.slice(low, now.length - high),
      after: after.map((record, i) => ({ ...record, id: -2 - i })),
      next: now[now.length - high] ?? null,
    };
  }

  /** The acts that bring fields and tree to what the plan says. */
  settlingActs(plan: Plan): ToyAct[] {
    const acts: ToyAct[] = [];
    for (const { prev, after, next } of plan.windows) {
      let page = prev?.end ?? 0;
      for (const record of after) {
        if (record.start > page) acts.push({ act: 'clear', start: page, end: record.start });
        acts.push({ act: 'fields', id: record.id, to: record });
        acts.push({ act: 'store', id: record.id, start: record.start, end: record.end });
        page = record.end;
      }
      const end = next?.start ?? this.pages;
      if (page < end) acts.push({ act: 'clear', start: page, end });
    }
    return acts;
  }

  #alloc(record: VmaRecord): number {
    const id = this.#free.pop() ?? this.slots.length;
    this.slots[id] = { ...record, id };
    return id;
  }

  #noteTree(): void {
    this.trees.push(this.tree.map((id) => id >= 0));
  }

  #noteState(): void {
    const mapped = new Array<boolean>(this.pages).fill(false);
    for (const record of this.committed) mapped.fill(true, record.start, record.end);
    const text = this.committed.map((record) => lineOf(record, this.committedBrk));
    this.states.push({ text, mapped });
  }
}

export function sameShape(a: VmaRecord, b: VmaRecord): boolean {
  return (
    a.start === b.start &&
    a.end === b.end &&
    a.flags === b.flags &&
    a.file === b.file &&
    a.name === b.name
  );
}

/** A text as Oracle.judge() takes it. */
export function packed(lines: Text): Float64Array {
  const out = new Float64Array(lines.length * LINE_FIELDS);
  for (const [i, line] of lines.entries()) writeLine(line, out, i * LINE_FIELDS);
  return out;
}
