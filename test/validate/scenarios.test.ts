/** The scenarios of the kernel as it is do what their first sentence says. */
import { expect, test } from 'vitest';
import { aRun, aScenario } from '../support/run.ts';
import { shippedText } from './support.ts';

const run = (name: string, ms: number, strategy?: string) => {
  const scenario = { ...aScenario(shippedText(name)), durationNs: ms * 1e6 };
  return aRun(scenario, strategy === undefined ? {} : { strategy });
};

test('munmap-heavy: no call fails, and no text lacks memory that was mapped all the time', () => {
  for (const strategy of ['vma-lock', 'mmap-lock', 'rcu-retry3']) {
    const { writers, tearing, totals } = run('munmap-heavy', 8, strategy);

    expect(writers[0]!.errors).toEqual({});
    expect(writers[0]!.ops).toBeGreaterThan(300);
    expect(totals.passesFinished).toBeGreaterThan(30);
    expect([tearing.falseGaps, tearing.alienLines]).toEqual([0, 0]);
  }
});

// By hand, from the costs: 50 us, and 0.3 us for each of 500 VMAs and more; 70 % of it inside.
test('fork-storm: a fork holds mmap_lock so long that the other writer waits for it', () => {
  const { writers } = run('fork-storm', 50);
  const [forking, allocating] = writers;

  expect(forking!.opNs.min).toBeGreaterThan(180_000);
  expect(allocating!.lockWaitNs.max).toBeGreaterThan(100_000);
  expect(allocating!.lockWaitNs.max!).toBeLessThan(forking!.opNs.max!);
});

test('stack-growth: the line of the stack begins lower and lower, and nothing is torn', () => {
  const { passes, tearing, writers } = run('stack-growth', 100);
  const starts = passes.map(({ text }) => {
    const line = /^([0-9a-f]+)-[0-9a-f]+ .*\[stack\]$/m.exec(Buffer.from(text).toString('latin1'));
    return Number.parseInt(line![1]!, 16);
  });

  expect(writers[0]!.errors).toEqual({});
  expect(starts.every((start, i) => i === 0 || start <= starts[i - 1]!)).toBe(true);
  expect((starts[0]! - starts.at(-1)!) / 4096).toBeGreaterThan(100);
  expect(tearing.tornPasses).toBe(0);
});

test('convoy: readers wait for one another only because a writer waits between them', () => {
  const convoy = { ...aScenario(shippedText('convoy')), durationNs: 3_000_000 };
  const waits = (writers: typeof convoy.writers) =>
    aRun({ ...convoy, writers }, { passes: 'none' })
      .readers.filter(({ name }) => name.startsWith('quick'))
      .map(({ counters }) => counters.mmapReadLockWaitNs);

  expect(waits([])).toEqual(Array(8).fill(0));
  expect(Math.min(...waits(convoy.writers))).toBeGreaterThan(100_000);
});
