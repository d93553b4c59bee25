/**
 * The values of flags and advice of system calls on x86-64.
 *
 * Source: v6.18 include/uapi/asm-generic/mman-common.h, mman.h; arch/x86/include/uapi/asm/mman.h;
 * include/uapi/linux/mman.h, prctl.h.
 */

export const PROT = {
  NONE: 0,
  READ: 1,
  WRITE: 2,
  EXEC: 4,
  SEM: 8,
  BTI: 0x10,
  MTE: 0x20,
  GROWSDOWN: 1 << 24,
  GROWSUP: 1 << 25,
};
export const MAP = {
  FILE: 0,
  SHARED: 1,
  PRIVATE: 2,
  SHARED_VALIDATE: 3,
  DROPPABLE: 8,
  FIXED: 0x10,
  ANONYMOUS: 0x20,
  ANON: 0x20,
  '32BIT': 0x40,
  ABOVE4G: 0x80,
  GROWSDOWN: 0x100,
  DENYWRITE: 0x800,
  EXECUTABLE: 0x1000,
  LOCKED: 0x2000,
  NORESERVE: 0x4000,
  POPULATE: 0x8000,
  NONBLOCK: 0x10000,
  STACK: 0x20000,
  HUGETLB: 0x40000,
  SYNC: 0x80000,
  FIXED_NOREPLACE: 0x100000,
  UNINITIALIZED: 0x4000000,
};
/** Bits 26..31 are the binary logarithm of the size of a huge page in bytes. */
export const MAP_HUGE_SHIFT = 26;
export const MAP_KNOWN_BITS = 0xfc000000;
/** MAP_HUGE_2MB is 21 times this value, like `21<<MAP_HUGE_SHIFT`. */
export const HUGE_SIZES: Readonly<Record<string, number>> = {
  '16KB': 14,
  '64KB': 16,
  '512KB': 19,
  '1MB': 20,
  '2MB': 21,
  '8MB': 23,
  '16MB': 24,
  '32MB': 25,
  '256MB': 28,
  '512MB': 29,
  '1GB': 30,
  '2GB': 31,
  '16GB': 34,
};
export const MREMAP = { MAYMOVE: 1, FIXED: 2, DONTUNMAP: 4 };

/** Advice by number; a call with advice that changes no VMA is kept as a call without effect. */
export const MADV: Readonly<Record<number, string>> = {
  0: 'MADV_NORMAL',
  1: 'MADV_RANDOM',
  2: 'MADV_SEQUENTIAL',
  3: 'MADV_WILLNEED',
  4: 'MADV_DONTNEED',
  8: 'MADV_FREE',
  9: 'MADV_REMOVE',
  10: 'MADV_DONTFORK',
  11: 'MADV_DOFORK',
  12: 'MADV_MERGEABLE',
  13: 'MADV_UNMERGEABLE',
  14: 'MADV_HUGEPAGE',
  15: 'MADV_NOHUGEPAGE',
  16: 'MADV_DONTDUMP',
  17: 'MADV_DODUMP',
  18: 'MADV_WIPEONFORK',
  19: 'MADV_KEEPONFORK',
  20: 'MADV_COLD',
  21: 'MADV_PAGEOUT',
  22: 'MADV_POPULATE_READ',
  23: 'MADV_POPULATE_WRITE',
  24: 'MADV_DONTNEED_LOCKED',
  25: 'MADV_COLLAPSE',
  102: 'MADV_GUARD_INSTALL',
  103: 'MADV_GUARD_REMOVE',
};
export const MADV_WORDS = new Set(Object.values(MADV));

export const PR_SET_VMA = 0x53564d41n;
