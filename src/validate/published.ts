/**
 * McKenney's test as published with the series that brought per-VMA locks: a mapper of single
 * pages, two niced scanners, each on a CPU with a task that runs 2 ms and sleeps 1 ms.
 *
 * Other machines, and runs of 10 s where these are shorter: orders and ratios only.
 */
import type { Scenario } from '../scenario/scenario.ts';
import type { Outcome } from '../world/outcome.ts';
import { type Claim, type ClaimGroup, showNs, showPercent } from './claim.ts';
import type { Lab } from './lab.ts';

const PUBLISHED = 'paulmckrcu/proc-mmap_sem-test; cover letter of v8, 19 Jul 2025';
const LONG_NS = 500_000;

const STRATEGIES = ['vma-lock', 'rcu-retry', 'mmap-lock'] as const;
type Strategy = (typeof STRATEGIES)[number] | 'none';

interface Mapper {
  /** Mean over all runs, ns. */
  readonly meanNs: number;
  readonly longestNs: number;
  readonly calls: number;
  readonly longCalls: number;
  /** Runs with a call above 0.5 ms. */
  readonly longRuns: number;
  readonly runs: number;
  /** mmap_lock held by the readers: time for each taking of it. */
  readonly holdNs: number;
}

function variant(base: Scenario, strategy: Strategy, hogs: boolean, ms: number): Scenario {
  return {
    ...base,
    durationNs: ms * 1e6,
    readers: strategy === 'none' ? [] : base.readers.map((r) => ({ ...r, strategy })),
    machine: hogs ? base.machine : { ...base.machine, hogs: [] },
  };
}

function mapper(lab: Lab, strategy: Strategy, hogs: boolean): Mapper {
  return lab.once(`mapper ${strategy} ${hogs}`, () => {
    const scenario = variant(lab.shipped('mckenney'), strategy, hogs, lab.choose(150, 2000));
    const sum = { ns: 0, calls: 0, longest: 0, long: 0, longRuns: 0, locks: 0, holdNs: 0 };
    const runs = lab.choose(strategy === 'none' || !hogs ? 1 : 3, 8);
    for (let seed = 1; seed <= runs; seed++) {
      const before = sum.long;
      const { totals }: Outcome = lab.run(scenario, {
        seed: String(seed),
        onOperation: ({ startNs, endNs }) => {
          const ns = endNs - startNs;
          sum.ns += ns;
          sum.calls++;
          sum.longest = Math.max(sum.longest, ns);
          if (ns > LONG_NS) sum.long++;
        },
      });
      if (sum.long > before) sum.longRuns++;
      sum.locks += totals.mmapReadLocks;
      sum.holdNs += totals.mmapReadLockHoldNs;
    }
    return {
      meanNs: sum.ns / sum.calls,
      longestNs: sum.longest,
      calls: sum.calls,
      longCalls: sum.long,
      longRuns: sum.longRuns,
      runs,
      holdNs: sum.holdNs / Math.max(sum.locks, 1),
    };
  });
}

const withHogs = (lab: Lab): readonly Mapper[] =>
  (['none', ...STRATEGIES] as const).map((strategy) => mapper(lab, strategy, true));

const HOW = 'scenario mckenney, several seeds; without readers, vma-lock, rcu-retry, mmap-lock';

const means: Claim = {
  id: 'mckenney-means',
  claim: "the writer's mean: no reader <= per-VMA locks < RCU + retry < mmap_lock",
  source: PUBLISHED,
  target: '5-6, 6, 10, 11-13 us',
  how: HOW,
  tolerance: 'the order; per-VMA locks within 20 % of no reader',
  known: null,
  simulate(lab) {
    const [none, vma, rcu, mmap] = withHogs(lab).map(({ meanNs }) => meanNs);
    return {
      simulated: [none, vma, rcu, mmap].map((ns) => showNs(ns!)).join(', '),
      within: none! <= vma! && vma! <= 1.2 * none! && vma! < rcu! && rcu! < mmap!,
    };
  },
};

const meanRatio: Claim = {
  id: 'mckenney-mean-ratio',
  claim: 'mmap_lock doubles the mean of the writer',
  source: PUBLISHED,
  target: '2.0-2.4 times that without readers',
  how: HOW,
  tolerance: 'a factor of 3',
  known:
    'the calls of the mapper cost 1.3 us here and 5 us there (it populates its pages), so the ' +
    'same wait weighs more; and here a scan starts every 2 ms, whatever a process costs its CPU',
  simulate(lab) {
    const [none, , , mmap] = withHogs(lab);
    const ratio = mmap!.meanNs / none!.meanNs;
    return { simulated: ratio.toFixed(1), within: ratio >= 2.2 / 3 && ratio <= 2.2 * 3 };
  },
};

const longRuns: Claim = {
  id: 'mckenney-long-runs',
  claim: 'runs with a call above 0.5 ms: most under mmap_lock, few under per-VMA locks',
  source: PUBLISHED,
  target: 'none 1-4 %, vma-lock 1 %, rcu-retry 2 %, mmap-lock 79-100 % of runs of 10 s',
  how: HOW,
  tolerance: 'mmap-lock above 75 %, vma-lock and no reader below 25 %',
  known: null,
  simulate(lab) {
    const found = withHogs(lab);
    const [none, vma, , mmap] = found.map((m) => m.longRuns / m.runs);
    return {
      simulated: found.map((m) => `${m.longRuns} of ${m.runs}`).join(', '),
      within: mmap! > 0.75 && vma! < 0.25 && none! < 0.25,
    };
  },
};

const longRunsRcu: Claim = {
  id: 'mckenney-long-runs-rcu',
  claim: 'runs with a call above 0.5 ms are few under RCU + retry, too',
  source: PUBLISHED,
  target: '2 % of runs of 10 s',
  how: HOW,
  tolerance: 'below 25 %',
  known:
    'a reader that meets the writer leaves its CPU at once here, and a hog may take it before the ' +
    'lock is handed over; in the kernel a section of 1 us is often over before the reader has left',
  simulate(lab) {
    const m = mapper(lab, 'rcu-retry', true);
    return {
      simulated: `${m.longRuns} of ${m.runs} runs, ${m.longCalls} of ${m.calls} calls`,
      within: m.longRuns / m.runs < 0.25,
    };
  },
};

const longest: Claim = {
  id: 'mckenney-longest',
  claim: 'the longest call under mmap_lock is several times that of the others',
  source: PUBLISHED,
  target: 'none 0.7-3.1, vma-lock 0.6, rcu-retry 3.1, mmap-lock 4.6-4.7 ms',
  how: HOW,
  tolerance: 'mmap-lock at least 3 times vma-lock and no reader, not below rcu-retry',
  known: null,
  simulate(lab) {
    const found = withHogs(lab).map((m) => m.longestNs);
    const [none, vma, rcu, mmap] = found;
    return {
      simulated: found.map(showNs).join(', '),
      within: mmap! >= 3 * Math.max(none!, vma!) && mmap! >= 0.99 * rcu!,
    };
  },
};

const preempted: Claim = {
  id: 'mckenney-hogs',
  claim: 'it is the hogs: calls above 0.5 ms come from readers preempted inside mmap_lock',
  source: PUBLISHED,
  target: 'the reason given for the test',
  how: 'share of calls above 0.5 ms under mmap-lock, with and without hogs',
  tolerance: 'at least ten times as many with hogs',
  known: null,
  simulate(lab) {
    const [hogs, alone] = [true, false].map((on) => mapper(lab, 'mmap-lock', on));
    const shares = [hogs!, alone!].map((m) => m.longCalls / m.calls);
    return {
      simulated: `${showPercent(shares[0]!)} and ${showPercent(shares[1]!)}`,
      within: shares[0]! > 0 && shares[0]! >= 10 * shares[1]!,
    };
  },
};

const handedOver: Claim = {
  id: 'mckenney-rcu-tail',
  claim: 'the tail of rcu-retry comes from locks handed to a reader that is not on its CPU',
  source: 'the model; v6.18 kernel/locking/rwsem.c rwsem_mark_wake',
  target: 'none published; explains a longest call of 3.1 ms',
  how: 'mean hold of mmap_lock by readers under rcu-retry: with hogs, without',
  tolerance: 'at least 3 times as long with hogs',
  known: null,
  simulate(lab) {
    const [hogs, alone] = [true, false].map((on) => mapper(lab, 'rcu-retry', on).holdNs);
    return {
      simulated: `${showNs(hogs!)} and ${showNs(alone!)}`,
      within: hogs! >= 3 * alone!,
    };
  },
};

export const PUBLISHED_TEST: ClaimGroup = {
  title: "McKenney's test",
  claims: [means, meanRatio, longRuns, longRunsRcu, longest, preempted, handedOver],
};
