import { describe, expect, test } from 'vitest';
import { Words } from '../../src/sim/memory.ts';
import { SeededChance } from '../../src/writers/chance.ts';
import { RecordedOrder } from '../../src/writers/recorded-order.ts';
import { OperationSource } from '../../src/writers/source.ts';
import { TraceOrders } from '../../src/writers/trace-script.ts';
import { aScenario } from '../support/run.ts';

describe('turns', () => {
  test('go by number; who comes early is woken by the one before', () => {
    const turns = new RecordedOrder([0, 1, 0], 2);
    expect(turns.mine(1, 7)).toBe(false);
    expect(turns.mine(0, 5)).toBe(true);
    expect(turns.pass(0)).toBe(7);
    expect(turns.mine(1, 7)).toBe(true);
    expect(turns.pass(1)).toBe(-1); // thread 0 has not come yet
    expect(turns.mine(2, 5)).toBe(true);
    expect(turns.pass(2)).toBe(-1);
  });

  test('are passed on once, by the one whose turn it is', () => {
    const turns = new RecordedOrder([0, 1], 2);
    expect(turns.pass(1)).toBe(-1);
    expect(turns.mine(1, 7)).toBe(false);
    expect([turns.pass(0), turns.pass(0)]).toEqual([7, -1]);
  });
});

test('a thread of a trace can be saved in the middle and goes on alike', () => {
  const log = [1, 2, 3, 4]
    .map((i) => `${(i % 2) + 8}  1795355394.00000${i} munmap(0x${i}000, 4096) = 0`)
    .join('\n');
  const scenario = aScenario('writers: [{name: w, trace: log}]', { log });
  const world = {
    nameId: () => 0,
    nameText: () => '',
    sharedAnonFile: () => 0,
    isAnonShmem: () => false,
    brkPage: () => 0,
  };
  const orders = new TraceOrders();
  const [one, two] = scenario.writers.map((spec) => {
    const chance = new SeededChance('0', spec.name);
    return new OperationSource(spec, scenario, { chance, world, orders });
  }) as [OperationSource, OperationSource];

  const rest = () => {
    const seen: unknown[] = [];
    for (let next = two.next(); next !== null; next = two.next()) {
      seen.push(next.kind === 'pause' ? next.untilNs : next.arguments);
      if (next.kind !== 'pause') seen.push(two.mayGo(2));
    }
    return seen;
  };
  one.next();
  one.next();
  expect(one.mayGo(1)).toBe(false); // the first return is thread 9's
  const [turns] = orders.recorded as [RecordedOrder];
  const words = new Words();
  const transfer = (w: Words) => [one, two, turns].forEach((piece) => piece.transfer(w));
  transfer(words.save());
  const saved = words.words.slice(0, words.at);
  const first = rest();
  expect(first).toEqual([
    0,
    { at: '0x1000', pages: 1 },
    true,
    2000,
    { at: '0x3000', pages: 1 },
    false,
  ]);
  transfer(words.restore(saved, 0));
  expect(rest()).toEqual(first);
  transfer(words.restore(saved, 0));
  two.next();
  two.next();
  expect(two.passTurn()).toBe(1); // the waiting task came back, too
});
