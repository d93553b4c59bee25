/** The same run twice; and the same operations of each writer whatever the readers do. */
import { expect, test } from 'vitest';
import type { OperationRecord, Outcome } from '../../src/world/outcome.ts';
import { randomWorld } from '../support/random-world.ts';
import { ALL_STRATEGIES, aRun } from '../support/run.ts';

/** A sample; the proof beside it asks every strategy, in more worlds. */
const MANY = process.env.MAPSIM_PROOFS === '1';
const WORLDS = MANY ? 2 : 1;
const STRATEGIES = MANY ? ALL_STRATEGIES : ALL_STRATEGIES.filter((name) => !name.includes(':'));
const EVENTS_MAX = 8_000;

/** All of an outcome but the functions in its samples, texts as latin1. */
const plain = (outcome: Outcome): string =>
  JSON.stringify(outcome, (_key, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );

function logged(world: number, strategy: string): { outcome: string; log: OperationRecord[] } {
  const log: OperationRecord[] = [];
  const outcome = aRun(randomWorld(world), {
    strategy,
    maxEvents: EVENTS_MAX,
    onOperation: (record) => log.push(record),
  });
  return { outcome: plain(outcome), log };
}

test('the same scenario, seed and strategy give the same outcome, texts and times', () => {
  for (let world = 0; world < WORLDS; world++) {
    for (const strategy of STRATEGIES) {
      const first = logged(world, strategy);
      const second = logged(world, strategy);

      expect(second.outcome === first.outcome, `world ${world}, ${strategy}`).toBe(true);
      expect(second.log).toEqual(first.log);
    }
  }
});

test('operations, arguments and think times of each writer are those of the other strategies', () => {
  for (let world = 0; world < WORLDS; world++) {
    const reference = byWriter(logged(world, 'mmap-lock').log);
    for (const strategy of STRATEGIES) {
      for (const [writer, operations] of byWriter(logged(world, strategy).log)) {
        const other = reference.get(writer) ?? [];
        const both = Math.min(operations.length, other.length);
        expect(operations.slice(0, both), `world ${world}, ${strategy}, ${writer}`).toEqual(
          other.slice(0, both),
        );
      }
    }
  }
});

/** What a writer did, without when. */
function byWriter(log: readonly OperationRecord[]): Map<string, string[]> {
  const writers = new Map<string, string[]>();
  for (const { writer, index, operation, arguments: args } of log) {
    const list = writers.get(writer) ?? [];
    list.push(`${index} ${operation} ${JSON.stringify(args)}`);
    writers.set(writer, list);
  }
  return writers;
}

test('another seed gives another run', () => {
  const yaml = randomWorld(1);

  expect(plain(aRun(yaml, { seed: 'a' })) === plain(aRun(yaml, { seed: 'b' }))).toBe(false);
});

test('one writer alone thinks the same times under every strategy', () => {
  // What lies between the end of one operation and the start of the next is the think time.
  const thinks = (strategy: string): number[] => {
    const log: OperationRecord[] = [];
    aRun(
      `
duration: 2ms
vmas: [{start: "0x7f0000000000", pages: 3, repeat: 50, gap: 1, perms: [r--p, rw-p], tag: t}]
readers: [{name: r, passes: 1000}]
writers: [{name: w, think: {exp: 3us}, churn: split-merge, vma: {tag: t, pick: random}}]
`,
      { strategy, onOperation: (record) => log.push(record), passes: 'none' },
    );
    return log.slice(1).map((record, i) => record.startNs - log[i]!.endNs);
  };
  const reference = thinks('rcu-retry3');

  expect(reference.length).toBeGreaterThan(100);
  for (const strategy of ['mmap-lock', 'mmap-lock-all', 'rcu-page2', 'vma-lock', 'query']) {
    const other = thinks(strategy);
    const both = Math.min(reference.length, other.length);
    expect(other.slice(0, both), strategy).toEqual(reference.slice(0, both));
  }
});
