/** Maps texts inside of what people have: reports, logs, mails. */
import { describe, expect, test } from 'vitest';
import { aDirectory, mapsim } from '../cli/support.ts';
import { caseCopy, fileOf, replayed, shortLines } from './support.ts';

async function checked(cwd: string, name = 'in.maps') {
  return mapsim(['check', name], { cwd });
}

/** What `final` prints of the imported text. */
async function imported(cwd: string, name = 'in.maps') {
  const said = await mapsim(['import', name, '-o', 's.yaml'], { cwd });
  if (said.code !== 0) return { ...said, text: '' };
  const { stdout } = await mapsim(['final', 's.yaml', '--duration=0'], { cwd });
  return { ...said, text: stdout };
}

describe('K6: the run of maps lines is found', () => {
  test('in a whole abort of glibc', async () => {
    const cwd = caseCopy('02');

    const check = await checked(cwd);
    const { text, stderr } = await imported(cwd);

    expect(check.code).toBe(0);
    expect(check.stdout).toBe('# 1 text, 12 VMAs: nothing wrong\n');
    expect(check.stderr).toBe(
      'mapsim: in.maps: 12 lines from 6 to 17 are maps text; 6 others were left out (first: line 1)\n',
    );
    expect(stderr).toContain('12 lines from 6 to 17 are maps text');
    expect(text).toBe(fileOf('02', 'cut.maps'));
  });

  test('behind the clock of a docker build', async () => {
    const cwd = caseCopy('05');

    const check = await checked(cwd);
    const { text } = await imported(cwd);

    expect(check).toEqual({
      code: 0,
      stdout: '# 1 text, 4 VMAs: nothing wrong\n',
      stderr:
        'mapsim: in.maps: 4 lines have something like "0.989 " before them, which was removed\n',
    });
    expect(text).toBe(fileOf('05', 'in.maps').replaceAll('0.989 ', ''));
  });

  test('in HTML', async () => {
    const cwd = caseCopy('13');

    expect((await checked(cwd)).stdout).toBe('# 1 text, 5 VMAs: nothing wrong\n');
    expect(shortLines((await imported(cwd)).text)).toEqual([
      '40000000-40009000 r-xp /usr/java/jdk1.6.0_45/bin/java',
      '40108000-4010a000 rwxp 8000 /usr/java/jdk1.6.0_45/bin/java',
      '40bf1000-40c12000 rwxp [heap]',
      '9ae00000-fc8c0000 rwxp',
      '31f4000000-31f4020000 r-xp /lib64/ld-2.12.so',
    ]);
  });

  test('behind words that begin with hexadecimal letters', async () => {
    const check = await checked(caseCopy('14'));

    expect(check.code).toBe(0);
    expect(check.stdout + check.stderr).not.toContain('page size');
  });

  test('in a heap profile', async () => {
    const cwd = caseCopy('17');

    expect(await checked(cwd)).toMatchObject({
      code: 0,
      stdout: '# 1 text, 5 VMAs: nothing wrong\n',
    });
    expect(shortLines((await imported(cwd)).text)).toHaveLength(5);
  });

  test('in a mail, quoted or wrapped', async () => {
    const cwd = caseCopy('41');

    expect(await checked(cwd, 'quoted.maps')).toMatchObject({ code: 0 });
    expect(shortLines((await imported(cwd, 'quoted.maps')).text)).toEqual([
      '7f8be90ed000-7f8be9265000 r-xp 25000 /lib/x86_64-linux-gnu/libc-2.30.so',
      '7f8be92b5000-7f8be92bb000 rw-p',
    ]);
    expect(await checked(cwd)).toMatchObject({ code: 0 });
    expect(shortLines((await imported(cwd)).text)).toEqual([
      '564ee18c5000-564ee18c6000 r--p /home/user/devel/misc/zzz/test',
      '564ee2c79000-564ee2c9a000 rw-p [heap]',
    ]);
  });

  test('nothing found is said once', async () => {
    const cwd = aDirectory({
      'in.maps': 'Caused by: java.lang.Error\n\tat a.b(C.java:7)\n'.repeat(9),
    });

    const check = await checked(cwd);
    const { code, stderr } = await imported(cwd);

    expect([check.code, code]).toEqual([1, 2]);
    const words =
      'it has no line of maps text; such a line looks like this: 7f1c2a400000-7f1c2a421000 r-xp 00000000 08:01 131 /usr/lib/libx.so';
    expect(check.stderr).toBe(`mapsim: in.maps: ${words}\n`);
    expect(stderr).toBe(`mapsim: error: in.maps: ${words}\n`);
  });

  test.each([
    ['a logcat', (line: string) => `06-27 12:00:01.123  4711  4711 F DEBUG   : ${line}`],
    ['docker compose', (line: string) => `mysql_1    | ${line}`],
    ['criu', (line: string) => `(00.012345) 4711: ${line}`],
    ['a list in a manual', (line: string) => `           ${line}`],
    ['numbered lines', (line: string, i: number) => `${i + 9}: ${line}`],
    ['quotes of quotes', (line: string) => `>> > ${line}`],
    ['addresses before', (line: string) => `deadbeef cafe: ${line}`],
    ['journald', (line: string) => `Nov 29 11:33:38 host app[4711]: ${line}`],
    ['a table of Markdown', (line: string) => `| ${line}`],
    ['a comment of C', (line: string) => ` * ${line}`],
  ])('behind what %s puts before each line', async (_what, before) => {
    const plain = fileOf('02', 'cut.maps').trimEnd().split('\n');
    const cwd = aDirectory({ 'in.maps': `${plain.map(before).join('\n')}\n` });

    expect(await checked(cwd)).toMatchObject({
      code: 0,
      stdout: '# 1 text, 12 VMAs: nothing wrong\n',
    });
    expect((await imported(cwd)).text).toBe(fileOf('02', 'cut.maps'));
  });

  test('a copy never takes the place of the report', async () => {
    const cwd = caseCopy('02');

    await mapsim(['import', 'in.maps', '-o', 'in.yaml'], { cwd });
    const { stdout } = await mapsim(['check', 'in.maps'], { cwd });

    expect(stdout).toContain('12 VMAs');
    expect((await checked(cwd)).stderr).toContain('6 others were left out');
  });

  test('a word between two lines of one text is still a fault', async () => {
    const [a, b, ...rest] = fileOf('02', 'cut.maps').split('\n');
    const cwd = aDirectory({ 'in.maps': [a, 'zzz', b, ...rest].join('\n') });

    expect(await checked(cwd)).toMatchObject({ code: 1 });
    expect((await imported(cwd)).code).toBe(2);
  });

  test('WSL1 is named', async () => {
    const cwd = caseCopy('03');

    expect((await checked(cwd)).stdout).toContain('WSL1');
    expect((await imported(cwd)).stderr).toContain('WSL1');
  });
});

describe('K3, K19: smaps of any kernel', () => {
  test.each(['in.maps', 'fixed.maps'])('of Linux 5.x: %s', async (name) => {
    const cwd = caseCopy('40');

    expect(await checked(cwd, name)).toMatchObject({
      code: 0,
      stdout: '# 1 text, 2 VMAs: nothing wrong\n',
    });
    expect(shortLines((await imported(cwd, name)).text)).toHaveLength(2);
  });

  test.each([
    ['riscv under qemu', 'VmFlags:'],
    ['6.x', 'VmFlags: rd ex mr mw me sd '],
    ['a protection key', 'ProtectionKey:         0'],
    ['huge pages of the kernel', 'FilePmdMapped:         0 kB'],
    ['Android', 'Name:           [anon:libc_malloc]'],
    ['2.6', 'Referenced:            4 kB'],
    ['THP with tabs', 'THPeligible:\t\t1'],
  ])('%s', async (_what, detail) => {
    const text = `00400000-00409000 r-xp 00000000 08:01 7                                  /a\nSize:                  4 kB\n${detail}\nffffffffff600000-ffffffffff601000 r-xp 00000000 00:00 0                  [vsyscall]\nSize:                  4 kB\n${detail}\n`;
    const cwd = aDirectory({ 'in.maps': text });

    const skipped = 'mapsim: skipped: 4 x details of smaps (first: in.maps:2)\n';

    expect(await checked(cwd)).toMatchObject({ code: 0, stderr: skipped });
    expect(await imported(cwd)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(skipped),
    });
  });

  test('smaps_rollup is refused by name', async () => {
    const cwd = caseCopy('42');

    expect(await checked(cwd)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('smaps_rollup'),
    });
    expect(await imported(cwd)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('smaps_rollup'),
    });
  });
});

describe('K18: import and check agree', () => {
  test('on a text with an empty line behind each line', async () => {
    const cwd = caseCopy('06');

    expect((await checked(cwd)).stdout).toBe('# 1 text, 5 VMAs: nothing wrong\n');
    expect(shortLines((await imported(cwd)).text)).toHaveLength(5);
  });

  test('on a text that was cut', async () => {
    const cwd = caseCopy('59');

    expect((await checked(cwd)).stdout).toContain('the text was cut');
    expect((await imported(cwd)).stderr).toContain(
      'the last line has no newline: the text was cut',
    );
  });

  test('on several texts', async () => {
    const text = fileOf('02', 'cut.maps');
    const cwd = aDirectory({ 'in.maps': `${text}\n${text}` });

    expect((await checked(cwd)).stdout).toBe('# 2 texts, 24 VMAs: nothing wrong\n');
    expect(await imported(cwd)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'in.maps: it contains 2 texts, from lines 1, 14: put each text into',
      ),
    });
  });

  test('on lines that go backwards', async () => {
    const cwd = aDirectory({
      'in.maps':
        '00801000-0155a000 ---s 00015000 fe:00 72628                              /usr/bin/node\n00800000-00801000 r--p 00000000 00:00 0 \n0155c000-0157d000 r--p 00000000 00:00 0 \n',
    });

    expect((await checked(cwd)).stdout).toContain('backward');
    expect((await imported(cwd)).stderr).toContain(
      '1 line starts below the line before (first: line 2)',
    );
  });
});

describe('K17: a log without a text', () => {
  test('that begins with execve is enough', async () => {
    const { text, stderr } = await replayed(caseCopy('24'), null, 'calls.strace');

    expect(stderr).toContain('no maps text: the log builds the address space');
    expect(shortLines(text)).toEqual([
      '3a207000-3a228000 rw-p [heap]',
      '7f8f29743000-7f8f2976b000 r--p /lib/x86_64-linux-gnu/libc.so.6',
      '7f8f2976b000-7f8f29900000 r-xp 28000 /lib/x86_64-linux-gnu/libc.so.6',
      '7f8f29900000-7f8f29958000 r--p 1bd000 /lib/x86_64-linux-gnu/libc.so.6',
      '7f8f29958000-7f8f29959000 ---p 215000 /lib/x86_64-linux-gnu/libc.so.6',
      '7f8f29959000-7f8f2995f000 rw-p 215000 /lib/x86_64-linux-gnu/libc.so.6',
      '7f8f2995f000-7f8f2996c000 rw-p',
      '7f8f29976000-7f8f29978000 rw-p',
      '7ffffffcf000-7ffffffd1000 r-xp [vdso]',
      '7ffffffde000-7ffffffff000 rw-p [stack]',
    ]);
  });

  test('that does not is refused', async () => {
    const cwd = aDirectory({ log: 'munmap(0x7f0000000000, 4096) = 0\n' });

    const said = await mapsim(['import', '--trace', 'log'], { cwd });

    expect(said.code).toBe(2);
    expect(said.stderr).toContain('without a maps text the log has to begin with execve');
  });

  test('with a text is told apart', async () => {
    const { stderr } = await replayed(caseCopy('24'), 'one.maps', 'calls.strace');

    expect(stderr).toContain(
      'the log begins with execve: the maps text has to be from after this execve',
    );
  });
});

describe('K1: calls that come out otherwise are told', () => {
  const LOG =
    'mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000\n' +
    'mprotect(0x7f1000000000, 4096, PROT_READ) = 0\n' +
    'mremap(0x7f2000000000, 4096, 8192, MREMAP_MAYMOVE) = 0x7f3000000000\n' +
    'mprotect(0x7f0000000000, 4096, PROT_NONE) = -1 ENOMEM (Cannot allocate memory)\n';

  test('by import, final, run and compare', async () => {
    const cwd = aDirectory({ 'in.maps': fileOf('24', 'one.maps'), log: LOG });

    const { stderr } = await mapsim(['import', 'in.maps', '--trace', 'log', '-o', 's.yaml'], {
      cwd,
    });
    expect(stderr).toContain(
      'warning: 2 of 3 calls that succeeded in the log fail here: 1 x ENOMEM of mprotect (first: log:2); 1 x EFAULT of mremap (first: log:3)\n',
    );
    expect(stderr).toContain(
      'warning: 1 of 1 call that failed in the log succeed here: 1 x mprotect that failed with ENOMEM (first: log:4)\n',
    );
    const warning =
      'of the calls of the trace 2 that succeeded in the log fail here, and 1 that failed succeed (first: line 2, ';
    for (const command of [['final'], ['run'], ['compare', '--seeds=2']]) {
      const said = await mapsim([...command, 's.yaml', '-q'], { cwd });
      expect(said.stderr).toContain(warning);
    }
  });

  test('not where all is as it was', async () => {
    const { stderr } = await replayed(caseCopy('46'), 'in.maps', 'calls.strace');

    expect(stderr).not.toContain('fail here');
  });

  test('with an address above the end of user space', async () => {
    const cwd = aDirectory({
      'in.maps': fileOf('24', 'one.maps'),
      log: 'mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000000000\n',
      's.yaml':
        'mapsim: 1\nmachine: {taskSize: "0x1000000000"}\nvmas: []\nwriters: [{name: w, trace: log}]\n',
    });

    const { stderr } = await mapsim(['final', 's.yaml'], { cwd });

    expect(stderr).toContain('ENOMEM of mmap, an address above the end of user space');
  });
});
