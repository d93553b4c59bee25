/**
 * One line of maps, byte for byte as the kernel prints it on a 64-bit machine.
 *
 * Addresses have at least 8 hexadecimal digits and grow with the value; the name starts at column
 * 73, or one space after a longer prefix. Names arrive as printed (newlines already `\012`).
 *
 * Source: v6.18 fs/proc/task_mmu.c show_map_vma, show_vma_header_prefix; fs/seq_file.c
 * seq_put_hex_ll, seq_pad.
 */
import { grownBytes } from '../base/grow.ts';
import { VM_EXEC, VM_READ, VM_SHARED, VM_WRITE } from '../mm/layout.ts';
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

/** seq_setwidth(25 + 6 * sizeof(void *) - 1): the name column is this plus one. */
const NAME_PAD = 72;
/** Longest prefix of a line: two 16-digit addresses, a 16-digit offset, device and inode. */
const PREFIX_MAX = 128;

const DASH = 45;
const SPACE = 32;
const ZERO = 48;
const NEWLINE = 10;

/** The gate VMA. Its addresses are too high for exact byte arithmetic; they are a constant. */
export const GATE_LINE =
  'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n';

/** Bytes that grow as needed; `length` of them are valid. */
export class ByteBuffer {
  bytes = new Uint8Array(4096);
  length = 0;

  reserve(more: number): void {
    const needed = this.length + more;
    if (needed > this.bytes.length) this.bytes = grownBytes(this.bytes, needed);
  }

  append(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }
}

/** Appends the line whose six numbers stand at `lines[at]`. */
export function formatLine(
  out: ByteBuffer,
  lines: Float64Array,
  at: number,
  texts: { readonly devices: TextTable; readonly names: TextTable },
): void {
  const device = texts.devices.bytesOf(lines[at + LINE_DEVICE]!);
  const name = texts.names.bytesOf(lines[at + LINE_NAME]!);
  out.reserve(PREFIX_MAX + device.length + name.length);
  const { bytes } = out;
  const start = out.length;
  let pos = putPage(bytes, start, lines[at + LINE_START]!);
  bytes[pos++] = DASH;
  pos = putPage(bytes, pos, lines[at + LINE_END]!);
  bytes[pos++] = SPACE;
  const perms = lines[at + LINE_PERMS]!;
  bytes[pos++] = perms & VM_READ ? 114 : DASH;
  bytes[pos++] = perms & VM_WRITE ? 119 : DASH;
  bytes[pos++] = perms & VM_EXEC ? 120 : DASH;
  bytes[pos++] = perms & VM_SHARED ? 115 : 112;
  bytes[pos++] = SPACE;
  pos = putPage(bytes, pos, lines[at + LINE_OFFSET]!);
  bytes[pos++] = SPACE;
  for (let i = 0; i < device.length; i++) bytes[pos++] = device[i]!;
  bytes[pos++] = SPACE;
  if (name.length > 0) {
    while (pos - start < NAME_PAD) bytes[pos++] = SPACE;
    bytes[pos++] = SPACE;
    bytes.set(name, pos);
    pos += name.length;
  }
  bytes[pos++] = NEWLINE;
  out.length = pos;
}

/** A whole text from its lines in numbers. @param gate whether the gate line ends it */
export function formatText(
  lines: Float64Array,
  count: number,
  texts: { readonly devices: TextTable; readonly names: TextTable },
  gate: boolean,
): string {
  const out = new ByteBuffer();
  for (let i = 0; i < count; i++) formatLine(out, lines, i * LINE_FIELDS, texts);
  const text = Buffer.from(out.bytes.buffer, 0, out.length).toString('latin1');
  return gate ? text + GATE_LINE : text;
}

/**
 * Three hexadecimal digits of 0 … 4095, one behind the other. Number.toString(16) is ten times
 * slower.
 */
const HEX3 = new Uint8Array(3 * 4096);
for (let i = 0; i < 4096; i++) {
  const digits = i.toString(16).padStart(3, '0');
  for (let d = 0; d < 3; d++) HEX3[3 * i + d] = digits.charCodeAt(d);
}

/** seq_put_hex_ll of the page's address, width 8. Pages of the whole 64-bit space are exact. */
function putPage(bytes: Uint8Array, at: number, page: number): number {
  // The last three digits are the offset within the page: always 000. Five more make the width.
  // (No %: the remainder of numbers beyond 32 bits is slow.)
  const high = Math.floor(page / 0x1000000);
  const low = page - high * 0x1000000;
  let pos = at;
  if (high > 0) {
    pos = putHigh(bytes, pos, high);
    pos = put3(bytes, pos, low >>> 12);
  } else if (low >= 0x100000) {
    pos = put3(bytes, pos, low >>> 12);
  } else {
    const two = 3 * (low >>> 12);
    bytes[pos++] = HEX3[two + 1]!;
    bytes[pos++] = HEX3[two + 2]!;
  }
  pos = put3(bytes, pos, low & 0xfff);
  bytes[pos] = ZERO;
  bytes[pos + 1] = ZERO;
  bytes[pos + 2] = ZERO;
  return pos + 3;
}

function put3(bytes: Uint8Array, at: number, value: number): number {
  const from = 3 * value;
  bytes[at] = HEX3[from]!;
  bytes[at + 1] = HEX3[from + 1]!;
  bytes[at + 2] = HEX3[from + 2]!;
  return at + 3;
}

/** What lies above 24 bits of the page (28 bits at most), without leading zeros. */
function putHigh(bytes: Uint8Array, at: number, value: number): number {
  let pos = at;
  if (value >= 0x1000000) pos = putLeading(bytes, pos, value >>> 24);
  if (value >= 0x1000000) pos = put3(bytes, pos, (value >>> 12) & 0xfff);
  else if (value >= 0x1000) pos = putLeading(bytes, pos, value >>> 12);
  if (value >= 0x1000) return put3(bytes, pos, value & 0xfff);
  return putLeading(bytes, pos, value);
}

/** 1 … 4095 without leading zeros. */
function putLeading(bytes: Uint8Array, at: number, value: number): number {
  let pos = at;
  const from = 3 * value;
  if (value >= 0x100) bytes[pos++] = HEX3[from]!;
  if (value >= 0x10) bytes[pos++] = HEX3[from + 1]!;
  bytes[pos++] = HEX3[from + 2]!;
  return pos;
}
