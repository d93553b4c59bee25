/** A list of whole numbers, against an array. */
import { expect, test } from 'vitest';
import { IntList } from '../../src/base/int-list.ts';

test('IntList: pushed, set behind the end, sliced and cleared as an array is', () => {
  const list = new IntList();
  const model: number[] = [];
  for (let i = 0; i < 200; i++) {
    list.push(3 * i);
    model.push(3 * i);
  }
  list.pushFrom([9, 8, 7, 6], 1, 2);
  model.push(8, 7);
  list.set(5, -4);
  model[5] = -4;
  list.set(204, 1);
  model.push(-1, -1, 1);

  expect([...list.slice()]).toEqual(model);
  expect([...list.slice(190, 500)]).toEqual(model.slice(190));
  expect(list.at(201)).toBe(7);

  list.clear();
  expect(list.length).toBe(0);
  expect(list.slice()).toEqual(new Int32Array(0));
});
