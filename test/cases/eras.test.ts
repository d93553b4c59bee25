/** Texts of every architecture and era: what is printed is what was read, and traces of it work. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aDirectory, mapsim } from '../cli/support.ts';
import { caseCopy, fileOf, replayed, shortLines } from './support.ts';

/** What `run` and `final` print of a text that nobody changes. */
async function printed(text: string): Promise<string> {
  const cwd = aDirectory({
    's.yaml': 'mapsim: 1\nvmas: [{from: in.maps}]\nreaders: [{name: r, buffer: 1m}]\n',
  });
  const { writeFileSync } = await import('node:fs');
  writeFileSync(`${cwd}/in.maps`, text, 'latin1');
  const run = await mapsim(['run', 's.yaml', '--summary=none'], { cwd });
  const final = await mapsim(['final', 's.yaml'], { cwd });
  expect(run.stderr).toBe('');
  expect(final.stdout).toBe(run.stdout);
  return run.stdout;
}

describe('a text comes back byte for byte', () => {
  test.each([
    ['K4: a gate line of vsyscall=emulate', '01'],
    ['K12: a 32-bit text, names at column 49', '07'],
    ['K14: anonymous memory with its address as offset', '43'],
    ['K15: pages of 64 KiB', '19'],
    ['K2: user space of 48 bits', '46'],
  ])('%s', async (_kind, number) => {
    const text = fileOf(number, 'in.maps');
    expect(await printed(text)).toBe(text);
  });

  test.each([
    [
      'K4: the gate area of 2.6',
      'ffffffffff600000-ffffffffffe00000 ---p 00000000 00:00 0                  [vsyscall]\n',
    ],
    [
      'K4: the gate area of RHEL 5',
      'ffffffffff600000-ffffffffffe00000 ---p 00000000 00:00 0                  [vdso]\n',
    ],
    ['K4: the gate area of RHEL 4', 'ffffffffff600000-ffffffffffe00000 ---p 00000000 00:00 0 \n'],
    [
      'K4: a gate line that can be read',
      'ffffffffff600000-ffffffffff601000 r-xp 00000000 00:00 0                  [vsyscall]\n',
    ],
    [
      'K4: spacing of its own',
      'ffffffffff600000-ffffffffff601000 r-xp 00000000 00:00 0          [vsyscall]\n',
    ],
    [
      'K13: the stack of a thread',
      '7fe0c7c2c000-7fe0c842c000 rw-p 00000000 00:00 0                          [stack:4711]\n',
    ],
    [
      'K14: vdso with an offset',
      '7fff1fdfe000-7fff1fdff000 r-xp 7fff1fdfe000 00:00 0                      [vdso]\n',
    ],
    [
      'K2: ia64',
      '2000000000000000-2000000000030000 r-xp 00000000 08:03 1179650            /lib/ld-2.3.4.so\n60000fff80000000-60000fff80004000 rw-p 00000000 00:00 0 \n',
    ],
    [
      'K2: 52 bits of arm64',
      'fffff7ff0000-fffff8000000 rw-p 00000000 00:00 0 \nfffffffe0000000-fffffffe0021000 rw-p 00000000 00:00 0 \n',
    ],
  ])('%s', async (_kind, text) => {
    expect(await printed(text)).toBe(text);
  });

  test('any text of any architecture and era', async () => {
    const era = fc.record({
      bits: fc.constantFrom(32, 39, 42, 47, 48, 52, 56),
      unit: fc.constantFrom(1, 2, 4, 16),
      narrow: fc.boolean(),
      offsets: fc.boolean(),
      gate: fc.constantFrom('', '--xp', 'r-xp'),
      parts: fc.array(
        fc.record({
          gap: fc.nat(300),
          pages: fc.integer({ min: 1, max: 40 }),
          perms: fc.constantFrom('r--p', 'rw-p', 'r-xp', '---p', 'rwxp'),
          kind: fc.constantFrom('anon', 'file', 'stack', '[anon:a b]', '[vdso]'),
          inode: fc.nat(1e6),
        }),
        { minLength: 6, maxLength: 12 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(era, async (world) => {
        const text = textOf(world);
        expect(await printed(text)).toBe(text);
      }),
      { numRuns: 60, seed: 17 },
    );
  });
});

interface World {
  readonly bits: number;
  readonly unit: number;
  readonly narrow: boolean;
  readonly offsets: boolean;
  readonly gate: string;
  readonly parts: readonly {
    readonly gap: number;
    readonly pages: number;
    readonly perms: string;
    readonly kind: string;
    readonly inode: number;
  }[];
}

function textOf({ bits, unit, narrow, offsets, gate, parts }: World): string {
  const column = bits === 32 && narrow ? 49 : 73;
  const pages = parts.reduce((sum, part) => sum + (part.gap + part.pages) * unit, 0);
  let at = 2 ** (bits - 12) - 2 * unit - Math.ceil(pages / unit) * unit;
  const hex = (page: number): string => (page * 4096).toString(16).padStart(8, '0');
  let stacks = 0;
  const lines = parts.map(({ gap, pages: count, perms, kind, inode }) => {
    const start = at + gap * unit;
    at = start + count * unit;
    const file = kind === 'file';
    const offset = file ? hex((inode % 9) * unit) : hex(offsets && kind !== '[vdso]' ? start : 0);
    const device = file ? `08:01 ${inode + 1}` : '00:00 0';
    const label = kind === 'stack' ? `[stack:${4711 + stacks++}]` : kind;
    const name = file ? `/lib/lib${inode % 5}.so` : kind === 'anon' ? '' : label;
    const prefix = `${hex(start)}-${hex(at)} ${perms} ${offset} ${device} `;
    return name === '' ? prefix : `${prefix.padEnd(column - 1)} ${name}`;
  });
  const gateLine = `ffffffffff600000-ffffffffff601000 ${gate} 00000000 00:00 0                  [vsyscall]`;
  if (gate !== '' && bits >= 47) lines.push(gateLine);
  return lines.map((line) => `${line}\n`).join('');
}

describe('traces of such processes', () => {
  test('K2: a log of 48 bits changes what the same log 2^47 lower changes', async () => {
    const cwd = caseCopy('46');

    const high = await replayed(cwd, 'in.maps', 'calls.strace');
    const low = await replayed(cwd, 'lo.maps', 'lo.strace');

    const lowered = high.text.replaceAll('aaaa', '5aaa').replaceAll(/ffff(?=[0-9a-f]{8})/g, '7fff');
    expect(lowered).toBe(low.text);
    expect(shortLines(high.text)).toContain('ffff88000000-ffff88021000 rw-p');
    expect(shortLines(high.text)).toHaveLength(13);
  });

  test('K2: a wrapped log of arm64 is replayed', async () => {
    const { text } = await replayed(caseCopy('51'), 'in.maps', 'calls.strace');

    expect(shortLines(text)).toEqual([
      'ffff83296000-ffff83363000 r-xp /usr/lib/libxenlight.so.4.14',
      'ffff83363000-ffff83372000 ---p cd000 /usr/lib/libxenlight.so.4.14',
      'ffff83372000-ffff83378000 rw-p cc000 /usr/lib/libxenlight.so.4.14',
      'ffff83378000-ffff83379000 r-xp e2000 /usr/lib/libxenlight.so.4.14',
      'ffffc4303000-ffffc4324000 rw-p [stack]',
    ]);
  });

  test('K15: lengths are rounded up to the pages of the text', async () => {
    const { text } = await replayed(caseCopy('19'), 'in.maps', 'calls.strace');

    expect(shortLines(text).slice(4)).toEqual([
      '3fffb7bf0000-3fffb7c00000 rw-p',
      '3fffb7c00000-3fffb7c10000 r-xp /lib/powerpc64le-linux-gnu/libc-2.23.so',
      '3fffb7c10000-3fffb7c20000 rw-p',
      '3fffb7c30000-3fffb7e10000 r-xp 30000 /lib/powerpc64le-linux-gnu/libc-2.23.so',
      '3fffe3a30000-3fffe3a40000 rw-p',
      '3fffe3a40000-3fffe3a50000 r--p',
      '3fffe3a50000-3fffe3a60000 rw-p [stack]',
    ]);
  });

  test('K13: the stack of a thread is memory like any other', async () => {
    const cwd = aDirectory({
      'in.maps':
        '7fe0c7c2c000-7fe0c842c000 rw-p 00000000 00:00 0                          [stack:4711]\n',
      log: 'mprotect(0x7fe0c7c2c000, 4096, PROT_READ) = 0\nmmap(0x7fe0c8000000, 4096, PROT_NONE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x7fe0c8000000\n',
    });
    const { text } = await replayed(cwd, 'in.maps', 'log');

    expect(shortLines(text)).toEqual([
      '7fe0c7c2c000-7fe0c7c2d000 r--p [stack:4711]',
      '7fe0c7c2d000-7fe0c8000000 rw-p [stack:4711]',
      '7fe0c8000000-7fe0c8001000 ---p',
      '7fe0c8001000-7fe0c842c000 rw-p [stack:4711]',
    ]);
  });

  test.each([
    ['machine: {pageSize: 64k}', '0x7f0000000000', '7f0000000000-7f0000010000 rw-p'],
    ['machine: {pageSize: 16k}', '0x7f0000000000', '7f0000000000-7f0000004000 rw-p'],
    ['machine: {pageSize: 64k}', '0x7f0000001000', undefined], // no border of a page: EINVAL
    ['machine: {taskSize: "0x80000000000"}', '0x7f0000000000', undefined], // ENOMEM
    ['machine: {taskSize: "0x1000000000000"}', '0xffff00000000', 'ffff00000000-ffff00001000 rw-p'],
    ['seed: 1', '0xffff00000000', 'ffff00000000-ffff00001000 rw-p'],
  ])('%s: mmap at %s', async (machine, at, line) => {
    const cwd = aDirectory({
      's.yaml': `mapsim: 1\n${machine}\nwriters: [{name: w, ops: 1, program: [{mmap: {at: "${at}", pages: 1}}]}]\n`,
    });

    const { stdout } = await mapsim(['final', 's.yaml'], { cwd });

    expect(shortLines(stdout)[0]).toBe(line);
  });

  test('K15: a scenario counts in pages of the machine', async () => {
    const cwd = aDirectory({
      's.yaml': `mapsim: 1
machine: {pageSize: 64k}
vmas: [{start: "0x7f0000000000", pages: 4, perms: r--p, repeat: 2, gap: 1}]
writers:
  - name: w
    ops: 3
    program:
      - mprotect: {vma: {index: 0}, page: 1, pages: 2, perms: rw-p}
      - mmap: {at: "0x7e0000000000", pages: 2}
      - mremap: {at: "0x7e0000000000", pages: 2, newPages: 1}
`,
    });

    const { stdout } = await mapsim(['final', 's.yaml'], { cwd });

    expect(shortLines(stdout)).toEqual([
      '7e0000000000-7e0000010000 rw-p',
      '7f0000000000-7f0000010000 r--p',
      '7f0000010000-7f0000030000 rw-p',
      '7f0000030000-7f0000040000 r--p',
      '7f0000050000-7f0000090000 r--p',
    ]);
  });

  test('K15: so it does where a text has told the page size', async () => {
    const cwd = caseCopy('19');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(
      `${cwd}/s.yaml`,
      'mapsim: 1\nvmas: [{from: in.maps}, {start: "0x10000000", pages: 3, perms: r--p, tag: t}]\n' +
        'writers: [{name: w, ops: 1, program: [{munmap: {vma: {tag: t}, page: 1, pages: 1}}]}]\n',
    );

    const { stdout } = await mapsim(['final', 's.yaml'], { cwd });

    expect(shortLines(stdout).slice(0, 2)).toEqual([
      '10000000-10010000 r--p',
      '10020000-10030000 r--p',
    ]);
  });

  test.each(['split-merge', 'resize', 'remap', 'merge-churn', 'exact-mremap'])(
    'K15: churn %s has no operation that fails on larger pages',
    async (churn) => {
      const cwd = aDirectory({
        's.yaml': `mapsim: 1
machine: {pageSize: 16k}
vmas: [{start: "0x7f0000000000", pages: 4, perms: rw-p, repeat: 4, gap: 1}]
writers: [{name: w, ops: 20, churn: ${churn}}]
`,
      });

      const { stdout } = await mapsim(['run', 's.yaml', '--format=json'], { cwd });

      const [writer] = (JSON.parse(stdout) as { writers: { errors: object }[] }).writers;
      expect(writer!.errors).toEqual({});
    },
  );

  test('borders of VMAs that no text gives tell nothing of the page size', async () => {
    const cwd = aDirectory({
      's.yaml': `mapsim: 1
vmas: [{start: "0x7f0000000000", pages: 16, perms: r--p, repeat: 20, gap: 16}]
writers: [{name: w, ops: 1, program: [{munmap: {vma: {index: 0}, page: 1, pages: 1}}]}]
`,
    });

    const { stdout } = await mapsim(['final', 's.yaml'], { cwd });

    expect(shortLines(stdout).slice(0, 2)).toEqual([
      '7f0000000000-7f0000001000 r--p',
      '7f0000002000-7f0000010000 r--p',
    ]);
  });
});
