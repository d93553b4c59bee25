/** mmap_lock as the kernel's rw_semaphore treats those who wait: a test for each rule. */
import { describe, expect, test } from 'vitest';
import { rwsemOwnerLeftCpu, waiterPreempted } from '../../src/mm/rwsem.ts';
import { LockBench } from '../support/lock-bench.ts';

const JIFFY = 4_000_000;
const bench = (machine = ''): LockBench => new LockBench('rwsem', machine);

/** One with a writer asleep at the head of the queue behind a reader `r` that holds it. */
function writerAsleep(machine = ''): LockBench {
  const b = bench(machine);
  b.read('r');
  b.write('w');
  b.run('w'); // its spinning is over
  expect(b.queue).toEqual(['w']);
  return b;
}

describe('readers', () => {
  test('share the lock', () => {
    const b = bench();

    expect([b.read('a'), b.read('b')]).toEqual([true, true]);
    expect(b.holder).toBe('2 reading');
  });

  test('that come after a waiting writer wait while readers hold it', () => {
    const b = writerAsleep();

    expect(b.read('late')).toBe(false);
    expect(b.queue).toEqual(['w', 'late']);
  });

  test('steal a lock that is free, though a writer was woken for it', () => {
    const b = writerAsleep();
    b.readDone('r');
    expect(b.woken).toEqual(['w']);

    expect(b.read('thief')).toBe(true);
    expect(b.run('w')).toBe(false);
    expect(b.queue).toEqual(['w']);
  });

  test('a second thief has to queue: it would not be the first reader', () => {
    const b = writerAsleep();
    b.readDone('r');
    b.read('thief');

    expect(b.read('second')).toBe(false);
  });

  test('a thief brings in the readers at the head of the queue, over writers between them', () => {
    // Readers can be at the head of a free lock only if the release woke nobody: a spinner took the
    // lock first. Here the head is put there by hand.
    const b = bench();
    b.write('owner');
    b.offCpu.add('owner');
    b.read('a');
    b.write('w');
    b.read('b');
    expect(b.queue).toEqual(['a', 'w', 'b']);
    b.k.mm.mmapLock.writerId = -1;

    expect(b.read('thief')).toBe(true);
    expect(b.holder).toBe('3 reading');
    expect(b.queue).toEqual(['w']);
  });

  test('never spin', () => {
    const b = bench();
    b.write('owner');
    b.read('r');

    expect(b.spinning.size).toBe(0);
    expect(b.queue).toEqual(['r']);
  });
});

describe('release', () => {
  test('wakes only the writer at the head, which has to win the lock itself', () => {
    const b = writerAsleep();
    b.read('a');
    b.readDone('r');

    expect(b.woken).toEqual(['w']);
    expect(b.holder).toBe('nobody');
    expect(b.run('w')).toBe(true);
    expect(b.holder).toBe('w');
  });

  test('wakes a woken writer that has not run yet no second time', () => {
    const b = writerAsleep();
    b.readDone('r');
    b.read('thief');
    b.readDone('thief');

    expect(b.woken).toEqual(['w']);
  });

  test('grants all queued readers at once, over the heads of writers, before they run', () => {
    const b = bench();
    b.write('owner');
    b.offCpu.add('owner');
    for (const name of ['a', 'b']) b.read(name);
    b.write('w');
    b.read('c');
    b.writeDone('owner');

    expect(b.holder).toBe('3 reading');
    expect(b.woken).toEqual(['a', 'b', 'c']);
    expect(b.queue).toEqual(['w']);
  });

  test('grants 256 readers at most', () => {
    const b = bench();
    b.write('owner');
    for (let i = 0; i < 300; i++) b.read(`r${i}`);
    b.writeDone('owner');

    expect(b.holder).toBe('256 reading');
    expect(b.queue).toHaveLength(44);
  });

  test('only the last reader makes it free', () => {
    const b = bench();
    b.read('a');
    b.read('b');
    b.write('w');
    b.run('w');
    b.readDone('a');

    expect(b.woken).toEqual([]);
  });
});

describe('writers', () => {
  test('take a free lock ahead of the queue', () => {
    const b = writerAsleep();
    b.readDone('r');

    expect(b.write('newcomer')).toBe(true);
    expect(b.run('w')).toBe(false);
  });

  test('spin on a writer that runs, without limit, and get the lock at its release', () => {
    const b = bench();
    b.write('owner');
    expect(b.write('w')).toBe(false);
    expect(b.spinning.get('w')).toBe(Number.POSITIVE_INFINITY);
    b.writeDone('owner');

    expect(b.holder).toBe('w');
    expect(b.spinning.size).toBe(0);
  });

  test('a spinner takes a released lock ahead of a sleeping writer', () => {
    const b = bench();
    b.write('owner');
    b.offCpu.add('owner');
    b.write('sleeper');
    b.offCpu.delete('owner');
    b.write('spinner');
    b.writeDone('owner');

    expect(b.holder).toBe('spinner');
    expect(b.woken).toEqual(['sleeper']);
    expect(b.run('sleeper')).toBe(false);
  });

  test('do not spin on a writer that sleeps', () => {
    const b = bench();
    b.write('owner');
    b.offCpu.add('owner');
    b.write('w');

    expect(b.spinning.size).toBe(0);
    expect(b.queue).toEqual(['w']);
  });

  test('that spin go to sleep when the owner leaves its CPU', () => {
    const b = bench();
    b.write('owner');
    b.write('w1');
    b.write('w2');
    rwsemOwnerLeftCpu(b.k, b.task('owner'));

    expect(b.spinning.size).toBe(0);
    expect(b.queue).toEqual(['w1', 'w2']);
  });

  test.each([
    [1, 10_500],
    [2, 11_000],
    [10, 15_000],
    [30, 25_000],
    [40, 25_000],
  ])('on %i readers spin for %i ns at most', (readers, limitNs) => {
    const b = bench();
    for (let i = 0; i < readers; i++) b.read(`r${i}`);
    b.write('w');

    expect(b.spinning.get('w')).toBe(limitNs);
  });

  test('a spinner that gave up on readers makes it non-spinnable for those after it', () => {
    const b = writerAsleep();
    b.write('w2');

    expect(b.spinning.size).toBe(0);
    expect(b.queue).toEqual(['w', 'w2']);
  });

  test('the last reader that leaves sleepers behind makes it spinnable again', () => {
    const b = writerAsleep();
    b.readDone('r');
    b.read('thief');
    b.write('w2');

    expect(b.spinning.get('w2')).toBe(10_500);
  });

  test('only the first spinner watches the lock; the next one has no limit of its own', () => {
    const b = bench();
    b.read('r');
    b.write('w1');
    b.write('w2');

    expect([...b.spinning]).toEqual([
      ['w1', 10_500],
      ['w2', Number.POSITIVE_INFINITY],
    ]);
  });

  test('when the first spinner gives up on readers, those behind it go to sleep too', () => {
    const b = bench();
    b.read('r');
    b.write('w1');
    b.write('w2');
    b.run('w1');

    expect(b.spinning.size).toBe(0);
    expect(b.queue).toEqual(['w1', 'w2']);
  });

  test('when the first spinner gets the lock, the next one spins on it without limit', () => {
    const b = bench();
    b.read('r');
    b.write('w1');
    b.write('w2');
    b.readDone('r');

    expect(b.holder).toBe('w1');
    expect([...b.spinning]).toEqual([['w2', Number.POSITIVE_INFINITY]]);
    b.writeDone('w1');
    expect(b.holder).toBe('w2');
  });

  test('a spinner that loses its CPU sleeps in the queue, and the next one watches the lock', () => {
    const b = bench();
    b.read('r');
    b.write('w1');
    b.write('w2');
    b.spinning.delete('w1');
    waiterPreempted(b.k, b.task('w1'));

    expect(b.queue).toEqual(['w1']);
    expect([...b.spinning]).toEqual([['w2', 10_500]]);
  });
});

describe('hand-off', () => {
  /** The writer loses the lock to a thief, so long after it began to sleep. */
  function loses(b: LockBench, atNs: number): void {
    b.readDone('r');
    b.read('thief');
    b.k.nowNs = atNs;
    expect(b.run('w')).toBe(false);
  }

  test('after one jiffy, and not strictly more, others may still steal', () => {
    const b = writerAsleep();
    loses(b, JIFFY + JIFFY - 1); // jiffies: one later, not strictly more

    expect(b.k.mm.mmapLock.handoff).toBe(false);
    b.readDone('thief');
    expect(b.read('another')).toBe(true);
  });

  test('strictly later it is next: nobody steals, no newcomer spins', () => {
    const b = writerAsleep();
    loses(b, 2 * JIFFY);
    expect(b.k.mm.mmapLock.handoff).toBe(true);
    b.readDone('thief');

    expect(b.read('another')).toBe(false);
    expect(b.write('newcomer')).toBe(false);
    expect(b.spinning.size).toBe(0);
    expect(b.run('w')).toBe(true);
    expect(b.k.mm.mmapLock.handoff).toBe(false);
  });

  test('a spinner does not take what is handed off, and then spins on the new owner', () => {
    const b = writerAsleep();
    b.readDone('r');
    b.read('thief');
    b.write('spinner');
    expect(b.spinning.get('spinner')).toBe(10_500);
    b.k.nowNs = 2 * JIFFY;
    b.run('w');
    b.readDone('thief');

    expect(b.holder).toBe('nobody');
    expect(b.run('w')).toBe(true);
    expect(b.spinning.get('spinner')).toBe(Number.POSITIVE_INFINITY);
    b.writeDone('w');
    expect(b.holder).toBe('spinner');
  });

  test('the time counts from when it went to sleep, not from when it asked', () => {
    const b = bench();
    b.write('owner');
    b.write('w'); // spins for three jiffies
    b.k.nowNs = 3 * JIFFY;
    rwsemOwnerLeftCpu(b.k, b.task('owner'));
    b.writeDone('owner');
    b.read('thief');
    b.k.nowNs = 4 * JIFFY;
    b.run('w');

    expect(b.k.mm.mmapLock.handoff).toBe(false);
  });

  test('the timeout is in whole jiffies: at 1000 Hz four of them, at 100 Hz one', () => {
    const at = (hz: number, ns: number): boolean => {
      const b = writerAsleep(`, hz: ${hz}`);
      loses(b, ns);
      return b.k.mm.mmapLock.handoff;
    };

    expect([at(1000, 4_999_999), at(1000, 5_000_000)]).toEqual([false, true]);
    expect([at(100, 19_999_999), at(100, 20_000_000)]).toEqual([false, true]);
  });

  test('a reader at the head that waited too long stops the stealing too', () => {
    const b = bench();
    b.write('owner');
    b.read('r');
    b.write('spinner');
    b.k.nowNs = 2 * JIFFY;
    b.writeDone('owner'); // the spinner is quicker
    expect(b.holder).toBe('spinner');
    expect(b.k.mm.mmapLock.handoff).toBe(true);
    expect(b.write('newcomer')).toBe(false);
    b.writeDone('spinner');

    expect(b.holder).toBe('1 reading');
    expect(b.k.mm.mmapLock.handoff).toBe(false);
  });
});

describe('downgrade', () => {
  test('lets the readers at the head in, over writers between them', () => {
    const b = bench();
    b.write('owner');
    b.offCpu.add('owner');
    b.read('a');
    b.write('w');
    b.read('b');
    b.downgrade('owner');

    expect(b.holder).toBe('3 reading');
    expect(b.queue).toEqual(['w']);
  });

  test('lets nobody in while a writer is at the head', () => {
    const b = bench();
    b.write('owner');
    b.offCpu.add('owner');
    b.write('w');
    b.read('a');
    b.downgrade('owner');

    expect(b.holder).toBe('1 reading');
    expect(b.queue).toEqual(['w', 'a']);
  });

  test('makes a spinner on the writer one on readers, with their limit', () => {
    const b = bench();
    b.write('owner');
    b.write('w');
    b.downgrade('owner');

    expect(b.spinning.get('w')).toBe(10_500);
    b.readDone('owner');
    expect(b.holder).toBe('w');
  });
});
