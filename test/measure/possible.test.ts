/** Which states are possible by times, and which of several writers are so together. */
import { expect, test } from 'vitest';
import { PossibleStates, type WriterTimes } from '../../src/measure/possible.ts';
import { Rng } from '../support/rng.ts';

const after = (calls: number): number => calls;

test('a state is possible from the start of its call to the end of the next', () => {
  const writer = { startNs: [10, 30, 50], endNs: [20, 40, 60], count: 3, after };
  const possible = (start: number, end: number) =>
    new PossibleStates([writer]).of(start, end)?.map(([calls]) => calls);

  expect(possible(0, 5)).toEqual([0]);
  expect(possible(0, 10)).toEqual([0, 1]); // the call has begun
  expect(possible(20, 25)).toEqual([0, 1]); // it may end at this instant
  expect(possible(21, 25)).toEqual([1]);
  expect(possible(35, 35)).toEqual([1, 2]);
  expect(possible(15, 55)).toEqual([0, 1, 2, 3]);
  expect(possible(61, 99)).toEqual([3]);
});

function aWriter(rng: Rng): WriterTimes {
  const startNs: number[] = [];
  const endNs: number[] = [];
  for (let at = rng.below(6); at < 60; at += 1 + rng.below(8)) {
    startNs.push(at);
    at += 1 + rng.below(8);
    endNs.push(at);
  }
  return { startNs, endNs, count: startNs.length, after };
}

/** At an instant, by the definition. */
function possibleAt({ startNs, endNs, count }: WriterTimes, ns: number): number[] {
  return Array.from({ length: count + 1 }, (_, calls) => calls).filter((calls) => {
    return (calls === 0 || startNs[calls - 1]! <= ns) && (calls === count || ns <= endNs[calls]!);
  });
}

test('several writers: the joint states are those that some instant of the pass allows', () => {
  const rng = new Rng('joint states');
  for (let i = 0; i < 300; i++) {
    const writers = Array.from({ length: 1 + rng.below(3) }, () => aWriter(rng));
    const possible = new PossibleStates(writers);
    for (let start = rng.below(5); start < 60; start += 1 + rng.below(9)) {
      const end = start + rng.below(12);
      const wanted = new Set<string>();
      for (let ns = start; ns <= end; ns++) {
        let joint: number[][] = [[]];
        for (const writer of writers) {
          joint = joint.flatMap((one) => possibleAt(writer, ns).map((calls) => [...one, calls]));
        }
        for (const one of joint) wanted.add(one.join());
      }

      const found = possible.of(start, end)!.map((one) => one.join());

      expect(found.toSorted()).toEqual([...wanted].toSorted());
    }
  }
});
