/**
 * The registry of reader strategies: one entry for each, in the order of the documentation. How
 * they are written is in strategy-text.ts.
 */
import { UserError } from '../base/errors.ts';
import type { Strategy } from '../proc/strategy.ts';
import { mmapLock } from './mmap-lock.ts';
import { mmapLockAll } from './mmap-lock-all.ts';
import { mmapLockVma } from './mmap-lock-vma.ts';
import { type RcuPageOptions, rcuPage } from './rcu-page.ts';
import { BUG_COMPAT, type RcuRetryOptions, rcuRetry } from './rcu-retry.ts';
import { rcuUnchecked } from './rcu-unchecked.ts';
import {
  type OptionInfo,
  type ParsedStrategy,
  readStrategy,
  type StrategyEntry,
  type StrategyFault,
  type StrategyInfo,
  type Values,
} from './strategy-text.ts';
import { vmaLock } from './vma-lock.ts';

export {
  type OptionInfo,
  type ParsedStrategy,
  type StrategyFault,
  type StrategyInfo,
  splitStrategies,
} from './strategy-text.ts';

const WAIT: OptionInfo = { key: 'wait', values: ['lock', 'try', 'spin'] };
const SAMPLE: OptionInfo = { key: 'sample', values: ['read', 'vma'] };

const SPECULATIVE: readonly OptionInfo[] = [
  { key: 'mstart', values: ['speculate', 'lock'] },
  SAMPLE,
  WAIT,
  { key: 'scope', values: ['vma', 'read'] },
  { key: 'fallback', values: ['read', 'vma'] },
];

function makeRetry(name: string, values: Values, retriesMax: number): Strategy {
  const defaults = { scope: 'vma', fallback: 'read' };
  const bugCompat = values['bug-compat'] ?? 'none';
  const options = { ...defaults, ...values, bugCompat, name, retriesMax };
  return rcuRetry(options as unknown as RcuRetryOptions);
}

function makePage(name: string, values: Values, retriesMax: number): Strategy {
  return rcuPage({ ...values, name, retriesMax } as unknown as RcuPageOptions);
}

function makeVmaLock(name: string, values: Values): Strategy {
  return vmaLock({
    name,
    resume: values.resume === 'printed-end' ? 'printed-end' : 'iterator',
    gapCheck: values['gap-check'] === 'on',
  });
}

/** A query is m_start, one VMA, m_stop: the same hooks, asked once a call. */
function asQuery(strategy: Strategy, name: string): Strategy {
  return { ...strategy, name, medium: 'query', resumeAt: 'shown-end', tearing: 'between-vmas' };
}

const THREAD = 'linux-mm, thread of "[PATCH v3 7/8] mm/maps: read proc/pid/maps under RCU"';

const ENTRIES: readonly StrategyEntry[] = [
  {
    name: 'mmap-lock',
    aliases: ['mmap_read_lock', 'baseline'],
    summary: 'mmap_read_lock from m_start to m_stop, one page of output at a time',
    source: 'Linux up to 6.16, fs/proc/task_mmu.c m_start, m_stop',
    tearing: 'between-pages',
    gaps: 'none',
    progress: 'bounded',
    options: [],
    make: () => mmapLock,
  },
  {
    name: 'rcu-retry',
    aliases: [],
    summary: 'RCU walk, copy of the VMA, mm_lock_seq check, retry for ever',
    source: 'linux-mm, "[PATCH v3 7/8] mm/maps: read proc/pid/maps under RCU", 18 Apr 2025',
    tearing: 'between-vmas',
    gaps: 'none',
    progress: 'unbounded',
    options: [
      { key: 'mstart', values: ['lock', 'speculate'] },
      SAMPLE,
      WAIT,
      { key: 'bug-compat', values: BUG_COMPAT },
    ],
    make: (name, values) => makeRetry(name, values, Number.POSITIVE_INFINITY),
  },
  {
    name: 'rcu-retryN',
    aliases: [],
    summary: 'the same with at most N retries for a record, then mmap_read_lock',
    source: `${THREAD}, 24 Apr 2025 (Baghdasaryan, Nakryiko)`,
    tearing: 'between-vmas',
    gaps: 'none',
    progress: 'bounded',
    options: SPECULATIVE,
    make: makeRetry,
  },
  {
    name: 'rcu-once',
    aliases: ['uprobes'],
    summary: 'speculate once, then lock: the pattern of uprobes; behaves as rcu-retry0',
    source: 'Linux 6.14, kernel/events/uprobes.c find_active_uprobe_speculative',
    tearing: 'between-vmas',
    gaps: 'none',
    progress: 'bounded',
    options: SPECULATIVE,
    make: (name, values) => makeRetry(name, values, 0),
  },
  {
    name: 'rcu-page',
    aliases: ['page'],
    summary: 'one mm_lock_seq check for each page of output, retry the page for ever',
    source:
      'linux-mm, "[RFC 2/3] seq_file: add validate() operation", 15 Jan 2024; Howlett, 23 Apr 2025',
    tearing: 'between-pages',
    gaps: 'none',
    progress: 'unbounded',
    options: [WAIT],
    make: (name, values) => makePage(name, values, Number.POSITIVE_INFINITY),
  },
  {
    name: 'rcu-pageN',
    aliases: [],
    summary: 'the same; after N retries the page is made under one hold of mmap_read_lock',
    source: `${THREAD}: the page check of 23 Apr with the limit of 24 Apr 2025`,
    tearing: 'between-pages',
    gaps: 'none',
    progress: 'bounded',
    options: [WAIT],
    make: makePage,
  },
  {
    name: 'vma-lock',
    aliases: ['per-vma-lock'],
    summary: 'per-VMA read locks with fallback to mmap_lock',
    source: 'Linux 6.17, mm/mmap_lock.c lock_next_vma; fs/proc/task_mmu.c get_next_vma',
    tearing: 'between-vmas',
    gaps: 'false',
    progress: 'unbounded',
    options: [
      { key: 'resume', values: ['iterator', 'printed-end'] },
      { key: 'gap-check', values: ['on', 'off'] },
    ],
    make: (name, values) => makeVmaLock(name, values),
  },
  {
    name: 'mmap-lock-vma',
    aliases: [],
    summary: 'lock, format one VMA, unlock, for every VMA',
    source: `${THREAD}, asked in review, never built`,
    tearing: 'between-vmas',
    gaps: 'none',
    progress: 'bounded',
    options: [],
    make: () => mmapLockVma,
  },
  {
    name: 'mmap-lock-all',
    aliases: [],
    summary: 'one hold of mmap_lock for the whole pass: the ideal text, the worst blocking',
    source: 'no kernel; the bound that the others are measured against',
    tearing: 'none',
    gaps: 'none',
    progress: 'bounded',
    options: [],
    make: () => mmapLockAll,
  },
  {
    name: 'rcu-unchecked',
    aliases: [],
    summary: 'RCU walk with a copy and no check at all: the negative control',
    source: 'no kernel; series v3 without its check',
    tearing: 'within-vma',
    gaps: 'false',
    progress: 'unbounded',
    options: [],
    make: () => rcuUnchecked,
  },
  {
    name: 'query',
    aliases: [],
    summary: 'a walk by PROCMAP_QUERY calls, each under mmap_lock',
    source: 'Linux 6.11, fs/proc/task_mmu.c do_procmap_query',
    tearing: 'between-vmas',
    gaps: 'none',
    progress: 'bounded',
    options: [],
    make: (name) => asQuery(mmapLock, name),
  },
  {
    name: 'query-rcu',
    aliases: [],
    summary: 'the same, each call speculative under RCU',
    source:
      'linux-mm, "[PATCH v3 8/8] mm/maps: execute PROCMAP_QUERY ioctl under RCU", 18 Apr 2025',
    tearing: 'between-vmas',
    gaps: 'none',
    progress: 'unbounded',
    options: [],
    make: (name) => {
      const defaults = { mstart: 'speculate', sample: 'read', wait: 'lock' };
      return asQuery(makeRetry(name, defaults, Number.POSITIVE_INFINITY), name);
    },
  },
  {
    name: 'query-vma',
    aliases: [],
    summary: 'the same, each call under a per-VMA lock',
    source: 'Linux 6.18, fs/proc/task_mmu.c do_procmap_query, query_vma_find_by_addr',
    tearing: 'between-vmas',
    gaps: 'false',
    progress: 'unbounded',
    options: [],
    make: (name) => asQuery(makeVmaLock(name, { resume: 'iterator', 'gap-check': 'on' }), name),
  },
];

export const STRATEGIES: readonly StrategyInfo[] = ENTRIES;

/** Reads NAME[:key=value[,key=value…]]. */
export function parseStrategy(text: string): ParsedStrategy | StrategyFault {
  return readStrategy(ENTRIES, text);
}

const made = new Map<string, Strategy>();

/**
 * The strategy that a checked text names. Strategies keep nothing of a run, so one will do for all:
 * V8 compiles a step better while there is one function of it.
 */
export function makeStrategy(text: string): Strategy {
  let strategy = made.get(text);
  if (strategy === undefined) {
    const parsed = parseStrategy(text);
    if (!parsed.ok) throw new UserError(parsed.error);
    strategy = parsed.make();
    made.set(text, strategy);
  }
  return strategy;
}
