/**
 * Determines the effect of a recorded call on the address space.
 *
 * The result of a call counts, not its request. A call that failed did nothing, except mprotect,
 * mlock (which stop at the first gap) and madvise (which continues after it) with ENOMEM: these are
 * replayed, so that the part before the gap changes. Protection keys are not modelled:
 * pkey_mprotect is replayed as mprotect.
 *
 * Source: v6.18 include/uapi/asm-generic/mman-common.h, mman.h; include/uapi/linux/prctl.h,
 * sched.h; mm/mmap.c ksys_mmap_pgoff, brk.
 */
import {
  asMapsPrints,
  descriptorPath,
  flagBits,
  integer,
  pageOf,
  pagesOf,
  quotedText,
  readAddress,
  withoutComment,
} from './arguments.ts';
import { notModelled } from './beyond.ts';
import { ADVICE, type Advice, type HiddenFlags, type TraceAction } from './call.ts';
import {
  MADV,
  MADV_WORDS,
  MAP,
  MAP_HUGE_SHIFT,
  MAP_KNOWN_BITS,
  MREMAP,
  PR_SET_VMA,
  PROT,
} from './constants.ts';
import type { RawCall } from './raw-call.ts';

/** The action, a remark on what is not understood, or both; null for a call unrelated to memory. */
type Meaning =
  | { readonly action: TraceAction; readonly remark: string | null; readonly inPages?: boolean }
  | { readonly action: null; readonly remark: string }
  | null;

/** The questions of meaning.ts about files. */
interface Descriptors {
  /** Number of the descriptor's path, or of a made-up path; never -1. */
  pathId(path: string): number;
  /** The path in an earlier open() of the log, or null. */
  opened(descriptor: string): string | null;
}

const NOTHING: TraceAction = { kind: 'nothing', locked: false };
const NOTHING_LOCKED: TraceAction = { kind: 'nothing', locked: true };

export function meaningOf(call: RawCall, files: Descriptors): Meaning {
  switch (call.syscall) {
    case 'mmap':
    case 'mmap2':
    case 'old_mmap':
      return mmap(call, files);
    case 'munmap':
      return call.errno === null ? ranged(call, 'munmap') : nothing(call);
    case 'mprotect':
    case 'pkey_mprotect':
      return mprotect(call);
    case 'mremap':
      return mremap(call);
    case 'brk':
      return brk(call);
    case 'madvise':
      return madvise(call);
    case 'mlock':
    case 'mlock2':
    case 'munlock':
      return advise(call, call.syscall === 'munlock' ? 'munlock' : 'mlock');
    case 'prctl':
      return prctl(call) ?? beyond(call);
    case 'fork':
      return call.errno === null ? done({ kind: 'fork' }) : nothing(call);
    default:
      return beyond(call);
  }
}

function beyond(call: RawCall): Meaning {
  const remark = call.errno === null ? notModelled(call) : null;
  return remark === null ? null : { action: null, remark };
}

function done(action: TraceAction, remark: string | null = null): Meaning {
  return { action, remark };
}

function bad(call: RawCall, what: string): Meaning {
  return { action: null, remark: `${call.syscall} with ${what}` };
}

/** A call that failed or requested no change: it is kept and changes nothing. */
function nothing(call: RawCall): Meaning {
  const underLock = call.errno === 'ENOMEM' || call.errno === 'EEXIST' || call.errno === 'EFAULT';
  return done(underLock ? NOTHING_LOCKED : NOTHING);
}

function ranged(call: RawCall, kind: 'munmap'): Meaning {
  const range = rangeOf(call);
  if (range === null) return bad(call, 'a range that cannot be parsed');
  return done({ kind, ...range });
}

function rangeOf(call: RawCall): { page: number; pages: number } | null {
  const page = pageOf(call.args[0] ?? '');
  const pages = pagesOf(call.args[1] ?? '');
  return page === null || pages === null ? null : { page, pages };
}

/** Permissions by their bits; calls share these strings, because a log may have a million calls. */
const LETTERS = ['---', 'r--', '-w-', 'rw-', '--x', 'r-x', '-wx', 'rwx'] as const;
const PRIVATE = LETTERS.map((letters) => `${letters}p`);
const SHARED = LETTERS.map((letters) => `${letters}s`);

function letters(prot: number): string {
  return LETTERS[prot & 7]!;
}

function mprotect(call: RawCall): Meaning {
  if (call.errno !== null && call.errno !== 'ENOMEM') return nothing(call);
  const range = rangeOf(call);
  const prot = flagBits(call.args[2] ?? '', 'PROT_', PROT);
  if (range === null || prot === null) return bad(call, 'arguments that cannot be parsed');
  if (prot.unknown.length > 0) return bad(call, prot.unknown.join('|'));
  // PROT_GROWSDOWN and PROT_GROWSUP extend the range to the end of the VMA, which no log shows.
  if (prot.bits & PROT.GROWSDOWN) return bad(call, 'PROT_GROWSDOWN');
  if (prot.bits & PROT.GROWSUP) return bad(call, 'PROT_GROWSUP');
  const extra = extraProtection(prot.bits);
  return done(
    { kind: 'mprotect', ...range, perms: letters(prot.bits) },
    extra === null ? null : `${call.syscall} with ${extra}`,
  );
}

/** Protection bits of single architectures: they prevent merges, which is not modelled. */
function extraProtection(bits: number): string | null {
  const rest = bits & ~(PROT.READ | PROT.WRITE | PROT.EXEC | PROT.SEM);
  return rest === 0 ? null : `protection 0x${(rest >>> 0).toString(16)}`;
}

function mmap(call: RawCall, files: Descriptors): Meaning {
  if (call.errno !== null) return nothing(call);
  const [, length = '', protText = '', flagText = '', descriptor = '', offset = '0'] = call.args;
  const page = pageOf(call.result);
  const asked = pagesOf(length);
  const prot = flagBits(protText, 'PROT_', PROT);
  const flags = flagBits(flagText, 'MAP_', MAP);
  if (page === null || asked === null || prot === null || flags === null) {
    return bad(call, 'arguments that cannot be parsed');
  }
  const unknown = [...prot.unknown, ...flags.unknown];
  const { bits } = flags;
  const extra = extraProtection(prot.bits);
  if (extra !== null) unknown.push(extra);
  const known = Object.values(MAP).reduce((sum, bit) => sum | bit, MAP_KNOWN_BITS);
  if ((bits & ~known) !== 0) unknown.push(`flags 0x${((bits & ~known) >>> 0).toString(16)}`);
  // Unknown protection or sharing is not guessed.
  const isBacked = (bits & (MAP.SHARED | MAP.PRIVATE | MAP.DROPPABLE)) !== 0;
  if (prot.unknown.length > 0 || !isBacked) return bad(call, unknown.join(', ') || `flags ${bits}`);
  const pages = inWholeHugePages(bits, asked);
  // A mapping without a file was anonymous: the bit has another number on some architectures.
  const hasNoFile = (bits & MAP.ANONYMOUS) !== 0 || isNoDescriptor(descriptor);
  const anonymous = hasNoFile && (bits & MAP.HUGETLB) === 0;
  const offsetPages = anonymous ? 0 : (pageOf(offset) ?? mmap2Pages(call.syscall, offset));
  if (offsetPages === null) return bad(call, 'an offset that cannot be parsed');
  const file = anonymous ? null : fileOf(bits, descriptor, files);
  if (file?.known === false)
    unknown.push('a file whose path is not in the log (strace -y prints it)');
  const action: TraceAction = {
    kind: 'mmap',
    page,
    pages,
    perms: (bits & MAP.SHARED ? SHARED : PRIVATE)[prot.bits & 7]!,
    path: file === null ? -1 : files.pathId(file.path),
    offsetPages,
    populate: (bits & (MAP.POPULATE | MAP.LOCKED)) !== 0,
    hidden: hiddenOf(bits),
  };
  const remark = unknown.length === 0 ? null : `${call.syscall} with ${unknown.join(', ')}`;
  return { action, remark, inPages: !anonymous && pageOf(offset) === null };
}

/** The size of a huge page: 2 MiB, unless the flags choose another size. */
function inWholeHugePages(bits: number, pages: number): number {
  if ((bits & MAP.HUGETLB) === 0) return pages;
  const log2 = bits >>> MAP_HUGE_SHIFT;
  const huge = log2 > 12 ? 2 ** (log2 - 12) : 512;
  return Math.ceil(pages / huge) * huge;
}

/** Whether it is -1, in 32 or 64 bits. */
function isNoDescriptor(descriptor: string): boolean {
  const value = integer(descriptor);
  return value !== null && BigInt.asIntN(32, value) === -1n;
}

const NOTHING_HIDDEN: HiddenFlags = {
  noReserve: false,
  stack: false,
  locked: false,
  growsDown: false,
};

function hiddenOf(bits: number): HiddenFlags {
  if ((bits & (MAP.NORESERVE | MAP.STACK | MAP.LOCKED | MAP.GROWSDOWN)) === 0)
    return NOTHING_HIDDEN;
  return {
    noReserve: (bits & MAP.NORESERVE) !== 0,
    stack: (bits & MAP.STACK) !== 0,
    locked: (bits & MAP.LOCKED) !== 0,
    growsDown: (bits & MAP.GROWSDOWN) !== 0,
  };
}

/**
 * mmap2 takes its offset in pages of 4 KiB. strace prints it in bytes since about 4.6, and in pages
 * before. An offset that is not a multiple of the page size must be in pages.
 */
function mmap2Pages(syscall: string, offset: string): number | null {
  const value = syscall === 'mmap2' ? integer(offset) : null;
  return value === null || value < 0n ? null : Number(value);
}

/** MAP_HUGETLB without a descriptor maps a file that the kernel makes. */
function fileOf(
  bits: number,
  descriptor: string,
  files: Descriptors,
): { readonly path: string; readonly known: boolean } {
  if (bits & MAP.ANONYMOUS) return { path: '/anon_hugepage (deleted)', known: true };
  const path = descriptorPath(descriptor) ?? files.opened(descriptor);
  if (path !== null) return { path, known: true };
  const number = integer(descriptor.replace(/<.*$/s, '')) ?? 0n;
  return { path: `/unknown/fd/${BigInt.asIntN(32, number)}`, known: false };
}

function mremap(call: RawCall): Meaning {
  if (call.errno !== null) return nothing(call);
  const [from = '', oldLength = '', newLength = '', flagText = '0'] = call.args;
  const page = pageOf(from);
  const pages = pagesOf(oldLength);
  const newPages = pagesOf(newLength);
  const to = pageOf(call.result);
  const flags = flagBits(flagText, 'MREMAP_', MREMAP);
  if (page === null || pages === null || newPages === null || to === null || flags === null) {
    return bad(call, 'arguments that cannot be parsed');
  }
  if (flags.unknown.length > 0) return bad(call, flags.unknown.join('|'));
  if (pages === 0) return bad(call, 'an old length of 0');
  const mayMove = (flags.bits & MREMAP.MAYMOVE) !== 0;
  const dontUnmap = (flags.bits & MREMAP.DONTUNMAP) !== 0;
  const moved = to !== page ? to : -1;
  return done({ kind: 'mremap', page, pages, newPages, to: moved, mayMove, dontUnmap });
}

/** The result of brk is the break after the call, regardless of the request. */
function brk(call: RawCall): Meaning {
  const result = readAddress(call.result);
  const pages = result === null ? null : pagesOf(String(result));
  if (pages === null) return bad(call, 'a result that cannot be parsed');
  const asked = integer(call.args[0] ?? '');
  const remark = asked === null ? 'brk with an argument that cannot be parsed' : null;
  return done({ kind: 'brk', page: pages, query: asked === 0n }, remark);
}

function madvise(call: RawCall): Meaning {
  const text = withoutComment(call.args[2] ?? '');
  const number = integer(text);
  const advice = number === null ? text : MADV[Number(number)];
  if (advice === undefined || !MADV_WORDS.has(advice)) return bad(call, `advice ${text}`);
  if (!Object.hasOwn(ADVICE, advice)) return done(NOTHING);
  return advise(call, advice as Advice);
}

function advise(call: RawCall, advice: Advice): Meaning {
  if (call.errno !== null && call.errno !== 'ENOMEM') return nothing(call);
  const start = readAddress(call.args[0] ?? '');
  const length = integer(call.args[1] ?? '');
  if (start === null || length === null || start < 0n || length < 0n) {
    return bad(call, 'a range that cannot be parsed');
  }
  // mlock takes all pages that the range touches; madvise starts on a page border.
  const page = Number(start / 4096n);
  const pages = Number((length + (start % 4096n) + 4095n) / 4096n);
  return done({ kind: 'advise', page, pages, advice });
}

function prctl(call: RawCall): Meaning {
  const [option = '', what = '', start = '', length = '', name = ''] = call.args;
  const isSetVma = option === 'PR_SET_VMA' || integer(option) === PR_SET_VMA;
  if (!isSetVma) return null;
  if (call.errno !== null && call.errno !== 'ENOMEM') return nothing(call);
  if (what !== 'PR_SET_VMA_ANON_NAME' && integer(what) !== 0n) return bad(call, what);
  const page = pageOf(start);
  const pages = pagesOf(length);
  if (page === null || pages === null) return bad(call, 'a range that cannot be parsed');
  if (name === 'NULL' || integer(name) === 0n)
    return done({ kind: 'name', page, pages, name: null });
  const text = quotedText(name);
  if (text === null) return bad(call, 'a name that is not in the log as text');
  return done({ kind: 'name', page, pages, name: asMapsPrints(text).slice(0, 79) });
}
