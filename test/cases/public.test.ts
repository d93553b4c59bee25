/** More inputs in the shape of public reports. Each test names the page; names are others. */
import { expect, test } from 'vitest';
import { aDirectory } from '../cli/support.ts';
import { replayed, roundTrip, shortLines } from './support.ts';

const FILE = (range: string, perms: string, offset: string, name: string, column = 73): string =>
  `${`${range} ${perms} ${offset} 08:02 1310`.padEnd(column - 1)} ${name}`;

test('K4: a gate line that can be executed (github.com/ohler55/oj/issues/111)', async () => {
  const text =
    '7fff0a1e5000-7fff0a206000 rw-p 00000000 00:00 0                          [stack]\n' +
    '7fff0a2b4000-7fff0a2b5000 r-xp 00000000 00:00 0                          [vdso]\n' +
    'ffffffffff600000-ffffffffff601000 r-xp 00000000 00:00 0                  [vsyscall]\n';

  expect((await roundTrip(text)).stdout).toBe(text);
});

test('K12: i386, names at column 49 (github.com/ropensci-archive/webrockets/issues/7)', async () => {
  const text =
    'b38d2000-b38f9000 rw-p 00000000 00:00 0 \n' +
    `${FILE('b38f9000-b39d6000', 'r-xp', '00000000', '/usr/lib/i386-linux-gnu/libx.so.0', 49)}\n` +
    `${FILE('b39d6000-b39d8000', 'r--p', '000dc000', '/usr/lib/i386-linux-gnu/libx.so.0', 49)}\n`;

  expect((await roundTrip(text)).stdout).toBe(text);
});

test('K6: indented, last blanks lost (github.com/goberoi/faceit/issues/16)', async () => {
  const { check, stdout } = await roundTrip(
    '    7f6b2fce7000-7f6b30000000 ---p 00000000 00:00 0\n' +
      `    ${FILE('7f6b40581000-7f6b40cf4000', 'r-xp', '00000000', '/usr/lib/libn.so.440')}\n` +
      '    7f6b40ff7000-7f6b41000000 rw-p 00000000 00:00 0\n',
  );

  expect(check.stdout).toBe('# 1 text, 3 VMAs: nothing wrong\n');
  expect(shortLines(stdout)).toHaveLength(3);
});

test('K6: quoted in a thread (github.com/dotnet/coreclr/issues/16462)', async () => {
  const { check, stdout } = await roundTrip(
    `> *** Error in \`dotnet': corrupted size ***\n> ${FILE('7fcfbf789000-7fcfbf78b000', 'rw-p', '00199000', '/lib/libc-2.24.so')}\n` +
      `> 7fcfbf78b000-7fcfbf78f000 rw-p 00000000 00:00 0\n> Aborted\n`,
  );

  expect(check).toMatchObject({ code: 0, stdout: '# 1 text, 2 VMAs: nothing wrong\n' });
  expect(shortLines(stdout)).toHaveLength(2);
});

test('K2, K17: aarch64 from execve on (github.com/ElementsProject/lightning/issues/1668)', async () => {
  const cwd = aDirectory({
    log: `execve("test/run", ["test/run"], 0xffffe84dbfc0 /* 21 vars */) = 0
brk(NULL)                               = 0xaaaaf7fa7000
faccessat(AT_FDCWD, "/etc/ld.so.preload", R_OK) = -1 ENOENT (No such file or directory)
openat(AT_FDCWD, "/lib/aarch64-linux-gnu/libm.so.6", O_RDONLY|O_CLOEXEC) = 3
mmap(NULL, 757880, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_DENYWRITE, 3, 0) = 0xffff8c7c0000
mprotect(0xffff8c869000, 61440, PROT_NONE) = 0
mmap(0xffff8c878000, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3, 0xa8000) = 0xffff8c878000
close(3)                                = 0
`,
  });

  const { text, stderr } = await replayed(cwd, null, 'log');

  expect(stderr).not.toContain('fail here');
  expect(shortLines(text).slice(0, 3)).toEqual([
    'ffff8c7c0000-ffff8c869000 r-xp /lib/aarch64-linux-gnu/libm.so.6',
    'ffff8c869000-ffff8c878000 ---p a9000 /lib/aarch64-linux-gnu/libm.so.6',
    'ffff8c878000-ffff8c87a000 rw-p a8000 /lib/aarch64-linux-gnu/libm.so.6',
  ]);
});

test('K17, K22: an indented log, old forms (github.com/lecram/rover/issues/11)', async () => {
  const cwd = aDirectory({
    log: `    execve("/bin/r", ["/bin/r"], [/* 62 vars */]) = 0
    brk(0)                                  = 0x5556ab8c7000
    open("/usr/lib/libc.so.6", O_RDONLY|O_CLOEXEC) = 3
    mmap(NULL, 3807760, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_DENYWRITE, 3, 0) = 0x7ff6eb57b000
    brk(0x5556ab8e8000)                     = 0x5556ab8e8000
`,
  });

  const { text } = await replayed(cwd, null, 'log');

  expect(shortLines(text).slice(0, 2)).toEqual([
    '5556ab8c7000-5556ab8e8000 rw-p [heap]',
    '7ff6eb57b000-7ff6eb91d000 r-xp /usr/lib/libc.so.6',
  ]);
});

test('K2: user space of qemu, 38 bits (github.com/AFLplusplus/AFLplusplus/issues/874)', async () => {
  const cwd = aDirectory({
    log: `execve("/bin/t", ["/bin/t"], 0x1) = 0
mmap(NULL, 2109720, PROT_NONE, MAP_PRIVATE|MAP_NORESERVE|MAP_DENYWRITE, 3, 0) = 0x20377ac000
mmap(0x20377ac000, 8192, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3, 0) = 0x20377ac000
`,
  });

  const { text } = await replayed(cwd, null, 'log');

  expect(shortLines(text).slice(0, 2)).toEqual([
    '20377ac000-20377ae000 r-xp /unknown/fd/3',
    '20377ae000-20379b0000 ---p 2000 /unknown/fd/3',
  ]);
});
