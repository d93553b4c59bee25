/** Further forms of logs and texts, each written from the manual of its tool. */

import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { aDirectory, mapsim } from '../cli/support.ts';
import { replayedLines, STACK, shortLines } from './support.ts';

const ANON = 'PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)';

describe('perf script -F comm,pid,tid,cpu,time,event,trace', () => {
  const line = (who: string, time: string, event: string): string =>
    `       Web Content ${who} [002]  ${time}: syscalls:sys_${event}`;
  const LOG = [
    line(
      '4102/4103',
      '9.000001',
      'enter_mmap: addr: 0x0, len: 0x2000, prot: 0x3, flags: 0x22, fd: 0xffffffff, off: 0x0',
    ),
    line('4102/4103', '9.000002', 'exit_mmap: 0x7f0000000000'),
    line('4102/4104', '9.000003', 'enter_mprotect: start: 0x7f0000000000, len: 0x1000, prot: 0x0'),
    line('4102/4104', '9.000004', 'exit_mprotect: 0x0'),
    line('5000/5000', '9.000005', 'enter_munmap: addr: 0x7f0000000000, len: 0x2000'),
    line('5000/5000', '9.000006', 'exit_munmap: 0x0'),
  ];

  test('tells processes and threads', async () => {
    const { code, stderr, text } = await replayedLines(LOG);

    expect(code).toBe(0);
    expect(stderr).toContain('2 processes are in the log: 4102 (2 calls), 5000 (1 call)');
    expect(stderr).toContain('process 4102 is replayed');
    expect(shortLines(text).slice(0, 2)).toEqual([
      '7f0000000000-7f0000001000 ---p',
      '7f0000001000-7f0000002000 rw-p',
    ]);
  });

  test.each([
    ['without the name of the program', /^ +Web Content/, ''],
    ['without the CPU', ' [002]', ''],
    ['with nanoseconds', '9.00000', '9.000000'],
  ])('%s', async (_what, from, to) => {
    const { code, text } = await replayedLines(LOG.map((one) => one.replace(from, to)));

    expect(code).toBe(0);
    expect(shortLines(text)).toHaveLength(3);
  });
});

describe('strace -N, names of parameters', () => {
  test('are taken away, but for those of clone', async () => {
    const { stderr, text } = await replayedLines([
      '[pid 7] brk(addr=NULL) = 0x555555756000',
      '[pid 7] mmap(addr=NULL, length=8192, prot=PROT_READ|PROT_WRITE, flags=MAP_PRIVATE|MAP_ANONYMOUS, fd=-1, offset=0) = 0x7f0000000000',
      '[pid 7] clone(child_stack=0x7f10, flags=CLONE_VM|CLONE_THREAD, parent_tid=[8]) = 8',
      '[pid 8] mprotect(addr=0x7f0000000000, length=4096, prot=PROT_NONE) = 0',
      '[pid 8] clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 9',
      '[pid 9] munmap(addr=0x7f0000000000, length=8192) = 0',
      '[pid 7] prctl(option=PR_SET_VMA, arg2=PR_SET_VMA_ANON_NAME, arg3=0x7f0000001000, arg4=4096, arg5="a=b") = 0',
    ]);

    expect(stderr).not.toContain('not understood');
    expect(stderr).toContain('left out: 1 x calls of other processes');
    expect(shortLines(text).slice(0, 2)).toEqual([
      '7f0000000000-7f0000001000 ---p',
      '7f0000001000-7f0000002000 rw-p [anon:a=b]',
    ]);
  });
});

describe('strace -yy, what is behind a descriptor', () => {
  test.each([
    '5<TCP:[127.0.0.1:80->127.0.0.1:51234]>',
    '5<TCPv6:[[::1]:80->[2001:db8::1]:51234]>',
    '5<UNIX-STREAM:[91817->91818,"/run/a>b(c"]>',
    '5<UDP:[0.0.0.0:68]>',
    '5<NETLINK:[ROUTE:4711]>',
    '5<anon_inode:[eventfd]>',
    '5</tmp/a->',
    'AT_FDCWD</home/a(b>',
  ])('%s', async (descriptor) => {
    const { stderr, text } = await replayedLines([
      `sendmsg(${descriptor}, {msg_name=NULL, msg_iov=[{iov_base="a", iov_len=1}]}, 0) = 1`,
      `mmap(NULL, 4096, ${ANON} = 0x7f0000000000`,
      `ioctl(${descriptor}, FIONBIO, [1]) = 0`,
    ]);

    expect(stderr).not.toContain('not understood');
    expect(stderr).toContain('2 x calls that are unrelated to memory');
    expect(shortLines(text)[0]).toBe('7f0000000000-7f0000001000 rw-p');
  });

  test('of a socket is not the name that maps has', async () => {
    const { stderr, text } = await replayedLines([
      'mmap(NULL, 4096, PROT_READ, MAP_SHARED, 5<TCP:[127.0.0.1:80->127.0.0.1:9]>, 0) = 0x7f0000000000',
    ]);

    expect(stderr).toContain('a file whose path is not in the log');
    expect(shortLines(text)[0]).toBe('7f0000000000-7f0000001000 r--s /unknown/fd/5');
  });
});

describe('K5, K8: what cannot be made is listed, and not made up', () => {
  test.each([
    ['brk(0x55?) = 0x555555777000', 'brk with an argument that cannot be parsed'],
    [
      'mprotect(0x7ffc3c5a0000, 4096, PROT_READ|PROT_GROWSDOWN) = 0',
      'mprotect with PROT_GROWSDOWN',
    ],
    ['mprotect(0x7ffc3c5a0000, 4096, 0x1000001) = 0', 'mprotect with PROT_GROWSDOWN'],
    ['mprotect(0x7ffc3c5a0000, 4096, PROT_NONE|PROT_GROWSUP) = 0', 'mprotect with PROT_GROWSUP'],
    ['syscall_0x1c9(0x1, 0x2, 0x3, 0x4, 0x5, 0x6) = 0', 'syscall_0x1c9 is not modelled'],
    ['subpage_prot(0x10000000, 65536, [0x1]) = 0', 'subpage_prot is not modelled'],
    [
      'personality(PER_LINUX|READ_IMPLIES_EXEC) = 0 (PER_LINUX)',
      'personality of READ_IMPLIES_EXEC',
    ],
    ['personality(0x400000) = 0', 'personality of 0x400000'],
    ['ioctl(3, 0xc020aa00, 0x7ffd1) = 0', 'ioctl of 0xc020aa00'],
    ['arch_prctl(0x2003, 0x7f0000000000) = 0', 'arch_prctl of 0x2003'],
    ['ipc(SHMAT, 65538, 0, 0x7ffc, NULL) = 0', 'ipc of SHMAT'],
  ])('%s', async (line, what) => {
    const { stderr, text } = await replayedLines([line, 'munmap(0x1000, 4096) = 0']);

    expect(stderr).toContain(`warning: not understood: 1 x ${what}`);
    expect(shortLines(text).at(-1)).toBe('7ffc3c5a0000-7ffc3c5c1000 rw-p [stack]');
  });

  test.each([
    'personality(0xffffffff) = 0',
    'personality(PER_LINUX32) = 0',
    'personality(ADDR_NO_RANDOMIZE) = 0',
    'arch_prctl(ARCH_SET_FS, 0x7f0000000000) = 0',
    'syscall_0x1c9(0x1) = -1 ENOSYS (Function not implemented)',
  ])('%s changes no mapping', async (line) => {
    const { stderr } = await replayedLines([line, 'munmap(0x1000, 4096) = 0']);

    expect(stderr).not.toContain('not understood');
  });

  test('protection of arm64 is made as far as maps shows it, and said', async () => {
    const { stderr, text } = await replayedLines([
      `mmap(NULL, 4096, ${ANON} = 0x7f0000000000`,
      'mprotect(0x7f0000000000, 4096, PROT_READ|PROT_EXEC|PROT_BTI) = 0',
    ]);

    expect(stderr).toContain('not understood: 1 x mprotect with protection 0x10');
    expect(shortLines(text)[0]).toBe('7f0000000000-7f0000001000 r-xp');
  });

  test('flags of mips, as numbers: what has no descriptor has no file', async () => {
    const { text } = await replayedLines([
      'mmap(NULL, 4096, 0x3, 0x802, 0xffffffff, 0) = 0x77000000',
    ]);

    expect(shortLines(text)[0]).toBe('77000000-77001000 rw-p');
  });
});

describe('K10: the size of huge pages', () => {
  test.each([
    ['MAP_HUGETLB', 4096, 0x200000],
    ['MAP_HUGETLB|21<<MAP_HUGE_SHIFT', 0x200001, 0x400000],
    ['MAP_HUGETLB|30<<MAP_HUGE_SHIFT', 4096, 0x40000000],
    ['MAP_HUGETLB|MAP_HUGE_1GB', 4096, 0x40000000],
    ['MAP_HUGETLB|MAP_HUGE_64KB', 4096, 0x10000],
    ['0x40000|16<<MAP_HUGE_SHIFT', 4096, 0x10000],
    ['0x58040000', 4096, 0x400000],
    ['21<<MAP_HUGE_SHIFT', 4096, 4096],
  ])('%s: %i bytes', async (flags, length, bytes) => {
    const { stderr, text } = await replayedLines([
      `mmap(NULL, ${length}, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|${flags}, -1, 0) = 0x7f4000000000`,
    ]);

    expect(stderr).not.toContain('not understood');
    const end = (0x7f4000000000 + bytes).toString(16);
    expect(shortLines(text)[0]).toMatch(new RegExp(`^7f4000000000-${end} r--p`));
  });
});

describe('K16: processes of a log', () => {
  const LOG = [
    '[pid 500] getpid() = 500',
    '[pid 500] mmap(NULL, 8192, PROT_READ, MAP_SHARED, 7, 0) = 0x7f0000000000',
    '[pid 600] getpid() = 600',
    `[pid 600] mmap(NULL, 8192, ${ANON} = 0x7f1000000000`,
    '[pid 700] getpid() = 700',
  ];
  const importing = async (options: readonly string[]) => {
    const cwd = aDirectory({ 'in.maps': STACK, log: `${LOG.join('\n')}\n` });
    const argv = ['import', 'in.maps', '--trace', 'log', '-o', 's.yaml', ...options];
    return { ...(await mapsim(argv, { cwd })), cwd };
  };

  test('what is not understood of another one is not warned of', async () => {
    const first = await importing([]);
    const other = await importing(['--process=600']);

    expect(first.stderr).toContain('not understood: 1 x mmap with a file whose path');
    expect(other.stderr).not.toContain('not understood');
    expect(other.stderr).toContain('process 600 is replayed');
  });

  test('what is not understood before execve is not warned of', async () => {
    const { stderr } = await replayedLines([
      '7 mmap(NULL, 8192, PROT_READ, MAP_SHARED, 7, 0) = 0x7f0000000000',
      '7 execve("/bin/t", ["t"], 0x1 /* 2 vars */) = 0',
      `7 mmap(NULL, 8192, ${ANON} = 0x7f1000000000`,
    ]);

    expect(stderr).toContain('left out: 1 x calls before the process called execve');
    expect(stderr).not.toContain('not understood');
  });

  test('one that is not in the log is refused with those that are', async () => {
    const { code, stderr } = await importing(['--process=4711']);

    expect([code, stderr]).toEqual([
      2,
      'mapsim: error: process 4711 is not in the log; the log has 500 (1 call), 600 (1 call)\n',
    ]);
  });

  test('one without a call about memory is refused likewise', async () => {
    const { code, stderr } = await importing(['--process=700']);

    expect([code, stderr]).toEqual([
      2,
      'mapsim: error: process 700 made no memory call; the log has 500 (1 call), 600 (1 call)\n',
    ]);
  });

  test('one of a scenario likewise', async () => {
    const { cwd } = await importing([]);
    writeFileSync(
      `${cwd}/s.yaml`,
      'mapsim: 1\nvmas: [{from: in.maps}]\nwriters: [{name: w, trace: log, process: 4711}]\n',
    );

    const { code, stderr } = await mapsim(['validate', 's.yaml'], { cwd });

    expect([code, stderr]).toEqual([2, expect.stringContaining('process 4711 is not in the log')]);
  });

  test('children have the number that stands before their lines (--pidns-translation)', async () => {
    const { stderr } = await replayedLines([
      "812 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x1) = 7 /* 815 in strace's PID NS */",
      '815 munmap(0x7ffc3c5a0000, 4096) = 0',
      `812 mmap(NULL, 8192, ${ANON} = 0x7f1000000000`,
    ]);

    expect(stderr).toContain('left out: 1 x calls of other processes');
  });
});

test('K17: a scenario made from a log alone says so', async () => {
  const cwd = aDirectory({
    log: `execve("/bin/t", ["t"], 0x1 /* 2 vars */) = 0\nmmap(NULL, 8192, ${ANON} = 0x7f1000000000\n`,
  });

  const { stdout } = await mapsim(['import', '--trace', 'log'], { cwd });

  expect(stdout).toContain('about: "Imported from log. ');
});

describe('K22: noise of logs has a name and a count', () => {
  const CALL = `mmap(NULL, 4096, ${ANON} = 0x7f0000000000`;
  const TABLE = [
    '% time     seconds  usecs/call     calls    errors syscall',
    '------ ----------- ----------- --------- --------- ----------------',
    ' 37.64    0.000134           7        19           mmap',
    '  0.00    0.000000           0         1         1 access',
    '------ ----------- ----------- --------- --------- ----------------',
    '100.00    0.000356           5        64         1 total',
  ];

  test.each<[string, readonly string[], string]>([
    ['-C', [CALL, '+++ exited with 0 +++', ...TABLE], '6 x tables of counts (-c, -C)'],
    [
      '-C -f, of two architectures',
      [CALL, ...TABLE, 'System call usage summary for 32 bit mode:', ...TABLE],
      '13 x tables of counts (-c, -C)',
    ],
    ['-C, quoted', [CALL, ...TABLE].map((line) => `> ${line}`), '6 x tables of counts (-c, -C)'],
    ['let go', [CALL, 'strace: Process 7 detached', ' <detached ...>'], '2 x messages of strace'],
    [
      'frames behind a prefix',
      [CALL, ' > /lib/libc.so.6(mmap+0x22) [0x24ef2]'].map((line) => `app_1  | ${line}`),
      '1 x lines of stack traces (-k)',
    ],
    [
      'frames with lines of source',
      [CALL, ' > /bin/t(main+0x10) [0x401136] t.c:12'],
      '1 x lines of stack traces (-k)',
    ],
    [
      'words behind a prefix',
      ['> ' + CALL, '> strace: Process 7 attached'],
      '1 x messages of strace',
    ],
    ['Markdown', ['```sh', CALL, '```'], '2 x Markdown and HTML tags'],
    ['colours', [`\u001b[36mapp_1  |\u001b[0m ${CALL}`], '1 x terminal colours'],
    ['JSON', [JSON.stringify({ log: `${CALL}\n`, stream: 'stderr' })], '1 x JSON records'],
    ['execve under ltrace', [CALL, '--- Called exec() ---'], '1 x signals'],
  ])('%s', async (_what, lines, said) => {
    const { stderr, text } = await replayedLines(lines);

    expect(stderr).toContain(`skipped: ${said}`);
    expect(stderr).not.toContain('not understood');
    expect(shortLines(text)[0]).toBe('7f0000000000-7f0000001000 rw-p');
  });

  test('a log written for HTML', async () => {
    const { stderr, text } = await replayedLines([
      'openat(AT_FDCWD, &quot;/lib/libx.so&quot;, O_RDONLY|O_CLOEXEC) = 3<br>',
      'mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0 &lt;unfinished ...&gt;<br>',
      '&lt;... mmap resumed&gt;) = 0x7f0000000000<br>',
      'mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 4&lt;/lib/liby.so&gt;, 0) = 0x7f1000000000<br>',
    ]);

    expect(stderr).not.toContain('not understood');
    expect(shortLines(text).slice(0, 2)).toEqual([
      '7f0000000000-7f0000001000 r--p /lib/libx.so',
      '7f1000000000-7f1000001000 r--p /lib/liby.so',
    ]);
  });

  test('threads and times behind a prefix are read', async () => {
    const { stderr } = await replayedLines(
      [
        `812 10:11:12.000100 ${CALL}`,
        '812 10:11:12.000200 clone(child_stack=NULL, flags=SIGCHLD) = 815',
        '815 10:11:12.000300 munmap(0x7f0000000000, 4096) = 0',
        `812 10:11:12.000400 ${CALL}`,
      ].map((line) => `> ${line}`),
    );

    expect(stderr).toContain('left out: 1 x calls of other processes');
    expect(stderr).not.toContain('no times');
  });

  test('K7: a log in which each line is a comment', async () => {
    const { stderr } = await replayedLines([`# ${CALL}`, '# munmap(0x7f0000000000, 4096) = 0']);

    expect(stderr).toContain('2 calls of 1 thread');
  });

  test('K7: a call that was taken out of a log stays out', async () => {
    const { stderr, text } = await replayedLines([CALL, '# munmap(0x7f0000000000, 4096) = 0']);

    expect(stderr).toContain('skipped: 1 x comments');
    expect(shortLines(text)).toHaveLength(2);
  });
});

describe('strace: what is added to arguments and results', () => {
  test('--secontext', async () => {
    const { stderr, text } = await replayedLines([
      '812 [unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023] openat(AT_FDCWD, "/lib/libx.so" [system_u:object_r:lib_t:s0], O_RDONLY|O_CLOEXEC) = 3',
      '812 [unconfined_u:unconfined_r:unconfined_t:s0] mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f0000000000',
      '812 [unconfined_u:unconfined_r:unconfined_t:s0] mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 4</lib/liby.so> [system_u:object_r:lib_t:s0], 0) = 0x7f1000000000',
    ]);

    expect(stderr).not.toContain('not understood');
    expect(shortLines(text).slice(0, 2)).toEqual([
      '7f0000000000-7f0000001000 r--p /lib/libx.so',
      '7f1000000000-7f1000001000 r--p /lib/liby.so',
    ]);
  });

  test('-ttt with -r', async () => {
    const { stderr } = await replayedLines([
      `1700000000.000001 (+     0.000000) mmap(NULL, 4096, ${ANON} = 0x7f0000000000`,
      '1700000000.000101 (+     0.000100) munmap(0x7f0000000000, 4096) = 0 <0.000007>',
    ]);

    expect(stderr).not.toContain('not understood');
    expect(stderr).not.toContain('no times');
  });

  test('-e inject: what did not happen is listed', async () => {
    const { stderr, text } = await replayedLines([
      `mmap(NULL, 4096, ${ANON} = 0x7f0000000000 (INJECTED)`,
      `mmap(NULL, 4096, ${ANON} = -1 ENOMEM (Cannot allocate memory) (INJECTED)`,
      `mmap(NULL, 4096, ${ANON} = 0x7f1000000000 (DELAYED)`,
    ]);

    expect(stderr).toContain('not understood: 1 x mmap with a result that strace injected');
    expect(shortLines(text)[0]).toBe('7f1000000000-7f1000001000 rw-p');
    expect(shortLines(text)).toHaveLength(2);
  });
});

describe('ltrace', () => {
  test('calls of libraries beside those of the kernel are not made twice', async () => {
    const { stderr, text } = await replayedLines([
      `execve@SYS("/bin/t", 0x7ffd1, 0x7ffd2) = 0`,
      'mmap(nil, 8192, 3, 34 <unfinished ...>',
      'mmap@SYS(nil, 8192, 3, 34, -1, 0)                = 0x7f0000000000',
      '<... mmap resumed> )                             = 0x7f0000000000',
      'mremap@libc.so.6(0x7f0000000000, 8192, 4096, 0)  = 0x7f0000000000',
      'SYS_munmap(0x7f0000000000, 4096)                 = 0',
      '--- Called exec() ---',
      '+++ exited (status 0) +++',
    ]);

    expect(stderr).toContain('2 calls of 1 thread');
    expect(stderr).toContain('skipped: 3 x library calls');
    expect(stderr).not.toContain('not understood');
    expect(shortLines(text)[0]).toBe('7f0000001000-7f0000002000 rw-p');
  });
});

describe('perf: forms that its settings choose, and noise', () => {
  const MADE = [
    '7f0000000000-7f0000001000 ---p',
    '7f0000001000-7f0000002000 rw-p',
    '7ffc3c5a0000-7ffc3c5c1000 rw-p [stack]',
  ];

  test.each<[string, readonly string[]]>([
    [
      'trace.show_arg_names=no',
      [
        '     0.000 ( 0.002 ms): t/4711 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000',
        '     0.010 ( 0.002 ms): t/4711 mprotect(0x7f0000000000, 4096, PROT_NONE) = 0',
      ],
    ],
    [
      'trace.show_duration=no',
      [
        '     0.000 t/4711 mmap(len: 8192, prot: READ|WRITE, flags: PRIVATE|ANONYMOUS) = 0x7f0000000000',
        '     0.010 t/4711 mprotect(start: 0x7f0000000000, len: 4096) = 0',
      ],
    ],
    [
      'trace.show_timestamp=no',
      [
        '( 0.012 ms): t/4711 mmap(len: 8192, prot: READ|WRITE, flags: PRIVATE|ANONYMOUS) = 0x7f0000000000',
        '( 0.002 ms): t/4711 mprotect(start: 0x7f0000000000, len: 4096) = 0',
      ],
    ],
    [
      '-s, -F all',
      [
        '     0.000 ( 0.012 ms): t/4711 mmap(len: 8192, prot: READ|WRITE, flags: PRIVATE|ANONYMOUS) = 0x7f0000000000',
        '     0.010 (         ): t/4711 minfault [_start+0x0] => /lib/ld.so@0x1 (d.)',
        '     0.020 ( 0.002 ms): t/4711 mprotect(start: 0x7f0000000000, len: 4096) = 0',
        ' Summary of events:',
        ' t (4711), 82 events, 91.1%',
        '   syscall            calls  errors  total       min       avg       max       stddev',
        '   mmap                  8      0     0.050     0.004     0.006     0.010     11.06%',
      ],
    ],
    [
      'perf script -g',
      [
        '# captured on    : Mon Jan  1 00:00:00 2024',
        't  4711 [002]  1.000001: syscalls:sys_enter_mmap: addr: 0x0, len: 0x2000, prot: 0x3, flags: 0x22, fd: 0xffffffff, off: 0x0',
        '\t    7f3a5c0d2a2b __mmap+0x2b (/usr/lib/libc.so.6)',
        't  4711 [002]  1.000002: syscalls:sys_exit_mmap: 0x7f0000000000',
        't  4711 [002]  1.000003: syscalls:sys_enter_mprotect: start: 0x7f0000000000, len: 0x1000, prot: 0x0',
        't  4711 [002]  1.000004: syscalls:sys_exit_mprotect: 0x0',
      ],
    ],
  ])('%s', async (_what, lines) => {
    const { stderr, text } = await replayedLines(lines);

    expect(stderr).not.toContain('not understood');
    expect(shortLines(text)).toEqual(MADE);
  });

  test('what perf has lost is listed', async () => {
    const { stderr } = await replayedLines([
      '     0.000 ( 0.012 ms): t/4711 mmap(len: 8192, prot: READ|WRITE, flags: PRIVATE|ANONYMOUS) = 0x7f0000000000',
      'LOST 12 events!',
    ]);

    expect(stderr).toContain('not understood: 1 x events that perf lost (first: log:2)');
  });
});

describe('bytes of a log', () => {
  test('whatever stands before a call, and however long it is', async () => {
    const { code, text } = await replayedLines([
      `${'> '.repeat(30_000)}mmap(NULL, 4096, ${ANON} = 0x7f0000000000`,
    ]);

    expect(code).toBe(0);
    expect(shortLines(text)[0]).toBe('7f0000000000-7f0000001000 rw-p');
  });

  test('a byte order mark is passed over', async () => {
    const { stderr } = await replayedLines([`\u{feff}mmap(NULL, 4096, ${ANON} = 0x7f0000000000`]);

    expect(stderr).not.toContain('not understood');
  });

  test('UTF-16 is refused with what to do', async () => {
    const cwd = aDirectory({ 'in.maps': STACK });
    writeFileSync(
      `${cwd}/log`,
      Buffer.from(`\u{feff}mmap(NULL, 4096, ${ANON} = 0x1000\n`, 'utf16le'),
    );

    const { code, stderr } = await mapsim(['import', 'in.maps', '--trace', 'log'], { cwd });

    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('log: the file is UTF-16: convert it'),
    ]);
  });

  test('K11: a result as a negative number', async () => {
    const { text } = await replayedLines([`mmap2(NULL, 4096, ${ANON} = -1209085952`]);

    expect(shortLines(text)[0]).toBe('b7eed000-b7eee000 rw-p');
  });
});
