/** docs/inputs.md: each row of its tables holds for an input of its kind. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { aDirectory, mapsim } from '../cli/support.ts';
import { fileOf, replayed, STACK } from './support.ts';

const PAGE = readFileSync(new URL('../../docs/inputs.md', import.meta.url), 'utf8');
const ROWS = [...PAGE.matchAll(/^\| (.+?) \| (yes|in part|no) \| (.+?) \|$/gm)].map(
  ([, input, understood]) => [input!, understood!] as const,
);

const WIDE = '7f0000000000-7f0000009000 rw-p 00000000 00:00 0 \n';
const MMAP =
  'mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000010000\n';

/** Begins of the inputs' names in the page, and a text of that kind. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  'maps of Linux 2.6.30': [fileOf('01', 'in.maps')],
  'maps of a 32-bit': [fileOf('07', 'in.maps')],
  'maps of Linux before': [fileOf('43', 'in.maps')],
  'maps of Linux 3.4': [
    `7fe0c7c2c000-7fe0c842c000 rw-p 00000000 00:00 0                          [stack:4711]\n`,
  ],
  'maps of arm64': [fileOf('46', 'in.maps'), fileOf('19', 'in.maps')],
  'smaps of any': [fileOf('40', 'in.maps'), fileOf('40', 'fixed.maps')],
  'glibc abort': [
    fileOf('02', 'in.maps'),
    fileOf('17', 'in.maps'),
    `#  SIGSEGV (0xb)\n\nDynamic libraries:\n${WIDE}\nVM Arguments:\njvm_args: -Xmx1g\n`,
  ],
  'something before': [
    fileOf('05', 'in.maps'),
    `> ${WIDE}`,
    `12: ${WIDE}`,
    fileOf('41', 'quoted.maps'),
  ],
  'records of JSON': [
    `${JSON.stringify({ log: WIDE, stream: 'stdout' })}\n`,
    `  "${WIDE.trimEnd()} \\n"\n`,
    `\u001b[36mapp_1  |\u001b[0m ${WIDE}`,
    WIDE.replaceAll(' ', '\u00c2\u00a0'),
  ],
  HTML: [fileOf('13', 'in.maps'), fileOf('41', 'in.maps')],
  'a text with CR LF': [WIDE.replaceAll('\n', '\r\n'), `\u00ef\u00bb\u00bf${WIDE}`],
  'maps of WSL1': [fileOf('03', 'in.maps')],
  smaps_rollup: [fileOf('42', 'in.maps')],
  tombstone: [
    'memory map (3 entries):\n    70000000-700fffff rw-         0    100000  [anon:dalvik]\n',
    '          Start Addr           End Addr       Size     Offset  Perms  objfile\n            0x400000           0x401000     0x1000        0x0  r--p   /bin/x\n',
    'Address           Kbytes     RSS   Dirty Mode  Mapping\n0000000000400000     904     800       0 r-x-- bash\n',
    '==7==Process memory map follows:\n\t0x000000400000-0x0000004b7000\t/tmp/a.out\n',
  ],
  'UTF-16': [`\u00ff\u00fe${[...WIDE].map((char) => `${char}\0`).join('')}`],
};

const LOGS: Readonly<Record<string, readonly string[]>> = {
  'strace 4.4': [
    MMAP,
    `4711 1700000000.000001 [    7f13a09d2a2a] ${MMAP} > /lib/libc.so(mmap+0x1) [0x1]\n`,
    'munmap(addr=0x7f0000000000, length=4096) = 0\n',
    `${MMAP}% time     seconds  usecs/call     calls    errors syscall\n 37.64    0.000134           7        19           mmap\n`,
    `7 [unconfined_u:unconfined_r:unconfined_t:s0] ${MMAP}`,
    MMAP.replace(') =', 'strace: [wait(0x00857f) = 7] WIFSTOPPED,sig=133\n) ='),
  ],
  'strace of i386': [
    fileOf('37', 'calls.strace'),
    fileOf('38', 'calls.strace'),
    fileOf('52', 'calls.strace'),
  ],
  'strace wrapped': [
    fileOf('51', 'calls.strace'),
    fileOf('25', 'calls.strace'),
    `${MMAP.trimEnd()}        ${MMAP}`,
  ],
  'strace.py': [fileOf('26', 'calls.strace')],
  QEMU_STRACE: [
    MMAP.replaceAll(', ', ','),
    `I0808 17:55:27.651601  1 strace.go:599] [   2:   2] cat X ${MMAP}`,
  ],
  'ltrace -S': [
    'mmap@SYS(nil, 8192, 3, 34)                       = 0x7f0000010000\nSYS_munmap(0x7f0000010000, 4096)                 = 0\n',
  ],
  'perf trace': [fileOf('39', 'calls.perf')],
  'perf script': [
    ' a 7/8 [000] 1.000001: syscalls:sys_enter_munmap: addr: 0x7f0000000000, len: 0x00001000\n' +
      ' a 7/8 [000] 1.000002: syscalls:sys_exit_munmap: 0x0\n',
    ' a 7 [000] 1.000001: syscalls:sys_enter_munmap: addr: 0x7f0000000000, len: 0x00001000\n' +
      ' a 7 [000] 1.000002: syscalls:sys_exit_munmap: 0x0\n',
  ],
  'a log of several': [fileOf('39', 'calls2.perf')],
  'a log that begins': [fileOf('24', 'calls.strace')],
  'truss of FreeBSD': [
    'mmap(0x0,4096,PROT_READ|PROT_WRITE,MAP_PRIVATE|MAP_ANON,-1,0x0) = 34366275584 (0x80063c000)\nmunmap(0x80063c000,4096)\t\t\t = 0 (0x0)\n',
    'mmap(0x0, 0x1000, 0x3, 0x1002, 0xFFFFFFFF, 0x0)\t\t = 0x10C8E5000 0\n',
  ],
  bpftrace: [
    '@mmap[4711]: 12\n@munmap[4711]: 7\n',
    ' bash-4711 [000] .... 1.000001: sys_mmap(addr: 0, len: 1000, prot: 3, flags: 22)\n',
    'CPU     ID                    FUNCTION:NAME\n  0   1234                      mmap:entry\n',
  ],
};

function inputsOf(row: string): readonly string[] {
  const found = Object.entries({ ...TEXTS, ...LOGS }).filter(([name]) => row.startsWith(name));
  expect(found.map(([name]) => name)).toHaveLength(1);
  return found[0]![1];
}

test('every row has inputs, and every input a row', () => {
  for (const [row] of ROWS) expect(inputsOf(row).length).toBeGreaterThan(0);
  expect(ROWS).toHaveLength(Object.keys({ ...TEXTS, ...LOGS }).length);
});

test.each(ROWS)('%s: %s', async (row, understood) => {
  for (const input of inputsOf(row)) {
    const isText = Object.keys(TEXTS).some((name) => row.startsWith(name));
    const cwd = aDirectory({ 'in.maps': STACK, input: '' });
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${cwd}/input`, input, 'latin1');

    const check = isText ? await mapsim(['check', 'input'], { cwd }) : null;
    const maps = row.startsWith('a log that begins') ? null : 'in.maps';
    const said = isText
      ? await mapsim(['import', 'input', '-o', 's.yaml'], { cwd })
      : await replayed(cwd, maps, 'input');

    if (check !== null) expect(check.code).toBe(understood === 'no' ? 1 : 0);
    expect([row, said.code, said.stderr]).toEqual([
      row,
      understood === 'no' ? 2 : 0,
      expect.anything(),
    ]);
    if (understood === 'yes' && !isText) expect(said.stderr).not.toContain('not a line of');
  }
});
