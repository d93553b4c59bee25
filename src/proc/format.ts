/**
 * One line of maps, byte for byte as the kernel prints it.
 *
 * Addresses have at least 8 hexadecimal digits and grow with the value; the name starts at column
 * 73, or one space after a longer prefix. Names arrive as printed (newlines already `\012`).
 *
 * Source: v6.18 fs/proc/task_mmu.c show_map_vma, show_vma_header_prefix; fs/seq_file.c
 * seq_put_hex_ll, seq_pad.
 */

import { ByteBuffer, putText, word } from '../base/byte-buffer.ts';
import { latin1Of } from '../base/latin1.ts';
import { VM_EXEC, VM_PROT, VM_READ, VM_SHARED, VM_WRITE } from '../mm/layout.ts';
import {
  LINE_DEVICE,
  LINE_END,
  LINE_FIELDS,
  LINE_NAME,
  LINE_OFFSET,
  LINE_PERMS,
  LINE_START,
} from '../mm/line.ts';
import type { TextTable } from '../mm/text-table.ts';

/** Longest prefix of a line: two 16-digit addresses, a 16-digit offset, device and inode. */
const PREFIX_MAX = 128;

const SPACE = 32;
const NEWLINE = 10;

/** The last three digits of an address, and what follows it. */
const ZEROS_DASH = word('000-');
const ZEROS_SPACE = word('000 ');
const SPACES = word('    ');

/** By VM_READ | VM_WRITE | VM_EXEC | VM_SHARED: the four letters, as a word. */
const PERMS = Int32Array.from({ length: (VM_PROT | VM_SHARED) + 1 }, (_, flags) => {
  const letter = (flag: number, yes: string, no = '-') => (flags & flag ? yes : no);
  const rwx = letter(VM_READ, 'r') + letter(VM_WRITE, 'w') + letter(VM_EXEC, 'x');
  return word(rwx + letter(VM_SHARED, 's', 'p'));
});

/** What the ids in a line stand for; a Kernel has them. */
interface LineTexts {
  readonly deviceTexts: TextTable;
  readonly nameTexts: TextTable;
  /** seq_setwidth(25 + 6 * sizeof(void *) - 1) and a space: 73, or 49 on 32-bit kernels. */
  readonly nameColumn: number;
}

/** Appends the line whose six numbers stand at `lines[at]`. */
export function formatLine(
  out: ByteBuffer,
  lines: Float64Array,
  at: number,
  texts: LineTexts,
): void {
  const device = texts.deviceTexts.wordsOf(lines[at + LINE_DEVICE]!);
  const name = texts.nameTexts.wordsOf(lines[at + LINE_NAME]!);
  out.reserve(PREFIX_MAX + device.length + name.length);
  const { view } = out;
  const start = out.length;
  let pos = putPage(view, start, lines[at + LINE_START]!);
  view.setInt32(pos, ZEROS_DASH, true);
  pos = putPage(view, pos + 4, lines[at + LINE_END]!);
  view.setInt32(pos, ZEROS_SPACE, true);
  view.setInt32(pos + 4, PERMS[lines[at + LINE_PERMS]!]!, true);
  view.setInt8(pos + 8, SPACE);
  pos = putPage(view, pos + 9, lines[at + LINE_OFFSET]!);
  view.setInt32(pos, ZEROS_SPACE, true);
  pos = putText(view, pos + 4, device);
  view.setInt8(pos++, SPACE);
  if (name.length > 0) {
    const nameAt = Math.max(start + texts.nameColumn, pos + 1);
    for (; pos < nameAt; pos += 4) view.setInt32(pos, SPACES, true);
    pos = putText(view, nameAt, name);
  }
  view.setInt8(pos++, NEWLINE);
  out.length = pos;
}

/** A whole text from its lines in numbers. @param gateLine what ends it, or nothing */
export function formatText(
  lines: Float64Array,
  count: number,
  texts: LineTexts,
  gateLine: Uint8Array | null,
): string {
  const out = new ByteBuffer();
  for (let i = 0; i < count; i++) formatLine(out, lines, i * LINE_FIELDS, texts);
  const text = latin1Of(out.bytes.subarray(0, out.length));
  return gateLine === null ? text : text + latin1Of(gateLine);
}

/**
 * Three hexadecimal digits of 0 … 4095 as the first bytes of a word. Number.toString(16) is ten
 * times slower.
 */
const HEX3 = hexadecimalNumbers();

/** Digit by digit, in a function: V8 would compile a module with a long loop again, whole. */
function hexadecimalNumbers(): Int32Array {
  const digits = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
  const numbers = new Int32Array(4096);
  let filled = 0;
  for (const high of digits) {
    for (const middle of digits) {
      for (const low of digits) numbers[filled++] = high | (middle << 8) | (low << 16);
    }
  }
  return numbers;
}

/**
 * seq_put_hex_ll of the page's address, width 8, without the last three digits: the offset within
 * the page, always 000. Pages of the whole 64-bit space are exact. Returns where the digits end.
 */
function putPage(view: DataView, at: number, page: number): number {
  // (No %: the remainder of numbers beyond 32 bits is slow.)
  const high = (page / 0x1000000) | 0;
  const low = (page - high * 0x1000000) | 0;
  let pos = at;
  if (high >= 0x100 && high < 0x1000) {
    pos = put3(view, pos, high); // 12 digits: nearly all of user space
  } else if (high > 0) {
    pos = putHigh(view, pos, high);
  } else if (low < 0x100000) {
    // Five digits make the width.
    view.setInt32(pos, HEX3[low >>> 12]! >>> 8, true);
    view.setInt32(pos + 2, HEX3[low & 0xfff]!, true);
    return pos + 5;
  }
  view.setInt32(pos, HEX3[low >>> 12]!, true);
  view.setInt32(pos + 3, HEX3[low & 0xfff]!, true);
  return pos + 6;
}

/** What lies above 24 bits of the page (28 bits at most), without leading zeros. */
function putHigh(view: DataView, at: number, value: number): number {
  let pos = at;
  if (value >= 0x1000000) {
    pos = putLeading(view, pos, value >>> 24);
    pos = put3(view, pos, (value >>> 12) & 0xfff);
  } else if (value >= 0x1000) {
    pos = putLeading(view, pos, value >>> 12);
  } else {
    return putLeading(view, pos, value);
  }
  return put3(view, pos, value & 0xfff);
}

function put3(view: DataView, at: number, value: number): number {
  view.setInt32(at, HEX3[value]!, true);
  return at + 3;
}

/** 1 … 4095 without leading zeros. */
function putLeading(view: DataView, at: number, value: number): number {
  const zeros = value >= 0x100 ? 0 : value >= 0x10 ? 1 : 2;
  view.setInt32(at, HEX3[value]! >>> (8 * zeros), true);
  return at + 3 - zeros;
}
