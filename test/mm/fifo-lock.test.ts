/** mmap_lock with `rwsem: fifo`: first come, first served. */
import { expect, test } from 'vitest';
import { LockBench } from '../support/lock-bench.ts';

const bench = (): LockBench => new LockBench('fifo');

test('fifo: a waiting writer holds back readers that come after it', () => {
  const b = bench();
  b.read('r');
  b.write('w');

  expect(b.read('late')).toBe(false);
  expect(b.queue).toEqual(['w', 'late']);
});

test('fifo: nobody spins', () => {
  const b = bench();
  b.write('owner');
  b.write('w');

  expect(b.spinning.size).toBe(0);
});

test('fifo: the lock is handed to the writer at the head before it runs', () => {
  const b = bench();
  b.read('r');
  b.write('w');
  b.readDone('r');

  expect(b.holder).toBe('w');
  expect(b.read('late')).toBe(false);
  expect(b.run('w')).toBe(true);
});

test('fifo: readers at the head come in together, up to the next writer', () => {
  const b = bench();
  b.write('owner');
  b.read('a');
  b.read('b');
  b.write('w');
  b.read('c');
  b.writeDone('owner');

  expect(b.holder).toBe('2 reading');
  expect(b.woken).toEqual(['a', 'b']);
  expect(b.queue).toEqual(['w', 'c']);
});

test('fifo: nobody is let in twice, and the last reader lets the writer in', () => {
  const b = bench();
  b.write('owner');
  b.read('a');
  b.read('b');
  b.write('w');
  b.writeDone('owner');
  b.readDone('a');
  expect(b.holder).toBe('1 reading');
  b.readDone('b');

  expect(b.holder).toBe('w');
});

test('fifo: downgrade lets the readers at the head in, no writer and nobody behind one', () => {
  const b = bench();
  b.write('owner');
  b.read('a');
  b.write('w');
  b.read('b');
  b.downgrade('owner');

  expect(b.holder).toBe('2 reading');
  expect(b.queue).toEqual(['w', 'b']);
});
