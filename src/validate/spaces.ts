/**
 * Parts of the experiments: address spaces like those of the measurements, machines, readers.
 *
 * The measured program mapped regions of 3 pages. It was a small C program with its libraries,
 * which have 25 lines; `PROGRAM` replaces these lines.
 */
import type { ScenarioData } from './lab.ts';

/** The beginning of `source` for figures of the measured machine; the item number follows. */
export const GUEST = 'guest 6.18, item';

const CHURN = '/home/user/bench/churn';
const LIBC = '/usr/lib/x86_64-linux-gnu/libc.so.6';
const LD = '/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2';

const line = (range: string, rest: string, name: string): string =>
  `${`${range} ${rest}`.padEnd(72)} ${name}`;

/** 25 lines, including [vsyscall]. */
export const PROGRAM: readonly string[] = [
  line('555555554000-555555555000', 'r--p 00000000 08:01 262301', CHURN),
  line('555555555000-555555557000', 'r-xp 00001000 08:01 262301', CHURN),
  line('555555557000-555555558000', 'r--p 00003000 08:01 262301', CHURN),
  line('555555558000-555555559000', 'r--p 00003000 08:01 262301', CHURN),
  line('555555559000-55555555a000', 'rw-p 00004000 08:01 262301', CHURN),
  line('55555555a000-55555557b000', 'rw-p 00000000 00:00 0', '[heap]'),
  line('7ffff7c00000-7ffff7c28000', 'r--p 00000000 08:01 131341', LIBC),
  line('7ffff7c28000-7ffff7db0000', 'r-xp 00028000 08:01 131341', LIBC),
  line('7ffff7db0000-7ffff7dff000', 'r--p 001b0000 08:01 131341', LIBC),
  line('7ffff7dff000-7ffff7e03000', 'r--p 001fe000 08:01 131341', LIBC),
  line('7ffff7e03000-7ffff7e05000', 'rw-p 00202000 08:01 131341', LIBC),
  '7ffff7e05000-7ffff7e12000 rw-p 00000000 00:00 0 ',
  '7ffff7f9e000-7ffff7fa1000 rw-p 00000000 00:00 0 ',
  '7ffff7fbd000-7ffff7fbf000 rw-p 00000000 00:00 0 ',
  line('7ffff7fbf000-7ffff7fc3000', 'r--p 00000000 00:00 0', '[vvar]'),
  line('7ffff7fc3000-7ffff7fc5000', 'r--p 00000000 00:00 0', '[vvar_vclock]'),
  line('7ffff7fc5000-7ffff7fc7000', 'r-xp 00000000 00:00 0', '[vdso]'),
  line('7ffff7fc7000-7ffff7fc8000', 'r--p 00000000 08:01 131113', LD),
  line('7ffff7fc8000-7ffff7ff0000', 'r-xp 00001000 08:01 131113', LD),
  line('7ffff7ff0000-7ffff7ffb000', 'r--p 00029000 08:01 131113', LD),
  line('7ffff7ffb000-7ffff7ffd000', 'r--p 00034000 08:01 131113', LD),
  line('7ffff7ffd000-7ffff7ffe000', 'rw-p 00036000 08:01 131113', LD),
  '7ffff7ffe000-7ffff7fff000 rw-p 00000000 00:00 0 ',
  line('7ffffffde000-7ffffffff000', 'rw-p 00000000 00:00 0', '[stack]'),
  line('ffffffffff600000-ffffffffff601000', '--xp 00000000 00:00 0', '[vsyscall]'),
];

/** `repeat` regions of 3 pages with one unmapped page between them, tag `region`. */
export const regions = (repeat: number): ScenarioData => ({
  start: '0x7f1000000000',
  pages: 3,
  repeat,
  gap: 1,
  perms: 'rw-p',
  tag: 'region',
});

/** The same regions, each mapped from a file whose path has `pathLength` characters. */
export const fileRegions = (repeat: number, pathLength: number): ScenarioData => ({
  ...regions(repeat),
  file: { path: `/${'p'.repeat(pathLength - 1)}`, dev: '08:01', inode: 131, offset: 0 },
});

/** The machine of the measurements: writer on CPU 0, reader on CPU 1. */
export const guest = (overrides: Readonly<Record<string, number>> = {}): ScenarioData => ({
  cpus: 2,
  costs: { preset: 'vm-epyc', ...overrides },
});

/** A reader that never stops; the run ends by its duration. */
export const looping = (strategy: string, more: ScenarioData = {}): ScenarioData => ({
  name: 'reader',
  strategy,
  passes: 1_000_000_000,
  cpu: 1,
  ...more,
});

export const writer = (what: ScenarioData): ScenarioData => ({ name: 'writer', cpu: 0, ...what });

/** Real loops are never quite regular; without this jitter two loops could run in step. */
export const LOOP_JITTER = { uniform: [0, 100] };
