/** What the negative control shows, and what pages are worth: worlds made to tear. */
import { describe, expect, test } from 'vitest';
import { aRun, SEQ_STRATEGIES } from '../support/run.ts';

/** Copies are slow, sections are short and many: a copy without a check is often torn. */
const SLOW_COPY = `
duration: 20ms
machine: {costs: {preset: server, vmaCopy: 900ns}}
vmas: [{start: "0x7f0000000000", pages: 3, repeat: 60, gap: 1, perms: [r--p, rw-p], tag: t}]
readers: [{name: r, passes: 100}]
writers:
  - name: w
    think: {exp: 3us}
    program:
      - mprotect: {vma: {tag: t, pick: random}, page: 1, pages: 1, perms: r-xp, hold: 50ns}
      - restore: true
`;

test('rcu-unchecked prints lines that no VMA ever had; the check keeps every one of them out', () => {
  expect(aRun(SLOW_COPY, { strategy: 'rcu-unchecked' }).tearing.alienLines).toBeGreaterThan(0);
  const maxEvents = process.env.MAPSIM_PROOFS === '1' ? 60_000 : 12_000;
  for (const strategy of SEQ_STRATEGIES) {
    if (strategy === 'rcu-unchecked') continue;
    const { tearing } = aRun(SLOW_COPY, { strategy, maxEvents });
    expect(tearing.alienLines, strategy).toBe(0);
  }
});

describe('a page is one state', () => {
  test.each(['mmap-lock', 'rcu-page2', 'rcu-page'])(
    '%s cuts at pages, never inside one',
    (name) => {
      let atPage = 0;
      for (const buffer of [1, 100, 1000, 65_536]) {
        const { tearing } = aRun(
          SLOW_COPY.replace('passes: 100', `passes: 20, buffer: ${buffer}`),
          { strategy: name, maxEvents: 100_000 },
        );
        expect(tearing.cutsInPage, `buffer ${buffer}`).toBe(0);
        atPage += tearing.cutsAtPage;
      }

      if (name !== 'rcu-page') expect(atPage).toBeGreaterThan(0);
    },
  );

  test('mmap-lock-all is never torn', () => {
    const outcome = aRun(SLOW_COPY, { strategy: 'mmap-lock-all' });

    expect(outcome.totals.passesFinished).toBeGreaterThan(10);
    expect(outcome.tearing.tornPasses).toBe(0);
  });

  test('strategies that check line by line are torn inside pages: the worlds do tear', () => {
    for (const strategy of ['rcu-retry3:fallback=vma', 'vma-lock', 'mmap-lock-vma']) {
      expect(aRun(SLOW_COPY, { strategy }).tearing.cutsInPage, strategy).toBeGreaterThan(0);
    }
  });
});

test('vma-lock prints the inside of a write section: exact-fit MREMAP_FIXED shows a hole', () => {
  const scenario = `
duration: 20ms
machine: {costs: vm-epyc}
vmas: [{start: "0x7f0000000000", pages: 3, repeat: 8, gap: 1, perms: rw-p, tag: t}]
readers: [{name: r, passes: 1000}]
writers: [{name: w, churn: exact-mremap, vma: {tag: t, pick: random}}]
`;

  const underVmaLocks = aRun(scenario, { strategy: 'vma-lock' }).tearing;
  expect(underVmaLocks.transientGaps).toBeGreaterThan(0);
  const underMmapLock = aRun(scenario, { strategy: 'mmap-lock' }).tearing;
  expect([underMmapLock.transientGaps, underMmapLock.falseGaps]).toEqual([0, 0]);
});
