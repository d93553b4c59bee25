/** The oracle on cases counted by hand. Letters are VMAs of the toy space, digits are pages. */
import { describe, expect, test } from 'vitest';
import type { VmaRecord } from '../../src/mm/layout.ts';
import type { Line } from '../../src/mm/line.ts';
import { Oracle, type Verdict } from '../../src/oracle/oracle.ts';
import { lineOf, packed, ToySpace, vma } from '../support/toy-space.ts';

const PAGES = 20;

const A = vma({ start: 0, end: 2 });
const B = vma({ start: 3, end: 5 });
const C = vma({ start: 6, end: 8 });
const D = vma({ start: 9, end: 11 });
/** The same places with other protection. */
const a = vma({ start: 0, end: 2, perms: 3 });
const b = vma({ start: 3, end: 5, perms: 3 });
const c = vma({ start: 6, end: 8, perms: 3 });

function spaceOf(...start: VmaRecord[]): { space: ToySpace; oracle: Oracle } {
  const space = new ToySpace(PAGES, start);
  const oracle = new Oracle(space);
  space.oracle = oracle;
  return { space, oracle };
}

/** Judges a text; pages: how many lines each page has, the end being found in the last. */
function judge(oracle: Oracle, token: number, records: VmaRecord[], pages?: number[]): Verdict {
  return judgeLines(
    oracle,
    token,
    records.map((record) => lineOf(record, 0)),
    pages,
  );
}

function judgeLines(oracle: Oracle, token: number, lines: Line[], pages?: number[]): Verdict {
  const pageOf = (pages ?? [lines.length]).flatMap((count, page) => Array(count).fill(page));
  expect(pageOf.length).toBe(lines.length);
  return oracle.judge(token, {
    lines: packed(lines),
    pageOf: Int32Array.from(pageOf),
    count: lines.length,
    endPage: (pages?.length ?? 1) - 1,
    gate: false,
  });
}

const cuts = (verdict: Verdict): string =>
  verdict.cutLines.map((cut) => `${cut.line}${cut.inPage ? 'in' : 'at'}`).join(' ');

describe('cuts', () => {
  test('cuts: without writers the text is not torn', () => {
    const { oracle } = spaceOf(A, B, C);

    const verdict = judge(oracle, oracle.passBegins(), [A, B, C]);

    expect(verdict).toMatchObject({ torn: false, cuts: 0, falseGaps: 0 });
  });

  test('cuts: a text of the state before, or of the state after, is not torn', () => {
    const { space, oracle } = spaceOf(A, B, C);
    const passes = [oracle.passBegins(), oracle.passBegins()];

    space.become([A, b, C]);

    expect(judge(oracle, passes[0]!, [A, B, C]).torn).toBe(false);
    expect(judge(oracle, passes[1]!, [A, b, C]).torn).toBe(false);
  });

  test('cuts: a state that ended before the pass began is none of its states', () => {
    const { space, oracle } = spaceOf(A, B, C);
    oracle.passBegins();
    space.become([A, b, C]);
    const late = oracle.passBegins();

    const verdict = judge(oracle, late, [A, B, C]);

    // begin A | B | C end: B stands in no state of this pass.
    expect(verdict).toMatchObject({ torn: true, cuts: 2, cutsInPage: 2, alienLines: 1 });
    expect(cuts(verdict)).toBe('1in 2in');
  });

  test('cuts: old head and new tail are two pieces, cut where the text shows it', () => {
    const { space, oracle } = spaceOf(A, B, C, D);
    const pass = oracle.passBegins();
    space.become([a, B, c, D]);

    const verdict = judge(oracle, pass, [A, B, c, D]);

    // A B is old, B c is new: one cut, before B or before c; the later one is named.
    expect(verdict).toMatchObject({ torn: true, cuts: 1, cutsInPage: 1, cutsAtPage: 0 });
    expect(cuts(verdict)).toBe('2in');
  });

  test('cuts: fewest inside pages come before fewest at all', () => {
    const { space, oracle } = spaceOf(A, B, C, D);
    const pass = oracle.passBegins();
    space.become([a, B, c, D]);

    const verdict = judge(oracle, pass, [A, B, c, D], [1, 3]);

    expect(verdict).toMatchObject({ cuts: 1, cutsInPage: 0, cutsAtPage: 1 });
    expect(cuts(verdict)).toBe('1at');
  });

  test('cuts: two between pages are better than one inside a page', () => {
    const d = vma({ start: 9, end: 11, perms: 3 });
    const { space, oracle } = spaceOf(A, B, c, D);
    const pass = oracle.passBegins();
    space.become([A, b, C, D]);
    space.become([a, B, C, d]);

    const verdict = judge(oracle, pass, [A, B, C, D], [1, 2, 1]);

    // `begin A B` and `C D end` would do with one cut, inside the second page. `begin A`, `B C`
    // and `D end` do with two, at its ends; no state has `begin A B C` or `B C D end`.
    expect(verdict).toMatchObject({ cuts: 2, cutsAtPage: 2, cutsInPage: 0 });
    expect(cuts(verdict)).toBe('1at 3at');
  });

  test('cuts: a line printed once more is a piece of its own', () => {
    const { oracle } = spaceOf(A, B, C);

    const verdict = judge(oracle, oracle.passBegins(), [A, B, C, A], [3, 1]);

    expect(cuts(verdict)).toBe('3at 4in');
    expect(verdict).toMatchObject({ backwards: 1, duplicates: 1, alienLines: 0, falseGaps: 0 });
  });

  test('cuts: pairs that each stand in some state need one state in common', () => {
    const { space, oracle } = spaceOf(A, B, C);
    const passes = [oracle.passBegins(), oracle.passBegins()];
    space.become([a, B, c]);

    expect(judge(oracle, passes[0]!, [A, B, c]).cuts).toBe(1);
    space.become([A, B, c]);
    expect(judge(oracle, passes[1]!, [A, B, c]).cuts).toBe(0);
  });

  test('cuts: a pair may be of two states that are far apart in time', () => {
    const { space, oracle } = spaceOf(A, B, C, D);
    const pass = oracle.passBegins();
    space.become([a, B, C, D]);
    space.become([a, b, C, D]);
    space.become([a, B, C, D]); // the second state once more
    space.become([A, B, c, D]);

    // begin a B stands in 2; B C and C D in 1 and 2: whole.
    expect(judge(oracle, pass, [a, B, C, D]).torn).toBe(false);
  });

  test('cuts: the hole before the first line is part of the text', () => {
    const { oracle } = spaceOf(A, B, C);

    const verdict = judge(oracle, oracle.passBegins(), [B, C]);

    expect(verdict).toMatchObject({ torn: true, cuts: 1, falseGaps: 1 });
    expect(cuts(verdict)).toBe('0in');
  });

  test('cuts: so is the hole after the last, and the end may have a page of its own', () => {
    const { oracle } = spaceOf(A, B, C);
    const passes = [oracle.passBegins(), oracle.passBegins()];

    const sameCut = judge(oracle, passes[0]!, [A, B]);
    const ownPage = judge(oracle, passes[1]!, [A, B], [2, 0]);

    expect(cuts(sameCut)).toBe('2in');
    expect(cuts(ownPage)).toBe('2at');
  });

  test('cuts: an empty text of a space that was never empty has one cut', () => {
    const { oracle } = spaceOf(A, B);

    const verdict = judge(oracle, oracle.passBegins(), []);

    // A and B are two ranges: page 2 was never mapped.
    expect(verdict).toMatchObject({ torn: true, cuts: 1, cutsInPage: 1, falseGaps: 2 });
  });

  test('cuts: the empty text of an empty space is not torn', () => {
    const { oracle } = spaceOf();

    expect(judge(oracle, oracle.passBegins(), []).torn).toBe(false);
  });

  test('cuts: a text of n lines can have n + 1 cuts', () => {
    const { oracle } = spaceOf(A, B, C);

    const verdict = judge(oracle, oracle.passBegins(), [C, B, A]);

    expect(verdict).toMatchObject({ cuts: 4, backwards: 2, duplicates: 0, overlaps: 0 });
    expect(cuts(verdict)).toBe('0in 1in 2in 3in');
  });
});

describe('lines', () => {
  test('lines: a wrong name is stale, anything else wrong is alien', () => {
    const { oracle } = spaceOf(A, B, C);
    const line = (record: VmaRecord, change: object) => ({ ...lineOf(record, 0), ...change });

    const verdict = judgeLines(oracle, oracle.passBegins(), [
      line(A, { name: 7 }),
      line(B, { end: 4 }),
      line(C, { device: 5 }),
    ]);

    expect(verdict).toMatchObject({ staleNames: 1, alienLines: 2, cuts: 4 });
  });

  test('lines: a name of a state of the pass is not stale, of an earlier one it is', () => {
    const named = vma({ start: 3, end: 5, name: 4 });
    const { space, oracle } = spaceOf(A, named, C);
    const early = oracle.passBegins();
    space.become([A, B, C]);
    const late = oracle.passBegins();
    space.become([a, B, C]);

    expect(judge(oracle, early, [a, named, C])).toMatchObject({ staleNames: 0, cuts: 1 });
    expect(judge(oracle, late, [a, named, C])).toMatchObject({ staleNames: 1, cuts: 2 });
  });

  test('lines: brk names the heap of each state by its own break', () => {
    const heap = vma({ start: 1, end: 3 });
    const grown = vma({ start: 1, end: 5 });
    const { space, oracle } = spaceOf(heap);
    space.become([grown], 5);
    const pass = oracle.passBegins();
    space.become([heap], 3);

    const verdict = judgeLines(oracle, pass, [{ ...lineOf(grown, 0), name: 0 }]);

    expect(verdict).toMatchObject({ staleNames: 1, alienLines: 0 });
  });

  test('lines: a piece and then the merged whole overlap and have one start', () => {
    const low = vma({ start: 3, end: 4 });
    const high = vma({ start: 4, end: 5 });
    const { space, oracle } = spaceOf(A, low, high, C);
    const pass = oracle.passBegins();
    space.become([A, B, C]);

    const verdict = judge(oracle, pass, [A, low, B, C]);

    expect(verdict).toMatchObject({ overlaps: 1, backwards: 0, duplicates: 1, cuts: 1 });
    expect(cuts(verdict)).toBe('2in');
  });

  test('lines: the gate line counts where it does not rise above the one before it', () => {
    const { oracle } = spaceOf(A);
    const judgeTorn = (end: number) =>
      oracle.judge(oracle.passBegins(), {
        lines: packed([{ ...lineOf(A, 0), start: 0xffff888000000, end }]),
        pageOf: Int32Array.of(0),
        count: 1,
        endPage: 0,
        gate: true,
      });

    expect(judgeTorn(0xffff888000001).overlaps).toBe(0);
    expect(judgeTorn(0xfffffffffffff).overlaps).toBe(1);
  });

  test('lines: absurd addresses neither crash nor hide a gap', () => {
    const { oracle } = spaceOf(A, B, C);
    const absurd = { ...lineOf(B, 0), start: 2 ** 52 - 1, end: 5 };

    const verdict = judgeLines(oracle, oracle.passBegins(), [lineOf(A, 0), absurd, lineOf(C, 0)]);

    // B is missing, the line in its place covers nothing; C starts below it.
    expect(verdict).toMatchObject({ alienLines: 1, falseGaps: 1, backwards: 1, overlaps: 0 });
  });
});

describe('gaps', () => {
  test('gaps: what was a hole in some state is no gap', () => {
    const { space, oracle } = spaceOf(A, B, C);
    const pass = oracle.passBegins();
    space.become([A, C]);
    space.become([A, b, C]);

    // (A, C) stands in the second state: nothing is wrong at all.
    expect(judge(oracle, pass, [A, C])).toMatchObject({ torn: false, falseGaps: 0 });
  });

  test('gaps: a hole before the pass began excuses nothing', () => {
    const { space, oracle } = spaceOf(A, B, C);
    oracle.passBegins();
    space.become([A, C]);
    space.become([A, B, C]);
    const pass = oracle.passBegins();

    expect(judge(oracle, pass, [A, C])).toMatchObject({ falseGaps: 1, transientGaps: 0 });
  });

  test('gaps: neighbouring VMAs that are left out are one gap', () => {
    const next = vma({ start: 5, end: 6, perms: 3 });
    const { oracle } = spaceOf(A, B, next, C, D);

    // Pages 3-8 are one range, 9-11 another.
    expect(judge(oracle, oracle.passBegins(), [A])).toMatchObject({ falseGaps: 2 });
  });

  test('gaps: a line that covers part of a gap leaves the rest', () => {
    const wide = vma({ start: 3, end: 8 });
    const middle = vma({ start: 5, end: 6 });
    const { oracle } = spaceOf(A, wide, D);

    expect(judge(oracle, oracle.passBegins(), [A, middle, D])).toMatchObject({ falseGaps: 2 });
  });

  test('gaps: what one state maps in part counts in part', () => {
    const wide = vma({ start: 3, end: 8 });
    const { space, oracle } = spaceOf(A, wide, D);
    const pass = oracle.passBegins();
    space.become([A, vma({ start: 5, end: 6 }), D]);
    space.become([A, wide, D]);

    // (A, D) is in no state; of pages 3-8 only page 5 was always mapped.
    expect(judge(oracle, pass, [A, D])).toMatchObject({ cuts: 1, falseGaps: 1 });
  });

  test('gaps: a hole that opens and closes in one section makes the gap transient', () => {
    const { space, oracle } = spaceOf(A, B, C);
    const pass = oracle.passBegins();
    const plan = space.plan([space.windowTo([A, b, C])], 0);
    space.open(plan);
    space.perform({ act: 'clear', start: 3, end: 5 });
    for (const act of space.settlingActs(plan)) space.perform(act);
    space.close(plan);

    expect(judge(oracle, pass, [A, C])).toMatchObject({ falseGaps: 0, transientGaps: 1 });
  });

  test('gaps: one page cleared for one step makes the whole range transient', () => {
    const { space, oracle } = spaceOf(A, B, C);
    const pass = oracle.passBegins();
    const plan = space.plan([space.windowTo([A, b, C])], 0);
    space.open(plan);
    space.perform({ act: 'clear', start: 4, end: 5 });
    for (const act of space.settlingActs(plan)) space.perform(act);
    space.close(plan);

    expect(judge(oracle, pass, [A, C])).toMatchObject({ falseGaps: 0, transientGaps: 1 });
  });

  test('gaps: a hole that was there when the pass began, in a section open then, counts', () => {
    const { space, oracle } = spaceOf(A, B, C);
    const plan = space.plan([space.windowTo([A, b, C])], 0);
    space.open(plan);
    space.perform({ act: 'clear', start: 3, end: 5 });
    const during = oracle.passBegins();
    const stillOpen = oracle.passBegins();

    expect(judge(oracle, stillOpen, [A, C])).toMatchObject({ falseGaps: 0, transientGaps: 1 });

    for (const act of space.settlingActs(plan)) space.perform(act);
    const after = oracle.passBegins();
    space.close(plan);
    expect(judge(oracle, during, [A, C])).toMatchObject({ falseGaps: 0, transientGaps: 1 });
    expect(judge(oracle, after, [A, C])).toMatchObject({ falseGaps: 1, transientGaps: 0 });
  });
});

describe('sections', () => {
  test('sections: while one is open the state before it is in force', () => {
    const { space, oracle } = spaceOf(A, B, C);
    const plan = space.plan([space.windowTo([A, b, C])], 0);
    space.open(plan);
    for (const act of space.settlingActs(plan)) space.perform(act);
    const [early, never] = [oracle.passBegins(), oracle.passBegins()];

    // The live layout shows b already.
    expect(judge(oracle, early, [A, B, C]).torn).toBe(false);
    expect(judge(oracle, never, [A, b, C])).toMatchObject({ torn: true, alienLines: 1 });
    const late = oracle.passBegins();
    space.close(plan);
    expect(judge(oracle, late, [A, b, C]).torn).toBe(false);
  });

  test('sections: a slot that is used again is another VMA', () => {
    const { space, oracle } = spaceOf(A, B, C);
    const outer = oracle.passBegins();
    space.become([A, C]);
    const pass = oracle.passBegins();
    space.become([A, C, D]); // D takes the slot of B

    const verdict = judge(oracle, pass, [D]);

    expect(verdict).toMatchObject({ cuts: 1, falseGaps: 2 });
    oracle.passGivenUp(outer);
  });

  test('sections: two states with the same text are one', () => {
    const { space, oracle } = spaceOf(A, B, C);
    const pass = oracle.passBegins();

    const again = { ...B, anonVma: 5 };
    const plan = space.plan([space.windowTo([A, b, C])], 0);
    const window = { ...plan.windows[0]!, after: [{ ...again, id: -2 }] };
    const same = space.plan([window], 0);
    space.open(same);
    for (const act of space.settlingActs(same)) space.perform(act);
    space.close(same);

    expect(oracle.kept.states).toBe(1);
    expect(judge(oracle, pass, [A, B, C]).torn).toBe(false);
  });

  test('sections: a plan whose windows are not apart is refused', () => {
    const { space, oracle } = spaceOf(A, B, C);
    const [prev, old, next] = space.committed as [VmaRecord, VmaRecord, VmaRecord];
    const low = { prev, before: [old], after: [], next };
    const high = { prev: old, before: [next], after: [], next: null };

    expect(() => oracle.sectionPlanned(space.plan([low, high], 0))).toThrow('not apart');
  });
});
