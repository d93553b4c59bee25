/**
 * The registry of reader strategies: one entry for each, in the order of the documentation.
 *
 * A strategy is written NAME[:key=value[,key=value…]]. `parseStrategy` reads that, `canonical`
 * writes it back with the options that differ from their defaults, in the table's order.
 */
import { UserError } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import type { GapLevel, Strategy, TearingLevel } from '../proc/strategy.ts';
import { mmapLock } from './mmap-lock.ts';
import { mmapLockAll } from './mmap-lock-all.ts';
import { mmapLockVma } from './mmap-lock-vma.ts';
import { type RcuPageOptions, rcuPage } from './rcu-page.ts';
import { BUG_COMPAT, type RcuRetryOptions, rcuRetry } from './rcu-retry.ts';
import { rcuUnchecked } from './rcu-unchecked.ts';
import { vmaLock } from './vma-lock.ts';

export interface OptionInfo {
  readonly key: string;
  /** Accepted values, the default first. */
  readonly values: readonly string[];
}

/** What `mapsim strategies` prints and the conformance tests hold a strategy to. */
export interface StrategyInfo {
  /** `rcu-retryN` stands for every N >= 0. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly source: string;
  readonly tearing: TearingLevel;
  readonly gaps: GapLevel;
  readonly progress: 'bounded' | 'unbounded';
  readonly options: readonly OptionInfo[];
}

/** Option values by key; every option of the strategy is there. */
type Values = Readonly<Record<string, string>>;

interface StrategyEntry extends StrategyInfo {
  /** @param n the N of a family name @param name canonical */
  make(name: string, values: Values, n: number): Strategy;
}

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

/** N of a family name has at most this many digits: a limit beyond reach is no limit. */
const FAMILY_DIGITS_MAX = 9;

export interface ParsedStrategy {
  readonly ok: true;
  readonly canonical: string;
  readonly info: StrategyInfo;
  make(): Strategy;
}

export interface StrategyFault {
  readonly ok: false;
  /** What is wrong, e.g. `unknown strategy "rcu-rety3"`. */
  readonly error: string;
  /** The nearest thing that would be right, or null. */
  readonly nearest: string | null;
  /** Where in the text: offset and length. */
  readonly offset: number;
  readonly length: number;
  /** What would be accepted there. */
  readonly known: readonly string[];
}

/** Reads NAME[:key=value[,key=value…]]. */
export function parseStrategy(text: string): ParsedStrategy | StrategyFault {
  const colon = text.indexOf(':');
  const written = colon < 0 ? text : text.slice(0, colon);
  const found = entryOf(written);
  if (found === null) return unknownStrategy(written);
  const { entry, name, n } = found;
  const values: Record<string, string> = {};
  for (const option of entry.options) values[option.key] = option.values[0]!;
  if (colon >= 0) {
    const fault = readOptions(text, colon + 1, { entry, values, name });
    if (fault !== null) return fault;
  }
  const differing = entry.options
    .filter((option) => values[option.key] !== option.values[0])
    .map((option) => `${option.key}=${values[option.key]}`);
  const canonical = differing.length === 0 ? name : `${name}:${differing.join(',')}`;
  return { ok: true, canonical, info: entry, make: () => entry.make(canonical, values, n) };
}

/** The strategy that a checked text names. */
export function makeStrategy(text: string): Strategy {
  const parsed = parseStrategy(text);
  if (!parsed.ok) throw new UserError(parsed.error);
  return parsed.make();
}

function entryOf(written: string): { entry: StrategyEntry; name: string; n: number } | null {
  for (const entry of ENTRIES) {
    if (entry.name === written || entry.aliases.includes(written)) {
      if (!entry.name.endsWith('N')) return { entry, name: entry.name, n: 0 };
    }
    if (!entry.name.endsWith('N')) continue;
    const family = entry.name.slice(0, -1);
    const digits = written.slice(family.length);
    if (written.startsWith(family) && /^[0-9]+$/.test(digits)) {
      if (digits.length > FAMILY_DIGITS_MAX) return null;
      const n = Number(digits);
      return { entry, name: `${family}${n}`, n };
    }
  }
  return null;
}

function unknownStrategy(written: string): StrategyFault {
  const known = ENTRIES.flatMap((entry) => [entry.name, ...entry.aliases]);
  // `rcu-rety3` is nearest to rcu-retry3: try the families with the number that was written.
  const digits = /[0-9]+$/.exec(written)?.[0] ?? '';
  const words = known.map((name) => (name.endsWith('N') ? `${name.slice(0, -1)}${digits}` : name));
  return {
    ok: false,
    error: `unknown strategy "${written}"`,
    nearest: nearest(written, words),
    offset: 0,
    length: written.length,
    known,
  };
}

function readOptions(
  text: string,
  from: number,
  into: {
    readonly entry: StrategyEntry;
    readonly values: Record<string, string>;
    readonly name: string;
  },
): StrategyFault | null {
  const { entry, values, name } = into;
  const keys = entry.options.map((option) => option.key);
  const seen = new Set<string>();
  let offset = from;
  for (const part of text.slice(from).split(',')) {
    const equals = part.indexOf('=');
    const key = equals < 0 ? part : part.slice(0, equals);
    const option = entry.options.find((candidate) => candidate.key === key);
    const at = { ok: false as const, offset, length: Math.max(key.length, 1) };
    if (option === undefined) {
      const error =
        keys.length === 0 ? `strategy "${name}" takes no options` : `unknown option "${key}"`;
      return {
        ...at,
        error: `${error}${keys.length === 0 ? '' : ` of "${name}"`}`,
        nearest: nearest(key, keys),
        known: keys,
      };
    }
    if (seen.has(key)) {
      return { ...at, error: `option "${key}" is given twice`, nearest: null, known: keys };
    }
    seen.add(key);
    const value = equals < 0 ? '' : part.slice(equals + 1);
    if (!option.values.includes(value)) {
      return {
        ok: false,
        error:
          equals < 0
            ? `option "${key}" needs a value`
            : `unknown value "${value}" of option "${key}"`,
        nearest: nearest(value, option.values),
        offset: offset + (equals < 0 ? 0 : equals + 1),
        length: Math.max(equals < 0 ? key.length : value.length, 1),
        known: option.values,
      };
    }
    values[key] = value;
    offset += part.length + 1;
  }
  return null;
}

/** Splits a comma-separated list of strategies: a part with `=` belongs to the one before it. */
export function splitStrategies(list: string): string[] {
  const strategies: string[] = [];
  for (const part of list.split(',')) {
    const last = strategies.length - 1;
    const continues = last >= 0 && part.includes('=') && !part.includes(':');
    if (continues) strategies[last] += `,${part}`;
    else strategies.push(part);
  }
  return strategies;
}
