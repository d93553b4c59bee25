/** More logs in the shape of public reports. Each test names the page; some names are others. */
import { expect, test } from 'vitest';
import { aDirectory } from '../cli/support.ts';
import { caseCopy, replayed, replayedLines, shortLines } from './support.ts';

const EXEC = 'execve("/bin/t", ["/bin/t"], 0x7ffd1 /* 20 vars */) = 0';

/** A log from execve on, without a text. */
function fromExec(lines: readonly string[]) {
  return replayed(aDirectory({ log: `${[EXEC, ...lines].join('\n')}\n` }), null, 'log');
}

test('K1: strace of a process that runs, without its text (github.com/containerd/containerd/issues/3027)', async () => {
  const { stderr } = await replayedLines([
    '[root@host ~]# strace -p 21643',
    'strace: Process 21643 attached',
    'mprotect(0x55991b8d7000, 3280896, PROT_READ) = 0',
    'mprotect(0x7fe9ce659000, 4096, PROT_READ) = 0',
    'munmap(0x7fe9ce622000, 221036)          = 0',
  ]);

  expect(stderr).toContain(
    '2 of 3 calls that succeeded in the log fail here: 2 x ENOMEM of mprotect (first: log:3)',
  );
});

test('K5, K7: old_mmap of 2006, after a prompt of root (lore.kernel.org/lkml/20060120162317.5F70722B383@anxur.fi.muni.cz)', async () => {
  const cwd = aDirectory({
    log: `# iptables -L
execve("/sbin/iptables", ["iptables", "-L"], [/* 24 vars */]) = 0
brk(0)                                  = 0x8056000
old_mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xb7fdb000
open("/lib/libdl.so.2", O_RDONLY)       = 3
old_mmap(0x4103b000, 12408, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_DENYWRITE, 3, 0) = 0x4103b000
old_mmap(0x4103d000, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3, 0x1000) = 0x4103d000
mprotect(0x4103d000, 4096, PROT_READ)   = 0
brk(0x8077000)                          = 0x8077000
tgkill(3468, 3468, SIGABRT)             = 0
--- SIGABRT (Aborted) @ 0 (0) ---
`,
  });

  const { text, stderr } = await replayed(cwd, null, 'log');

  expect(stderr).not.toContain('not understood');
  expect(shortLines(text).slice(0, 5)).toEqual([
    '08056000-08077000 rw-p [heap]',
    '4103b000-4103d000 r-xp /lib/libdl.so.2',
    '4103d000-4103e000 r--p 1000 /lib/libdl.so.2',
    '4103e000-4103f000 rw-p 2000 /lib/libdl.so.2',
    'b7fdb000-b7fdc000 rw-p',
  ]);
});

test('K8: arguments with their names (github.com/strace/strace/issues/155)', async () => {
  const { text, stderr } = await fromExec([
    'brk(addr: NULL)                         = 0x5591efef9000',
    'mmap(addr: NULL, length: 8192, prot: PROT_READ|PROT_WRITE, flags: MAP_PRIVATE|MAP_ANONYMOUS, fd: -1, offset: 0) = 0x7f0ef5dbe000',
    'openat(dirfd: AT_FDCWD, pathname: "/etc/ld.so.cache", flags: O_RDONLY|O_CLOEXEC) = 3',
    'mmap(addr: NULL, length: 94955, prot: PROT_READ, flags: MAP_PRIVATE, fd: 3, offset: 0) = 0x7f0ef5da6000',
    'munmap(addr: 0x7f0ef5da6000, length: 8192) = 0',
  ]);

  expect(stderr).not.toContain('not understood');
  expect(shortLines(text).slice(0, 2)).toEqual([
    '7f0ef5da8000-7f0ef5dbe000 r--p 2000 /etc/ld.so.cache',
    '7f0ef5dbe000-7f0ef5dc0000 rw-p',
  ]);
});

test('K9: offsets of mmap2 in bytes stay in bytes (github.com/moby/moby/issues/29347)', async () => {
  const { text } = await fromExec([
    'open("/lib/arm-linux-gnueabihf/libc.so.6", O_RDONLY|O_CLOEXEC) = 3',
    'mmap2(NULL, 1312152, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_DENYWRITE, 3, 0) = 0xb6d0f000',
    'mprotect(0xb6e3a000, 65536, PROT_NONE)  = 0',
    'mmap2(0xb6e4a000, 12288, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3, 0x12b000) = 0xb6e4a000',
    'mmap2(0xb6e4d000, 9624, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0xb6e4d000',
  ]);

  expect(shortLines(text).slice(0, 4)).toEqual([
    'b6d0f000-b6e3a000 r-xp /lib/arm-linux-gnueabihf/libc.so.6',
    'b6e3a000-b6e4a000 ---p 12b000 /lib/arm-linux-gnueabihf/libc.so.6',
    'b6e4a000-b6e4d000 rw-p 12b000 /lib/arm-linux-gnueabihf/libc.so.6',
    'b6e4d000-b6e50000 rw-p',
  ]);
});

test('K10: a shift without MAP_HUGETLB means nothing (github.com/japaric/linux-rtfm)', async () => {
  const { text, stderr } = await replayedLines([
    'mmap(NULL, 8388608, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE|1<<MAP_HUGE_SHIFT, -1, 0) = 0x7f48cbead000',
    'munmap(0x7f48cbead000, 4096) = 0',
  ]);

  expect(stderr).not.toContain('not a line of strace');
  expect(shortLines(text)[0]).toBe('7f48cbeae000-7f48cc6ad000 rw-p');
});

test('K11: results with the sign (Ubuntu forums, "Lighscribe 4L-gui on 13.04 64bit", 2013)', async () => {
  const { text, stderr } = await fromExec([
    'open("/proc/sys/dev/cdrom/info", O_RDONLY) = 3',
    'mmap2(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xfffffffff774d000',
    'munmap(0xf774d000, 4096)                = 0',
    '--- SIGSEGV (Segmentation fault) @ 0 (0) ---',
    '+++ killed by SIGSEGV (core dumped) +++',
  ]);

  expect(stderr).not.toContain('fail here');
  expect(shortLines(text)[0]).toBe('f774e000-f774f000 rw-p');
});

test('K13: stacks of threads of a crashed JVM (github.com/kwhat/jnativehook/issues/230)', async () => {
  const cwd = aDirectory({
    'in.maps': `1214a000-1214d000 ---p 00000000 00:00 0 
1214d000-13f4b000 rw-p 00000000 00:00 0          [stack:5861]
13f4b000-13f4e000 ---p 00000000 00:00 0 
13f4e000-15d4c000 rw-p 00000000 00:00 0          [stack:5860]
`,
    log: 'munmap(0x13f4b000, 31461376) = 0\nmprotect(0x1214d000, 12288, PROT_NONE) = 0\n',
  });

  const { text, stderr } = await replayed(cwd, 'in.maps', 'log');

  expect(stderr).not.toContain('fail here');
  expect(shortLines(text).at(-1)).toBe('12150000-13f4b000 rw-p [stack:5861]');
});

test('K15: 4 KiB asked for on pages of 64 KiB (github.com/ptitSeb/box64/issues/3635)', async () => {
  const cwd = caseCopy('19');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(
    `${cwd}/log`,
    'mmap(0x38c70000, 4096, PROT_NONE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x38c70000\n',
  );

  const { text } = await replayed(cwd, 'in.maps', 'log');

  expect(shortLines(text)).toContain('38c70000-38c80000 ---p');
});

test('K16, K21: numbers before the lines, paths after descriptors (github.com/docker/for-mac/issues/7667)', async () => {
  const { text, stderr } = await replayedLines([
    '1014  execve("/bin/a", ["a"], 0x7ffd1 /* 9 vars */) = 0',
    '1014  mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_DENYWRITE, 3</usr/lib/x86_64-linux-gnu/libc.so.6>, 0) = 0x7f20fde25000',
    '1014  close(3</usr/lib/x86_64-linux-gnu/libc.so.6>) = 0',
    '1020  execve("/bin/b", ["b"], 0x7ffd1 /* 9 vars */) = 0',
    '1020  munmap(0x7f20fde25000, 4096)    = 0',
    '1014  mprotect(0x7f20fde25000, 4096, PROT_NONE) = 0',
  ]);

  expect(stderr).toContain('2 processes are in the log: 1014 (2 calls), 1020 (1 call)');
  expect(shortLines(text).slice(0, 2)).toEqual([
    '7f20fde25000-7f20fde26000 ---p /usr/lib/x86_64-linux-gnu/libc.so.6',
    '7f20fde26000-7f20fde27000 r--p 1000 /usr/lib/x86_64-linux-gnu/libc.so.6',
  ]);
});

test('K20: strace -i of 32 bits (github.com/upx/upx/issues/221)', async () => {
  const cwd = aDirectory({
    log: `[401269e0] execve("./date.395", ["./date.395"], 0xbe8e8c74 /* 24 vars */) = 0
[00021f5c] open("/proc/self/exe", O_RDONLY) = 3
[00021e7c] mmap2(NULL, 76232, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x40017000
[00021e98] mmap2(0x40017000, 75171, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED, 3, 0) = 0x40017000
[00021460] cacheflush(0x40028f6c, 0x400299c8, 0) = 0
[00021f0c] mprotect(0x40028000, 6600, PROT_READ|PROT_EXEC) = 0
[40029268] mmap2(0x10000, 253952, PROT_NONE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x10000
`,
  });

  const { text, stderr } = await replayed(cwd, null, 'log');

  expect(stderr).not.toContain('not understood');
  expect(shortLines(text).slice(0, 3)).toEqual([
    '00010000-0004e000 ---p',
    '40017000-40028000 rw-p /proc/self/exe',
    '40028000-4002a000 r-xp 11000 /proc/self/exe',
  ]);
});

test('K16: getpid() tells the process of a thread whose birth the log does not show', async () => {
  const { text, stderr } = await replayedLines([
    '[pid 500] getpid() = 500',
    '[pid 500] mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000',
    '[pid 501] getpid() = 500',
    '[pid 501] mprotect(0x7f0000000000, 4096, PROT_NONE) = 0',
    '[pid 600] getpid() = 600',
    '[pid 600] munmap(0x7f0000000000, 8192) = 0',
    '[pid 502] mprotect(0x7f0000001000, 4096, PROT_READ|PROT_WRITE) = 0',
  ]);

  expect(stderr).toContain('2 processes are in the log: 500 (3 calls), 600 (1 call)');
  expect(shortLines(text).slice(0, 2)).toEqual([
    '7f0000000000-7f0000001000 ---p',
    '7f0000001000-7f0000002000 rw-p',
  ]);
});

test('K16: getpid() inside a container is a number that the log does not know', async () => {
  const { stderr } = await replayedLines([
    '[pid 500] execve("/bin/a", ["a"], 0x1 /* 2 vars */) = 0',
    '[pid 501] getpid() = 1',
    '[pid 501] mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000',
  ]);

  expect(stderr).not.toContain('processes are in the log');
  expect(stderr).toContain('1 call of 1 thread');
});

test.each([
  ['MAP_HUGETLB|30<<MAP_HUGE_SHIFT', 0x40000000, '7f4000000000-7f4040000000'],
  ['MAP_HUGETLB|MAP_HUGE_2MB', 0x200000, '7f4000000000-7f4000200000'],
])('K10: %s', async (flags, bytes, range) => {
  const { text } = await replayedLines([
    `mmap(NULL, ${bytes}, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|${flags}, -1, 0) = 0x7f4000000000`,
  ]);

  expect(shortLines(text)[0]).toBe(`${range} rw-p /anon_hugepage (deleted)`);
});

test('K11: mremap with the sign', async () => {
  const { text } = await fromExec([
    'mmap2(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xffffffffd6800000',
    'mremap(0xd6800000, 4096, 8192, MREMAP_MAYMOVE) = 0xffffffffd6a00000',
  ]);

  expect(shortLines(text)[0]).toBe('d6a00000-d6a02000 rw-p');
});

test.each([
  '[    7f13a09d2a2a] ',
  '[00007f13a09d2a2a] ',
  '[????????????????] ',
  '[pid 7] [08049000] ',
])('K20: %s', async (before) => {
  const { text, stderr } = await replayedLines([
    `${before}mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000`,
  ]);

  expect(stderr).not.toContain('not understood');
  expect(shortLines(text)[0]).toBe('7f0000000000-7f0000001000 r--p');
});
