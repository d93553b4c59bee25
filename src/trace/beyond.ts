/**
 * Calls that can change an address space but that mapsim does not model: each is reported, because
 * later calls of a log may depend on it.
 *
 * Source: v6.18 arch/x86/entry/syscalls/syscall_64.tbl; include/uapi/linux/prctl.h,
 * userfaultfd.h, ipc.h, personality.h; arch/x86/include/uapi/asm/prctl.h.
 */
import { integer } from './arguments.ts';
import type { RawCall } from './raw-call.ts';

/** Memory calls that mapsim cannot make; the report names them. */
const BEYOND = new Set([
  'remap_file_pages',
  'shmat',
  'shmdt',
  'mlockall',
  'munlockall',
  'map_shadow_stack',
  'userfaultfd',
  'io_setup',
  'io_destroy',
  'mbind',
  'set_mempolicy_home_node',
  'process_madvise',
  'mseal',
  'uselib',
  'alloc_hugepages',
  'free_hugepages',
  'subpage_prot',
]);

type Numbers = { has(value: bigint): boolean };

/**
 * Calls with many functions, some of which change mappings: the index of the argument that selects
 * the function, and its values as words and as numbers (those of x86-64; ioctls are the same on
 * most architectures).
 */
const BEYOND_BY_ARGUMENT: Readonly<
  Record<string, { readonly at: number; readonly words: RegExp; readonly numbers: Numbers }>
> = {
  ioctl: {
    at: 1,
    words: /\bUFFDIO_(?:REGISTER|UNREGISTER|MOVE)\b|\bDRM_IOCTL_I915_GEM_MMAP\b/,
    numbers: new Set([0xc020aa00n, 0x8010aa01n, 0xc028aa05n]),
  },
  prctl: {
    at: 0,
    words: /\bPR_SET_MM\b|\bPR_SET_MM_\w+|\bPR_SET_SHADOW_STACK_STATUS\b/,
    numbers: new Set([35n, 75n]),
  },
  arch_prctl: {
    at: 0,
    words: /\bARCH_MAP_VDSO_\w+|\bARCH_SHSTK_\w+/,
    numbers: new Set([0x2001n, 0x2002n, 0x2003n, 0x5001n, 0x5002n]),
  },
  ipc: { at: 0, words: /\bSHM(?:AT|DT)\b/, numbers: new Set([21n, 22n]) },
  personality: {
    at: 0,
    words: /\bREAD_IMPLIES_EXEC\b/,
    numbers: { has: (value) => value !== 0xffffffffn && (value & 0x400000n) !== 0n },
  },
};

/** The remark on a call that succeeded; null if the call changes no mapping. */
export function notModelled({ syscall, args }: RawCall): string | null {
  const isUnknown = /^syscall_(?:0x)?[0-9a-f]+$/.test(syscall); // it may be anything
  if (BEYOND.has(syscall) || isUnknown) return `${syscall} is not modelled`;
  if (!Object.hasOwn(BEYOND_BY_ARGUMENT, syscall)) return null;
  const { at, words, numbers } = BEYOND_BY_ARGUMENT[syscall]!;
  const argument = args[at] ?? '';
  const word = words.exec(args.slice(0, 3).join(' '))?.[0];
  if (word !== undefined) return `${syscall} of ${word} is not modelled`;
  const value = integer(argument);
  if (value === null || !numbers.has(value)) return null;
  return `${syscall} of 0x${value.toString(16)} is not modelled`;
}
