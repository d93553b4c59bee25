/**
 * Parses the arguments of calls in logs: numbers, flags as words or numbers, quoted strings, paths
 * of descriptors.
 *
 * Source: strace 6.1 print_quoted_string_ex, printflags, printfd; perf 6.1 builtin-trace.c.
 */

import { HUGE_SIZES, MAP_HUGE_SHIFT } from './constants.ts';

const PAGE_BYTES = 4096n;

/**
 * Index of the `)` that closes the `(` at `open`, or -1. Strings, comments and fd paths are
 * skipped.
 */
export function closingParen(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at = after(text, at)) {
    const char = text[at];
    if (char === '(' || char === '[' || char === '{') depth++;
    else if (char === ')' || char === ']' || char === '}') {
      depth--;
      if (depth === 0) return char === ')' ? at : -1;
    }
  }
  return -1;
}

/** Splits arguments at commas and trims them; commas inside brackets and strings do not count. */
export function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at = after(text, at)) {
    const char = text[at];
    if (char === '(' || char === '[' || char === '{') depth++;
    else if (char === ')' || char === ']' || char === '}') depth--;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  const last = text.slice(from).trim();
  if (last !== '' || parts.length > 0) parts.push(last);
  return parts;
}

/** Index after the character, string, comment or fd path that begins at `at`. */
function after(text: string, at: number): number {
  const char = text[at];
  if (char === '"') return afterString(text, at, '"');
  // Python prints strings in single quotes; an apostrophe comes after a letter.
  if (char === "'" && /[ (,[]/.test(text[at - 1] ?? '')) return afterString(text, at, "'");
  if (char === '/' && text[at + 1] === '*') {
    const end = text.indexOf('*/', at + 2);
    return end < 0 ? text.length : end + 2;
  }
  // 3</path (deleted)>: strace writes < and > inside a path as octal escapes. 21<<SHIFT is no path.
  if (
    char === '<' &&
    /(?:[0-9]|AT_FDCWD)$/.test(text.slice(Math.max(0, at - 8), at)) &&
    text[at + 1] !== '<'
  ) {
    return afterAngles(text, at);
  }
  return at + 1;
}

function afterString(text: string, at: number, quote: string): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i + 1;
  }
  return text.length;
}

function afterAngles(text: string, at: number): number {
  const socket = SOCKET.exec(text.slice(at + 1));
  if (socket !== null) return at + 1 + socket[0].length;
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    if (text[i] === '<') depth++;
    else if (text[i] === '>') {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}

/**
 * The description of a socket with -yy: `TCP:[127.0.0.1:80->127.0.0.1:4711]>`, may have strings.
 */
const SOCKET = /^[A-Z][\w-]*:\[(?:"(?:[^"\\]|\\.)*"|->|[^">])*\]>/;

/** The text before a comment of strace. */
export function withoutComment(text: string): string {
  const comment = text.indexOf('/*');
  return (comment < 0 ? text : text.slice(0, comment)).trim();
}

/** Parses 0x…, decimal, negative, NULL or nil; null for anything else. */
export function integer(text: string): bigint | null {
  const bare = withoutComment(text);
  if (bare === 'NULL' || bare === 'nil') return 0n;
  if (/^0x[0-9a-f]{1,16}$/i.test(bare) || /^[0-9]{1,20}$/.test(bare)) return BigInt(bare);
  return /^-[0-9]{1,19}$/.test(bare) ? BigInt(bare) : null;
}

const LOW_32_BITS = 0xffffffffn;
const SIGN_EXTENDED = 0xffffffff00000000n;

/** Parses an address; old versions of strace sign-extend addresses of 32-bit programs. */
export function readAddress(text: string): bigint | null {
  const value = integer(text);
  if (value === null) return null;
  const isSigned = value >= SIGN_EXTENDED || value < -4095n; // smaller ones are errors
  return isSigned ? value & LOW_32_BITS : value;
}

/** The page of an address, or null if it is no address or not on a page border. */
export function pageOf(text: string): number | null {
  const address = readAddress(text);
  if (address === null || address < 0n || address % PAGE_BYTES !== 0n) return null;
  return Number(address / PAGE_BYTES);
}

/** A length in bytes as pages, rounded up. */
export function pagesOf(text: string): number | null {
  const bytes = integer(text);
  if (bytes === null || bytes < 0n) return null;
  return Number((bytes + PAGE_BYTES - 1n) / PAGE_BYTES);
}

/** The bits of `PROT_READ|PROT_WRITE`, `READ|WRITE`, `0x3` or a mixture of these. */
export function flagBits(
  text: string,
  prefix: string,
  known: Readonly<Record<string, number>>,
): { readonly bits: number; readonly unknown: readonly string[] } | null {
  // python-ptrace prints `<PROT_READ|PROT_WRITE> (3)`
  const named = /^<[^>]*> \((\w+)\)$/.exec(text);
  const bare = named?.[1] ?? withoutComment(text);
  if (bare === '') return null;
  let bits = 0;
  const unknown: string[] = [];
  for (const word of bare.split('|')) {
    const value = integer(word);
    if (value !== null) {
      bits |= Number(BigInt.asIntN(32, value));
      continue;
    }
    const size = hugeSize(word);
    if (size !== null) {
      bits |= size << MAP_HUGE_SHIFT;
      continue;
    }
    const name = word.startsWith(prefix) ? word.slice(prefix.length) : word;
    const bit = Object.hasOwn(known, name) ? known[name]! : null;
    if (bit === null) unknown.push(word);
    else bits |= bit;
  }
  return { bits: bits >>> 0, unknown };
}

/** Logarithm of the size in `MAP_HUGE_2MB` or `21<<MAP_HUGE_SHIFT`; null for another word. */
function hugeSize(word: string): number | null {
  const parts = /^(?:([0-9]{1,2})<<MAP_HUGE_SHIFT|(?:MAP_)?HUGE_([0-9]+[KMG]B))$/.exec(word);
  if (parts === null) return null;
  const log2 = parts[1] === undefined ? HUGE_SIZES[parts[2]!] : Number(parts[1]);
  return log2 !== undefined && log2 < 64 ? log2 : null;
}

/**
 * The bytes of `"text"` or `'text'`; null otherwise, also for `"text"...`, which strace has cut.
 */
export function quotedText(text: string): string | null {
  return /^(["']).*\1$/s.test(text) ? unescaped(text.slice(1, -1)) : null;
}

/**
 * The name of `3</usr/lib/libc.so.6>`, `3</tmp/x>(deleted)` or `6<anon_inode:[io_uring]>`, as maps
 * prints it, or null if the log has no name, as for sockets with -yy.
 */
export function descriptorPath(text: string): string | null {
  const match = /^[0-9]+<(.+)>(\(deleted\))?$/s.exec(text);
  if (match === null || /^[A-Z][\w-]*:\[/.test(match[1]!)) return null;
  const path = unescaped(match[1]!.replace(/<(?:char|block) [^<>]*>/, ''));
  return asMapsPrints(match[2] === undefined ? path : `${path} (deleted)`);
}

/** seq_path escapes newlines and nothing else. */
export function asMapsPrints(path: string): string {
  return path.replaceAll('\n', '\\012');
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  f: '\f',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

function unescaped(text: string): string {
  return text.replace(/\\(x[0-9a-f]{2}|[0-7]{1,3}|.)/gs, (_all, what: string) => {
    if (/^x/.test(what)) return String.fromCharCode(Number.parseInt(what.slice(1), 16));
    if (/^[0-7]/.test(what)) return String.fromCharCode(Number.parseInt(what, 8) & 0xff);
    return ESCAPES[what] ?? what;
  });
}
