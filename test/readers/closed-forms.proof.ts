/**
 * Counts against closed forms. All costs are zero but one (`vmaCopy` or `formatAnon`, here C ns),
 * and one writer does `hold: 0` with exponential think of mean M.
 *
 * The writer. Think times are rounded to whole ns: P(think >= k) = e^(-(k - 1/2) / M) for k >= 1. A
 * think of 0 puts two writes into one ns, which no reader can tell from one. Given think >= 1 the
 * time to the next write is geometric, P(>= k + 1 | >= k) = e^(-1 / M): so every ns has a write
 * with probability q = 1 - e^(-1 / M), independently of every other.
 *
 * The reader. Whatever is free happens within one ns; so with sample=read a window begins at the
 * check of the record before (or at the sample after a failed attempt) and ends at the check C ns
 * later:
 * windows tile time. A write at the very ns of a check does not fail that check: both tasks have
 * one event at that ns, and the writer needs three steps to the increment, the reader one to the
 * check. It falls into the next window, whose sample is of before the write. So a window covers
 * exactly C instants, P(it passes) = (1 - q)^C = e^(-C / M). (Only after a *failed* check is the
 * next sample taken in the same ns, before or after a write that comes just then: the window has C
 * or C - 1 instants, a difference of 1 / M in the probability, which is a fiftieth of the tolerance
 * here.)
 *
 * The record that overflows a page is copied and checked like any other. The check of the end of
 * the list follows that of the last record in the same ns and fails with probability q at most: it
 * is kept out by counting copies (lines + overflowLines + discardedRecords), not checks.
 */
import { describe, expect, test } from 'vitest';
import { aRun } from '../support/run.ts';

/** |observed - p| in standard errors of a share of n. */
const errors = (hits: number, n: number, p: number): number =>
  Math.abs(hits / n - p) / Math.sqrt((p * (1 - p)) / n);

const scenario = (cost: string, meanNs: number, passes: number, vmas: number): string => `
machine: {costs: {preset: zero, ${cost}}, rwsem: fifo}
vmas: [{start: "0x7f0000000000", pages: 1, repeat: ${vmas}, gap: 1, perms: rw-p}]
readers: [{name: r, passes: ${passes}}]
writers: [{name: w, think: {exp: ${meanNs}}, program: [{hold: 0}]}]
`;

describe('rcu-retry: attempts for a record are geometric', () => {
  // 200 VMAs: pages of 83, 83 and 34 lines, so 202 records a pass with the two that overflow.
  const RECORDS = 202;
  const MEAN = 10_000;

  test.each([
    [3_000, 400],
    [20_000, 70],
  ])('copy of %i ns, mean think 10 us', (copyNs, passes) => {
    const yaml = scenario(`vmaCopy: ${copyNs}ns`, MEAN, passes, 200);
    const { totals } = aRun(yaml, { strategy: 'rcu-retry', passes: 'none' });

    const accepted = totals.lines + totals.overflowLines;
    const attempts = accepted + totals.discardedRecords;
    expect(accepted).toBe(passes * RECORDS);
    expect(attempts).toBeGreaterThan(1e5);
    expect(errors(accepted, attempts, Math.exp(-copyNs / MEAN))).toBeLessThan(4);
  });

  test('sample=vma: the same law, since nothing but the copy takes time', () => {
    const yaml = scenario('vmaCopy: 10us', MEAN, 50, 200);
    const { totals } = aRun(yaml, { strategy: 'rcu-retry:sample=vma', passes: 'none' });

    const accepted = totals.lines + totals.overflowLines;
    const attempts = accepted + totals.discardedRecords;
    expect(errors(accepted, attempts, Math.exp(-1))).toBeLessThan(4);
  });

  test('sample=read counts the formatting into the window, sample=vma does not', () => {
    // Copy and format take 5 us each. The formatting of the record before is in the window of
    // sample=read; not for the first record of a page, and not after a failed attempt.
    const yaml = scenario('vmaCopy: 5us, formatAnon: 5us', MEAN, 100, 200);
    const vma = aRun(yaml, { strategy: 'rcu-retry:sample=vma', passes: 'none' }).totals;
    const read = aRun(yaml, { strategy: 'rcu-retry', passes: 'none' }).totals;

    // sample=vma: each attempt has a window of 5 us.
    const copies = vma.lines + vma.overflowLines + vma.discardedRecords;
    expect(errors(vma.discardedRecords, copies, 1 - Math.exp(-0.5))).toBeLessThan(4);
    // sample=read: first attempts of 199 of 202 records have 10 us, all others 5 us. The expected
    // number of failures of a record: first attempt f, then those of a geometric with 5 us.
    const short = 1 - Math.exp(-0.5);
    const long = 1 - Math.exp(-1);
    const after = 1 / (1 - short); // attempts after a failed first one, failures among them + 1
    const expected = 100 * (199 * long + 3 * short) * after;
    // F = 0, or with probability 0.632 one and a geometric X of mean 0.649 and variance 1.069 more:
    // E F^2 = 0.632 (1.649^2 + 1.069) = 2.393, (E F)^2 = 1.086, variance 1.31; 20,200 records.
    expect(Math.abs(read.discardedRecords - expected)).toBeLessThan(4 * Math.sqrt(1.31 * 20_200));
  });
});

describe('rcu-retryN: P(fallback) of a record = p^(N + 1), p = 1 - e^(-C / M)', () => {
  // fallback=vma: a record under the lock costs nothing here, so every record stands for itself.
  test.each([
    [0, 10_000, 500],
    [3, 10_000, 250],
    [3, 20_000, 200],
  ])('N = %i, copy of %i ns', (n, copyNs, passes) => {
    const yaml = scenario(`vmaCopy: ${copyNs}ns`, 10_000, passes, 200);
    const strategy = `rcu-retry${n}:mstart=lock,fallback=vma`;
    const { totals } = aRun(yaml, { strategy, passes: 'none' });

    const p = 1 - Math.exp(-copyNs / 10_000);
    const records = totals.lines + totals.overflowLines;
    const attempts = records - totals.fallbacks + totals.discardedRecords;
    expect(attempts).toBeGreaterThan(1e5);
    expect(errors(totals.fallbacks, records, p ** (n + 1))).toBeLessThan(4);
    // Each record makes p + p^2 + … + p^(N+1) failed attempts on average: of all attempts the share
    // p.
    expect(errors(totals.discardedRecords, attempts, p)).toBeLessThan(4);
  });
});

describe('rcu-page: a page of n lines passes with probability e^(-n C / M)', () => {
  // Two VMAs, one page; the read() that finds nothing has no window. C is formatAnon.
  test.each([[5_000, 10_000]])('two lines of %i ns', (formatNs, meanNs) => {
    const yaml = scenario(`formatAnon: ${formatNs}ns`, meanNs, 70_000, 2);
    const { totals } = aRun(yaml, { strategy: 'rcu-page', passes: 'none' });

    const failed = totals.discardedLines / 2;
    const attempts = 70_000 + failed;
    const p = 1 - Math.exp((-2 * formatNs) / meanNs);
    expect(Number.isInteger(failed)).toBe(true);
    expect(attempts).toBeGreaterThan(1e5);
    expect(errors(failed, attempts, p)).toBeLessThan(4);
  });

  test('rcu-page2 falls back with probability p^3', () => {
    const yaml = scenario('formatAnon: 5us', 10_000, 60_000, 2);
    const { totals } = aRun(yaml, { strategy: 'rcu-page2', passes: 'none' });

    const p = 1 - Math.exp(-1);
    const attempts = 60_000 - totals.fallbacks + totals.discardedLines / 2;
    expect(attempts).toBeGreaterThan(1e5);
    expect(errors(totals.fallbacks, 60_000, p ** 3)).toBeLessThan(4);
  });
});

describe('a deterministic writer: unlimited retry finishes iff the window fits between two writes', () => {
  /** Writes at 0, P, 2P, …; the reader begins at 1 ns with 3 records of 10 ns. */
  const every = (periodNs: number): string => `
duration: 1ms
machine: {costs: {preset: zero, vmaCopy: 10ns}, rwsem: fifo}
vmas: [{start: "0x7f0000000000", pages: 1, repeat: 3, gap: 1, perms: rw-p}]
readers: [{name: r, start: 1ns}]
writers: [{name: w, think: ${periodNs}ns, program: [{hold: 0}]}]
`;

  test('every 10 ns: each window of 10 instants holds exactly one write, for ever', () => {
    const outcome = aRun(every(10), { strategy: 'rcu-retry' });

    expect(outcome.totals.passesStarved).toBe(1);
    // Checks at 11 ns, 21 ns, …, 999,991 ns.
    expect(outcome.readers[0]!.failedByCause.sequence).toBe(99_999);
  });

  test('every 11 ns: one window in 11 is free of writes, so ten retries between two lines', () => {
    // Window k covers the instants 10 k + 1 … 10 k + 10, writes are at 11 j. Window 0 has none (0
    // and 11 lie outside), windows 1 … 10 have 11 … 110, window 11 (111 … 120) has none, and so on:
    // record 1 passes in window 0, record 2 in window 11, record 3 in window 22. Its check comes at
    // 231 = 21 * 11:
    // the write of that ns is too late for it, and in time to fail the check of the end right
    // behind.
    const outcome = aRun(every(11), { strategy: 'rcu-retry' });

    expect(outcome.totals.passesFinished).toBe(1);
    expect(outcome.totals).toMatchObject({ retries: 20 + 1, discardedRecords: 20 });
    expect(outcome.simulatedNs).toBe(1 + 23 * 10);
  });

  test('the same writer every 10 ns does not starve a limit of three', () => {
    const outcome = aRun(every(10), { strategy: 'rcu-retry3:fallback=vma' });

    expect(outcome.totals).toMatchObject({ passesFinished: 1, retries: 9, fallbacks: 3 });
  });

  test('every 10 ns under rcu-page: three lines of 3 ns fit, three of 4 ns never do', () => {
    const page = (formatNs: number) =>
      aRun(every(10).replace('vmaCopy: 10ns', `formatAnon: ${formatNs}ns`), {
        strategy: 'rcu-page',
      }).totals;

    expect(page(3).passesFinished).toBe(1);
    expect(page(4).passesStarved).toBe(1);
  });
});

describe('waiting for mmap_lock', () => {
  test('a writer waits half a hold on average, with the probability that the lock is held', () => {
    // The reader holds the lock for H = 83 us (one line), then not for G = 17 us, again and again;
    // the read() that returns 0 bytes does not hold it for any time. The writer thinks for 2 ms on
    // average: where it meets the cycle of 100 us is uniform but for C / M. P(wait) = H / (H + G) =
    // 0.83, and a wait is uniform over the hold: the mean is 0.83 * 41.5 us, the mean square 0.83 *
    // H^2 / 3, hence the standard deviation 26.8 us.
    const outcome = aRun(
      `
machine: {costs: {preset: zero, formatAnon: 83us, openClose: 17us}, rwsem: fifo}
vmas: [{start: "0x7f0000000000", pages: 1, perms: rw-p}]
readers: [{name: r, passes: 25000}]
writers: [{name: w, think: {exp: 2ms}, program: [{hold: 0}]}]
`,
      { strategy: 'mmap-lock', passes: 'none' },
    );

    const { n, mean, max } = outcome.writers[0]!.lockWaitNs;
    const expected = 0.83 * 41_500;
    expect(n).toBeGreaterThan(1_000);
    expect(max).toBeLessThanOrEqual(83_000);
    expect(Math.abs(mean! - expected)).toBeLessThan((4 * 26_800) / Math.sqrt(n) + 0.02 * expected);
  });
});
