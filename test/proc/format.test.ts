/** One line of maps, by kernel-facts 1: columns counted out by hand. */
import { expect, test } from 'vitest';
import { ByteBuffer } from '../../src/base/byte-buffer.ts';
import { VM_EXEC, VM_READ, VM_SHARED, VM_WRITE } from '../../src/mm/layout.ts';
import { TextTable } from '../../src/mm/text-table.ts';
import { formatLine } from '../../src/proc/format.ts';
import { aRun, textOf } from '../support/run.ts';

interface Line {
  readonly start?: number;
  readonly end?: number;
  readonly perms?: number;
  readonly offset?: number;
  readonly device?: string;
  readonly name?: string;
}

function line(fields: Line): string {
  const deviceTexts = new TextTable('00:00 0');
  const nameTexts = new TextTable('');
  const out = new ByteBuffer();
  const { start = 0x7f0000000, end = 0x7f0000001, perms = VM_READ, offset = 0 } = fields;
  const device = deviceTexts.idOf(fields.device ?? '00:00 0');
  const name = nameTexts.idOf(fields.name ?? '');
  formatLine(out, Float64Array.of(start, end, perms, offset, device, name), 0, {
    deviceTexts,
    nameTexts,
    nameColumn: 73,
  });
  return Buffer.from(out.bytes.subarray(0, out.length)).toString('latin1');
}

test('an unnamed line with 12-digit addresses has 49 bytes and ends in a space', () => {
  expect(line({})).toBe('7f0000000000-7f0000001000 r--p 00000000 00:00 0 \n');
  expect(line({})).toHaveLength(49);
});

test('addresses have 8 digits at least, zero padded, and grow with the value', () => {
  expect(line({ start: 0, end: 1 })).toBe('00000000-00001000 r--p 00000000 00:00 0 \n');
  expect(line({ start: 0x10, end: 0xfffff })).toMatch(/^00010000-fffff000 r/);
  expect(line({ start: 0xfffff, end: 0x100000 })).toMatch(/^fffff000-100000000 r/);
});

test('addresses of 16 digits are exact', () => {
  expect(line({ start: 0xffffffffff600, end: 0xffffffffff601 })).toMatch(
    /^ffffffffff600000-ffffffffff601000 r/,
  );
  expect(line({ start: 0x8000000000001, end: 0x8123456789abc })).toMatch(
    /^8000000000001000-8123456789abc000 r/,
  );
});

test('permissions are r, w, x, and s for shared, else p', () => {
  const perms = (flags: number): string => line({ perms: flags }).slice(26, 30);

  expect(perms(0)).toBe('---p');
  expect(perms(VM_READ | VM_WRITE)).toBe('rw-p');
  expect(perms(VM_READ | VM_EXEC)).toBe('r-xp');
  expect(perms(VM_WRITE)).toBe('-w-p');
  expect(perms(VM_READ | VM_SHARED)).toBe('r--s');
});

test('the offset has 8 digits at least and grows: 8 GiB is 200000000', () => {
  expect(line({ offset: 1, device: '08:01 7' })).toContain(' 00001000 08:01 7 ');
  expect(line({ offset: 0x200000, device: '08:01 7' })).toContain(' 200000000 08:01 7 ');
});

test('a name begins at column 73, counted from 0', () => {
  const text = line({ device: '08:01 131', name: '/usr/lib/libx.so' });

  expect(text.indexOf('/')).toBe(73);
  expect(text).toBe(
    `7f0000000000-7f0000001000 r--p 00000000 08:01 131${' '.repeat(24)}/usr/lib/libx.so\n`,
  );
});

test('a prefix that reaches column 72 or beyond is followed by one more space', () => {
  // Prefix with its own space: 16+1+16+1+4+1+8+1+(device)+1 = 49 + device.
  const wide = { start: 0xf000000000000, end: 0xf000000000001, name: 'x' };
  const at = (device: string): number => line({ ...wide, device }).indexOf('x', 40);

  expect(at('08:01 1234567890123456')).toBe(73); // prefix 71
  expect(at('08:01 12345678901234567')).toBe(73); // prefix 72
  expect(at('08:01 123456789012345678')).toBe(74); // prefix 73: two spaces in a row
  expect(line({ ...wide, device: 'fffff:01 123456789012345678' })).toMatch(/8 {2}x\n$/);
});

test('which name a VMA has: file, vm_ops->name, heap, stack, anon_name, in this order', () => {
  const outcome = aRun(`
vmas:
  - {start: "0x10000", pages: 1, perms: r--p, file: {path: /a, dev: "08:01", inode: 7}}
  - {start: "0x12000", pages: 1, perms: rw-p, name: arena}
  - {start: "0x14000", pages: 1, perms: rw-p}
  - "00020000-00030000 rw-p 00000000 00:00 0 [heap]"
  - "7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0 [stack]"
  - "7ffd00030000-7ffd00032000 r-xp 00000000 00:00 0 [vdso]"
readers: [{name: r}]
`);

  const names = textOf(outcome).trimEnd().split('\n');
  expect(names.map((text) => text.slice(73))).toEqual([
    '/a',
    '[anon:arena]',
    '',
    '[heap]',
    '[stack]',
    '[vdso]',
  ]);
  expect(names[1]).toBe(`00012000-00013000 rw-p 00000000 00:00 0${' '.repeat(34)}[anon:arena]`);
});

test('a VMA that gets a name inside the heap still prints [heap]', () => {
  const outcome = aRun(`
duration: 1ms
vmas: ["00020000-00030000 rw-p 00000000 00:00 0 [heap]"]
readers: [{name: r, start: 500us}]
writers: [{name: w, ops: 1, program: [{name: {at: "0x20000", pages: 16, name: arena}}]}]
`);

  expect(textOf(outcome).trimEnd().slice(73)).toBe('[heap]');
});
