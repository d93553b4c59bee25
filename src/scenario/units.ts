/**
 * Converts durations, sizes and addresses of scenarios to the numbers that the program uses.
 *
 * Arithmetic is on digits, never on fractions: `0.3us` is 300 ns and `0.3ns` is refused. Addresses
 * become page indices, exact for the whole 64-bit space.
 */
import { bytesOfText } from '../base/latin1.ts';
import type { Duration } from './scenario.ts';

/** Pages of a 64-bit address space. */
export const ALL_PAGES = 2 ** 52;

/** What the schema has let pass as a fixed duration: whole ns, or digits with a unit. */
type DurationText = number | string;

const UNIT_DIGITS: Readonly<Record<string, number>> = { ns: 0, us: 3, ms: 6, s: 9 };

/** ns, or what is wrong with it. */
export function parseDuration(value: DurationText): number | { readonly error: string } {
  if (typeof value === 'number') return value;
  const match = /^([0-9]+)(?:\.([0-9]+))?(ns|us|ms|s)$/.exec(value);
  if (!match) return { error: 'is not a duration' };
  const [, whole = '', fraction = '', unit = ''] = match;
  const digits = UNIT_DIGITS[unit] ?? 0;
  const significant = fraction.replace(/0+$/, '');
  if (significant.length > digits) return { error: 'is not a whole number of ns' };
  const ns = Number(whole + significant.padEnd(digits, '0'));
  if (!Number.isSafeInteger(ns)) return { error: 'is longer than 2^53 ns, which are 104 days' };
  return ns;
}

/** Whether every draw of it is 0. */
export function isZero(duration: Duration): boolean {
  if (typeof duration === 'number') return duration === 0;
  return 'exp' in duration ? duration.exp === 0 : duration.uniform[1] === 0;
}

/** Bytes of `4k`, `1m` or a number; the schema has checked the form. */
export function parseSize(value: number | string): number {
  if (typeof value === 'number') return value;
  const bytes = Number(value.slice(0, -1)) * (value.endsWith('k') ? 1024 : 1024 * 1024);
  return bytes;
}

/** Page index of `0x…` text, or what is wrong with it; the schema has checked that it is hex. */
export function parseAddress(text: string): number | { readonly error: string } {
  const digits = text.slice(2).replace(/^0+/, '');
  if (digits.length > 16) return { error: 'does not fit into 64 bits' };
  const padded = digits.padStart(16, '0');
  if (!padded.endsWith('000')) return { error: 'is not a multiple of the page size, 0x1000' };
  return Number.parseInt(padded.slice(0, 13), 16);
}

/** `0x7f0000000000` of a page index. For messages: exact, not quick. */
export function hexOfPage(page: number): string {
  return `0x${(BigInt(page) * 4096n).toString(16)}`;
}

/** `0x7f0000000000-0x7f0000003000` of two page indices. */
export function hexRange(startPage: number, endPage: number): string {
  return `${hexOfPage(startPage)}-${hexOfPage(endPage)}`;
}

/** Text as the kernel prints it: a byte for each character, newlines as \012 (seq_path). */
export function kernelBytes(text: string): string {
  return bytesOfText(text).replaceAll('\n', '\\012');
}
