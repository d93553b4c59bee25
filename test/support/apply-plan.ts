/**
 * Executes the acts of a plan on an ArrayLayout, one after the other, and reports everything that
 * the kernel would not do: fields stored without the VMA's write lock, a VMA freed while it is in
 * the tree, references that are not released.
 */
import { NO_FILE, NO_NAME, type VmaRecord } from '../../src/mm/layout.ts';
import { ACT, ACT_FIELDS, freshIndex, type Plan } from '../../src/mm/plan.ts';
import type { ArrayLayout } from './array-layout.ts';

interface TreeRange {
  start: number;
  end: number;
  id: number;
}

interface Live {
  readonly vma: VmaRecord;
  locked: boolean;
  attached: boolean;
  file: boolean;
  name: boolean;
  freed: boolean;
}

function must(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

export class PlanRun {
  readonly layout: ArrayLayout;
  readonly plan: Plan;
  tree: TreeRange[];
  readonly #live = new Map<number, Live>();
  readonly #freshIds: number[] = [];
  #brk: number;
  #downgraded = false;

  constructor(layout: ArrayLayout, plan: Plan) {
    this.layout = layout;
    this.plan = plan;
    this.tree = layout.vmas.map(({ start, end, id }) => ({ start, end, id }));
    for (const vma of layout.vmas) this.#add(vma.id, { ...vma }, true);
    this.#brk = layout.brk;
  }

  #add(id: number, vma: VmaRecord, attached: boolean): void {
    const has = { file: vma.file !== NO_FILE, name: vma.name !== NO_NAME };
    this.#live.set(id, { vma: { ...vma, id }, locked: false, attached, freed: false, ...has });
  }

  /** The arena id of an operand. */
  idOf(vma: number): number {
    return vma <= -2 ? this.#freshIds[freshIndex(vma)]! : vma;
  }

  #get(vma: number): Live {
    const live = this.#live.get(this.idOf(vma));
    must(live !== undefined && !live.freed, `act on a VMA that is not there: ${vma}`);
    return live!;
  }

  /** Carries out act number `index`. */
  step(index: number): void {
    const at = index * ACT_FIELDS;
    const [kind, vma, a, b] = this.plan.acts.slice(at, at + ACT_FIELDS) as number[] as [
      number,
      number,
      number,
      number,
    ];
    if (kind === ACT.vmaAlloc) {
      const id = this.layout.nextId++;
      must(freshIndex(vma) === this.#freshIds.length, 'fresh VMAs out of order');
      this.#freshIds.push(id);
      this.#add(id, this.plan.fresh[freshIndex(vma)]!, false);
    } else if (kind >= ACT.setRange && kind <= ACT.setAnonVma) this.#field(kind, vma, a, b);
    else if (kind === ACT.treeStore || kind === ACT.treeClear) {
      must(!this.#downgraded, 'tree changed after the downgrade');
      must(a < b, 'empty tree range');
      this.#store(a, b, kind === ACT.treeStore ? this.idOf(vma) : null);
      this.#checkTree();
    } else if (kind === ACT.setBrk) this.#brk = a;
    else if (kind === ACT.downgrade) this.#downgraded = true;
    else if (kind !== ACT.lookup && kind !== ACT.pageTables) this.#life(kind, vma);
  }

  #field(kind: number, id: number, a: number, b: number): void {
    const live = this.#get(id);
    must(!this.#downgraded, 'field stored after the downgrade');
    must(live.locked || kind === ACT.setAnonVma, 'field stored without the write lock');
    if (kind === ACT.setRange) Object.assign(live.vma, { start: a, end: b });
    else if (kind === ACT.setPgoff) live.vma.pgoff = a;
    else if (kind === ACT.setFlags) live.vma.flags = a;
    else if (kind === ACT.setAnonVma) live.vma.anonVma = a;
    else {
      live.vma.name = a;
      live.name = a !== NO_NAME;
    }
  }

  #life(kind: number, id: number): void {
    const live = this.#get(id);
    if (kind === ACT.vmaStartWrite) {
      must(!live.locked, 'write-locked twice');
      live.locked = true;
    } else if (kind === ACT.markAttached) {
      must(live.locked && !live.attached, 'attached wrongly');
      live.attached = true;
    } else if (kind === ACT.markDetached) {
      must(live.locked && live.attached, 'detached wrongly');
      live.attached = false;
    } else if (kind === ACT.putFile) {
      must(live.file && !live.attached, 'file put wrongly');
      live.file = false;
    } else if (kind === ACT.putName) {
      must(live.name && !live.attached, 'name put wrongly');
      live.name = false;
    } else {
      must(kind === ACT.vmaFree, `unknown act ${kind}`);
      must(!live.file && !live.name && !live.attached, 'freed with references');
      must(!this.tree.some((range) => range.id === live.vma.id), 'freed while in the tree');
      live.freed = true;
    }
  }

  #store(start: number, end: number, id: number | null): void {
    const kept: TreeRange[] = [];
    for (const range of this.tree) {
      if (range.start < start) kept.push({ ...range, end: Math.min(range.end, start) });
      if (range.end > end) kept.push({ ...range, start: Math.max(range.start, end) });
    }
    const pieces = kept.filter((range) => range.start < range.end);
    if (id !== null) pieces.push({ start, end, id });
    this.tree = pieces.sort((x, y) => x.start - y.start);
  }

  /** No call but an exec shrinks the tree before the fields: after a store they agree. */
  #checkTree(): void {
    for (const range of this.tree) {
      const { vma } = this.#live.get(range.id)!;
      must(
        vma.start === range.start && vma.end === range.end,
        `fields and tree disagree: ${JSON.stringify({ range, vma })}`,
      );
    }
  }

  /** The end: every VMA is where the tree says, and nothing is left over. Changes the layout. */
  finish(): void {
    this.#checkTree();
    for (const range of this.tree) {
      must(this.#live.get(range.id)!.attached, 'a VMA in the tree is detached');
    }
    const stored = new Set(this.tree.map((range) => range.id));
    must(stored.size === this.tree.length, 'a VMA is in the tree twice');
    for (const [id, live] of this.#live) must(live.freed || stored.has(id), 'a VMA was lost');
    this.layout.vmas = this.tree.map((range) => this.#live.get(range.id)!.vma);
    this.layout.mapCount = this.layout.vmas.length;
    this.layout.brk = this.#brk;
  }
}

/** Carries out the whole plan. */
export function applyPlan(layout: ArrayLayout, plan: Plan): PlanRun {
  const run = new PlanRun(layout, plan);
  for (let i = 0; i < plan.acts.length / ACT_FIELDS; i++) run.step(i);
  run.finish();
  return run;
}
