/** Logs as people post them: each kind of its own, beside the form that it would have to have. */
import { describe, expect, test } from 'vitest';
import { caseCopy, replayed, replayedLines, shortLines } from './support.ts';

describe('a log replays to the same text as its plain form', () => {
  test.each([
    ['K7: docker build steps before each line', '25', 'calls.strace', 4],
    ['K8, K9: python-ptrace, with words and numbers and offsets in pages', '26', 'calls.strace', 7],
    ['K9: mmap2 with offsets in pages', '37', 'calls.strace', 7],
    ['K11: results that were sign-extended', '38', 'calls.strace', 4],
    ['K5: old_mmap', '52', 'calls.strace', 7],
    ['K20: strace -i with a padded pointer', '69', 'calls.strace', 2],
    ['K10: the size of huge pages as a shift', '71', 'calls.strace', 3],
  ])('%s', async (_kind, number, log, calls) => {
    const cwd = caseCopy(number);

    const found = await replayed(cwd, 'in.maps', log);
    const fixed = await replayed(cwd, 'in.maps', 'fixed.strace');

    expect(found.text).toBe(fixed.text);
    expect(found.text).not.toBe('');
    expect(found.stderr).toContain(` ${calls} calls of 1 thread`);
    expect(found.stderr).not.toContain('not understood: 1 x not a line');
  });
});

describe('K22: noise of known kinds is counted by kind', () => {
  test('stack traces of strace -k', async () => {
    const { stderr, text } = await replayed(caseCopy('34'), 'in.maps', 'calls.strace');

    expect(stderr).toContain('5 x lines of stack traces (-k)');
    expect(stderr).not.toContain('not a line of strace');
    expect(shortLines(text)).toContain(
      '7f91ed400000-7f91ed607000 r--p /usr/lib/x86_64-linux-gnu/libc.so.6',
    );
  });

  test('calls that a mailer has wrapped', async () => {
    const { stderr } = await replayed(caseCopy('51'), 'in.maps', 'calls.strace');

    expect(stderr).toContain('3 calls of 1 thread');
    expect(stderr).not.toContain('not a line of strace');
  });

  test.each([
    ['the mode of a process', '[ Process PID=6871 runs in 32 bit mode. ]'],
    ['words of strace', 'strace: Process 4711 attached'],
    ['a prompt', '$ strace -e mmap ./a.out'],
    ['a prompt with a name', 'user@host:~$ strace -f ls'],
    ['a prompt of root', '[root@host ~]# strace ls'],
    ['a comment', '# now thread A'],
    ['a signal', '--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=4711} ---'],
    ['an exit', '+++ exited with 0 +++'],
    ['a frame of -k', ' > /usr/lib/libc.so.6(__mmap+0x22) [0x24ef2]'],
  ])('%s', async (_what, line) => {
    const { stderr, text } = await replayedLines([
      line,
      'mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000',
    ]);

    expect(stderr).toContain('skipped: 1 x ');
    expect(stderr).not.toContain('not understood');
    expect(shortLines(text)[0]).toBe('7f0000000000-7f0000001000 r--p');
  });

  test.each([
    ['mails', '> '],
    ['mails of mails', '> > '],
    ['grep -n', '28363:'],
    ['docker compose', 'app_1     | '],
    ['podman with a time', '2024-05-06T07:08:09.123456Z stdout F '],
    ['indentation', '        '],
    ['a build step without a clock', '#12 '],
    ['a build step with a clock', '#12 0.491 '],
    ['journald', 'Nov 29 11:33:38 host tool[4711]: '],
    ['a list', '- `'],
  ])('what %s put before each line is left out', async (_what, before) => {
    const { stderr, text } = await replayedLines(
      [
        'mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000',
        'close(3)                                = 0',
        'munmap(0x7f0000001000, 4096)            = 0',
      ].map((line) => before + line),
    );

    expect(stderr).toContain('2 calls of 1 thread');
    expect(stderr).not.toContain('not understood');
    expect(shortLines(text)[0]).toBe('7f0000000000-7f0000001000 rw-p');
  });
});

describe('K5: calls that can change an address space are made or listed', () => {
  test.each([
    'io_setup(128, [0x7f0000000000]) = 0',
    'io_destroy(0x7f0000000000) = 0',
    'mbind(0x7f0000000000, 4096, MPOL_BIND, [0x1], 64, 0) = 0',
    'process_madvise(3, [{iov_base=0x7f0000000000, iov_len=4096}], 1, MADV_COLD, 0) = 4096',
    'prctl(PR_SET_MM, PR_SET_MM_BRK, 0x55d0c8a21000, 0, 0) = 0',
    'prctl(35, 7, 94352, 0, 0) = 0',
    'ioctl(3, UFFDIO_REGISTER, {range={start=0x7f0000000000, len=0x1000}, mode=1}) = 0',
    'arch_prctl(ARCH_MAP_VDSO_64, 0x7f0000000000) = 4096',
    'arch_prctl(0x2003, 0x7f0000000000) = 4096',
    'remap_file_pages(0x7f0000000000, 4096, 0, 0, 0) = 0',
    'shmat(3, NULL, 0) = 0x7f0000000000',
    'mseal(0x7f0000000000, 4096, 0) = 0',
    'map_shadow_stack(NULL, 4096, 0) = 0x7f0000000000',
    'set_mempolicy_home_node(0x7f0000000000, 4096, 0, 0) = 0',
    'uselib("/lib/ld.so") = 0',
  ])('%s', async (line) => {
    const { stderr } = await replayedLines([line, 'munmap(0x7f0000000000, 4096) = 0']);

    expect(stderr).toMatch(/not understood: 1 x \w+( of [\w ]+)? is not modelled/);
  });
});

describe('K8: what is understood by half is not made', () => {
  test.each([
    ['<PROT_READ|PROT_WRITE> (3), <MAP_PRIVATE|MAP_ANONYMOUS> (0x22)', 'rw-p'],
    ['0x3 /* PROT_READ|PROT_WRITE */, 0x22 /* MAP_PRIVATE|MAP_ANONYMOUS */', 'rw-p'],
    ['3, 34', 'rw-p'],
    ['PROT_READ|PROT_WRITE|0x8, MAP_PRIVATE|MAP_ANON', 'rw-p'],
    ['PROT_RAED, MAP_PRIVATE|MAP_ANONYMOUS', null],
    ['PROT_READ, PRIVAT|ANONYM', null],
  ])('%s', async (flags, perms) => {
    const { text } = await replayedLines([
      `mmap(NULL, 4096, ${flags}, -1, 0) = 0x7f0000000000`,
      'munmap(0x7f0000100000, 4096) = 0',
    ]);

    const lines = shortLines(text).filter((line) => line.startsWith('7f0000000000'));
    expect(lines).toEqual(perms === null ? [] : [`7f0000000000-7f0000001000 ${perms}`]);
  });
});

describe('K21: a name that is no path is the name', () => {
  test.each([
    ['6<anon_inode:[io_uring]>', 'anon_inode:[io_uring]'],
    ['7<socket:[91817]>', 'socket:[91817]'],
    ['8</tmp/x>(deleted)', '/tmp/x (deleted)'],
    ['9</memfd:pulseaudio>(deleted)', '/memfd:pulseaudio (deleted)'],
    ['3</dev/dri/card0<char 226:0>>', '/dev/dri/card0'],
    ['5<anon_inode:i915.gem>', 'anon_inode:i915.gem'],
  ])('%s', async (descriptor, name) => {
    const { text } = await replayedLines([
      `mmap(NULL, 4096, PROT_READ, MAP_SHARED, ${descriptor}, 0) = 0x7f0000000000`,
    ]);

    expect(shortLines(text)[0]).toBe(`7f0000000000-7f0000001000 r--s ${name}`);
  });
});

describe('K16: processes of one log', () => {
  test('of a whole machine are told apart', async () => {
    const cwd = caseCopy('39');

    const { stderr, text } = await replayed(cwd, 'in.maps', 'calls2.perf');

    expect(stderr).toContain('left out: 1 x calls of other processes');
    expect(stderr).toContain('2 processes are in the log: 4102 (1 call), 1096 (1 call)');
    expect(shortLines(text)[1]).toBe('7f89d0605000-7f89d09c6000 r-xp /unknown/fd/3');
  });

  test('one without names is taken whole', async () => {
    const { stderr } = await replayed(caseCopy('39'), 'in.maps', 'calls.perf');

    expect(stderr).not.toContain('processes are in the log');
  });
});
