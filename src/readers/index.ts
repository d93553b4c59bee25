/**
 * The registry of reader strategies: one entry for each, in the order of the documentation.
 * base/choice.ts parses their names and options.
 */

import {
  type Choice,
  type ChoiceError,
  type ChoiceInfo,
  isOwnFile,
  ownChoice,
  readChoice,
  type Values,
} from '../base/choice.ts';
import { UserError } from '../base/errors.ts';
import type { Strategy } from '../proc/reader.ts';
import type { GapLevel, TearingLevel } from '../proc/strategy.ts';
import { mmapLock, mmapLockAll, mmapLockOf } from './mmap-lock.ts';
import { mmapLockVma } from './mmap-lock-vma.ts';
import { type RcuPageOptions, rcuPage } from './rcu-page.ts';
import { BUG_COMPAT, type RcuRetryOptions, rcuRetry } from './rcu-retry.ts';
import { rcuUnchecked } from './rcu-unchecked.ts';
import { vmaLock } from './vma-lock.ts';

interface StrategyEntry extends ChoiceInfo {
  readonly summary: string;
  readonly source: string;
  /** @param name canonical @param n the N of a family name */
  make(name: string, values: Values, n: number): Strategy;
}

/** What `mapsim strategies` prints. */
export interface StrategyInfo extends ChoiceInfo {
  readonly summary: string;
  readonly source: string;
  readonly tearing: TearingLevel;
  readonly gaps: GapLevel;
  readonly progress: 'bounded' | 'unbounded';
}

const NONE = { spin: 'none' };
/** Where there is no limit on retries; where there is one. */
const WAIT = { key: 'wait', values: ['lock', 'try', 'none'], aliases: NONE };
const WAIT_LIMITED = { key: 'wait', values: ['try', 'none', 'lock'], aliases: NONE };
const SAMPLE = { key: 'sample', values: ['read', 'vma'] };

const speculative = (fallback: readonly string[]) => [
  { key: 'mstart', values: ['speculate', 'lock'] },
  SAMPLE,
  WAIT_LIMITED,
  { key: 'scope', values: ['vma', 'read'] },
  { key: 'fallback', values: fallback },
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

function makeVmaLock(name: string, values: Values, leavesRcu = false): Strategy {
  return vmaLock({
    name,
    resume: values.resume === 'printed-end' ? 'printed-end' : 'iterator',
    gapCheck: values['gap-check'] === 'on',
    sample: values.sample === 'before' ? 'before' : 'after',
    endCheck: values['end-check'] === 'on',
    leavesRcu,
  });
}

/** A query is m_start, one VMA, m_stop: the same hooks, asked once a call. */
function asQuery(strategy: Strategy, name: string): Strategy {
  const tearing = strategy.tearing === 'name' ? 'name' : 'between-vmas';
  return { ...strategy, name, medium: 'query', resumeAt: 'shown-end', tearing };
}

const THREAD = 'linux-mm, thread of "[PATCH v3 7/8] mm/maps: read proc/pid/maps under RCU"';

const ENTRIES: readonly StrategyEntry[] = [
  {
    name: 'mmap-lock',
    aliases: ['mmap_read_lock', 'baseline', 'linux-6.16'],
    summary: 'mmap_read_lock from m_start to m_stop, one page of output at a time',
    source: 'Linux up to 6.16, and without CONFIG_PER_VMA_LOCK; fs/proc/task_mmu.c m_start, m_stop',
    options: [{ key: 'end', values: ['sentinel', 'pending'] }],
    make: (name, values) => mmapLockOf(name, values.end),
  },
  {
    name: 'rcu-retry',
    aliases: [],
    summary:
      'RCU walk, copy of the VMA, mm_lock_seq check, retry for ever: v3 as its review corrected it',
    source: 'linux-mm, "[PATCH v3 7/8] mm/maps: read proc/pid/maps under RCU", 18 Apr 2025',
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
    options: speculative(['read', 'vma']),
    make: makeRetry,
  },
  {
    name: 'rcu-once',
    aliases: ['uprobes'],
    summary: 'speculate once, then one lookup under the lock, as uprobes: rcu-retry0:fallback=vma',
    source: 'Linux 6.14, kernel/events/uprobes.c find_active_uprobe_speculative',
    options: speculative(['vma', 'read']),
    make: (name, values) => makeRetry(name, values, 0),
  },
  {
    name: 'rcu-page',
    aliases: ['page'],
    summary: 'one mm_lock_seq check for each page of output, retry the page for ever',
    source:
      'linux-mm, "[RFC 2/3] seq_file: add validate() operation", 15 Jan 2024; Howlett, 23 Apr 2025',
    options: [WAIT],
    make: (name, values) => makePage(name, values, Number.POSITIVE_INFINITY),
  },
  {
    name: 'rcu-pageN',
    aliases: [],
    summary: 'the same; after N retries the page is made under one hold of mmap_read_lock',
    source: `${THREAD}: the page check of 23 Apr with the limit of 24 Apr 2025`,
    options: [WAIT_LIMITED],
    make: makePage,
  },
  {
    name: 'vma-lock',
    aliases: ['per-vma-lock', 'linux-6.17', 'linux-6.18'],
    summary: 'per-VMA read locks with fallback to mmap_lock',
    source: 'Linux 6.17, mm/mmap_lock.c lock_next_vma; fs/proc/task_mmu.c get_next_vma',
    options: [
      { key: 'resume', values: ['iterator', 'printed-end'] },
      { key: 'gap-check', values: ['on', 'off'] },
      { key: 'sample', values: ['after', 'before'] },
      { key: 'end-check', values: ['off', 'on'] },
    ],
    make: (name, values) => makeVmaLock(name, values),
  },
  {
    name: 'mmap-lock-vma',
    aliases: [],
    summary: 'lock, format one VMA, unlock, for every VMA',
    source: `${THREAD}, asked in review, never built`,
    options: [],
    make: () => mmapLockVma,
  },
  {
    name: 'mmap-lock-all',
    aliases: [],
    summary: 'one hold of mmap_lock for the whole pass: the ideal text, the worst blocking',
    source: 'no kernel; the bound that the others are measured against',
    options: [],
    make: () => mmapLockAll,
  },
  {
    name: 'rcu-unchecked',
    aliases: [],
    summary: 'RCU walk with a copy and no check at all: the negative control',
    source: 'no kernel; v3 as its review corrected it, without its check',
    options: [],
    make: () => rcuUnchecked,
  },
  {
    name: 'query',
    aliases: [],
    summary: 'a walk by PROCMAP_QUERY calls, each under mmap_lock',
    source: 'Linux 6.11, fs/proc/task_mmu.c do_procmap_query',
    options: [],
    make: (name) => asQuery(mmapLock, name),
  },
  {
    name: 'query-rcu',
    aliases: [],
    summary: 'the same, each call speculative under RCU',
    source:
      'linux-mm, "[PATCH v3 8/8] mm/maps: execute PROCMAP_QUERY ioctl under RCU", 18 Apr 2025',
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
    options: [],
    make: (name) => {
      const values = { resume: 'iterator', 'gap-check': 'on' };
      return asQuery(makeVmaLock(name, values, true), name);
    },
  },
];

/** N of the families in the list: what they declare holds for every N. */
const ANY_N = 3;

/** A strategy declares itself what it may show at worst; options that plant a flaw are left out. */
export const STRATEGIES: readonly StrategyInfo[] = ENTRIES.map((entry) => {
  const { name, aliases, summary, source, options } = entry;
  const made = () => entry.make(name, defaultsOf(entry), ANY_N); // for a list only, not for a run
  return {
    name,
    aliases,
    summary,
    source,
    get tearing() {
      return made().tearing;
    },
    get gaps() {
      return made().gaps;
    },
    get progress() {
      return made().progress;
    },
    options,
  };
});

function defaultsOf({ options }: ChoiceInfo): Values {
  return Object.fromEntries(options.map(({ key, values }) => [key, values[0]!]));
}

/** Reads NAME[:key=value[,key=value…]], or the path of a file of the user's own. */
export function readStrategy(
  text: string,
): { readonly ok: true; readonly choice: Choice } | ChoiceError {
  if (isOwnFile(text)) return { ok: true, choice: ownChoice(text) };
  return readChoice(ENTRIES, text, 'strategy');
}

/** The same, of a text given by itself. @throws UserError that says what is meant */
export function chooseStrategy(text: string): Choice {
  const read = readStrategy(text);
  if (read.ok) return read.choice;
  const { nearest, known } = read;
  const near = nearest === null ? null : `did you mean "${nearest}"?`;
  const all = known.length === 0 ? 'it takes none' : `known: ${known.join(', ')}`;
  throw new UserError(`${read.error}; ${near ?? all}`);
}

/**
 * The strategies of a command. Each is made once, since it keeps nothing of a run: V8 compiles a
 * step better while there is one function of it.
 */
export class Strategies {
  /** Those of the user's own files, by path as written. */
  readonly own: ReadonlyMap<string, Strategy>;
  readonly #made: Map<string, Strategy>;

  constructor(own: ReadonlyMap<string, Strategy> = new Map()) {
    this.own = own;
    this.#made = new Map(own);
  }

  of({ text, entry, values, n }: Choice): Strategy {
    let strategy = this.#made.get(text);
    if (strategy === undefined) {
      strategy = ENTRIES.find(({ name }) => name === entry)!.make(text, values, n);
      this.#made.set(text, strategy);
    }
    return strategy;
  }
}
