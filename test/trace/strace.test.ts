import { describe, expect, test } from 'vitest';
import { readTrace } from '../../src/trace/read-trace.ts';
import { actionOf, bytesOf, counts, sample, short, traceOf } from './support.ts';

const MUNMAP = 'munmap(0x7f0000001000, 12288) = 0';

describe('a line of strace', () => {
  test.each([
    ['nothing', MUNMAP, 0],
    ['-f -o', `4659  ${MUNMAP}`, 4659],
    ['-f on standard error', `[pid  4659] ${MUNMAP}`, 4659],
    ['-Y', `4659<node> ${MUNMAP}`, 4659],
    ['-t', `4659  16:44:08 ${MUNMAP}`, 4659],
    ['-tt', `4659  16:44:08.246063 ${MUNMAP}`, 4659],
    ['-ttt', `4659  1795355394.574612 ${MUNMAP}`, 4659],
    ['-ttt without -f', `1795355394.574612 ${MUNMAP}`, 0],
    ['-ttt of whole seconds', `1795355394 ${MUNMAP}`, 0],
    ['-r', `4659       0.000238 ${MUNMAP}`, 4659],
    ['-r without -f', `     0.000238 ${MUNMAP}`, 0],
    ['-i and -n', `4659 [  11] [00007f15e667ec47] ${MUNMAP}`, 4659],
    ['-T', `4659  ${MUNMAP} <0.000012>`, 4659],
  ])('is understood with %s', (_name, line, thread) => {
    const { calls, notUnderstood } = traceOf([line]);
    expect(calls.map(short)).toEqual(['munmap 0x7f0000001000+3']);
    expect(calls[0]!.thread).toBe(thread);
    expect(notUnderstood).toEqual([]);
  });

  test('has its times from the first line on, its end from -T', () => {
    const { calls } = traceOf([
      '1  1795355394.184109 --- SIGCONT {si_signo=SIGCONT} ---',
      `1  1795355394.574612 ${MUNMAP} <0.000007>`,
      `1  1795355396.000000 ${MUNMAP}`,
    ]);
    expect(calls.map(({ startNs, endNs }) => [startNs, endNs])).toEqual([
      [390_503_000, 390_510_000],
      [1_815_891_000, 1_815_891_000],
    ]);
  });

  test('has times of day that go on past midnight', () => {
    const { calls } = traceOf([`1 23:59:59.5 ${MUNMAP}`, `1 00:00:00.25 ${MUNMAP}`]);
    expect(calls.map((call) => call.startNs)).toEqual([0, 750_000_000]);
  });

  test('of -r counts from the line before', () => {
    const lines = ['0.000000', '0.000100', '0.000030'].map((time) => `     ${time} ${MUNMAP}`);
    expect(traceOf(lines).calls.map((call) => call.startNs)).toEqual([0, 100_000, 130_000]);
  });

  test('says where memory went, not where it was asked for', () => {
    const line =
      'mmap(NULL, 4097, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f0000005000';
    expect(actionOf(line)).toMatchObject({ page: 0x7f0000005, pages: 2, perms: 'rw-p', path: -1 });
  });

  test.each([
    ['words', 'PROT_READ|PROT_EXEC, MAP_SHARED'],
    ['figures (-X raw)', '0x5, 0x1'],
    ['both (-X verbose)', '0x5 /* PROT_READ|PROT_EXEC */, 0x1 /* MAP_SHARED */'],
  ])('gives flags in %s', (_name, flags) => {
    const line = `mmap(NULL, 4096, ${flags}, 3</usr/lib/a b (x), y.so (deleted)>, 0x2000) = 0x1000`;
    const { calls, paths } = traceOf([line]);
    expect(calls[0]!.action).toMatchObject({ perms: 'r-xs', path: 0, offsetPages: 2 });
    expect(paths).toEqual(['/usr/lib/a b (x), y.so (deleted)']);
  });

  test('gives paths as maps prints them: only newlines stay escaped', () => {
    const name = String.raw`/tmp/\74a\76\n\"q\"\303\244`;
    const { paths } = traceOf([`mmap(NULL, 1, PROT_READ, MAP_PRIVATE, 3<${name}>, 0) = 0x1000`]);
    expect(paths).toEqual(['/tmp/<a>\\012"q"\u00c3\u00a4']);
  });

  test('of a file without -y takes the path from an earlier openat', () => {
    const { paths } = traceOf([
      'openat(AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3',
      'mmap(NULL, 37707, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f0000001000',
    ]);
    expect(paths).toEqual(['/etc/ld.so.cache']);
  });

  test('of a file whose path nothing tells is applied, and listed', () => {
    const { paths, notUnderstood } = traceOf([
      'mmap(NULL, 1, PROT_READ, MAP_PRIVATE, 7, 0) = 0x1000',
    ]);
    expect(paths).toEqual(['/unknown/fd/7']);
    expect(notUnderstood).toMatchObject([{ count: 1, line: 1 }]);
  });

  test.each([
    ['brk(NULL) = 0x33a2b000', { kind: 'brk', page: 0x33a2b, query: true }],
    ['brk(0x33a4c123) = 0x33a4c123', { kind: 'brk', page: 0x33a4d, query: false }],
    [
      'mprotect(0x1000, 5000, PROT_NONE) = 0',
      { kind: 'mprotect', page: 1, pages: 2, perms: '---' },
    ],
    [
      'mremap(0x1000, 4096, 8192, MREMAP_MAYMOVE) = 0x9000',
      { kind: 'mremap', page: 1, pages: 1, newPages: 2, to: 9, mayMove: true, dontUnmap: false },
    ],
    [
      'mremap(0x1000, 8192, 4096, 0) = 0x1000',
      { kind: 'mremap', page: 1, pages: 2, newPages: 1, to: -1, mayMove: false, dontUnmap: false },
    ],
    [
      'madvise(0x1000, 4096, MADV_DONTFORK) = 0',
      { kind: 'advise', page: 1, pages: 1, advice: 'MADV_DONTFORK' },
    ],
    [
      'madvise(0x1000, 4096, 0xe) = 0',
      { kind: 'advise', page: 1, pages: 1, advice: 'MADV_HUGEPAGE' },
    ],
    ['mlock(0x1800, 4096) = 0', { kind: 'advise', page: 1, pages: 2, advice: 'mlock' }],
    [
      'prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, 0x1000, 4096, "heap") = 0',
      { kind: 'name', page: 1, pages: 1, name: 'heap' },
    ],
    [
      'prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, 0x1000, 4096, NULL) = 0',
      { kind: 'name', page: 1, pages: 1, name: null },
    ],
    ['clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = 5', { kind: 'fork' }],
  ])('%s', (line, action) => {
    expect(actionOf(line)).toEqual(action);
  });

  test.each([
    ['madvise(0x1000, 4096, MADV_DONTNEED) = 0', false],
    ['munmap(0x1001, 4096) = -1 EINVAL (Invalid argument)', false],
    ['mmap(NULL, 99, PROT_READ, MAP_PRIVATE, 3, 0) = -1 ENOMEM (Cannot allocate memory)', true],
  ])('that changed nothing is kept: %s', (line, locked) => {
    expect(actionOf(line)).toEqual({ kind: 'nothing', locked });
  });

  test('of a failed mprotect with ENOMEM is made again: its beginning took effect', () => {
    const line = 'mprotect(0x1000, 8192, PROT_READ) = -1 ENOMEM (Cannot allocate memory)';
    expect(actionOf(line)).toMatchObject({ kind: 'mprotect', pages: 2 });
  });

  test.each([
    'mmap(NULL, 1, PROT_READ, MAP_PRIVATE|MAP_FROM_MARS, 3</a>, 0) = 0x1000',
    'madvise(0x1000, 4096, 0x77) = 0',
    'shmat(5, NULL, 0) = 0x1000',
    'remap_file_pages(0x1000, 4096, 0, 3, 0) = 0',
    'mprotect(0x1000, lots, PROT_READ) = 0',
    'munmap(0x1000, 4096) = 0x',
    'Lorem ipsum',
    '<... munmap resumed>) = 0',
  ])('that is not understood in full is listed with its place: %s', (line) => {
    const { notUnderstood } = traceOf(['+++ exited with 0 +++', line]);
    expect(notUnderstood).toMatchObject([{ count: 1, line: 2, example: line }]);
  });

  test.each([
    '4659  --- SIGSEGV {si_signo=SIGSEGV, si_addr=0x10} ---',
    '4659  --- stopped by SIGSTOP ---',
    '4659  +++ killed by SIGKILL (core dumped) +++',
    'strace: Process 4668 attached',
    '4659  exit_group(0) = ?',
    '4659  futex(0x7f00, FUTEX_WAIT, 0, NULL) = 0',
    '4659  prctl(PR_SET_NAME, "x") = 0',
    '',
  ])('that has nothing to do with memory is skipped without a word: %s', (line) => {
    const { calls, notUnderstood, leftOut } = traceOf([line]);
    expect([calls, notUnderstood, leftOut]).toEqual([[], [], []]);
  });
});

describe('calls that overlap', () => {
  test('take effect in the order of their returns', () => {
    const { calls } = traceOf([
      '1  1795355310.000001 munmap(0x1000, 4096 <unfinished ...>',
      '2  1795355310.000002 munmap(0x2000, 4096 <unfinished ...>',
      '3  1795355310.000003 munmap(0x3000, 4096) = 0 <0.000001>',
      '2  1795355310.000005 <... munmap resumed>) = 0 <0.000003>',
      '1  1795355310.000009 <... munmap resumed>) = 0 <0.000008>',
    ]);
    expect(calls.map((call) => [call.thread, call.startNs, call.endNs])).toEqual([
      [3, 2000, 3000],
      [2, 1000, 4000],
      [1, 0, 8000],
    ]);
  });

  test('are put together from both halves, arguments on either side', () => {
    const { calls } = traceOf([
      '1  munmap( <unfinished ...>',
      '2  mprotect(0x1000, <unfinished ...>',
      '1  <... munmap resumed>0x5000, 4096) = 0',
      '2  <... mprotect resumed> 4096, PROT_READ) = 0',
    ]);
    expect(calls.map(short)).toEqual(['munmap 0x5000+1', 'mprotect 0x1000+1']);
  });

  test('without a return are not applied, and counted by kind', () => {
    const { calls, leftOut } = traceOf([
      '1  munmap(0x1000, 4096 <unfinished ...>',
      '2  mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = ?',
      '1  +++ killed by SIGKILL +++',
      '3  brk(0x5000 <unfinished ...>',
      '4  munmap(0x1000, 4096 <detached ...>',
    ]);
    expect(calls).toEqual([]);
    expect(counts(leftOut)).toEqual({
      'mmap without a return': 1,
      'munmap without a return': 2,
      'brk without a return': 1,
    });
  });
});

describe('several files of -ff', () => {
  test('are one log, ordered by the times of return', () => {
    const file = (thread: number, time: string, spent: string) => ({
      name: `log.${thread}`,
      bytes: bytesOf(`${time} munmap(0x1000, 4096) = 0 <${spent}>\n`),
    });
    const { calls } = readTrace([
      file(7, '1795355394.000001', '0.000500'),
      file(9, '1795355394.000002', '0.000001'),
    ]);
    expect(calls.map((call) => [call.thread, call.endNs])).toEqual([
      [9, 2000],
      [7, 500_000],
    ]);
  });
});

describe('from and until', () => {
  const lines = [1, 2, 3, 4].map((s) => `1  179535539${s}.500000 ${MUNMAP} <0.000100>`);
  const left = (from: string | null, until: string | null) =>
    traceOf(lines, { from, until }).calls.map((call) => call.line);

  test('keep the calls that returned after the one and not after the other', () => {
    expect(left('1795355391.500100', '1795355393.5001')).toEqual([2, 3]);
    expect(left('1795355391.500099', null)).toEqual([1, 2, 3, 4]);
    expect(left(null, '1795355393.500099999')).toEqual([1, 2]);
  });

  test('count what they leave out', () => {
    const { leftOut } = traceOf(lines, { from: '1795355392', until: '1795355394' });
    expect(counts(leftOut)).toEqual({
      'calls that returned before "from"': 1,
      'calls that returned after "until"': 1,
    });
  });

  test('that are no times of this log are refused, with what one looks like', () => {
    expect(() => left('16:44:08', null)).toThrow(
      'from: "16:44:08" is not a time in the form of this log (seconds such as 1795355396.667718)',
    );
  });

  test('can be times of day where the log has them', () => {
    const days = ['16:44:08.1', '16:44:09.1'].map((time) => `1 ${time} ${MUNMAP}`);
    expect(traceOf(days, { until: '16:44:08.5' }).calls).toHaveLength(1);
  });
});

test('a real log of threads and a forked child is understood whole', () => {
  const trace = readTrace([sample('threads.strace')]);
  expect(trace.notUnderstood).toEqual([]);
  expect(trace.threads).toEqual([24962, 24963, 24964]);
  expect(counts(trace.leftOut)).toEqual({ 'calls of other processes': 13 });
  expect(trace.calls).toHaveLength(39);
});
