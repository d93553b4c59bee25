import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Trace } from '../../src/trace/call.ts';
import { readTrace } from '../../src/trace/read-trace.ts';
import { capture } from '../check/support.ts';
import { sample } from './support.ts';

const LOGS = ['threads.strace', 'threads.perf-trace', 'threads.perf-script'].map(
  (name) => sample(name).bytes,
);

/**
 * Every line is a call, skipped by right, or counted: nothing is lost, and nothing is thrown but
 * what a time is refused with.
 */
function survives(bytes: Uint8Array): void {
  try {
    read(bytes);
  } catch (error) {
    expect(String(error)).toContain('a time that is impossible in a log');
  }
}

function read(bytes: Uint8Array): Trace {
  const trace = readTrace([{ name: 'fuzz', bytes }]);
  for (const call of trace.calls) {
    expect(call.endNs).toBeGreaterThanOrEqual(call.startNs);
    if ('page' in call.action) expect(Number.isSafeInteger(call.action.page)).toBe(true);
    if ('pages' in call.action) expect(Number.isSafeInteger(call.action.pages)).toBe(true);
  }
  return trace;
}

describe('hostile logs', () => {
  test('cut anywhere are read as far as they go', () => {
    fc.assert(
      fc.property(fc.nat(2), fc.nat(8000), fc.nat(8000), (log, from, length) => {
        survives(LOGS[log]!.subarray(from, from + length));
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  test('with bytes of any kind in any place are read', () => {
    const damage = fc.array(fc.tuple(fc.nat(7000), fc.nat(255)), { maxLength: 200 });
    fc.assert(
      fc.property(fc.nat(2), damage, (log, places) => {
        const bytes = Buffer.from(LOGS[log]!);
        for (const [at, byte] of places) bytes[at % bytes.length] = byte;
        survives(bytes);
      }),
      { numRuns: 100, seed: 6 },
    );
  });

  test('with lines in any order are read', () => {
    fc.assert(
      fc.property(fc.nat(2), fc.infiniteStream(fc.nat(1000)), (log, order) => {
        const lines = Buffer.from(LOGS[log]!).toString('latin1').split('\n');
        const mixed = lines.map((line) => ({ line, key: order.next().value as number }));
        mixed.sort((a, b) => a.key - b.key);
        survives(Buffer.from(mixed.map(({ line }) => line).join('\n'), 'latin1'));
      }),
      { numRuns: 100, seed: 7 },
    );
  });

  test('in UTF-16 or with CR LF are counted or read, not lost', () => {
    const text = capture('node-churn.strace').slice(0, 20_000);
    const utf16 = read(Buffer.from(text, 'utf16le'));
    expect(utf16.calls).toEqual([]);
    expect(utf16.notUnderstood.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(100);
    const unix = read(Buffer.from(text, 'latin1'));
    const dos = read(Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'));
    expect(dos.calls).toEqual(unix.calls);
  });

  test.each([
    ['(', 'mmap('],
    ['[', 'mmap([{(<'],
    ['digits', '1'],
    ['a time', '10:00:00.'],
    ['spaces', 'munmap(0x1000, 4096)   '],
  ])('of one line of %s take no time that grows with its square', (_name, head) => {
    const line = head + head.at(-1)!.repeat(1 << 20);
    const started = process.hrtime.bigint();
    const trace = read(Buffer.from(line));
    expect(trace.notUnderstood).toMatchObject([{ what: 'a line of more than 64 KiB', count: 1 }]);
    read(Buffer.from(line.slice(0, 65_000)));
    expect(Number(process.hrtime.bigint() - started) / 1e9).toBeLessThan(2);
  });

  test('give at most a hundred kinds of remarks', () => {
    const lines = Array.from(
      { length: 500 },
      (_, i) => `madvise(0x1000, 4096, 0x${(i + 500).toString(16)}) = 0`,
    );
    const { notUnderstood } = read(Buffer.from(lines.join('\n')));
    expect(notUnderstood).toHaveLength(101);
    expect(notUnderstood.at(-1)).toMatchObject({ what: 'other things', count: 400 });
  });
});
