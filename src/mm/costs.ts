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

/** A constant cost, or a distribution from which each cost is drawn. */
export type CostValue = number | ShiftedLogNormal;

interface CostRow {
  readonly server: CostValue;
  readonly vmEpyc: CostValue;
  readonly vmEpyc2026: CostValue;
  /**
   * The `zero` preset keeps this value: a share, a slice or a constant of the rwsem, not a cost.
   */
  readonly constant?: true;
  readonly unit: 'ns' | 'share';
  readonly about: string;
}

/** @param values of server, vm-epyc and vm-epyc-2026; the default of the last is that of vm-epyc */
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
  copyToUser: ns(
    [150, 250],
    'copying a full page to user space; less text costs proportionally less',
  ),
  mmapReadLock: ns([10, 10], 'mmap_read_lock, uncontended: one atomic and bookkeeping'),
  mmapReadUnlock: ns([10, 10], 'mmap_read_unlock, uncontended'),
  mmapWriteLock: ns([13, 13], 'mmap_write_lock, uncontended, with the increment of mm_lock_seq'),
  mmapWriteUnlock: ns(
    [12, 12],
    'mmap_write_unlock, uncontended, with the increment of mm_lock_seq',
  ),
  speculateBegin: ns([1, 1], 'mmap_lock_speculate_try_begin: an acquire load'),
  speculateRetry: ns([1, 1], 'mmap_lock_speculate_retry: a barrier and a load'),
  vmaStartRead: ns([7, 7], 'vma_start_read: loads and one atomic, in cache'),
  vmaEndRead: ns([5, 5], 'vma_end_read: one atomic, in cache'),
  rcuEnter: ns([1, 1], 'rcu_read_lock'),
  rcuLeave: ns([1, 1], 'rcu_read_unlock'),
  rcuGrace: ns(
    [10_000_000, 15_000_000],
    'an RCU grace period: how long freed nodes and names remain readable',
  ),
  treeLookup: ns([60, 60], 'a walk of the tree from its root, in cache, about 100 VMAs'),
  treeNext: ns([5, 5], 'a step to the next range in the same leaf of the tree'),
  treeNextLeaf: ns([40, 40], 'a step to the next range in another leaf'),
  vmaCopy: ns([10, 4], 'copying a vm_area_struct (192 bytes), in cache'),
  filePin: ns([8, 8], 'get_file and the later fput'),
  namePin: ns([8, 8], 'anon_vma_name_get and the later anon_vma_name_put'),
  formatAnon: ns(
    [220, 222, 317],
    'formatting a line without a name; walk, locks and read() bring it to the measured 250',
  ),
  formatFile: ns(
    [250, 430, 535],
    'formatting a line with a name, without the characters of the name',
  ),
  formatPathChar: ns(
    [12, 11, 13],
    'each character of the name; with formatFile 860 for 37 characters, 2200 for 162',
  ),
  queryCall: ns(
    [220, 240, 435],
    'PROCMAP_QUERY without a name, in addition to syscall and lookup; the whole call measured 346',
  ),
  cacheLineMove: ns(
    [60, 100],
    'first access to the cache line of mmap_lock, mm_lock_seq or a vm_refcnt after a change by another CPU; measured 50-150',
  ),
  contextSwitch: ns([1200, 1150, 1758], 'switching a CPU to another task'),
  wakeup: ns(
    [3200, 20_500, { min: 4900, p50: 5200, p99: 20_500 }],
    'from the end of the wake-up call until a sleeping task on another CPU runs',
  ),
  wakeupSend: ns(
    [800, 1500, { min: 2900, p50: 3030, p99: 4830 }],
    'the wake-up call, which the waking task pays for each sleeping waiter',
  ),
  wakeupAwake: ns(
    [250, 400],
    'a wake-up call for a waiter that is not asleep yet: three cache lines of its CPU (its lock, its state, its run queue), no interrupt',
  ),
  // 14-17 % of the wake-ups that end a drain find a writer that has not switched yet. A line takes
  // about 400 ns, so this window lasts 60 ns. Another 40 ns, from the last check to the place in
  // the queue, are judgement.
  sleepEntry: ns(
    [100, 100],
    'from the last check of the lock until the waiter is asleep; a waiter woken before that continues at once',
  ),
  interruptEvery: ns(
    [0, 0, 2_740_000],
    'mean time between two interrupts of a CPU, 0: none; measured 365 per second of at least 5 us, 250 of them ticks',
  ),
  interrupt: ns(
    [0, 0, { min: 5000, p50: 14_000, p99: 66_000 }],
    'how long an interrupt stops the running task; measured with a spinning loop, the quietest of 16 runs',
  ),
  // v6.18 sysctl_sched_base_slice: 0.7 ms, doubled for 2 CPUs; the next tick of 4 ms ends the
  // slice.
  timeSlice: constantNs([3_000_000, 3_400_000], 'how long a task may run while others wait'),
  rwsemHandoff: constantNs([4_000_000, 4_000_000], 'RWSEM_WAIT_TIMEOUT: a jiffy at 250 Hz'),
  rwsemSpinBase: constantNs([10_000, 10_000], 'optimistic spinning on readers: base time'),
  rwsemSpinPerReader: constantNs([500, 500], 'optimistic spinning: additional time per reader'),
  rwsemSpinMax: constantNs([25_000, 25_000], 'optimistic spinning: longest time'),
  mmap: ns([1400, 1400, 2253], 'mmap of one page at a free address; measured 1.3-1.4 us'),
  mmapOver: ns([2200, 3300, 4100], 'mmap over existing mappings; measured 2.2-4.5 us'),
  munmap: ns([1200, 1150, 2348], 'munmap of untouched pages; measured 1.15 us'),
  pageFree: ns(
    [0, 0],
    'munmap: additional cost per page that was written to; calibrate measures it, no preset has it',
  ),
  pageFault: ns(
    [0, 0],
    'first write to a page, after an mmap with touched; calibrate measures it, no preset has it',
  ),
  mprotect: ns([1500, 1500, 2667], 'mprotect that splits or merges; measured 1.35-1.6 us'),
  mprotectWhole: ns([550, 550, 1064], 'mprotect of exactly whole VMAs'),
  mprotectNothing: ns([250, 250, 561], 'mprotect of pages that already have this protection'),
  mremap: ns([1600, 1600, 2458], 'mremap in place; measured 0.97 us (grow) to 2.05 us (shrink)'),
  mremapMove: ns([5000, 5000, 4479], 'mremap that moves; measured 4.3-6.2 us'),
  brk: ns([1500, 1500], 'brk; measured 0.87 us (grow) to 2.2 us (shrink)'),
  name: ns([1500, 1500, 2667], 'prctl(PR_SET_VMA_ANON_NAME); same cost as mprotect'),
  fork: ns([50_000, 50_000], 'fork, without its VMAs'),
  forkPerVma: ns([300, 300], 'fork: additional cost per VMA'),
  growStack: ns([1700, 1750], 'a page fault below the stack'),
  writeSectionShare: share(0.7, 'share of a call during which mmap_lock is held; measured 60-80 %'),
  downgradedShare: share(
    0.4,
    'share of the write section after the downgrade, in calls that downgrade mmap_lock',
  ),
  mremapHoleShare: share(
    0.5,
    'share of the call during which MREMAP_FIXED leaves the destination empty; gaps measured 0.48 per pass, simulated 0.26 with a share of 0.3',
  ),
} as const satisfies Record<string, CostRow>;

export type CostName = keyof typeof COST_TABLE;
/** Costs in ns or shares; a distribution is represented by its median. */
export type Costs = Readonly<Record<CostName, number>>;

export const COST_NAMES = Object.keys(COST_TABLE) as CostName[];
export const COST_PRESETS = ['server', 'vm-epyc', 'vm-epyc-2026', 'zero'] as const;

type DrawnCosts = Readonly<Record<'wakeup' | 'wakeupSend' | 'interrupt', CostValue>>;

/**
 * Sigma of the log-normal factor by which the costs of a read() call or of an operation vary. The
 * fit is in docs/costs.md; with the preset `zero` costs do not vary.
 */
const JITTER = 0.07;

export const jitterOf = (preset: string): number => (preset === 'zero' ? 0 : JITTER);

const COLUMNS = { server: 'server', zero: 'server', 'vm-epyc': 'vmEpyc' } as const;

/** Identifies the cost table: runs with different tables cannot be compared. */
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
  // A copy of the table has the shape of a literal. V8 makes a dictionary of an object to which the
  // names are added one by one: then each access to a cost takes 5 ns more, a tenth of a step.
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
