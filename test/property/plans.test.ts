/** Random programs of calls: plans against a page-by-page model, and what holds for any plan. */
import { expect, test } from 'vitest';
import { RandomStream } from '../../src/base/prng.ts';
import type { VmaRecord } from '../../src/mm/layout.ts';
import { joins } from '../../src/mm/merge.ts';
import { flagsOf } from '../../src/mm/perms.ts';
import type { Call, Plan } from '../../src/mm/plan.ts';
import { classify, planCall } from '../../src/writers/index.ts';
import { applyPlan, type PlanRun } from '../support/apply-plan.ts';
import { type ArrayLayout, anMm } from '../support/array-layout.ts';
import { PageModel } from '../support/page-model.ts';

/** A sample; the proof beside it runs them all. */
const PROGRAMS = process.env.MAPSIM_PROOFS === '1' ? 2000 : 250;

const LOW = 1000;
const SPAN = 20;
const PERMS = ['r--p', 'rw-p', 'r-xp', '---p', 'r--s', 'rw-s'];

function pick<T>(random: RandomStream, list: readonly T[]): T {
  return list[random.below(list.length)]!;
}

/** A page below LOW + SPAN with so many pages to go. */
function somewhere(random: RandomStream, pages: number): number {
  return LOW + random.below(SPAN - pages + 1);
}

function randomMmap(random: RandomStream, touched: boolean): Call {
  const pages = 1 + random.below(4);
  const perms = pick(random, PERMS);
  const shared = perms[3] === 's';
  const file = shared || random.below(3) === 0 ? random.below(2) : -1;
  const start = random.below(5) === 0 ? -1 : somewhere(random, pages);
  // Offsets that continue one another, so that file mappings can join.
  const pgoff = file < 0 ? 0 : Math.max(0, start - LOW) + random.below(2);
  const isTouched = touched && random.below(2) === 0;
  return { call: 'mmap', start, pages, flags: flagsOf(perms), file, pgoff, touched: isTouched };
}

function randomMremap(random: RandomStream): Call {
  const pages = 1 + random.below(4);
  const newPages = random.below(2) === 0 ? pages : 1 + random.below(4);
  const to = random.below(5) < 3 ? -1 : somewhere(random, newPages);
  const mayMove = random.below(3) > 0;
  const dontUnmap = random.below(4) === 0;
  const start = somewhere(random, pages);
  return { call: 'mremap', start, pages, newPages, to, mayMove, dontUnmap };
}

function randomCall(random: RandomStream, touched: boolean): Call {
  const pages = 1 + random.below(5);
  const start = somewhere(random, pages);
  switch (random.below(5)) {
    case 0:
      return { call: 'munmap', start, pages };
    case 1:
    case 2:
      return {
        call: 'mprotect',
        start,
        pages,
        prot: flagsOf(`${pick(random, PERMS).slice(0, 3)}p`),
      };
    case 3:
      return randomMmap(random, touched);
    default:
      return randomMremap(random);
  }
}

/** Everything below LOW is one mapping that nothing joins, so that mmap finds no room there. */
function emptySpan(): ArrayLayout {
  const mm = anMm(`0-${LOW} ---s f9`);
  mm.mmapBase = LOW + SPAN;
  return mm;
}

/** Cheaper than expect() in the inner loop: thousands of calls a second. */
function must(condition: boolean, message: () => string): void {
  if (!condition) throw new Error(message());
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
}

/** The windows take the VMAs of before to those of after, and stop at the first unchanged ones. */
function checkWindows(before: readonly VmaRecord[], plan: Plan, run: PlanRun): void {
  const label = () => JSON.stringify(plan.windows);
  const real = (vma: VmaRecord | null): VmaRecord | null =>
    vma === null ? null : { ...vma, id: run.idOf(vma.id) };
  const rebuilt: VmaRecord[] = [];
  let b = 0;
  for (const window of plan.windows) {
    // Unchanged VMAs up to the window: to its first old one, or to the VMA behind it.
    const until = (window.before[0] ?? window.next)?.start ?? Number.POSITIVE_INFINITY;
    while (b < before.length && before[b]!.start < until) rebuilt.push(before[b++]!);
    must(same(real(window.prev), rebuilt.at(-1)), label);
    must(window.before.length + window.after.length > 0, label);
    for (const old of window.before) must(same(old, before[b++]), label);
    for (const vma of window.after) {
      must(!window.before.some((old) => same(old, vma)), label);
      rebuilt.push(real(vma)!);
    }
    must(same(real(window.next), before[b]), label);
  }
  while (b < before.length) rebuilt.push(before[b++]!);
  must(same(rebuilt, run.layout.vmas), label);
}

function checkNormalForm(mm: ArrayLayout): void {
  for (let i = 1; i < mm.vmas.length; i++) {
    const [a, b] = [mm.vmas[i - 1]!, mm.vmas[i]!];
    must(!joins(mm, a, b), () => `could join: ${JSON.stringify([a, b])}`);
  }
}

/** Plans a call and carries it out, with all that must hold for any call. */
function step(mm: ArrayLayout, call: Call): Plan {
  const before = mm.vmas.map((vma) => ({ ...vma }));
  const plan = planCall(mm, call);
  must(classify(mm, call) === plan.cost, () => `cost of ${JSON.stringify(call)}`);
  const run = applyPlan(mm, plan); // fields and tree agree after every store
  checkWindows(before, plan, run);
  must(mm.mapCount === plan.mapCount, () => `map_count after ${JSON.stringify(call)}`);
  return plan;
}

test('untouched memory is the normal form of its pages, and errno is that of the model', () => {
  const errnos = new Map<string, number>();
  for (let program = 0; program < PROGRAMS; program++) {
    const random = new RandomStream('plans', ['untouched', program]);
    const mm = emptySpan();
    const model = new PageModel(LOW, LOW + SPAN);
    for (let i = 0; i < 40; i++) {
      const call = randomCall(random, false);

      const plan = step(mm, call);
      const answer = model.call(call);

      const result = call.call === 'munmap' || call.call === 'mprotect' ? -1 : answer.result;
      const got = { errno: plan.errno, result: plan.result, text: mm.text().slice(1) };
      const wanted = { errno: answer.errno, result, text: model.text() };
      must(same(got, wanted), () => JSON.stringify({ program, i, call, got, wanted }, null, 1));
      const key = `${call.call} ${plan.errno}`;
      errnos.set(key, (errnos.get(key) ?? 0) + 1);
    }
  }
  // The programs reach every outcome often enough to mean something.
  for (const key of [
    'mprotect null',
    'mprotect ENOMEM',
    'mmap null',
    'mremap null',
    'mremap EINVAL',
    'mremap EFAULT',
    'mremap ENOMEM',
    'munmap null',
  ]) {
    expect(errnos.get(key) ?? 0, key).toBeGreaterThan(PROGRAMS * 0.015);
  }
});

// DONTUNMAP takes the anon_vma off its source and looks at no neighbour (dontunmap_complete), so
// that one touched apart could join it from then on. Found here once in 80,000 calls; left out.
test('touched memory: neighbours that could join are never apart, DONTUNMAP left out', () => {
  for (let program = 0; program < PROGRAMS; program++) {
    const random = new RandomStream('plans', ['touched', program]);
    const mm = emptySpan();
    for (let i = 0; i < 40; i++) {
      const call = randomCall(random, true);
      step(mm, call.call === 'mremap' ? { ...call, dontUnmap: false } : call);
      checkNormalForm(mm);
    }
  }
});

test('no failing call but mprotect changes anything', () => {
  for (let program = 0; program < PROGRAMS / 10; program++) {
    const random = new RandomStream('plans', ['failing', program]);
    const mm = emptySpan();
    for (let i = 0; i < 40; i++) {
      const call = randomCall(random, true);
      const plan = step(mm, call);
      const unchanged = plan.errno === null || plan.windows.length === 0;
      must(unchanged || call.call === 'mprotect', () => JSON.stringify({ program, i, call }));
    }
  }
});
