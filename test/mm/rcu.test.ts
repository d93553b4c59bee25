/** RCU: what died while a section was open waits for it, and for a grace period. */
import { expect, test } from 'vitest';
import { Rcu } from '../../src/mm/rcu.ts';
import { Task } from '../../src/sim/task.ts';

class Plain extends Task {}

function setUp(graceNs: number) {
  const rcu = new Rcu();
  rcu.graceNs = graceNs;
  const freed: number[] = [];
  const task = (id: number): Plain => new Plain(id, `t${id}`, id, 0);
  const free = (id: number): void => {
    freed.push(id);
  };
  return { rcu, freed, free, a: task(0), b: task(1) };
}

test('without readers and with no grace period what dies is freed at once', () => {
  const { rcu, freed, free } = setUp(0);
  rcu.defer(free, 1, 0);

  expect(freed).toEqual([1]);
});

test('a section that was open at the death delays the free until it ends', () => {
  const { rcu, freed, free, a, b } = setUp(0);
  rcu.lock(a, 0);
  rcu.defer(free, 1, 10);
  rcu.lock(b, 20); // too late to have seen it
  expect(freed).toEqual([]);
  rcu.unlock(a, 30);

  expect(freed).toEqual([1]);
});

test('a section that began after the death delays nothing', () => {
  const { rcu, freed, free, a } = setUp(100);
  rcu.defer(free, 1, 0);
  rcu.lock(a, 50);
  rcu.reap(100);

  expect(freed).toEqual([1]);
});

test('nothing is freed before the grace period is over', () => {
  const { rcu, freed, free } = setUp(100);
  rcu.defer(free, 1, 0);
  rcu.reap(99);
  expect(freed).toEqual([]);
  rcu.reap(100);

  expect(freed).toEqual([1]);
});

test('frees come in the order of the deaths', () => {
  const { rcu, freed, free, a } = setUp(0);
  rcu.lock(a, 0);
  for (const id of [3, 1, 2]) rcu.defer(free, id, id);
  rcu.unlock(a, 9);

  expect(freed).toEqual([3, 1, 2]);
});

test('the longest section is told, and a nested one is a broken invariant', () => {
  const { rcu, a } = setUp(0);
  rcu.lock(a, 100);
  expect(() => rcu.lock(a, 101)).toThrow('nested');
  rcu.unlock(a, 180);
  rcu.lock(a, 200);
  rcu.unlock(a, 230);

  expect(a.rcuSectionMaxNs).toBe(80);
  expect(() => rcu.unlock(a, 240)).toThrow('without a read section');
});
