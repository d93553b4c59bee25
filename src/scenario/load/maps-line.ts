/**
 * Parses one line of maps text into its fields with their places, and can print the line again.
 *
 * A line is a part of a binary string. `checkWhole` refuses lines whose fields are valid but which
 * no process has; it is used when a scenario is loaded, not when a text is checked.
 *
 * Source: v6.18 fs/proc/task_mmu.c show_map_vma, show_vma_header_prefix; fs/seq_file.c seq_path,
 * seq_pad.
 */

import { GATE_PAGE } from '../../mm/line.ts';
import type { VmaSpec } from '../vma-list.ts';
import type { FileSpecs } from './files.ts';

/** Which name the kernel chose for anonymous memory: no rule of the line itself tells it. */
export const LABEL = { none: 0, heap: 1, stack: 2 } as const;

/** What shared anonymous memory prints: shmem_zero_setup's file. Source: v6.18 mm/shmem.c. */
export const SHMEM_PATH = '/dev/zero (deleted)';

const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
const DASH = 0x2d;
const COLON = 0x3a;
const SLASH = 0x2f;
const INODE_MAX = 2n ** 64n - 1n;

/** A range and what may be permissions. */
const LIKE_MAPS = /^[0-9a-f]{3,40}-[0-9a-f]{3,40} [-r][-w][-x]/;

/** -1 for anything that is not a hex digit as the kernel writes them. */
function hexDigit(code: number): number {
  if (code >= ZERO && code <= NINE) return code - ZERO;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}

/** One line after the other, into the same fields: a text may have a million of them. */
export class MapsLine {
  #text = '';
  #at = 0;
  #end = 0;
  #startPage = 0;
  #endPage = 0;
  #perms = '';
  #offsetPages = 0;
  #major = 0;
  #minor = 0;
  #inode: number | bigint = 0;
  #name = '';
  #lineStart = 0;
  #prefixLength = 0;
  #nameColumn = 0;
  faultStart = 0;
  faultEnd = 0;
  faultMessage = '';
  faultHint: string | null = null;
  /** The fault is that of every line of WSL1. */
  isWsl = false;

  /** Reads text[start, end); false: see the fault fields, offsets into the text. */
  scan(text: string, start: number, end: number): boolean {
    this.#text = text;
    this.#at = start;
    this.#lineStart = start;
    this.#end = end;
    this.isWsl = false;
    return this.#range(start) && this.#permissions() && this.#backing() && this.#isVma(start);
  }

  get startPage(): number {
    return this.#startPage;
  }
  get endPage(): number {
    return this.#endPage;
  }
  get perms(): string {
    return this.#perms;
  }
  get offsetPages(): number {
    return this.#offsetPages;
  }
  /** Device and inode as printed. */
  get device(): string {
    return `${hex2(this.#major)}:${hex2(this.#minor)} ${this.#inode}`;
  }
  /** The name column as printed, or nothing. */
  get name(): string {
    return this.#name;
  }

  /** Column of the name, from 0, if the line could have it in either of NAME_COLUMNS; else null. */
  get nameColumn(): number | null {
    if (this.#name === '' || this.#prefixLength > NAME_COLUMNS[1]) return null;
    return this.#nameColumn;
  }

  /** Memory without a file, printed with an offset as before 2.6.30. */
  get hasAnonOffset(): boolean {
    return this.#offsetPages !== 0 && !this.#isFile();
  }

  /** The line of smaps_rollup, which is no VMA's. */
  get isRollup(): boolean {
    return this.#name === '[rollup]';
  }

  /** Linux 2.6.9 prints no name of it, and 2.6.18 that of the vdso. */
  get isGate(): boolean {
    return this.#startPage === GATE_PAGE && /^(?:\[vsyscall\]|\[vdso\])?$/.test(this.#name);
  }

  label(): number {
    if (this.#isFile()) return LABEL.none;
    if (this.#name === '[heap]') return LABEL.heap;
    return this.#name === '[stack]' ? LABEL.stack : LABEL.none;
  }

  vma(files: FileSpecs, touched: boolean): VmaSpec {
    const name = this.#name;
    let file = -1;
    let anonName: string | null = null;
    let special: string | null = null;
    if (this.#isFile()) {
      const shmem = name.startsWith('[anon_shmem:') && name.endsWith(']');
      if (shmem) anonName = name.slice(12, -1);
      const path = shmem ? SHMEM_PATH : name;
      const [major, minor, inode] = [this.#major, this.#minor, this.#inode];
      file = files.intern({ path, major, minor, inode, open: 0 });
    } else if (name.startsWith('[anon:') && name.endsWith(']')) {
      anonName = name.slice(6, -1);
    } else if (/^\[stack:[0-9]+\]$/.test(name)) {
      anonName = name; // kernels 3.4 to 4.4: a label of what is ordinary memory
    } else if (name !== '' && name !== '[heap]' && name !== '[stack]') {
      special = name;
    }
    return {
      startPage: this.#startPage,
      endPage: this.#endPage,
      perms: this.#perms,
      file,
      offsetPages: this.#offsetPages,
      anonName,
      special,
      touched: touched && this.#perms.charCodeAt(3) === 0x70 && special === null,
    };
  }

  /** A name in brackets without device and inode is the kernel's own. */
  #isFile(): boolean {
    if (this.#name === '') return false;
    return this.#hasBacking() || this.#name.charCodeAt(0) === SLASH;
  }

  #hasBacking(): boolean {
    return this.#major !== 0 || this.#minor !== 0 || this.#inode !== 0;
  }

  #fail(start: number, message: string, hint: string | null = null, end = start + 1): false {
    this.faultStart = start;
    this.faultEnd = end;
    this.faultMessage = message;
    this.faultHint = hint;
    return false;
  }

  /** A character that has to stand here. */
  #expect(code: number, where: string): boolean {
    if (this.#at < this.#end && this.#text.charCodeAt(this.#at) === code) {
      this.#at++;
      return true;
    }
    const wanted = code === SPACE ? 'a space' : `"${String.fromCharCode(code)}"`;
    return this.#fail(this.#at, `not a line of maps text: expected ${wanted} ${where}`);
  }

  /** Hex digits of a byte address or offset, as pages; -1 after a fault. */
  #pages(what: string): number {
    const start = this.#at;
    let end = start;
    while (end < this.#end && hexDigit(this.#text.charCodeAt(end)) >= 0) end++;
    if (end === start || /[A-F]/.test(this.#text.charAt(end))) {
      this.#fail(end, `not a line of maps text: expected ${what} in lower-case hexadecimal`);
      return -1;
    }
    let pages = 0;
    for (let at = start; at < end - 3; at++) {
      pages = pages * 16 + hexDigit(this.#text.charCodeAt(at));
    }
    this.#at = end;
    if (pages >= 2 ** 52) return this.#wrong(start, end, what, 'does not fit into 64 bits');
    for (let at = Math.max(start, end - 3); at < end; at++) {
      if (this.#text.charCodeAt(at) === ZERO) continue;
      return this.#wrong(start, end, what, 'is not a multiple of the page size, 0x1000');
    }
    return pages;
  }

  /** An address is called wrong only where there is one: words may begin with its digits. */
  #wrong(start: number, end: number, what: string, why: string): -1 {
    if (this.#looksLikeMaps()) this.#fail(start, `${what} ${why}`, null, end);
    else this.#fail(start, `not a line of maps text: expected ${what}`, null, end);
    return -1;
  }

  #looksLikeMaps(): boolean {
    return LIKE_MAPS.test(
      this.#text.slice(this.#lineStart, Math.min(this.#end, this.#lineStart + 99)),
    );
  }

  #range(start: number): boolean {
    this.#startPage = this.#pages('the start address');
    if (this.#startPage < 0 || !this.#expect(DASH, 'after the start address')) return false;
    this.#endPage = this.#pages('the end address');
    if (this.#endPage < 0 || !this.#expect(SPACE, 'after the end address')) return false;
    if (this.#endPage > this.#startPage) return true;
    if (!this.#looksLikeMaps()) return this.#fail(start, 'not a line of maps text');
    return this.#fail(start, 'the end address is not above the start address', null, this.#at - 1);
  }

  #permissions(): boolean {
    const perms = this.#text.slice(this.#at, Math.min(this.#at + 4, this.#end));
    if (!/^[r-][w-][x-][sp]$/.test(perms)) {
      this.isWsl = /^[r-][w-][x-]-$/.test(perms);
      const message = this.isWsl
        ? 'this is a text of WSL1, whose permissions end in -: no kernel of Linux writes it'
        : 'not a line of maps text: expected permissions such as rw-p';
      return this.#fail(this.#at, message, null, this.#at + 4);
    }
    this.#perms = perms;
    this.#at += 4;
    return this.#expect(SPACE, 'after the permissions');
  }

  /** Offset, device, inode and name. */
  #backing(): boolean {
    this.#offsetPages = this.#pages('the offset');
    if (this.#offsetPages < 0 || !this.#expect(SPACE, 'after the offset')) return false;
    this.#major = this.#device(0xfff, 'the major device number');
    if (this.#major < 0 || !this.#expect(COLON, 'in the device')) return false;
    this.#minor = this.#device(0xfffff, 'the minor device number');
    if (this.#minor < 0 || !this.#expect(SPACE, 'after the device')) return false;
    if (!this.#inodeNumber()) return false;
    if (this.#at < this.#end && !this.#expect(SPACE, 'after the inode')) return false;
    this.#prefixLength = this.#at - this.#lineStart;
    while (this.#at < this.#end && this.#text.charCodeAt(this.#at) === SPACE) this.#at++;
    this.#nameColumn = this.#at - this.#lineStart;
    this.#name = this.#text.slice(this.#at, this.#end);
    // A name of the kernel's own ends in its bracket: blanks behind it have been pasted.
    if (/^\[[^\]]*\] +$/.test(this.#name)) this.#name = this.#name.trimEnd();
    return true;
  }

  #device(max: number, what: string): number {
    const start = this.#at;
    let value = 0;
    for (; this.#at < this.#end; this.#at++) {
      const digit = hexDigit(this.#text.charCodeAt(this.#at));
      if (digit < 0) break;
      value = Math.min(value * 16 + digit, max + 1);
    }
    if (this.#at > start && value <= max) return value;
    const message = `not a line of maps text: expected ${what} of at most ${max.toString(16)}`;
    this.#fail(start, message, null, Math.max(this.#at, start + 1));
    return -1;
  }

  #inodeNumber(): boolean {
    const start = this.#at;
    while (this.#at < this.#end) {
      const code = this.#text.charCodeAt(this.#at);
      if (code < ZERO || code > NINE) break;
      this.#at++;
    }
    const digits = this.#text.slice(start, this.#at);
    if (digits === '') {
      return this.#fail(start, 'not a line of maps text: expected the inode in decimal');
    }
    this.#inode = Number(digits);
    if (Number.isSafeInteger(this.#inode)) return true;
    this.#inode = BigInt(digits.slice(0, 30));
    if (digits.length <= 20 && this.#inode <= INODE_MAX) return true;
    return this.#fail(start, 'the inode does not fit into 64 bits', null, this.#at);
  }

  #isVma(start: number): boolean {
    if (!this.isRollup) return true;
    const message = 'this is smaps_rollup, a sum over all VMAs: use maps or smaps';
    return this.#fail(start, message, null, this.#end);
  }

  /** What each field allows and a line of a process does not have; `start` as given to scan(). */
  checkWhole(start: number): boolean {
    if (this.#name !== '' || !this.#hasBacking()) return true;
    return this.#fail(start, 'a file mapping without a path', null, this.#end);
  }
}

function hex2(value: number): string {
  return value.toString(16).padStart(2, '0');
}

/**
 * Columns, from 0, at which the name begins if the prefix is not longer: 64-bit and 32-bit kernels.
 */
export const NAME_COLUMNS = [73, 49] as const;

/** The line as the kernel prints it, without its newline. */
export function printMapsLine(line: MapsLine, nameColumn: number): string {
  const { startPage, endPage, perms, offsetPages, device, name } = line;
  const prefix = `${hexOf(startPage)}-${hexOf(endPage)} ${perms} ${hexOf(offsetPages)} ${device} `;
  return name === '' ? prefix : `${prefix.padEnd(nameColumn - 1)} ${name}`;
}

/** seq_put_hex_ll of a page's address. */
function hexOf(page: number): string {
  return (page === 0 ? '' : `${page.toString(16)}000`).padStart(8, '0');
}
