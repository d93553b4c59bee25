/** What each cost is charged for: runs with one cost switched on, times counted out by hand. */
import { describe, expect, test } from 'vitest';
import { COST_NAMES, costsOf } from '../../src/mm/costs.ts';
import { aRun } from '../support/run.ts';

const US = 1_000;

const scenario = (costs: string, more = ''): string => `
machine: {costs: {preset: zero, ${costs}}, rwsem: fifo}
vmas: [{start: "0x7f0000000000", pages: 1, repeat: 100, gap: 1, perms: rw-p}]
readers: [{name: r}]
${more}
`;

/** ns of a pass of 100 anonymous lines, two pages and a read() that finds nothing. */
const pass = (costs: string, strategy = 'mmap-lock'): number =>
  aRun(scenario(costs), { strategy, passes: 'none' }).readers[0]!.passNs.max!;

describe('a quiet pass of 100 lines: 83 + 17, one of them made twice', () => {
  test.each([
    ['syscall', 'mmap-lock', 3],
    ['mmapReadLock', 'mmap-lock', 3],
    ['mmapReadUnlock', 'mmap-lock', 3],
    ['mmapReadLock', 'mmap-lock-vma', 100 + 1 + 1],
    ['mmapReadLock', 'mmap-lock-all', 1],
    ['formatAnon', 'mmap-lock', 101],
    ['rcuEnter', 'rcu-retry', 3],
    ['rcuLeave', 'rcu-retry', 3],
    ['speculateBegin', 'rcu-retry', 3],
    ['speculateRetry', 'rcu-retry', 102], // each copy and the end of the list
    ['vmaCopy', 'rcu-retry', 101],
    ['vmaCopy', 'mmap-lock', 0],
    ['vmaCopy', 'vma-lock', 0],
    ['vmaCopy', 'rcu-page', 0],
    ['speculateBegin', 'rcu-page', 3],
    ['speculateRetry', 'rcu-page', 3],
    ['vmaStartRead', 'vma-lock', 101],
    ['vmaEndRead', 'vma-lock', 101],
    ['speculateBegin', 'vma-lock', 102],
    ['queryCall', 'query', 100],
    ['syscall', 'query', 101],
    ['treeLookup', 'mmap-lock', 2],
    ['openClose', 'mmap-lock', 0], // outside the pass
    ['cacheLineMove', 'mmap-lock', 0],
  ])('%s under %s is charged %i times', (cost, strategy, times) => {
    expect(pass(`${cost}: 7us`, strategy)).toBe(times * 7 * US);
  });

  test('copyToUser is for a page of 4096 bytes, and in proportion for less', () => {
    // 4067 and 833 bytes.
    expect(pass('copyToUser: 4096ns')).toBe(4067 + 833);
  });

  test('a lookup or a step to the next VMA for each record and the end', () => {
    // 104 fetches: 84 for page 1, 18 for page 2 (17 and the end); and two lookups among them.
    expect(pass('treeNext: 1us, treeNextLeaf: 1us, treeLookup: 1us')).toBe((84 + 18) * US);
  });

  test('a name costs formatFile and so much for each character', () => {
    const named = (costs: string): number =>
      aRun(`
machine: {costs: {preset: zero, ${costs}}}
vmas: [{start: "0x10000", pages: 1, perms: r--p, file: {path: /lib/abc, dev: "08:01", inode: 7}}]
readers: [{name: r}]
`).readers[0]!.passNs.max!;

    expect(named('formatFile: 100ns')).toBe(100);
    expect(named('formatPathChar: 10ns')).toBe(80);
    expect(named('formatAnon: 100ns')).toBe(0);
  });

  test('each line is charged for the pins of its copy', () => {
    const pinned = (cost: string, strategy: string): number =>
      aRun(
        `
machine: {costs: {preset: zero, ${cost}: 10ns}}
vmas:
  - {start: "0x10000", pages: 1, perms: r--p, file: {path: /lib/abc, dev: "08:01", inode: 7}}
  - {start: "0x20000", pages: 1, perms: rw-p, name: arena}
readers: [{name: r}]
`,
        { strategy },
      ).readers[0]!.passNs.max!;

    for (const cost of ['filePin', 'namePin']) {
      expect(pinned(cost, 'rcu-retry')).toBe(10);
      expect(pinned(cost, 'rcu-page')).toBe(10);
      expect(pinned(cost, 'mmap-lock')).toBe(0);
      expect(pinned(cost, 'vma-lock')).toBe(0);
    }
  });
});

describe('waking up', () => {
  /** The writer holds the lock for 10 us from 0; the reader asks at 1 us. */
  const woken = (costs: string): { passNs: number; opNs: number } => {
    const outcome = aRun(
      scenario(costs, 'writers: [{name: w, ops: 1, program: [{hold: 10us}]}]').replace(
        '{name: r}',
        '{name: r, start: 1us, passes: 2, think: 1ms}',
      ),
      { passes: 'none' },
    );
    return { passNs: outcome.readers[0]!.passNs.max!, opNs: outcome.writers[0]!.opNs.max! };
  };

  test('without costs the reader goes on when the writer lets go', () => {
    expect(woken('syscall: 0')).toEqual({ passNs: 9 * US, opNs: 10 * US });
  });

  test('wakeup and contextSwitch delay the one who is woken', () => {
    expect(woken('wakeup: 4us, contextSwitch: 1us').passNs).toBe(9 * US + 5 * US);
  });

  test('wakeupSend delays the one who wakes, for each waiter, and the sleeper as long', () => {
    expect(woken('wakeupSend: 2us')).toEqual({ passNs: 11 * US, opNs: 12 * US });
    expect(woken('wakeupSend: 2us, wakeup: 4us').passNs).toBe(15 * US);
    const two = aRun(
      scenario('wakeupSend: 2us', 'writers: [{name: w, ops: 1, program: [{hold: 10us}]}]').replace(
        '{name: r}',
        '{name: r, start: 1us, count: 2, passes: 2, think: 1ms}',
      ),
    );
    expect(two.writers[0]!.opNs.max).toBe(14 * US);
  });
});

describe('falling asleep', () => {
  /** The writer holds the lock from 0 to 10 us; the reader asks `earlyNs` before its end. */
  const pass = (earlyNs: number): { passNs: number; opNs: number } => {
    const costs = 'sleepEntry: 100ns, wakeup: 4us, wakeupSend: 2us, wakeupAwake: 500ns';
    const outcome = aRun(
      scenario(costs, 'writers: [{name: w, ops: 1, program: [{hold: 10us}]}]').replace(
        '{name: r}',
        `{name: r, start: ${10 * US - earlyNs}ns, passes: 2, think: 1ms}`,
      ),
      { passes: 'none' },
    );
    return { passNs: outcome.readers[0]!.passNs.max!, opNs: outcome.writers[0]!.opNs.max! };
  };

  test('a wait that ends within sleepEntry never sleeps, and its wake-up costs wakeupAwake', () => {
    expect(pass(99)).toEqual({ passNs: 99, opNs: 10 * US + 500 });
  });

  test('a longer one sleeps, and goes on after wakeup', () => {
    expect(pass(101)).toEqual({ passNs: 101 + 6 * US, opNs: 12 * US });
  });
});

describe('interrupts', () => {
  const quiet = (costs: string): readonly number[] =>
    aRun(
      `
machine: {costs: {preset: zero, formatAnon: 100ns, ${costs}}}
vmas: [{start: "0x7f0000000000", pages: 3, repeat: 80, gap: 1, perms: rw-p}]
readers: [{name: r, passes: 1000}]
`,
    ).passes.map(({ startNs, endNs }) => endNs - startNs);

  // 80 lines fit into a page: a quiet pass takes 8 us.
  test('none of them where interruptEvery is 0', () => {
    expect(new Set(quiet('interrupt: 5us'))).toEqual(new Set([8 * US]));
  });

  test('each takes the CPU for its length, and as many come as interruptEvery says', () => {
    const extraNs = quiet('interruptEvery: 100us, interrupt: 5us').map((ns) => ns - 8 * US);

    expect(extraNs.every((ns) => ns % (5 * US) === 0)).toBe(true);
    // One in 100 us of 8 ms, and those that come meanwhile: 8 / (1 - 0.05) ms.
    const count = extraNs.reduce((sum, ns) => sum + ns, 0) / (5 * US);
    expect(count).toBeGreaterThan(60);
    expect(count).toBeLessThan(110);
  });
});

describe('jitter', () => {
  test('the same factors under every strategy, whatever the reader is in for', () => {
    const alone = (strategy: string): number[] => {
      const times: number[] = [];
      aRun(
        `
duration: 1ms
vmas: [{start: "0x7f0000000000", pages: 3, perms: rw-p, tag: t}]
readers: [{name: r, passes: 9, think: 1ms}]
writers: [{name: w, think: 5us, start: 100us, churn: merge-churn, vma: {tag: t}}]
`,
        { strategy, onOperation: ({ startNs, endNs }) => times.push(endNs - startNs) },
      );
      return times;
    };

    expect(new Set(alone('mmap-lock')).size).toBeGreaterThan(20);
    expect(alone('rcu-retry')).toEqual(alone('mmap-lock'));
  });

  test('jitter: 0 makes equal calls equal, and zero costs vary by nothing', () => {
    const quiet = (machine: string): number =>
      new Set(
        aRun(
          `
machine: {${machine}}
vmas: [{start: "0x7f0000000000", pages: 3, repeat: 40, gap: 1, perms: rw-p}]
readers: [{name: r, passes: 20}]
`,
        ).passes.map(({ startNs, endNs }) => endNs - startNs),
      ).size;

    // The first pass finds the lock's line elsewhere.
    expect(quiet('jitter: 0')).toBeLessThanOrEqual(2);
    expect(quiet('costs: {preset: zero, formatAnon: 100ns}')).toBe(1);
    expect(quiet('jitter: 0.05')).toBeGreaterThan(15);
  });

  test('a reader and a writer that walk in step are told of', () => {
    const recurring = (think: string): readonly unknown[] =>
      aRun(
        `
machine: {cpus: 2, preempt: none, jitter: 0, costs: vm-epyc}
duration: 10ms
vmas: [{start: "0x7f0000000000", pages: 3, repeat: 100, gap: 1, perms: rw-p, tag: t}]
readers: [{name: r, cpu: 1, passes: 10000}]
writers: [{name: w, cpu: 0, think: ${think}, churn: merge-churn, vma: {tag: t, pick: random}}]
`,
        { passes: 'none' },
      ).recurring;

    expect(recurring('20us')).toEqual([{ reader: 'r', phases: 2 }]);
    expect(recurring('{exp: 20us}')).toEqual([]);
  });
});

describe('cacheLineMove', () => {
  test('the first access to mm_lock_seq after another CPU changed it, and no other', () => {
    // One section before the pass: each of the two counters' lines moves once, mm_lock_seq at the
    // first sample. Checks after that find the line where it is.
    const ns = (strategy: string): number =>
      aRun(
        scenario(
          'cacheLineMove: 60ns',
          'writers: [{name: w, ops: 1, program: [{hold: 0}]}]',
        ).replace('{name: r}', '{name: r, start: 1us}'),
        { strategy },
      ).readers[0]!.passNs.max!;

    expect(ns('rcu-retry:mstart=speculate')).toBe(60);
    expect(ns('mmap-lock')).toBe(60);
    // The lock pair of m_start as posted, and the sample.
    expect(ns('rcu-retry')).toBe(120);
  });

  test('under per-VMA locks the counter and the count of the VMA come together', () => {
    const ns = (operation: string): number =>
      aRun(
        `
machine: {costs: {preset: zero, cacheLineMove: 60ns}}
vmas: [{start: "0x10000000", pages: 1, perms: rw-p, tag: t}]
readers: [{name: r, start: 1us, strategy: vma-lock}]
writers: [{name: w, ops: 1, program: [{${operation}}]}]
`,
      ).readers[0]!.passNs.max!;

    expect(ns('hold: 0')).toBe(60); // mm_lock_seq alone
    expect(ns('mprotect: {vma: {tag: t}, perms: r--p}')).toBe(60); // and vm_refcnt
  });
});

describe('writers', () => {
  /** ns of one operation on three pages of a VMA of its own. */
  const op = (operation: string, costs: string): number =>
    aRun(
      `
duration: 1s
machine: {costs: {preset: zero, ${costs}}}
vmas: [{start: "0x10000000", pages: 3, perms: rw-p, tag: t}]
writers: [{name: w, ops: 1, program: [{${operation}}]}]
`,
    ).writers[0]!.opNs.max!;

  test.each([
    ['munmap: {vma: {tag: t}}', 'munmap: 1us', 1000],
    ['mmap: {pages: 1}', 'mmap: 1us', 1000],
    ['mprotect: {vma: {tag: t}, page: 1, pages: 1, perms: r--p}', 'mprotect: 1us', 1000],
    ['mprotect: {vma: {tag: t}, perms: r--p}', 'mprotectWhole: 1us', 1000],
    ['mprotect: {vma: {tag: t}, perms: rw-p}', 'mprotectNothing: 1us', 1000],
    ['mremap: {vma: {tag: t}, newPages: 1}', 'mremap: 1us', 1000],
    ['name: {vma: {tag: t}, name: x}', 'name: 1us', 1000],
    ['fork: {}', 'fork: 1us', 1000],
    ['fork: {}', 'forkPerVma: 1us', 1000],
  ])('%s costs its entry: %s', (operation, costs, ns) => {
    expect(op(operation, costs)).toBe(ns);
  });

  test('hold is the time inside the section; what lies outside it is added', () => {
    // 1 us of which 70 % lie inside; the hold takes the place of those.
    expect(op('munmap: {vma: {tag: t}, hold: 5us}', 'mprotect: 0')).toBe(5000);
    expect(op('mprotect: {vma: {tag: t}, perms: r--p, hold: 5us}', 'mprotectWhole: 1us')).toBe(
      5000 + 300,
    );
  });

  test('the share before the lock is spent before the lock is asked for', () => {
    // A reader without a lock that looks at the counter: mprotect of 10 us, 30 % before the
    // section.
    const outcome = aRun(
      `
machine: {costs: {preset: zero, mprotectWhole: 10us, vmaCopy: 1us}}
vmas: [{start: "0x10000000", pages: 3, perms: rw-p, tag: t}]
readers: [{name: early, start: 1900ns}, {name: late, start: 2100ns}]
writers: [{name: w, ops: 1, program: [{mprotect: {vma: {tag: t}, perms: r--p}}]}]
`,
      { strategy: 'rcu-retry:mstart=speculate,sample=vma' },
    );

    // The section opens at 3 us: early checks at 2.9, late at 3.1.
    expect(outcome.readers.map(({ failedByCause }) => failedByCause.sequence)).toEqual([0, 1]);
  });
});

test('preset zero: every cost is 0, shares, slices and the constants of the rwsem are kept', () => {
  const zero = costsOf('zero', {});
  const server = costsOf('server', {});

  for (const name of COST_NAMES) expect([0, server[name]]).toContain(zero[name]);
  expect(COST_NAMES.filter((name) => zero[name] !== 0)).toEqual([
    'timeSlice',
    'rwsemHandoff',
    'rwsemSpinBase',
    'rwsemSpinPerReader',
    'rwsemSpinMax',
    'writeSectionShare',
    'downgradedShare',
    'mremapHoleShare',
  ]);
});
