import { describe, expect, test } from 'vitest';
import { readTrace } from '../../src/trace/read-trace.ts';
import { counts, sample, short, traceOf } from './support.ts';

describe('perf trace', () => {
  test('leaves out arguments of value 0, which are put back', () => {
    const { calls } = traceOf([
      '     0.000 ( 0.019 ms): true/24643 brk()                       = 0x558bff1c0000',
      '     0.250 ( 0.019 ms): true/24643 mmap(len: 8192, prot: READ|WRITE, flags: PRIVATE|ANONYMOUS) = 0x7f41491af000',
      '     0.500 ( 0.057 ms): true/24643 mmap(len: 8392704, flags: PRIVATE|ANONYMOUS|STACK) = 0x7fbbaf958000',
      '     0.590 ( 0.019 ms): true/24643 mprotect(start: 0x7f4149193000, len: 16384) = 0',
      '     0.700 ( 0.019 ms): true/24643 mremap(addr: 0x7fbbb0273000, old_len: 32768, new_len: 8192) = 0x7fbbb0273000',
    ]);
    expect(calls.map((call) => call.action)).toMatchObject([
      { kind: 'brk', page: 0x558bff1c0, query: true },
      { kind: 'mmap', perms: 'rw-p', pages: 2 },
      { kind: 'mmap', perms: '---p', hidden: { stack: true } },
      { kind: 'mprotect', perms: '---', pages: 4 },
      { kind: 'mremap', newPages: 2, to: -1 },
    ]);
    expect(calls.map(({ startNs, endNs }) => [startNs, endNs]).slice(0, 2)).toEqual([
      [0, 19_000],
      [250_000, 269_000],
    ]);
  });

  test('is ordered by the ends of calls, since its lines are not', () => {
    const { calls } = traceOf([
      '    28.302 ( 0.137 ms): a/1 munmap(addr: 0x1000, len: 4096) = 0',
      '    28.166 ( 0.033 ms): a/2 munmap(addr: 0x2000, len: 4096) = 0',
    ]);
    expect(calls.map((call) => call.thread)).toEqual([2, 1]);
  });

  test('puts together what another event has interrupted', () => {
    const { calls, notUnderstood } = traceOf([
      '    15.881 (         ): a/7 munmap(addr: 0x1000, len: 4096) ...',
      '    15.890 ( 0.004 ms): a/8 munmap(addr: 0x2000, len: 4096) = 0',
      '    15.881 ( 0.030 ms): a/7  ... [continued]: munmap()) = 0',
      '         ? (         ): a/9  ... [continued]: clone()) = ',
    ]);
    expect(notUnderstood).toEqual([]);
    expect(calls.map((call) => [call.thread, short(call)])).toEqual([
      [8, 'munmap 0x2000+1'],
      [7, 'munmap 0x1000+1'],
    ]);
  });

  test('of real threads is understood whole, but for its files', () => {
    const trace = readTrace([sample('threads.perf-trace')]);
    expect(trace.notUnderstood).toEqual([]);
    expect(trace.threads).toEqual([24969, 24970, 24971]);
    expect(counts(trace.leftOut)).toEqual({ 'calls of other processes': 13 });
  });
});

describe('perf script', () => {
  const line = (tid: number, time: string, event: string) =>
    `            true ${tid} [000]  ${time}: syscalls:sys_${event}`;

  test('is put together from entries and exits, in the order of the exits', () => {
    const { calls } = traceOf([
      line(5, '4190.000001', 'enter_munmap: addr: 0x00001000, len: 0x00001000'),
      line(6, '4190.000002', 'enter_munmap: addr: 0x00002000, len: 0x00001000'),
      line(6, '4190.000004', 'exit_munmap: 0x0'),
      line(5, '4190.000009', 'exit_munmap: 0x0'),
    ]);
    expect(calls.map((call) => [call.thread, call.startNs, call.endNs])).toEqual([
      [6, 1000, 3000],
      [5, 0, 8000],
    ]);
  });

  test('has errors as negative numbers, and fd -1 in 32 or 64 bits', () => {
    const { calls } = traceOf([
      line(5, '1.0', 'enter_mprotect: start: 0x00010000, len: 0x00001000, prot: 0x00000003'),
      line(5, '1.1', 'exit_mprotect: 0xfffffffffffffff4'),
      line(
        5,
        '1.2',
        'enter_mmap: addr: 0x0, len: 0x2000, prot: 0x3, flags: 0x22, fd: 0xffffffff, off: 0x0',
      ),
      line(5, '1.3', 'exit_mmap: 0x7f8805464000'),
    ]);
    expect(calls.map(short)).toEqual(['mprotect 0x10000+1 ENOMEM', 'mmap 0x7f8805464000+2']);
  });

  test('lists ends without a beginning, except of what never entered', () => {
    const { notUnderstood } = traceOf([
      line(5, '1.0', 'exit_clone3: 0x0'),
      line(5, '1.1', 'exit_munmap: 0x0'),
    ]);
    expect(counts(notUnderstood)).toEqual({
      'the end of a call whose start is not in the log': 1,
    });
  });

  test('of real threads is understood whole', () => {
    const trace = readTrace([sample('threads.perf-script')]);
    expect(trace.notUnderstood).toEqual([]);
    expect(trace.threads).toHaveLength(3);
  });
});
