/**
 * Inputs written from the manuals of the tools: strace(1), mmap(2), mmap2(2), mremap(2), brk(2),
 * execve(2), proc(5). Two are of public sources, which the test names.
 */
import { describe, expect, test } from 'vitest';
import { aDirectory, mapsim } from '../cli/support.ts';
import { replayed, replayedLines, STACK, shortLines } from './support.ts';

const NEIGHBOURS =
  '7f0000000000-7f0000002000 rw-p 00000000 00:00 0 \n' +
  '7f0000002000-7f0000003000 r--p 00000000 00:00 0 \n';

describe('K1: calls that come out otherwise than in the log', () => {
  test('mremap(2): memory that cannot grow where it is', async () => {
    const { stderr } = await replayedLines(
      ['mremap(0x7f0000000000, 8192, 16384, 0) = 0x7f0000000000'],
      NEIGHBOURS,
    );

    expect(stderr).toContain(
      '1 of 1 call that succeeded in the log fail here: 1 x ENOMEM of mremap (first: log:1)',
    );
  });

  test('brk(2): the heap has a neighbour in the way', async () => {
    const { stderr } = await replayedLines(
      ['brk(NULL) = 0x555555757000', 'brk(0x555555778000) = 0x555555778000'],
      '555555756000-555555757000 rw-p 00000000 00:00 0                          [heap]\n' +
        '555555758000-555555759000 r--p 00000000 00:00 0 \n',
    );

    expect(stderr).toContain('that succeeded in the log fail here: 1 x ENOMEM of brk');
  });

  test('munmap(2): EINVAL in the log is EINVAL here, and no word is said', async () => {
    const { stderr } = await replayedLines(
      ['munmap(0x7f0000000001, 4096) = -1 EINVAL (Invalid argument)'],
      NEIGHBOURS,
    );

    expect(stderr).not.toContain('fail here');
    expect(stderr).not.toContain('succeed here');
  });

  test('mprotect(2): a gap in the range that the log did not have', async () => {
    const { stderr } = await replayedLines(
      ['mprotect(0x7f0000000000, 16384, PROT_NONE) = 0', 'munmap(0x7f0000000000, 4096) = 0'],
      NEIGHBOURS,
    );

    expect(stderr).toContain(
      '1 of 2 calls that succeeded in the log fail here: 1 x ENOMEM of mprotect (first: log:1)',
    );
  });
});

describe('K7: a log whose lines begin with #', () => {
  test('kept as comments of a script (github.com/mich-mar/scr_systemy_operacyjne zadanie_1e.sh)', async () => {
    const { text, stderr } = await replayedLines([
      '#!/bin/bash',
      ' # 3) strace -e trace=all sh zadanie_1e.sh',
      ' # mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7ff4ac76e000',
      ' # openat(AT_FDCWD, "/lib/x86_64-linux-gnu/libc.so.6", O_RDONLY|O_CLOEXEC) = 3',
      ' # mmap(NULL, 2264656, PROT_READ, MAP_PRIVATE|MAP_DENYWRITE, 3, 0) = 0x7ff4ac400000',
      ' # mprotect(0x7ff4ac428000, 2023424, PROT_NONE) = 0',
      ' # close(3)                                = 0',
    ]);

    expect(stderr).toContain('3 calls of 1 thread');
    expect(shortLines(text).slice(0, 3)).toEqual([
      '7ff4ac400000-7ff4ac428000 r--p /lib/x86_64-linux-gnu/libc.so.6',
      '7ff4ac428000-7ff4ac616000 ---p 28000 /lib/x86_64-linux-gnu/libc.so.6',
      '7ff4ac616000-7ff4ac629000 r--p 216000 /lib/x86_64-linux-gnu/libc.so.6',
    ]);
  });
});

describe('K9: mmap2(2) counts its offset in units of 4096 bytes', () => {
  const mapped = async (offsets: readonly string[]): Promise<string[]> => {
    const { text } = await replayedLines([
      'open("/lib/libx.so.1", O_RDONLY) = 3',
      ...offsets.map(
        (offset, i) => `mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, ${offset}) = 0xb700${i}000`,
      ),
    ]);
    return shortLines(text).filter((line) => line.endsWith('/lib/libx.so.1'));
  };

  test('one page', async () => {
    expect(await mapped(['0x1'])).toEqual(['b7000000-b7001000 r--p 1000 /lib/libx.so.1']);
  });

  test('decimal', async () => {
    expect(await mapped(['27'])).toEqual(['b7000000-b7001000 r--p 1b000 /lib/libx.so.1']);
  });

  test('a multiple of 4096 too, where another offset of the log is in pages', async () => {
    expect(await mapped(['0x1000', '0x1b'])).toEqual([
      'b7000000-b7001000 r--p 1000000 /lib/libx.so.1',
      'b7001000-b7002000 r--p 1b000 /lib/libx.so.1',
    ]);
  });

  test('in bytes, as strace prints since 4.9', async () => {
    expect(await mapped(['0x1000', '0x1b000'])).toEqual([
      'b7000000-b7001000 r--p 1000 /lib/libx.so.1',
      'b7001000-b7002000 r--p 1b000 /lib/libx.so.1',
    ]);
  });
});

describe('K13: proc(5), the stack of a thread from Linux 3.4 to 4.4', () => {
  const THREAD =
    '7f1000000000-7f1000800000 rw-p 00000000 00:00 0                          [stack:812]\n';

  test('the guard that pthread_create makes', async () => {
    const { text, stderr } = await replayedLines(
      ['mprotect(0x7f1000000000, 4096, PROT_NONE) = 0'],
      THREAD,
    );

    expect(stderr).not.toContain('fail here');
    expect(shortLines(text)).toEqual([
      '7f1000000000-7f1000001000 ---p [stack:812]',
      '7f1000001000-7f1000800000 rw-p [stack:812]',
    ]);
  });

  test('a hole in the middle', async () => {
    const { text } = await replayedLines(['munmap(0x7f1000400000, 4194304) = 0'], THREAD);

    expect(shortLines(text)).toEqual(['7f1000000000-7f1000400000 rw-p [stack:812]']);
  });

  test('moved by mremap(2)', async () => {
    const { text, stderr } = await replayedLines(
      [
        'mremap(0x7f1000000000, 8388608, 8388608, MREMAP_MAYMOVE|MREMAP_FIXED, 0x7f2000000000) = 0x7f2000000000',
      ],
      THREAD,
    );

    expect(stderr).not.toContain('fail here');
    expect(shortLines(text)).toEqual(['7f2000000000-7f2000800000 rw-p [stack:812]']);
  });
});

describe('K14: Linux before 2.6.30 prints the address of anonymous memory as its offset', () => {
  test('x86-64 of 2.6.18 comes back byte for byte', async () => {
    const text =
      '00601000-00622000 rw-p 00601000 00:00 0                                  [heap]\n' +
      '2aaaaaaab000-2aaaaaaac000 rw-p 2aaaaaaab000 00:00 0 \n' +
      '7fffe4f2c000-7fffe4f42000 rw-p 7ffffffea000 00:00 0                      [stack]\n' +
      'ffffffffff600000-ffffffffffe00000 ---p 00000000 00:00 0                  [vsyscall]\n';
    const { text: printed } = await replayedLines(
      ['getpid() = 7', 'munmap(0x1000, 4096) = 0'],
      text,
    );

    expect(printed).toBe(text);
  });

  const OLD = 'b7e00000-b7e04000 rw-p b7e00000 00:00 0 \n';

  test('what is left of it has its own address', async () => {
    const { text } = await replayedLines(['munmap(0xb7e01000, 4096) = 0'], OLD);

    expect(shortLines(text)).toEqual([
      'b7e00000-b7e01000 rw-p b7e00000',
      'b7e02000-b7e04000 rw-p b7e02000',
    ]);
  });

  test('what is mapped later has its address too', async () => {
    const { text } = await replayedLines(
      ['mmap2(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0xb7d00000'],
      OLD,
    );

    expect(shortLines(text)).toEqual([
      'b7d00000-b7d02000 r--p b7d00000',
      'b7e00000-b7e04000 rw-p b7e00000',
    ]);
  });
});

describe('K17: a log without a text', () => {
  const alone = (lines: readonly string[]) =>
    replayed(aDirectory({ log: `${lines.join('\n')}\n` }), null, 'log');

  test('execve(2) fails until the path is found', async () => {
    const { code, text } = await alone([
      'execve("/usr/local/bin/t", ["t"], 0x7ffd /* 9 vars */) = -1 ENOENT (No such file or directory)',
      'execve("/usr/bin/t", ["t"], 0x7ffd /* 9 vars */) = 0',
      'mmap(NULL, 8192, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000',
    ]);

    expect(code).toBe(0);
    expect(shortLines(text)[0]).toBe('7f0000000000-7f0000002000 r--p');
  });

  test('with times and pids, as strace -f -tt -o writes', async () => {
    const { code, text } = await alone([
      '812   10:11:12.000001 execve("/usr/bin/t", ["t"], 0x7ffd /* 9 vars */) = 0',
      '812   10:11:12.000100 brk(NULL) = 0x555555756000',
      '812   10:11:12.000200 brk(0x555555777000) = 0x555555777000',
      '812   10:11:12.000300 +++ exited with 0 +++',
    ]);

    expect(code).toBe(0);
    expect(shortLines(text)[0]).toBe('555555756000-555555777000 rw-p [heap]');
  });

  test('a log of a process that was attached to is refused with what would do', async () => {
    const { code, stderr } = await alone([
      'strace: Process 812 attached',
      'munmap(0x7f0000000000, 4096) = 0',
    ]);

    expect(code).toBe(2);
    expect(stderr).toContain('execve');
  });
});

describe('K18: check and import say the same of one file', () => {
  const both = async (text: string) => {
    const cwd = aDirectory({ 'in.maps': text });
    const check = await mapsim(['check', 'in.maps'], { cwd });
    const said = await mapsim(['import', 'in.maps', '-o', 's.yaml'], { cwd });
    const { stdout } = await mapsim(['final', 's.yaml', '--duration=0'], { cwd });
    return { check, said, stdout };
  };

  test('lines that end in CR LF', async () => {
    const { check, stdout } = await both(NEIGHBOURS.replaceAll('\n', '\r\n'));

    expect(check).toMatchObject({ code: 0, stdout: '# 1 text, 2 VMAs: nothing wrong\n' });
    expect(stdout).toBe(NEIGHBOURS);
  });

  test('a byte order mark', async () => {
    const { check, stdout } = await both(`\u{feff}${NEIGHBOURS}`);

    expect(check).toMatchObject({ code: 0, stdout: '# 1 text, 2 VMAs: nothing wrong\n' });
    expect(stdout).toBe(NEIGHBOURS);
  });

  test('blank lines at both ends', async () => {
    const { check, stdout } = await both(`\n\n${NEIGHBOURS}\n \n`);

    expect(check).toMatchObject({ code: 0, stdout: '# 1 text, 2 VMAs: nothing wrong\n' });
    expect(stdout).toBe(NEIGHBOURS);
  });

  test('two processes in one file', async () => {
    const { check, said, stdout } = await both(`${NEIGHBOURS}${STACK}\n${NEIGHBOURS}`);

    expect(check.stdout).toContain('2 texts');
    expect([said.code, said.stderr]).toEqual([2, expect.stringContaining('it contains 2 texts')]);
    expect(stdout).toBe('');
  });
});

describe('K21: names that are no paths', () => {
  test('KVM under strace -yy -X verbose (github.com/StjepanPoljak/kvm-rust src/main.rs)', async () => {
    const { text, stderr } = await replayedLines([
      '140900 ioctl(3</dev/kvm<char 10:232>>, 0xae01 /* KVM_CREATE_VM */, 0) = 9<anon_inode:kvm-vm>',
      '140900 mmap(NULL, 1075838976, 0 /* PROT_NONE */, 0x22 /* MAP_PRIVATE|MAP_ANONYMOUS */, -1, 0) = 0x7768b3e00000',
      '140900 mmap(0x7768b3e00000, 1073741824, 0x3 /* PROT_READ|PROT_WRITE */, 0x32 /* MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS */, -1, 0) = 0x7768b3e00000',
      '140904 ioctl(9<anon_inode:kvm-vm>, 0xae41 /* KVM_CREATE_VCPU */, 0) = 10<anon_inode:kvm-vcpu:0>',
      '140904 mmap(NULL, 12288, 0x3 /* PROT_READ|PROT_WRITE */, 0x1 /* MAP_SHARED */, 10<anon_inode:kvm-vcpu:0>, 0) = 0x7769050b0000',
    ]);

    expect(stderr).toContain('3 calls of 2 threads');
    expect(shortLines(text).slice(0, 3)).toEqual([
      '7768b3e00000-7768f3e00000 rw-p',
      '7768f3e00000-7768f4000000 ---p',
      '7769050b0000-7769050b3000 rw-s anon_inode:kvm-vcpu:0',
    ]);
  });
});

const POLLERS = (readers: string): string => `mapsim: 1
duration: 5ms
vmas: [ { start: "0x7f0000000000", pages: 3, repeat: 4, gap: 1 } ]
readers:
${readers}
`;

describe('K23: equal tasks that begin together', () => {
  const notes = async (readers: string, command = 'compare', more = ''): Promise<string> => {
    const cwd = aDirectory({ 's.yaml': POLLERS(readers) + more });
    const argv = [command, 's.yaml', '--seeds=1', '--strategies=mmap-lock,vma-lock', '--jobs=1'];
    return (await mapsim(argv, { cwd })).stderr;
  };

  test('under names of their own', async () => {
    expect(
      await notes('  - { name: a, passes: 3, think: 1ms }\n  - { name: b, passes: 3, think: 1ms }'),
    ).toContain('readers a, b start together and walk in step');
  });

  test('in a sweep it is said once for all points', async () => {
    const stderr = await notes(
      '  - { name: a, count: 2, start: 0, passes: 3, every: 1ms }',
      'sweep',
      'sweep: { duration: [4ms, 5ms] }\n',
    );

    expect(stderr.match(/readers a\/0, \/1, … start together/g)).toHaveLength(1);
  });

  test('with different intervals they do not', async () => {
    expect(
      await notes(
        '  - { name: a, passes: 3, think: 1ms }\n  - { name: b, passes: 3, think: 1300us }',
      ),
    ).not.toContain('in step');
  });

  test('where the intervals are drawn they do not', async () => {
    expect(
      await notes(
        '  - { name: a, passes: 3, think: { exp: 1ms } }\n  - { name: b, passes: 3, think: { exp: 1ms } }',
      ),
    ).not.toContain('in step');
  });
});

describe('K24: what is outside is said', () => {
  const compared = async (costs: string): Promise<string> => {
    const cwd = aDirectory({
      'costs.yaml': JSON.stringify({
        machine: { costs: { preset: 'server', formatFile: 3_000_000 }, jitter: null },
      }),
      's.yaml': `mapsim: 1
duration: 20ms
machine: { costs: ${costs} }
vmas: [ { start: "0x7f0000000000", pages: 8, perms: rw-p, repeat: 3, gap: 1 } ]
readers: [ { name: r, passes: 1 } ]
`,
    });
    const argv = ['compare', 's.yaml', '--seeds=1', '--strategies=mmap-lock,vma-lock', '--jobs=1'];
    return (await mapsim(argv, { cwd })).stderr;
  };

  test.each([
    ['lines of files', '{ preset: server, formatFile: 2ms }'],
    ['a file of costs', '{ from: costs.yaml }'],
    ['both kinds of line', '{ preset: vm-epyc, formatAnon: 1500us, formatFile: 1500us }'],
  ])('by %s', async (_what, costs) => {
    expect(await compared(costs)).toContain('no strategy here changes that');
  });

  test('and not where lines cost what they cost', async () => {
    expect(await compared('{ preset: server, formatAnon: 500ns }')).not.toContain('smaps');
  });
});
