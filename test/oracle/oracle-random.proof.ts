/**
 * The oracle against its slow twin, on random small worlds: VMAs of eight pages or so change by
 * random windows, act by act, while several overlapping passes print lines of now, of before and of
 * never.
 */
import { expect, test } from 'vitest';
import { RandomStream } from '../../src/base/prng.ts';
import type { VmaRecord } from '../../src/mm/layout.ts';
import type { Line } from '../../src/mm/line.ts';
import type { Plan, PlanWindow } from '../../src/mm/plan.ts';
import { Oracle, type PassToken, type Verdict } from '../../src/oracle/oracle.ts';
import { bruteJudge } from '../support/brute-oracle.ts';
import { lineOf, packed, sameShape, type ToyAct, ToySpace, vma } from '../support/toy-space.ts';

const WORLDS = 10_000;

interface Pass {
  readonly token: PassToken;
  readonly fromState: number;
  readonly fromTree: number;
  readonly lines: Line[];
  readonly pageOf: number[];
  /** How often, of ten, a line is not simply that of the state in force. */
  readonly wildness: number;
  page: number;
  cursor: number;
  /** The next VMA is looked up here, or the list has ended. */
  ended: boolean;
}

/** One random world: a writer and up to four passes at a time. */
class World {
  readonly #random: RandomStream;
  readonly space: ToySpace;
  readonly oracle: Oracle;
  #passes: Pass[] = [];
  #plan: Plan | null = null;
  #acts: ToyAct[] = [];
  readonly #earlier: VmaRecord[][] = [];
  /** Of ten steps, how many are the writer's; and whether its sections run act by act. */
  readonly #haste: number;
  readonly #atOnce: boolean;
  readonly seen = { verdicts: 0, torn: 0, keys: new Set<string>(), states: 0 };

  constructor(seed: number) {
    this.#random = new RandomStream(String(seed), ['oracle']);
    this.#haste = this.#of([1, 5, 8]);
    this.#atOnce = this.#below(3) === 0;
    const pages = 4 + this.#below(7);
    this.space = new ToySpace(pages, this.#randomVmas(0, pages));
    this.oracle = new Oracle(this.space);
    this.space.oracle = this.oracle;
  }

  run(steps: number): void {
    for (let i = 0; i < steps; i++) {
      if (this.#passes.length === 0 || (this.#passes.length < 4 && this.#below(12) === 0)) {
        this.#beginPass();
      }
      if (this.#below(10) < this.#haste) this.#writerStep();
      else this.#readerStep(this.#passes[this.#below(this.#passes.length)]!);
    }
  }

  // --- the writer ---

  #writerStep(): void {
    let plan = this.#plan;
    if (plan === null) {
      plan = this.#randomPlan();
      this.#open(plan);
      if (!this.#atOnce) return;
      while (this.#acts.length > 0) this.space.perform(this.#acts.shift()!);
    }
    if (this.#acts.length > 0) {
      this.space.perform(this.#acts.shift()!);
    } else {
      this.#earlier.push(this.space.committed.map((record) => ({ ...record })));
      this.space.close(plan);
      this.#plan = null;
    }
  }

  #open(plan: Plan): void {
    this.#plan = plan;
    this.space.open(plan);
    this.space.setBrk(plan.brk);
    this.#acts = [...this.#detours(plan), ...this.space.settlingActs(plan)];
  }

  /** Acts that the section takes back: holes that do not stay, VMAs where they do not belong. */
  #detours(plan: Plan): ToyAct[] {
    const acts: ToyAct[] = [];
    for (const { prev, before, after, next } of plan.windows) {
      const low = prev?.end ?? 0;
      const high = next?.start ?? this.space.pages;
      const ids = [...before, ...after].map((record) => record.id);
      for (let n = this.#below(3); n > 0 && low < high; n--) {
        const start = low + this.#below(high - low);
        const end = start + 1 + this.#below(high - start);
        const kind = this.#below(3);
        if (kind === 0 || ids.length === 0) acts.push({ act: 'clear', start, end });
        else if (kind === 1) acts.push({ act: 'store', id: this.#of(ids), start, end });
        else if (after.length > 0) {
          const to = this.#of(after);
          acts.push({ act: 'fields', id: to.id, to });
        }
      }
    }
    return acts;
  }

  #randomPlan(): Plan {
    const windows: PlanWindow[] = [];
    const now = this.space.committed;
    if (this.#earlier.length > 0 && this.#below(2) === 0) {
      const back = this.#earlier.slice(-4);
      windows.push(this.space.windowTo(this.#of(back)));
    } else {
      const first = this.#below(now.length + 1);
      windows.push(this.#randomWindow(first, first + this.#below(now.length - first + 1), -2));
      const upTo = now.indexOf(windows[0]!.next!);
      if (upTo >= 0 && this.#below(3) === 0) {
        const from = upTo + 1 + this.#below(now.length - upTo);
        const freshCount = windows[0]!.after.filter((record) => record.id < -1).length;
        const to = from + this.#below(now.length - from + 1);
        windows.push(this.#randomWindow(from, to, -2 - freshCount));
      }
    }
    return this.space.plan(windows, this.#randomBrk(windows));
  }

  /** VMAs [from, to) are replaced; some keep their slot, some change nothing at all. */
  #randomWindow(from: number, to: number, firstFresh: number): PlanWindow {
    const now = this.space.committed;
    const prev = now[from - 1] ?? null;
    const next = now[to] ?? null;
    const before = now.slice(from, to);
    const free = before.map((record) => record.id);
    let fresh = firstFresh;
    const after = this.#randomVmas(prev?.end ?? 0, next?.start ?? this.space.pages);
    for (const record of after) {
      const old = before.find((other) => sameShape(other, record) && free.includes(other.id));
      const reuse = old?.id ?? (free.length > 0 && this.#below(2) === 0 ? free[0]! : null);
      record.id = reuse ?? fresh--;
      if (reuse !== null) free.splice(free.indexOf(reuse), 1);
    }
    return { prev, before, after, next };
  }

  /** A break that changes no line outside the windows. */
  #randomBrk(windows: readonly PlanWindow[]): number {
    const brk = this.#below(3) === 0 ? 1 + this.#below(this.space.pages) : this.space.brk;
    const inside = new Set(windows.flatMap((w) => w.before));
    const changes = this.space.committed.some(
      (record) =>
        !inside.has(record) && lineOf(record, brk).name !== lineOf(record, this.space.brk).name,
    );
    return changes ? this.space.brk : brk;
  }

  #randomVmas(from: number, to: number): VmaRecord[] {
    const out: VmaRecord[] = [];
    let page = from;
    while (page < to) {
      if (this.#below(4) === 0) page++;
      const end = Math.min(to, page + 1 + this.#below(3));
      if (page < end) out.push(this.#randomVma(page, end));
      page = end;
    }
    return out;
  }

  #randomVma(start: number, end: number): VmaRecord {
    const perms = this.#below(2) === 0 ? 1 : 3;
    const file = this.#below(3) === 0 ? this.#below(2) : -1;
    return vma({ start, end, perms, file, name: this.#below(4) === 0 ? 1 : 0 });
  }

  // --- readers ---

  #beginPass(): void {
    this.#passes.push({
      token: this.oracle.passBegins(),
      fromState: this.space.states.length - 1,
      fromTree: this.space.trees.length - 1,
      lines: [],
      pageOf: [],
      wildness: this.#of([0, 0, 1, 4]),
      page: this.#below(2),
      cursor: 0,
      ended: false,
    });
  }

  #readerStep(pass: Pass): void {
    if (this.#below(60) === 0) {
      this.oracle.passGivenUp(pass.token);
      this.#passes = this.#passes.filter((other) => other !== pass);
      return;
    }
    if (this.#below(4) === 0) pass.page++;
    const wild = this.#below(10) < pass.wildness;
    const line = wild ? this.#wildLine(pass) : this.#nextLine(pass.cursor);
    if (line === null || pass.lines.length > 12 || (wild && this.#below(12) === 0)) {
      this.#judge(pass);
      return;
    }
    pass.lines.push(line);
    pass.pageOf.push(pass.page);
    // A torn copy sends the reader to absurd places or back; mostly it goes on.
    pass.cursor = line.end <= this.space.pages ? line.end : pass.cursor + 1;
  }

  /** What a reader with or without a lock finds next. */
  #nextLine(cursor: number): Line | null {
    if (this.#below(3) > 0) return this.space.text().find((line) => line.end > cursor) ?? null;
    const id = this.space.firstAtOrAfter(cursor);
    return id < 0 ? null : lineOf(this.space.slots[id]!, this.space.brk);
  }

  #wildLine(pass: Pass): Line | null {
    const states = this.space.states;
    const some = (): Line | null => {
      const { text } = states[Math.max(0, states.length - 1 - this.#below(4))]!;
      return text.length === 0 ? null : this.#of(text);
    };
    const line = some();
    if (line === null) return null;
    switch (this.#below(7)) {
      case 0:
        return { ...line, name: this.#below(3) };
      case 1:
        return { ...line, end: some()?.end ?? 0 };
      case 2:
        return { ...line, start: this.#below(2) === 0 ? 0xffff888100000 : line.end };
      case 3:
        return { ...line, perms: 7, end: 0xfffffffffffff };
      case 4:
        return pass.lines.at(-1) ?? line;
      case 5: // drop one
        return this.#nextLine(this.#nextLine(pass.cursor)?.end ?? 0);
      default:
        return line;
    }
  }

  #judge(pass: Pass): void {
    const text = {
      lines: packed(pass.lines),
      pageOf: Int32Array.from(pass.pageOf),
      count: pass.lines.length,
      endPage: pass.page,
      gate: this.#below(2) === 0,
    };
    this.seen.states = Math.max(this.seen.states, this.oracle.kept.states);
    const verdict = this.oracle.judge(pass.token, text);
    const brute = bruteJudge({
      states: this.space.states.slice(pass.fromState),
      trees: this.space.trees.slice(pass.fromTree),
      lines: pass.lines,
      pageOf: pass.pageOf,
      endPage: pass.page,
      gate: text.gate,
    });
    // A text that is the text of a state has nothing else wrong with it.
    if (JSON.stringify(sorted(verdict)) !== JSON.stringify(sorted(brute))) {
      expect(verdict).toEqual(brute);
    }
    this.seen.verdicts++;
    for (const key of Object.keys(brute) as (keyof Verdict)[]) {
      if (brute[key] !== 0 && brute[key] !== false) this.seen.keys.add(key);
    }
    if (brute.torn) this.seen.torn++;
    this.#passes = this.#passes.filter((other) => other !== pass);
  }

  #below(n: number): number {
    return this.#random.below(n);
  }

  #of<T>(list: readonly T[]): T {
    return list[this.#below(list.length)]!;
  }
}

function sorted(verdict: Verdict): [string, unknown][] {
  return Object.entries(verdict).sort(([a], [b]) => (a < b ? -1 : 1));
}

test(`oracle: agrees with the brute-force twin on ${WORLDS} random small worlds`, () => {
  let verdicts = 0;
  let torn = 0;
  let states = 0;
  const keys = new Set<string>();

  for (let seed = 0; seed < WORLDS; seed++) {
    const world = new World(seed);
    try {
      world.run(70);
    } catch (error) {
      throw new Error(`world ${seed}`, { cause: error });
    }
    verdicts += world.seen.verdicts;
    torn += world.seen.torn;
    states = Math.max(states, world.seen.states);
    for (const key of world.seen.keys) keys.add(key);
  }

  // The worlds must show everything that there is to show.
  expect(verdicts).toBeGreaterThan(3 * WORLDS);
  expect(torn).toBeGreaterThan(WORLDS);
  expect(verdicts - torn).toBeGreaterThan(WORLDS / 2);
  expect(states).toBeGreaterThan(10);
  expect(keys.size).toBe(Object.keys(bruteJudge(EMPTY_PASS)).length);
});

const EMPTY_PASS = {
  states: [{ text: [], mapped: [] }],
  trees: [[]],
  lines: [],
  pageOf: [],
  endPage: 0,
  gate: false,
};
