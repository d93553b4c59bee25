/** Logs of public reports, a few lines of each. Names of tests have the kind and the address. */
import { expect, test } from 'vitest';
import { aDirectory } from '../cli/support.ts';
import { replayed, replayedLines, shortLines } from './support.ts';

/** A log that begins with execve, without a text. */
function alone(lines: readonly string[]) {
  return replayed(aDirectory({ log: `${lines.join('\n')}\n` }), null, 'log');
}

test('K1, K22: strace -d of a process that runs (github.com/dotnet/diagnostics/issues/1318)', async () => {
  const stopped = 'strace: [wait(0x00857f) = 67295] WIFSTOPPED,sig=133';
  const { stderr } = await replayedLines([
    `mprotect(0x7f4743f54000, 65536, PROT_READ|PROT_WRITE${stopped}`,
    ') = 0',
    stopped,
    `mprotect(0x7f4743f64000, 65536, PROT_READ|PROT_WRITE${stopped}`,
    ') = 0',
    stopped,
  ]);

  expect(stderr).toContain(
    '2 of 2 calls that succeeded in the log fail here: 2 x ENOMEM of mprotect (first: log:2)',
  );
  expect(stderr).not.toContain('not understood');
});

test('K22: strace -d of 4.12 (github.com/microsoft/WSL/issues/548)', async () => {
  const { stderr, text } = await alone([
    'new tcb for pid 23, active tcbs:1',
    ' [wait(0x137f) = 23] WIFSTOPPED,sig=SIGSTOP',
    'pid 23 has TCB_STARTUP, initializing it',
    'ignored SIGSTOP on pid 23',
    ' [wait(0x057f) = 23] WIFSTOPPED,sig=SIGTRAP',
    'execve("./strace", ["./strace", "echo"], ["TERM=xterm", "LESSCLOSE=/usr/bin/lesspipe %s %"...] [wait(0x057f) = 23] WIFSTOPPED,sig=SIGTRAP',
    ') = 0',
    ' [wait(0x057f) = 23] WIFSTOPPED,sig=SIGTRAP',
    'not a syscall entry (rax = 0)',
    'brk(0 [wait(0x057f) = 23] WIFSTOPPED,sig=SIGTRAP',
    ')                                  = 0x76e000',
    ' [wait(0x057f) = 23] WIFSTOPPED,sig=SIGTRAP',
    'mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0 [wait(0x057f) = 23] WIFSTOPPED,sig=SIGTRAP',
    ') = 0x7f8e0c660000',
  ]);

  expect(stderr).not.toContain('not understood');
  expect(shortLines(text)[0]).toBe('7f8e0c660000-7f8e0c662000 rw-p');
});

test('K2: 39 bits of arm64 (github.com/gvenzl/oci-oracle-free/issues/102)', async () => {
  const { stderr, text } = await replayedLines([
    'mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f856ef000',
    'mmap(NULL, 1892368, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_DENYWRITE, -1, 0) = 0x7f854d6000',
    'mmap(0x7f854e0000, 1826832, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3, 0) = 0x7f854e0000',
    'munmap(0x7f854d6000, 40960)             = 0',
    'munmap(0x7f8569f000, 20496)             = 0',
    'mmap(0x7f8568d000, 20480, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3, 0x19d000) = 0x7f8568d000',
    'mmap(0x7f85692000, 49168, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x7f85692000',
  ]);

  expect(stderr).not.toContain('fail here');
  expect(shortLines(text).slice(0, 4)).toEqual([
    '7f854e0000-7f8568d000 r-xp /unknown/fd/3',
    '7f8568d000-7f85692000 rw-p 19d000 /unknown/fd/3',
    '7f85692000-7f8569f000 rw-p',
    '7f856ef000-7f856f1000 rw-p',
  ]);
});

test('K2, K17, K22: s390x, quoted and wrapped (lore.kernel.org/ltp/CAEemH2cseOGtSem9vhChygLNeYz6E0bVEu+u-UH8agLBoHJo4Q@mail.gmail.com)', async () => {
  const { stderr, text } = await alone([
    '> # strace ./swapping01',
    '> execve("./swapping01", ["./swapping01"], 0x3ffdd9fdd30 /* 163 vars */) = 0',
    '> brk(NULL)                               = 0x18ce000',
    '> mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) =',
    '> 0x3ffb41fc000',
    '> access("/etc/ld.so.preload", R_OK)      = -1 ENOENT (No such file or',
    '> directory)',
    '> openat(AT_FDCWD, "/lib64/libpthread.so.0", O_RDONLY|O_CLOEXEC) = 3',
    '> read(3,',
    '> "\\177ELF\\2\\2\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\3\\0\\26\\0\\0\\0\\1\\0\\0\\0\\0\\0\\0\\205\\370"...,',
    '> 832) = 832',
    '> mmap(NULL, 143720, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_DENYWRITE, 3, 0) =',
    '> 0x3ffb4080000',
    '> mprotect(0x3ffb409d000, 4096, PROT_NONE) = 0',
    '> mmap(0x3ffb409e000, 8192, PROT_READ|PROT_WRITE,',
    '> MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3, 0x1d000) = 0x3ffb409e000',
    '> mmap(0x3ffb40a0000, 12648, PROT_READ|PROT_WRITE,',
    '> MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x3ffb40a0000',
  ]);

  expect(stderr).not.toContain('not understood');
  expect(stderr).not.toContain('fail here');
  expect(shortLines(text).slice(0, 5)).toEqual([
    '3ffb4080000-3ffb409d000 r-xp /lib64/libpthread.so.0',
    '3ffb409d000-3ffb409e000 ---p 1d000 /lib64/libpthread.so.0',
    '3ffb409e000-3ffb40a0000 rw-p 1d000 /lib64/libpthread.so.0',
    '3ffb40a0000-3ffb40a4000 rw-p',
    '3ffb41fc000-3ffb41fe000 rw-p',
  ]);
});

test('K8, K22: QEMU_STRACE, numbers of errors (lore.kernel.org/qemu-devel/mvmlefwrlt2.fsf@suse.de)', async () => {
  const { stderr, text } = await replayedLines([
    '18329 brk(NULL) = 0x0000000000303000',
    '18329 faccessat(AT_FDCWD,"/etc/ld.so.preload",R_OK,0x3010d0) = -1 errno=2 (No such file or directory)',
    '18329 openat(AT_FDCWD,"/lib64/lp64d/libc.so.6",O_RDONLY|O_CLOEXEC) = 3',
    '18329 mmap(NULL,1405128,PROT_EXEC|PROT_READ,MAP_PRIVATE|MAP_DENYWRITE,3,0) = 0x0000004000827000',
    '18329 mmap(0x000000400096d000,20480,PROT_READ|PROT_WRITE,MAP_PRIVATE|MAP_DENYWRITE|MAP_FIXED,3,0x146000) = 0x000000400096d000',
    '18329 mmap(0x0000004000972000,49352,PROT_READ|PROT_WRITE,MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED,-1,0) = 0x0000004000972000',
    '18329 mprotect(0x000000400096d000,12288,PROT_READ) = 0',
    '18329 prlimit64(0,RLIMIT_STACK,NULL,0x00000040007ff4f8) = 0 ({rlim_cur=8388608,rlim_max=-1})',
    '18329 brk(0x0000000000324000) = 0x0000000000324000',
    '18329 mprotect(0x0000004000827000,4096,PROT_NONE) = -1 errno=12 (Cannot allocate memory)',
  ]);

  expect(stderr).not.toContain('not understood');
  expect(stderr).toContain('1 x mprotect that failed with ENOMEM (first: log:10)');
  expect(shortLines(text).slice(0, 6)).toEqual([
    '00303000-00324000 rw-p [heap]',
    '4000827000-4000828000 ---p /lib64/lp64d/libc.so.6',
    '4000828000-400096d000 r-xp 1000 /lib64/lp64d/libc.so.6',
    '400096d000-4000970000 r--p 146000 /lib64/lp64d/libc.so.6',
    '4000970000-4000972000 rw-p 149000 /lib64/lp64d/libc.so.6',
    '4000972000-400097f000 rw-p',
  ]);
});

test('K9, K22: mmap2 in pages, wrapped (lore.kernel.org/linux-media/loom.20130827T155601-277@post.gmane.org)', async () => {
  const { stderr, text } = await alone([
    'execve("./yavta", ["./yavta", "-n", "1", "-f", "SBGGR10", "-s", "640x480",',
    '"--capture=1", "--file=/home/root/image", "/dev/video2"], [/* 13 vars */]) = 0',
    'brk(0)                                  = 0x413000',
    'open("/lib/libc.so.6", O_RDONLY)        = 3',
    'mmap2(NULL, 1204784, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_DENYWRITE, 3, 0) =',
    '0xb6dbe000',
    'mprotect(0xb6ed7000, 32768, PROT_NONE)  = 0',
    'mmap2(0xb6edf000, 12288, PROT_READ|PROT_WRITE,',
    'MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3, 0x119) = 0xb6edf000',
    'mmap2(0xb6ee2000, 8752, PROT_READ|PROT_WRITE,',
    'MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0xb6ee2000',
    'open("/dev/video2", O_RDWR)             = 3',
    'mmap2(NULL, 614400, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = 0xb6d09000',
  ]);

  expect(stderr).not.toContain('not understood');
  expect(shortLines(text).slice(0, 5)).toEqual([
    'b6d09000-b6d9f000 rw-s /dev/video2',
    'b6dbe000-b6ed7000 r-xp /lib/libc.so.6',
    'b6ed7000-b6edf000 ---p 119000 /lib/libc.so.6',
    'b6edf000-b6ee2000 rw-p 119000 /lib/libc.so.6',
    'b6ee2000-b6ee5000 rw-p',
  ]);
});

test('K11, K22: the JDK of 1999 on x86-64 (github.com/mcandre/docker-java README.md)', async () => {
  const { stderr, text } = await alone([
    'execve("/jdk1.2.2/bin/i386/green_threads/javac", ["javac", "-version"], [/* 10 vars */]) = 0',
    '[ Process PID=8 runs in 32 bit mode. ]',
    'brk(0)                                  = 0x8e4a000',
    'open("/jdk1.2.2/jre/lib/i386/green_threads/libhpi.so", O_RDONLY|O_CLOEXEC) = 3',
    'mmap2(NULL, 87792, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_DENYWRITE, 3, 0) = 0xfffffffff773b000',
    'mmap2(0xf774f000, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3, 0x13000) = 0xfffffffff774f000',
    'mmap2(0xf7750000, 1776, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0xfffffffff7750000',
    'mprotect(0xf773b000, 81920, PROT_READ|PROT_WRITE) = 0',
    'mprotect(0xf773b000, 81920, PROT_READ|PROT_EXEC) = 0',
  ]);

  expect(stderr).not.toContain('fail here');
  expect(shortLines(text).slice(0, 3)).toEqual([
    'f773b000-f774f000 r-xp /jdk1.2.2/jre/lib/i386/green_threads/libhpi.so',
    'f774f000-f7750000 rw-p 13000 /jdk1.2.2/jre/lib/i386/green_threads/libhpi.so',
    'f7750000-f7751000 rw-p',
  ]);
});

test('K20: strace -i of 64 bits, with pids (github.com/axboe/liburing/issues/1134)', async () => {
  const { stderr, text } = await replayedLines([
    'root@server-vie001:/tmp/liburing# strace -e mmap -ivf test/sqpoll-cancel-hang.t',
    '[00007fc88a281cb7] mmap(NULL, 12288, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7fc88a24b000',
    '[00007fc88a11ea27] mmap(0x20000000, 16777216, PROT_READ|PROT_WRITE|PROT_EXEC, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x20000000',
    'strace: Process 394108 attached',
    '[pid 394108] [00007fc88a11ea27] mmap(0x20400000, 1179712, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_FIXED|MAP_POPULATE, 3, 0) = -1 EINVAL (Invalid argument)',
  ]);

  expect(stderr).not.toContain('not understood');
  expect(shortLines(text).slice(0, 2)).toEqual([
    '20000000-21000000 rwxp',
    '7fc88a24b000-7fc88a24e000 rw-p',
  ]);
});

test('K22: calls in one line, line breaks lost (github.com/iv-org/invidious/issues/917)', async () => {
  const { stderr, text } = await replayedLines([
    [
      'mmap(NULL, 266240, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f930fcf4000',
      'mmap(NULL, 1052672, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f930748c000',
      'munmap(0x7f930fcf4000, 266240)          = 0',
    ].join(' '.repeat(90)),
  ]);

  expect(stderr).toContain('3 calls of 1 thread');
  expect(stderr).toContain('skipped: 2 x further calls in the same line');
  expect(shortLines(text)[0]).toBe('7f930748c000-7f930758d000 rw-p');
  expect(shortLines(text)).toHaveLength(2);
});

test('K17, K22: wrapped at 80 columns (github.com/tmux/tmux/issues/119)', async () => {
  const { stderr, text } = await alone([
    'marco@marco-Z230 ~ $ strace -f tmux -v new -s HelloWorld',
    'execve("/usr/bin/tmux", ["tmux", "-v", "new", "-s", "HelloWorld"], [/* 63',
    'vars */]) = 0',
    'brk(0)                                  = 0x7f00b9be2000',
    'access("/etc/ld.so.nohwcap", F_OK)      = -1 ENOENT (No such file or',
    'directory)',
    'mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) =',
    '0x7f00b8478000',
    'open("/lib/x86_64-linux-gnu/libutil.so.1", O_RDONLY|O_CLOEXEC) = 3',
    'read(3,',
    '"\\177ELF\\2\\1\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\3\\0>\\0\\1\\0\\0\\0\\20\\17\\0\\0\\0\\0\\0\\0"..., 832)',
    '= 832',
    'mmap(NULL, 2105624, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_DENYWRITE, 3, 0) =',
    '0x7f00b8055000',
    'mprotect(0x7f00b8057000, 2093056, PROT_NONE) = 0',
    'mmap(0x7f00b8256000, 8192, PROT_READ|PROT_WRITE,',
    'MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3, 0x1000) = 0x7f00b8256000',
  ]);

  expect(stderr).not.toContain('not understood');
  expect(shortLines(text).slice(0, 4)).toEqual([
    '7f00b8055000-7f00b8057000 r-xp /lib/x86_64-linux-gnu/libutil.so.1',
    '7f00b8057000-7f00b8256000 ---p 2000 /lib/x86_64-linux-gnu/libutil.so.1',
    '7f00b8256000-7f00b8258000 rw-p 1000 /lib/x86_64-linux-gnu/libutil.so.1',
    '7f00b8478000-7f00b847a000 rw-p',
  ]);
});

test("K8, K22: gVisor's own trace (github.com/google/gvisor/issues/10740)", async () => {
  const at = 'I0808 17:55:27.651584  2464776 strace.go:561] [   2:   2] cat';
  const { stderr, text } = await replayedLines([
    `${at} E brk(0x0)`,
    `${at} X brk(0x0) = 93901548888064 (0x556728772000) (606ns)`,
    `${at} E brk(0x556728774000)`,
    `${at} X brk(0x556728774000) = 93901548896256 (0x556728774000) (1.374µs)`,
    `${at} E mmap(0x556728772000, 0x1000, 0x0, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, 0xffffffffffffffff (bad FD), 0x0)`,
    `${at} X mmap(0x556728772000, 0x1000, 0x0, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, 0xffffffffffffffff (bad FD), 0x0) = 93901548888064 (0x556728772000) (2.939µs)`,
  ]);

  expect(stderr).not.toContain('not understood');
  expect(stderr).toContain('skipped: 3 x starts of calls (E)');
  expect(shortLines(text).slice(0, 2)).toEqual([
    '556728772000-556728773000 ---p [heap]',
    '556728773000-556728774000 rw-p [heap]',
  ]);
});

test('K2, K22: a hint that was not followed, with a remark (github.com/4ad/go.arm64/issues/104)', async () => {
  const { stderr, text } = await replayedLines([
    'mmap(0xc000000000, 65536, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f81eb3000  // not the allocation it was expecting',
    'mincore(0xc000000000, 4096, 0x54b32f)   = -1 ENOMEM (Cannot allocate memory) // runtime fishes around, thinking the allocation was close, but not exact',
  ]);

  expect(stderr).not.toContain('not understood');
  expect(shortLines(text)[0]).toBe('7f81eb3000-7f81ec3000 ---p');
});

test('K5, K8: addresses in place of strings (github.com/kubernetes/minikube/issues/6018)', async () => {
  const { stderr, text } = await replayedLines([
    'access(0x7f4800ad17b3, F_OK)            = -1 ENOENT (No such file or directory)',
    'open(0x7f4800cd21e7, O_RDONLY|O_CLOEXEC) = 3',
    'read(3, 0x7ffc34ee0ac0, 832)            = 832',
    'fstat(3, {...})                         = 0',
    'mmap(NULL, 3146072, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_DENYWRITE, 3, 0) = 0x7f47fc7c2000',
    'mprotect(0x7f47fc8c2000, 2093056, PROT_NONE) = 0',
    'mmap(0x7f47fcac1000, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3, 0xff000) = 0x7f47fcac1000',
  ]);

  expect(stderr).toContain('2 x mmap with a file whose path is not in the log');
  expect(stderr).not.toContain('fail here');
  expect(shortLines(text).slice(0, 3)).toEqual([
    '7f47fc7c2000-7f47fc8c2000 r-xp /unknown/fd/3',
    '7f47fc8c2000-7f47fcac1000 ---p 100000 /unknown/fd/3',
    '7f47fcac1000-7f47fcac3000 rw-p ff000 /unknown/fd/3',
  ]);
});
