/**
 * The same questions for every strategy of the registry: is the quiet text exact, what is held
 * when, is the tearing in random timed worlds no worse than declared? Three times as many worlds
 * are asked in conformance.proof.ts.
 */
import { describe, expect, test } from 'vitest';
import { NO_VMA } from '../../src/mm/layout.ts';
import type { Reader } from '../../src/proc/reader.ts';
import { GAP_LEVELS } from '../../src/proc/strategy.ts';
import { chooseStrategy, STRATEGIES } from '../../src/readers/index.ts';
import { stepName } from '../../src/sim/step.ts';
import type { Outcome } from '../../src/world/outcome.ts';
import { randomWorld } from '../support/random-world.ts';
import {
  ALL_STRATEGIES,
  aDriver,
  aRun,
  aScenario,
  aStrategy,
  aWorld,
  textOf,
} from '../support/run.ts';

const MANY = process.env.MAPSIM_PROOFS === '1';
const WORLDS = MANY ? 12 : 4;
const STEPPED_WORLDS = MANY ? 3 : 1;
const EVENTS_MAX = 30_000;
/** A spinning reader can burn a step a ns: such a run is cut short. */
const SPINNING_EVENTS_MAX = 10_000;
const STEPS_MAX = 10_000;

test('every strategy of the registry is among those that are asked, with every option value', () => {
  for (const info of STRATEGIES) {
    const asked = ALL_STRATEGIES.filter((text) => chooseStrategy(text).entry === info.name);
    expect(asked, `add ${info.name} to the lists in test/support/run.ts`).not.toEqual([]);
    for (const { key, values } of info.options) {
      if (key === 'bug-compat') continue; // flaws on purpose: they have tests of their own
      const given = asked.map((text) => new RegExp(`${key}=([a-z-]+)`).exec(text)?.[1]);
      for (const value of values.slice(1)) expect(given, info.name).toContain(value);
      expect(given).toContain(undefined);
    }
  }
});

test('what an entry of the registry says is the worst for every N and every option value', () => {
  for (const text of ALL_STRATEGIES) {
    const { tearing, gaps, progress } = aStrategy(text);
    const { entry } = chooseStrategy(text);
    const info = STRATEGIES.find(({ name }) => name === entry)!;

    expect({ text, tearing, progress }).toEqual({
      text,
      tearing: info.tearing,
      progress: info.progress,
    });
    expect(GAP_LEVELS.indexOf(gaps), text).toBeLessThanOrEqual(GAP_LEVELS.indexOf(info.gaps));
  }
});

describe.each(ALL_STRATEGIES)('%s', (strategy) => {
  const info = aStrategy(strategy);
  const maxEvents = strategy.includes('wait=none') ? SPINNING_EVENTS_MAX : EVENTS_MAX;

  test(`in ${WORLDS} random worlds shows no more than it declares: ${info.tearing}, ${info.gaps}`, () => {
    for (let index = 0; index < WORLDS; index++) {
      const run = { strategy, passes: 'none', maxEvents } as const;
      const outcome = aRun(randomWorld(index), run);

      declared(outcome, index);
      accounted(outcome, index);
    }
  });

  function declared({ tearing }: Outcome, world: number): void {
    const where = `world ${world}`;
    if (info.tearing === 'none') expect(tearing.tornPasses, where).toBe(0);
    if (info.tearing === 'between-pages') expect(tearing.cutsInPage, where).toBe(0);
    if (info.tearing !== 'within-vma') expect(tearing.alienLines, where).toBe(0);
    if (info.gaps !== 'false') expect(tearing.falseGaps, where).toBe(0);
    if (info.gaps === 'none') expect(tearing.transientGaps, where).toBe(0);
    expect(tearing.cutsAtPage + tearing.cutsInPage, where).toBe(tearing.cuts);
  }

  test('holds nothing outside m_start … m_stop, and never sleeps where it must not', () => {
    for (let index = 0; index < STEPPED_WORLDS; index++) {
      const timed = aWorld(randomWorld(index), { strategy });
      const driver = aDriver(timed, { maxEvents: STEPS_MAX });
      const { mmapLock } = timed.world.kernel.mm;
      const locksBefore = timed.world.readers.map((r) => r.mmapReadLocks);
      while (!driver.advance(1)) {
        for (const [i, r] of timed.world.readers.entries()) {
          const locked = r.mmapReadLocks > locksBefore[i]! || waits(mmapLock.waiters, r.id);
          locksBefore[i] = r.mmapReadLocks;
          if (locked && r.lockedVma !== NO_VMA) fail('mmap_lock taken with a VMA locked', index, r);
          if (locked && r.rcuSection !== 0 && !r.mmapLocked) fail('sleeps inside RCU', index, r);
          if (OUTSIDE.has(stepName(r))) nothingHeld(r, index);
        }
      }
    }
  });

  /** mmap-lock-all keeps its one hold from read() to read(), and nothing else. */
  function nothingHeld(r: Reader, world: number): void {
    const held = [r.rcuSection !== 0, r.lockedVma !== NO_VMA, r.pinnedFile >= 0, r.pinnedName >= 0];
    if (held.some(Boolean)) fail(`held after m_stop: ${held}`, world, r);
    const between = strategy === 'mmap-lock-all' && r.inPass;
    if (r.mmapLocked && !between) fail('mmap_lock held after m_stop', world, r);
  }

  test('after its passes no reference is left but those of the VMAs', () => {
    const timed = aWorld(
      aScenario(`
vmas:
  - {start: "0x10000", pages: 1, perms: r--p, file: {path: /lib/a, dev: "08:01", inode: 7}}
  - {start: "0x20000", pages: 1, perms: rw-p, name: arena}
readers: [{name: r, passes: 3, buffer: 50}]
`),
      { strategy },
    );
    aDriver(timed).advance(Number.POSITIVE_INFINITY);

    const { kernel } = timed.world;
    expect(timed.world.readers[0]!.counts.passesFinished).toBe(3);
    expect([...kernel.mm.vmas.vmRefcnt.subarray(0, 2)]).toEqual([1, 1]);
    expect([kernel.files.refcnt[0], kernel.names.refcnt[0]]).toEqual([1, 1]);
    expect(kernel.mm.mmapLock.free).toBe(true);
    expect(kernel.rcu.open).toEqual([]);
  });

  test('prints the same text in every pass while nobody writes', () => {
    const outcome = aRun(
      randomWorld(0)
        .replace(/passes: \d+, buffer: \d+/, 'passes: 3')
        .replace(/writers:[\s\S]*$/, ''),
      { strategy },
    );

    expect(outcome.totals.passesFinished).toBe(5);
    expect(textOf(outcome, 1)).toBe(textOf(outcome, 0));
    expect(outcome.totals).toMatchObject({ retries: 0, fallbacks: 0, discardedRecords: 0 });
  });
});

/** Steps at which a reader is between m_stop and m_start. */
const OUTSIDE = new Set([
  'ksys_read',
  'seq_read_iter',
  '(read_return)',
  'procfs_procmap_ioctl',
  '(ioctl_return)',
]);

function waits(queue: { size: number; at(i: number): number }, id: number): boolean {
  for (let i = 0; i < queue.size; i++) if (queue.at(i) === id) return true;
  return false;
}

function fail(what: string, world: number, r: Reader): never {
  throw new Error(`world ${world}, ${r.name}, before step "${stepName(r)}": ${what}`);
}

/** Sums that must hold whatever happened. */
function accounted(outcome: Outcome, world: number): void {
  const where = `world ${world}`;
  for (const { counters, failedByCause, strategy } of outcome.readers) {
    const failed = Object.values(failedByCause).reduce((a, b) => a + b, 0);
    const { retries, fallbacks, passesStarved } = counters;
    expect(retries + fallbacks + passesStarved, `${where} ${strategy}`).toBe(failed);
    expect(counters.passesFinished + passesStarved + counters.passesCut, where).toBe(
      counters.passesStarted,
    );
    expect(counters.discardedLines, where).toBeLessThanOrEqual(counters.discardedRecords);
  }
}
