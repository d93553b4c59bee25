/**
 * What the oracle keeps, and for how long: memory in the number of distinct states, not of commits.
 */
import { expect, test } from 'vitest';
import type { VmaRecord } from '../../src/mm/layout.ts';
import { History } from '../../src/oracle/history.ts';
import { BEGIN, END, LineTable } from '../../src/oracle/line-table.ts';
import { Oracle } from '../../src/oracle/oracle.ts';
import { bruteJudge } from '../support/brute-oracle.ts';
import { lineOf, packed, ToySpace, vma } from '../support/toy-space.ts';

const at = (page: number, perms = 1, pages = 1): VmaRecord =>
  vma({ start: page, end: page + pages, perms });

function spaceOf(pages: number, start: VmaRecord[], limits?: { states: number; words: number }) {
  const space = new ToySpace(pages, start);
  const oracle = limits === undefined ? new Oracle(space) : new Oracle(space, limits);
  space.oracle = oracle;
  return { space, oracle };
}

function judge(oracle: Oracle, token: number, records: readonly VmaRecord[]) {
  return oracle.judge(token, {
    lines: packed(records.map((record) => lineOf(record, 0))),
    pageOf: new Int32Array(records.length),
    count: records.length,
    endPage: 0,
    gate: false,
  });
}

test('history: without a pass in flight nothing is kept', () => {
  const { space, oracle } = spaceOf(8, [at(2), at(5)]);
  space.become([at(2, 3), at(5)]);

  expect(oracle.kept.states).toBe(1);
  const pass = oracle.passBegins();
  space.become([at(2), at(5)]);
  expect(oracle.kept.states).toBe(2);
  oracle.passGivenUp(pass);
  expect(oracle.kept).toEqual({ states: 1, ranges: 0, lines: 2 }); // the two ends of a text
});

test('history: a writer that toggles for ever takes the memory of two states', () => {
  const { space, oracle } = spaceOf(8, [at(2), at(5)]);
  const pass = oracle.passBegins();

  for (let i = 0; i < 1000; i++) {
    space.become([at(5)]);
    space.become([at(2), at(5)]);
  }

  expect(oracle.kept).toEqual({ states: 2, ranges: 1, lines: 4 });
  expect(judge(oracle, pass, [at(5)]).torn).toBe(false);
});

test('history: writers that toggle three VMAs in any order make eight states', () => {
  const { space, oracle } = spaceOf(12, [at(2), at(5), at(8)]);
  const pass = oracle.passBegins();
  let bits = 0;

  // A walk that returns by long ways round: a fixed congruential sequence of the three toggles.
  for (let i = 0, x = 1; i < 3000; i++, x = (x * 5 + 3) % 4096) {
    bits ^= 1 << (Math.floor(x / 64) % 3);
    space.become([2, 5, 8].map((page, k) => at(page, (bits >> k) & 1 ? 3 : 1)));
  }

  expect(oracle.kept.states).toBe(8);
  expect(judge(oracle, pass, [at(2, 3), at(5), at(8, 3)]).torn).toBe(false);
});

test('history: the end of the oldest pass lets go of what only it needed', () => {
  const { space, oracle } = spaceOf(40, [at(2)]);
  const first = oracle.passBegins();
  for (let page = 3; page < 13; page++) space.become([at(page)]);
  const second = oracle.passBegins();
  for (let page = 13; page < 18; page++) space.become([at(page)]);

  expect(oracle.kept.states).toBe(16);
  oracle.passGivenUp(first);
  expect(oracle.kept.states).toBe(6);
  expect(judge(oracle, second, [at(12)]).torn).toBe(false);
});

test('history: the end of a younger pass changes nothing', () => {
  const { space, oracle } = spaceOf(40, [at(2)]);
  const first = oracle.passBegins();
  space.become([at(3)]);
  const second = oracle.passBegins();
  space.become([at(4)]);

  oracle.passGivenUp(second);

  expect(oracle.kept.states).toBe(3);
  expect(judge(oracle, first, [at(2)]).torn).toBe(false);
});

test('history: lines that nobody needs are forgotten while passes overlap without end', () => {
  const { space, oracle } = spaceOf(60, [at(2), at(50)]);
  let older = oracle.passBegins();
  let most = 0;

  // 20,000 sections, each with a name of its own; some pass is always in flight.
  for (let name = 1; name <= 20_000; name++) {
    space.become([vma({ start: 2, end: 3, name }), at(50)]);
    if (name % 50 === 0) {
      const younger = oracle.passBegins();
      oracle.passGivenUp(older);
      older = younger;
    }
    most = Math.max(most, oracle.kept.lines);
  }

  expect(most).toBeLessThan(17_000);
  expect(oracle.kept.states).toBe(1);
  const last = vma({ start: 2, end: 3, name: 20_000 });
  space.become([last]);
  expect(judge(oracle, older, [last, at(50)]).torn).toBe(false);
});

test('history: lines that are needed keep their meaning when others are forgotten', () => {
  const { space, oracle } = spaceOf(60, [at(2), at(50)]);
  const named = (name: number) => vma({ start: 2, end: 3, name });
  const oldest = oracle.passBegins();
  for (let name = 1; name <= 16_300; name++) space.become([named(name), at(50)]);
  const passes = [1, 2, 3].map(() => oracle.passBegins());
  oracle.passGivenUp(oldest);
  for (let name = 16_301; name <= 16_400; name++) space.become([named(name), at(50)]);

  expect(oracle.kept.lines).toBeLessThan(1000); // of 16,400 that came and went
  expect(judge(oracle, passes[0]!, [named(16_350), at(50)]).torn).toBe(false);
  expect(judge(oracle, passes[1]!, [named(16_300), at(50)]).torn).toBe(false);
  expect(judge(oracle, passes[2]!, [named(16_299), at(50)])).toMatchObject({ staleNames: 1 });
});

/** Every line has the same hash, so all states of equally many lines look alike. */
class ClashingTable extends LineTable {
  override hashLow(): number {
    return 0;
  }
  override hashHigh(): number {
    return 0;
  }
}

test('history: a clash of fingerprints is no return', () => {
  const table = new ClashingTable();
  const history = new History(table);
  const [x, y, z] = [3, 4, 5].map((start) =>
    table.intern(packed([lineOf(vma({ start, end: 9 }), 0)]), 0),
  ) as [number, number, number];
  const change = (from: number, to: number) => [1, 1, BEGIN, from, to, END];
  const first = history.inForce;

  history.commit(change(x, y), 1);
  history.commit(change(y, z), 2);
  expect(history.states).toBe(3);
  const third = history.inForce;

  // Back by a way round of two differences: x is not recognized, since z took its place.
  history.commit(change(z, x), 3);
  expect(history.inForce).not.toBe(first);
  history.commit(change(x, z), 4);
  expect(history.inForce).not.toBe(third);
  history.commit(change(z, z), 5);
  expect(history.states).toBe(5);
});

test('history: says when it is full, by states and by size', () => {
  const byStates = spaceOf(40, [at(2)], { states: 5, words: 1000 });
  const bySize = spaceOf(40, [at(2)], { states: 1000, words: 12 });
  for (const { space, oracle } of [byStates, bySize]) {
    oracle.passBegins();
    expect(oracle.historyFull()).toBe(false);
    for (let page = 3; page < 9; page++) space.become([at(page)]);
    expect(oracle.historyFull()).toBe(true);
  }
});

test('history: a pass over many states of many lines agrees with the brute-force twin', () => {
  const start = Array.from({ length: 30 }, (_, i) => at(2 * i));
  const { space, oracle } = spaceOf(60, start);
  const pass = oracle.passBegins();
  const fromState = space.states.length - 1;
  const printed: VmaRecord[] = [];

  // The writer walks over the VMAs and changes each; the reader follows two steps behind.
  for (let i = 0; i < 30; i++) {
    space.become(space.committed.map((v, k) => (k === i ? { ...v, flags: 3 } : v)));
    const seen = space.committed[i - 2 + (i % 3)];
    if (seen !== undefined) printed.push(seen);
  }
  const lines = printed.map((record) => lineOf(record, 0));
  const pageOf = lines.map((_, i) => Math.floor(i / 7));

  const verdict = oracle.judge(pass, {
    lines: packed(lines),
    pageOf: Int32Array.from(pageOf),
    count: lines.length,
    endPage: pageOf.at(-1)!,
    gate: true,
  });

  expect(verdict).toEqual(
    bruteJudge({
      states: space.states.slice(fromState),
      trees: space.trees,
      lines,
      pageOf,
      endPage: pageOf.at(-1)!,
      gate: true,
    }),
  );
  expect(verdict.cuts).toBeGreaterThan(5);
});
