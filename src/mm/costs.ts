/**
 * The cost of each primitive of the simulated kernel, in ns, and the source of the figure.
 *
 * `server` is a modern two-socket x86 server: measured figures where they apply to a server, else
 * engineering judgement. `vm-epyc` is the machine of the first measurements: a 2-vCPU KVM guest on
 * an AMD EPYC with Linux 6.18 and expensive cross-CPU traffic. `vm-epyc-2026` is a guest of the
 * same kind as measured on 29 Nov 2026: 1.7 times slower, with each wake-up measured by itself.
 * `zero` sets every cost to 0, but keeps the shares, slices and rwsem constants of `server`. A
 * scenario can override each cost by name. There are no caches and no NUMA.
 */
import { checksum } from '../base/checksum.ts';
import type { ShiftedLogNormal } from '../base/log-normal.ts';

/** A cost that is drawn anew each time, or is always the same. */
export type CostValue = number | ShiftedLogNormal;

interface CostRow {
  readonly server: CostValue;
  readonly vmEpyc: CostValue;
  readonly vmEpyc2026: CostValue;
  /** Kept by the `zero` preset: a share, a slice or a constant of the rwsem, not a cost. */
  readonly constant?: true;
  readonly unit: 'ns' | 'share';
  readonly about: string;
}

/** @param values of server, vm-epyc and vm-epyc-2026; the last is vm-epyc's where it is left out */
const ns = (
  [server, vmEpyc, vmEpyc2026 = vmEpyc]: readonly [CostValue, CostValue, CostValue?],
  about: string,
): CostRow => ({ server, vmEpyc, vmEpyc2026, unit: 'ns', about });
const constantNs = (values: readonly [number, number], about: string): CostRow => ({
  ...ns(values, about),
  constant: true,
});
const share = (value: number, about: string): CostRow => ({
  ...ns([value, value], about),
  unit: 'share',
  constant: true,
});

/** Rows in the order of the documentation. */
export const COST_TABLE = {
  syscall: ns([80, 105, 244], 'entry and return of a system call'),
  openClose: ns([2500, 3300, 5248], 'open() and close() of the maps file; measured 3.0-3.6 us'),
  copyToUser: ns([150, 250], 'a full page to user space, in proportion for less'),
  mmapReadLock: ns([10, 10], 'uncontended: one atomic and bookkeeping'),
  mmapReadUnlock: ns([10, 10], 'uncontended'),
  mmapWriteLock: ns([13, 13], 'uncontended, with the sequence increment'),
  mmapWriteUnlock: ns([12, 12], 'uncontended, with the sequence increment'),
  speculateBegin: ns([1, 1], 'mmap_lock_speculate_try_begin: an acquire load'),
  speculateRetry: ns([1, 1], 'mmap_lock_speculate_retry: a barrier and a load'),
  vmaStartRead: ns([7, 7], 'vma_start_read: loads and one atomic, hot'),
  vmaEndRead: ns([5, 5], 'vma_end_read: one atomic, hot'),
  rcuEnter: ns([1, 1], 'rcu_read_lock'),
  rcuLeave: ns([1, 1], 'rcu_read_unlock'),
  rcuGrace: ns([10_000_000, 15_000_000], 'a grace period: how long freed nodes and names stay'),
  treeLookup: ns([60, 60], 'walk from the root, warm, about 100 VMAs'),
  treeNext: ns([5, 5], 'next range in the same leaf'),
  treeNextLeaf: ns([40, 40], 'next range in another leaf'),
  vmaCopy: ns([10, 4], 'copy of a vm_area_struct (192 bytes), warm'),
  filePin: ns([8, 8], 'get_file and, later, fput'),
  namePin: ns([8, 8], 'anon_vma_name get and put'),
  formatAnon: ns(
    [220, 222, 317],
    'a line without name; walk, locks and read() make it the measured 250',
  ),
  formatFile: ns([250, 430, 535], 'a line with a name, apart from its characters'),
  formatPathChar: ns(
    [12, 11, 13],
    'each character of the name; with formatFile 860 for 37, 2200 for 162',
  ),
  queryCall: ns(
    [220, 240, 435],
    'PROCMAP_QUERY above syscall and lookup, without name; measured 346 whole',
  ),
  cacheLineMove: ns(
    [60, 100],
    'first access to a line of mmap_lock, mm_lock_seq or vm_refcnt that another CPU changed; measured 50-150',
  ),
  contextSwitch: ns([1200, 1150, 1758], 'switching a CPU to another task'),
  wakeup: ns(
    [3200, 20_500, { min: 4900, p50: 5200, p99: 20_500 }],
    'from the end of the wake-up call until a sleeper on another CPU runs',
  ),
  wakeupSend: ns(
    [800, 1500, { min: 2900, p50: 3030, p99: 4830 }],
    'the wake-up call, paid by the waker for each sleeping waiter',
  ),
  wakeupAwake: ns(
    [250, 400],
    'the same for a waiter that is not asleep yet: three cache lines of its CPU (its lock, its state, its run queue), no interrupt',
  ),
  // Of the wake-ups that end a drain 14-17 % find a writer that never switches, of some 400 ns that
  // a line takes: 60 ns. Another 40 ns from the last look to the place in the queue are judgement.
  sleepEntry: ns(
    [100, 100],
    'from the last check of the lock until the waiter is asleep; a waiter that is woken before continues at once',
  ),
  interruptEvery: ns(
    [0, 0, 2_740_000],
    'mean time between two interrupts of a CPU, 0: none; measured 365 of 5 us and more a second, 250 of them ticks',
  ),
  interrupt: ns(
    [0, 0, { min: 5000, p50: 14_000, p99: 66_000 }],
    'how long an interrupt takes the CPU from the running task; measured with a spinning loop, the quietest of 16 runs',
  ),
  // v6.18 sysctl_sched_base_slice: 0.7 ms, doubled for 2 CPUs; noticed by the next tick of 4 ms.
  timeSlice: constantNs([3_000_000, 3_400_000], 'how long a task may run while others wait'),
  rwsemHandoff: constantNs([4_000_000, 4_000_000], 'RWSEM_WAIT_TIMEOUT: a jiffy at 250 Hz'),
  rwsemSpinBase: constantNs([10_000, 10_000], 'optimistic spinning on readers: base'),
  rwsemSpinPerReader: constantNs([500, 500], 'and for each reader'),
  rwsemSpinMax: constantNs([25_000, 25_000], 'and at most'),
  mmap: ns([1400, 1400, 2253], 'of a free place, one page; measured 1.3-1.4 us'),
  mmapOver: ns([2200, 3300, 4100], 'of a place where something is mapped; measured 2.2-4.5 us'),
  munmap: ns([1200, 1150, 2348], 'untouched; measured 1.15 us'),
  pageFree: ns(
    [0, 0],
    'and for each page of it that was written to; calibrate measures it, no preset has it',
  ),
  pageFault: ns(
    [0, 0],
    'the first write to a page, after an mmap with touched; calibrate measures it, no preset has it',
  ),
  mprotect: ns([1500, 1500, 2667], 'that splits or merges; measured 1.35-1.6 us'),
  mprotectWhole: ns([550, 550, 1064], 'of exactly whole VMAs'),
  mprotectNothing: ns([250, 250, 561], 'of what has the protection already'),
  mremap: ns([1600, 1600, 2458], 'in place; measured 0.97 (grow) - 2.05 us (shrink)'),
  mremapMove: ns([5000, 5000, 4479], 'that moves; measured 4.3-6.2 us'),
  brk: ns([1500, 1500], 'measured 0.87 (grow) - 2.2 us (shrink)'),
  name: ns([1500, 1500, 2667], 'prctl(PR_SET_VMA_ANON_NAME), taken like mprotect'),
  fork: ns([50_000, 50_000], 'fork without its VMAs'),
  forkPerVma: ns([300, 300], 'and for each VMA'),
  growStack: ns([1700, 1750], 'a fault below the stack'),
  writeSectionShare: share(
    0.7,
    'how much of a call runs while mmap_lock is held; measured 60-80 %',
  ),
  downgradedShare: share(0.4, 'how much of that runs after the downgrade, in calls that downgrade'),
  mremapHoleShare: share(
    0.5,
    'share of the call during which MREMAP_FIXED leaves the destination empty; gaps measured 0.48 a pass, 0.26 with 0.3',
  ),
} as const satisfies Record<string, CostRow>;

export type CostName = keyof typeof COST_TABLE;
/** A distribution stands with its median. */
export type Costs = Readonly<Record<CostName, number>>;

export const COST_NAMES = Object.keys(COST_TABLE) as CostName[];
export const COST_PRESETS = ['server', 'vm-epyc', 'vm-epyc-2026', 'zero'] as const;

type DrawnCosts = Readonly<Record<'wakeup' | 'wakeupSend' | 'interrupt', CostValue>>;

/**
 * Sigma of the log-normal factor by which the costs of a read() call or of an operation vary. The
 * fit is in docs/costs.md; `zero` varies nothing.
 */
const JITTER = 0.07;

export const jitterOf = (preset: string): number => (preset === 'zero' ? 0 : JITTER);

const COLUMNS = { server: 'server', zero: 'server', 'vm-epyc': 'vmEpyc' } as const;

/** Tells tables of costs apart: runs with one cannot be compared with runs with another. */
export function costsMark(): string {
  const rows = Object.entries<CostRow>(COST_TABLE).map(([name, row]) => {
    return [name, row.server, row.vmEpyc, row.vmEpyc2026];
  });
  const text = JSON.stringify([JITTER, ...rows]);
  return checksum(text);
}

type CostOverrides = Readonly<Record<string, CostValue>>;

function costValue(name: CostName, preset: string, overrides: CostOverrides): CostValue {
  const row: CostRow = COST_TABLE[name];
  const own = overrides[name];
  if (own !== undefined) return own;
  if (preset === 'zero' && row.constant !== true) return 0;
  return row[COLUMNS[preset as keyof typeof COLUMNS] ?? 'vmEpyc2026'];
}

/** @param preset one of COST_PRESETS @param overrides by name, ns or share */
export function costsOf(preset: string, overrides: CostOverrides): Costs {
  // A copy of the table has the shape of a literal. An object built up name by name is a dictionary
  // to V8: each look at a cost took 5 ns more, a tenth of a whole step.
  const costs = { ...COST_TABLE } as unknown as Record<CostName, number>;
  for (const name of COST_NAMES) {
    const value = costValue(name, preset, overrides);
    costs[name] = typeof value === 'number' ? value : value.p50;
  }
  return costs;
}

export const drawnCostsOf = (preset: string, overrides: CostOverrides): DrawnCosts => ({
  wakeup: costValue('wakeup', preset, overrides),
  wakeupSend: costValue('wakeupSend', preset, overrides),
  interrupt: costValue('interrupt', preset, overrides),
});
