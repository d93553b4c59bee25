/** Texts of public reports, a few lines of each. Names of tests have the kind and the address. */
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { aDirectory, mapsim } from '../cli/support.ts';
import { replayed, roundTrip, shortLines } from './support.ts';

const fine = (vmas: number) => `# 1 text, ${vmas} VMAs: nothing wrong\n`;

const LOONGSON = `00010000-00164000 r-xp 00000000 08:17 55183520                           /home/a/test.out
00170000-0018c000 rwxp 00160000 08:17 55183520                           /home/a/test.out
0018c000-001bc000 rwxp 00000000 00:00 0 
c000000000-c004000000 rwxp 00000000 00:00 0 
ffce504000-ffd08b8000 rwxp 00000000 00:00 0 
ffd08b8000-ffd0a38000 ---p 00000000 00:00 0 
ffd0a38000-ffd0a3c000 rwxp 00000000 00:00 0 
ffd0a3c000-fff08e8000 ---p 00000000 00:00 0 
fff08e8000-fff08ec000 rwxp 00000000 00:00 0 
fff08ec000-fff48bc000 ---p 00000000 00:00 0 
fff48bc000-fff48c0000 rwxp 00000000 00:00 0 
fff48c0000-fff50b8000 ---p 00000000 00:00 0 
fff50b8000-fff50bc000 rwxp 00000000 00:00 0 
fffbf10000-fffbf34000 rw-p 00000000 00:00 0                              [stack]
fffbff4000-fffbff8000 r-xp 00000000 00:00 0 
ffffc78000-ffffc80000 r--p 00000000 00:00 0                              [vvar]
ffffc80000-ffffc84000 r-xp 00000000 00:00 0                              [vdso]
`;

test('K2, K15: mips64, 40 bits, pages of 16 KiB (github.com/golang/go/issues/43091)', async () => {
  const { check, stdout, cwd } = await roundTrip(LOONGSON);
  writeFileSync(`${cwd}/log`, 'munmap(0xc000000000, 4096) = 0\n');

  expect(check.stdout).toBe(fine(17));
  expect(stdout).toBe(LOONGSON);
  expect(shortLines((await replayed(cwd, 'in.maps', 'log')).text)).toContain(
    'c000004000-c004000000 rwxp',
  );
});

test('K3, K15: smaps of mips64, blanks behind THPeligible (github.com/golang/go/issues/43091)', async () => {
  const { check, stdout, cwd } = await roundTrip(`${LOONGSON.split('\n')[3]}
Size:              65536 kB
KernelPageSize:       16 kB
MMUPageSize:          16 kB
THPeligible:    1
VmFlags: rd wr ex mr mw me ac 
ffffc78000-ffffc80000 r--p 00000000 00:00 0                              [vvar]
Size:                 32 kB
KernelPageSize:       16 kB
THPeligible:    0
VmFlags: rd mr pf io de dd 
`);
  writeFileSync(`${cwd}/log`, 'munmap(0xc000000000, 4096) = 0\n');

  expect(check.stdout).toBe(fine(2));
  expect(shortLines(stdout)).toHaveLength(2);
  expect(shortLines((await replayed(cwd, 'in.maps', 'log')).text)[0]).toBe(
    'c000004000-c004000000 rwxp',
  );
});

test('K3, K13: smaps of Linux 3.x with a stack of a thread (github.com/golang/go/issues/14264)', async () => {
  const { check, stdout } = await roundTrip(`c000000000-c0001b0000 rw-p 00000000 00:00 0 
Size:               1728 kB
Rss:                1728 kB
AnonHugePages:         0 kB
Swap:                  0 kB
KernelPageSize:        4 kB
MMUPageSize:           4 kB
Locked:                0 kB
VmFlags: rd wr mr mw me ac sd 
c81ca18000-c85ec00000 rw-p 00000000 00:00 0                              [stack:12747]
Size:            1083296 kB
Rss:             1083100 kB
`);

  expect(check.stdout).toBe(fine(2));
  expect(shortLines(stdout)).toEqual([
    'c000000000-c0001b0000 rw-p',
    'c81ca18000-c85ec00000 rw-p [stack:12747]',
  ]);
});

test('K4, K6, K14: a wrapped abort of RHEL 5, gate named vdso (permalink.gmane.org/gmane.comp.version-control.git/178348)', async () => {
  const { check, stdout } =
    await roundTrip(`free() error from git-remote-http in git version 1.7.2.1:

    *** glibc detected *** git-remote-http: free(): invalid pointer:
0x00000000006848c0 ***
    ======= Backtrace: =========
    /lib64/libc.so.6[0x3c9b6722ef]
    ======= Memory map: ========
    00400000-00474000 r-xp 00000000 fd:00 12260242
      /usr/libexec/git-core/git-remote-http
    00676000-00696000 rw-p 00676000 00:00 0
    021e9000-027a2000 rw-p 021e9000 00:00 0
      [heap]
    3ec9d4d000-3ec9d51000 rw-p 3ec9d4d000 00:00 0
    7fff9f4e1000-7fff9f4f6000 rw-p 7ffffffe9000 00:00 0
      [stack]
    ffffffffff600000-ffffffffffe00000 ---p 00000000 00:00 0
      [vdso]

It happened when I rm -rf'd the /tmp/clone directory.
`);

  expect(check.stdout).toBe(fine(6));
  expect(
    stdout,
  ).toBe(`00400000-00474000 r-xp 00000000 fd:00 12260242                           /usr/libexec/git-core/git-remote-http
00676000-00696000 rw-p 00676000 00:00 0 
021e9000-027a2000 rw-p 021e9000 00:00 0                                  [heap]
3ec9d4d000-3ec9d51000 rw-p 3ec9d4d000 00:00 0 
7fff9f4e1000-7fff9f4f6000 rw-p 7ffffffe9000 00:00 0                      [stack]
ffffffffff600000-ffffffffffe00000 ---p 00000000 00:00 0                  [vdso]
`);
});

test('K4, K6, K14: a quoted and wrapped mail as HTML (www.open-mpi.org/community/lists/devel/2006/08/1022.php)', async () => {
  const quoted = [
    '======= Memory map: ========',
    '00400000-00408000 r-xp 00000000 09:01',
    '2697992                            /usr/bin/orterun',
    '...',
    '7fff20e92000-7fff20ea8000 rw-p 7fff20e92000 00:00 0',
    '[stack] ',
    'ffffffffff600000-ffffffffffe00000 ---p 00000000 00:00 0',
    '[vdso]',
    'Aborted',
  ].map((line) => `<span class="quotelev1">&gt; ${line}\n</span><br>\n`);
  const { check, stdout } = await roundTrip(quoted.join(''));

  expect(check.stdout).toBe(fine(3));
  expect(
    stdout,
  ).toBe(`00400000-00408000 r-xp 00000000 09:01 2697992                            /usr/bin/orterun
7fff20e92000-7fff20ea8000 rw-p 7fff20e92000 00:00 0                      [stack]
ffffffffff600000-ffffffffffe00000 ---p 00000000 00:00 0                  [vdso]
`);
});

test('K6: a page with highlighted words (github.com/guevara/read-it-later/issues/11567)', async () => {
  const { check, stdout } = await roundTrip(`<span>$ </span><span>cat</span> /proc/10390/maps
00400000-008d2000 r-xp 00000000 fd:02 3233562123                         /my-prog
...
7fa61c6b3000-7fa61c732000 <span>---p</span> 00000000 00:00 0
7fa61c732000-7fa61c792000 rw-p 00000000 00:00 0
7ffe97008000-7ffe97029000 rw-p 00000000 00:00 0                          <span>[</span>stack]
ffffffffff600000-ffffffffff601000 <span>--xp</span> 00000000 00:00 0                  <span>[</span>vsyscall]
</code></pre></div></div>
`);

  expect(check.stdout).toBe(fine(5));
  expect(
    stdout,
  ).toBe(`00400000-008d2000 r-xp 00000000 fd:02 3233562123                         /my-prog
7fa61c6b3000-7fa61c732000 ---p 00000000 00:00 0 
7fa61c732000-7fa61c792000 rw-p 00000000 00:00 0 
7ffe97008000-7ffe97029000 rw-p 00000000 00:00 0                          [stack]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
`);
});

test('K6: the log of Zabbix (github.com/lurcher/unixODBC/issues/35)', async () => {
  const lines = `340242c000-340262c000 ---p 0002c000 fd:00 1966122                        /lib64/libpcre.so.0.0.1
371aa00000-371aa4c000 r-xp 00000000 fd:00 922417                         /usr/lib/oracle/12/lib/libons.so
371b3bf000-371b3ce000 rw-p 00000000 00:00 0 
`;
  const before = (line: string, i: number): string => ` 19280:20200205:111434.36${i} ${line}`;
  const report = `${lines.trimEnd().split('\n').map(before).join('\n')} \n`;
  const { check, stdout } = await roundTrip(report);

  expect(check.stdout).toBe(fine(3));
  expect(stdout).toBe(lines);
});

test('K6, K15: a crash of Ruby on arm64, pages of 64 KiB (github.com/jemalloc/jemalloc/issues/1638)', async () => {
  const { check, stdout, cwd } =
    await roundTrip(`  809 /var/lib/gems/2.3.0/gems/ffi-1.11.1/lib/ffi/platform.rb
  810 /var/lib/gems/2.3.0/gems/ffi-1.11.1/lib/ffi/types.rb

* Process memory map:

aaaac3e60000-aaaac3e70000 r-xp 00000000 08:62 24904457                   /usr/bin/ruby2.3
aaaac3e70000-aaaac3e80000 rw-p 00000000 08:62 24904457                   /usr/bin/ruby2.3
ffff96400000-ffff97c00000 rw-p 00000000 00:00 0 
ffff97c70000-ffff97ea0000 r--s 00000000 08:62 24906604                   /usr/lib/libruby-2.3.so.2.3.0
ffff97ea0000-ffff97ec0000 r-xp 00000000 08:62 23724889                   /lib/libgcc_s.so.1
ffff97ec0000-ffff97ed0000 rw-p 00010000 08:62 23724889                   /lib/libgcc_s.so.1
ffff97ed0000-ffff97ee0000 r-xp 00000000 08:62 24906548                   /usr/lib/libffi.so.6.0.4
ffff97ee0000-ffff97ef0000 rw-p 00000000 08:62 24906548                   /usr/lib/libffi.so.6.0.4
ffff97ef0000-ffff97f00000 ---p 00000000 00:00 0 
ffff97f00000-ffff9a000000 rw-p 00000000 00:00 0 
`);
  writeFileSync(`${cwd}/log`, 'munmap(0xffff96400000, 4096) = 0\n');

  expect(check.stdout).toBe(fine(10));
  expect(shortLines(stdout)).toHaveLength(10);
  expect(shortLines((await replayed(cwd, 'in.maps', 'log')).text)[2]).toBe(
    'ffff96410000-ffff97c00000 rw-p',
  );
});

test('K15: arm64 with pages of 4 KiB is not taken for 64 KiB (github.com/JetBrains/skiko/issues/649)', async () => {
  const { cwd } = await roundTrip(`ffff04550000-ffff04554000 ---p 00000000 00:00 0 
ffff04554000-ffff04750000 rw-p 00000000 00:00 0 
ffff04750000-ffff04760000 ---p 00000000 00:00 0 
ffff04760000-ffff04f60000 rw-p 00000000 00:00 0 
ffff0b8ed000-ffff0bf80000 r--p 0514d000 b3:02 78777                      /usr/lib/libLLVM-13.so.1
`);
  writeFileSync(`${cwd}/log`, 'munmap(0xffff04760000, 4096) = 0\n');

  expect(shortLines((await replayed(cwd, 'in.maps', 'log')).text)[3]).toBe(
    'ffff04761000-ffff04f60000 rw-p',
  );
});

test('K15: lines of huge pages tell nothing (github.com/spdk/spdk/issues/27)', async () => {
  const line = (i: number): string => {
    const start = 0x7fffef400000 + i * 0x200000;
    const range = `${start.toString(16)}-${(start + 0x200000).toString(16)}`;
    return `${`${range} rw-s 00000000 00:1b ${42498 - i} `.padEnd(73)}/mnt/huge/rtemap_${1008 - i}\n`;
  };
  const { cwd } = await roundTrip(Array.from({ length: 16 }, (_, i) => line(i)).join(''));
  writeFileSync(
    `${cwd}/log`,
    'mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7fffe0001000\n',
  );

  expect(shortLines((await replayed(cwd, 'in.maps', 'log')).text)[0]).toBe(
    '7fffe0001000-7fffe0002000 r--p',
  );
});

test('K12, K13: hs_err of armhf, stacks of threads (github.com/openhab/openhab1-addons/issues/4223)', async () => {
  const text = `00010000-00011000 r-xp 00000000 b3:02 272916     /usr/lib/jvm/java-7-openjdk-armhf/jre/bin/java
003df000-00421000 rw-p 00000000 00:00 0          [heap]
43280000-43283000 ---p 00000000 00:00 0 
43283000-43420000 rwxp 00000000 00:00 0          [stack:8264]
43420000-43423000 ---p 00000000 00:00 0 
43423000-435c0000 rwxp 00000000 00:00 0          [stack:8262]
`;
  const { check, stdout, cwd } = await roundTrip(text);
  writeFileSync(`${cwd}/log`, 'munmap(0x43420000, 1703936) = 0\n');

  expect(check.stdout).toBe(fine(6));
  expect(stdout).toBe(text);
  expect((await replayed(cwd, 'in.maps', 'log')).text).toBe(
    `${text.split('\n').slice(0, 4).join('\n')}\n`,
  );
});

test('K12: names at column 49, last blanks lost (github.com/pschichtel/JavaCAN/issues/24)', async () => {
  const { check, stdout } =
    await roundTrip(`b3007000-b300d000 r--s 0003d000 b3:01 4294       /usr/lib/jvm/sunjce_provider.jar
b300d000-b3010000 rw-p 00000000 00:00 0
b50b6000-b50bd000 r-xp 00000000 b3:01 46142      /lib/arm-linux-gnueabihf/libnss_files-2.31.so
b5200000-b5201000 r--s 00000000 b3:01 257089     /usr/local/nebula/lib/listenablefuture.jar
`);

  expect(check.code).toBe(1); // the blank that the kernel prints is gone
  expect(check.stdout).toContain('spacing');
  expect(stdout.split('\n')[0]!.indexOf('/')).toBe(49);
  expect(shortLines(stdout)).toHaveLength(4);
});

test('K12: a JVM of a Raspberry Pi (github.com/xerial/snappy-java/issues/37)', async () => {
  const text = `a5315000-a533f000 r--s 002b3000 b3:02 131993     /home/pi/lib/apache-cassandra-1.2.5.jar
a5354000-a5357000 ---p 00000000 00:00 0 
a5357000-a5381000 rw-p 00000000 00:00 0          [stack:13760]
a53ae000-a5525000 r--p 00000000 b3:02 16828      /usr/lib/locale/locale-archive
`;

  expect((await roundTrip(text)).stdout).toBe(text);
});

test('K6, K14: flowed, lines removed by hand (lore.kernel.org/linux-mm/467F6882.9000800@vmware.com)', async () => {
  const { check, said, stdout } = await roundTrip(`PID=6101
Allocated 131072 regions, 98310 mprotects failed
08048000-08049000 r-xp 00000000 08:05 1163513 
  /root/test
b7e37000-e7e44000 rw-p b7e37000 00:00 0
e7e44000-e7e45000 ---p e7e44000 00:00 0
[65525 lines removed]
f7f7c000-f7f7f000 rw-p f7f7c000 00:00 0
f7f7f000-f7f9a000 r-xp 00000000 08:05 15581230 
  /lib/ld-2.5.so
ff869000-ff8ef000 rw-p ff869000 00:00 0 
  [stack]
ffffe000-fffff000 r-xp ffffe000 00:00 0 
  [vdso]

------------[ cut here ]------------
kernel BUG at /usr/src/linux/mm/rmap.c:66!
`);

  expect(check.stdout).toBe(fine(7));
  expect(said.stderr).toContain('5 others were left out (first: line 1)');
  expect(shortLines(stdout)).toEqual([
    '08048000-08049000 r-xp /root/test',
    'b7e37000-e7e44000 rw-p b7e37000',
    'e7e44000-e7e45000 ---p e7e44000',
    'f7f7c000-f7f7f000 rw-p f7f7c000',
    'f7f7f000-f7f9a000 r-xp /lib/ld-2.5.so',
    'ff869000-ff8ef000 rw-p ff869000 [stack]',
    'ffffe000-fffff000 r-xp ffffe000 [vdso]',
  ]);
});

test('K6, K14: 2.6.13, names on lines of their own (lore.kernel.org/lkml/021a01c5df04$43d457e0$0400a8c0@dcccs)', async () => {
  const { check, stdout } = await roundTrip(`/lib/libc.so.6(__libc_start_main+0xc6)[0xb7e29de6]
======= Memory map: ========
08048000-08086000 r-xp 00000000 00:0e 20707825   /usr/bin/nmap
08088000-08759000 rwxp 08088000 00:00 0          [heap]
b7c00000-b7c21000 rwxp b7c00000 00:00 0
b7d9e000-b7da7000 r-xp 00000000 00:0e 4107664
/lib/libgcc_s-4.0.0-20050520.so.1
bfe3a000-bfe85000 rwxp bfe3a000 00:00 0          [stack]
ffffe000-fffff000 ---p 00000000 00:00 0          [vdso]
Aborted
`);

  expect(check.code).toBe(0);
  expect(shortLines(stdout)).toEqual([
    '08048000-08086000 r-xp /usr/bin/nmap',
    '08088000-08759000 rwxp 8088000 [heap]',
    'b7c00000-b7c21000 rwxp b7c00000',
    'b7d9e000-b7da7000 r-xp /lib/libgcc_s-4.0.0-20050520.so.1',
    'bfe3a000-bfe85000 rwxp bfe3a000 [stack]',
    'ffffe000-fffff000 ---p [vdso]',
  ]);
});

test('K13: a stack of a thread among 32-bit lines, then a dump of another tool (github.com/rr-debugger/rr/issues/1674)', async () => {
  const { said, stdout } = await roundTrip(`08048000-08049000 r-xp 00000000 00:00 0
08049000-0804b000 rw-p 00000000 00:00 0
f77da000-f77dc000 rw-p 0001f000 fc:02 25952614                           /lib/ld-2.19.so
ffdd2000-ffdf4000 rw-p 00000000 00:00 0                                  [stack:28045]
  (heap: (nil)-(nil))
0x8048000-0x8049000 r-xp 00000000 00:00 0
0x8049000-0x804b000 rw-p 00000000 00:00 0
`);

  expect(said.stderr).toContain('3 others were left out (first: line 5)');
  expect(shortLines(stdout)).toEqual([
    '08048000-08049000 r-xp',
    '08049000-0804b000 rw-p',
    'f77da000-f77dc000 rw-p 1f000 /lib/ld-2.19.so',
    'ffdd2000-ffdf4000 rw-p [stack:28045]',
  ]);
});

test('K6, K18: strace and maps in one quoted mail (lore.kernel.org/ltp/Zw5xhhvjNkvAwKU0@yuki.lan)', async () => {
  const { check, said, stdout } = await roundTrip(`Hi!
> Are you sure?
> 
> 17019 08:32:23 mmap(NULL, 8192, PROT_READ|PROT_WRITE,
> MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x3ff94f75000
> 
> st_mount_bad: 0x3ff94f75fff
> (/proc/self/maps)
> ...
> 3ff94f2e000-3ff94f30000 rw-p 0002e000 fd:03 67110911
>   /usr/lib/ld64.so.1
> 3ff94f75000-3ff94f76000 rw-p 00000000 00:00 0
> 3ff94f76000-3ff94f77000 ---p 00000000 00:00 0
> 3fffba5a000-3fffba7b000 rw-p 00000000 00:00 0                            [stack]
> 
> >, since guarded buffers are primarily guarding about off-by-one
`);

  expect([check.code, said.code]).toEqual([0, 0]);
  expect(check.stdout).toBe(fine(4));
  expect(shortLines(stdout)).toEqual([
    '3ff94f2e000-3ff94f30000 rw-p 2e000 /usr/lib/ld64.so.1',
    '3ff94f75000-3ff94f76000 rw-p',
    '3ff94f76000-3ff94f77000 ---p',
    '3fffba5a000-3fffba7b000 rw-p [stack]',
  ]);
});

test('K21: names that are no paths (github.com/uutils/procps src/uu/pmap/src/maps_format_parser.rs)', async () => {
  const text = `62442eb9e000-62442eba2000 r--p 00000000 08:08 10813151                   /usr/bin/konsole
71af6cf0c000-71af6d286000 rw-s 00000000 00:01 256481                     /memfd:wayland-shm (deleted)
71af8c9e6000-71af8c9ea000 rw-s 105830000 00:10 1075                      anon_inode:i915.gem
71af8d000000-71af8d006000 r--p 00000000 08:08 9524160                    /usr/bin/hello   world
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
`;

  expect((await roundTrip(text)).stdout).toBe(text);
});

test('K21: memory of a device (github.com/systemd/systemd/issues/16617)', async () => {
  const text = `5566f6122000-5566f774c000 rw-p 00000000 00:00 0                          [heap]
7f60ac000000-7f60bc000000 rw-s d0000000 00:0b 2058                       anon_inode:[vfio-device]
7f60bc000000-7f60bc034000 rw-p 00000000 00:00 0 
`;
  const { check, stdout, cwd } = await roundTrip(text);
  writeFileSync(`${cwd}/log`, 'munmap(0x7f60ac000000, 134217728) = 0\n');

  expect(check.stdout).toBe(fine(3));
  expect(stdout).toBe(text);
  expect(shortLines((await replayed(cwd, 'in.maps', 'log')).text)[1]).toBe(
    '7f60b4000000-7f60bc000000 rw-s d8000000 anon_inode:[vfio-device]',
  );
});

test('K19: smaps_rollup among other files (github.com/HSF/prmon/issues/219, github.com/mgedmin/memgraphinator/issues/7)', async () => {
  const { check, said } = await roundTrip(`==> /proc/4711/status <==
VmRSS:      1912 kB
==> /proc/4711/smaps_rollup <==
564007177000-7ffdb8b80000 ---p 00000000 00:00 0                          [rollup]
Rss:                1912 kB
Pss:                 194 kB
`);

  expect([check.code, said.code]).toEqual([1, 2]);
  expect(check.stdout).toContain('this is smaps_rollup');
  expect(said.stderr).toContain('this is smaps_rollup');
});

const scenario = (readers: string, costs: string) =>
  aDirectory({
    's.yaml': `mapsim: 1
duration: 20ms
machine: { costs: ${costs} }
vmas: [ { start: "0x7f0000000000", pages: 8, perms: rw-p, repeat: 8, gap: 1 } ]
readers: [ ${readers} ]
writers: [ { name: app, think: { exp: 1ms }, churn: merge-churn } ]
`,
  });

async function compared(readers: string, costs = 'server'): Promise<string> {
  const argv = ['compare', 's.yaml', '--seeds=1', '--strategies=mmap-lock,vma-lock', '--jobs=1'];
  return (await mapsim(argv, { cwd: scenario(readers, costs) })).stderr;
}

test('K24: columns of htop that read smaps (github.com/htop-dev/htop/issues/1712)', async () => {
  expect(
    await compared('{ name: htop, every: 1500ms }', '{ preset: server, formatAnon: 2ms }'),
  ).toContain('no strategy here changes that');
});

test('K24: a monitor that reads maps alone (github.com/open-telemetry/opentelemetry-ebpf-instrumentation/pull/2691)', async () => {
  expect(await compared('{ name: probes, count: 2, every: 3ms }')).not.toContain('smaps');
});

test('K23: housekeeping of all containers at once (github.com/google/cadvisor/issues/1053)', async () => {
  const containers = (start: string) =>
    `{ name: container, count: 8, passes: 3, every: 1ms${start} }`;

  expect(await compared(containers(', start: 0'))).toContain(
    'readers container/0, /1, … start together and walk in step',
  );
  expect(await compared(containers(''))).not.toContain('in step');
});
