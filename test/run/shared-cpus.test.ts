/** CPUs with run queues: who loses the CPU, who keeps it, and what a switch costs. */
import { describe, expect, test } from 'vitest';
import { aRun } from '../support/run.ts';

const MS = 1_000_000;
const US = 1_000;

/** One reader that needs 100 ms of CPU in the kernel, 83 lines of 100 us a page, among others. */
const longPass = (machine: string, reader = ''): string => `
machine: {${machine}, costs: {preset: zero, formatAnon: 100us, timeSlice: 3ms}}
vmas: [{start: "0x7f0000000000", pages: 1, repeat: 988, gap: 1, perms: rw-p}]
readers: [{name: r, cpu: 0${reader}}]
`;
const passNs = (yaml: string): number => aRun(yaml, { passes: 'none' }).readers[0]!.passNs.max!;

/** 988 lines, 11 of which overflow a page and are made again: 999 of 100 us. */
const WORK = 99.9 * MS;

describe('shares', () => {
  const against = (nice: number, count = 1): number =>
    passNs(
      longPass(
        `cpus: 1, hogs: [{cpu: 0, run: 10s, sleep: 1ns, count: ${count}}]`,
        `, nice: ${nice}`,
      ),
    ) / WORK;

  test('alone on its CPU the pass takes its own time', () => {
    expect(passNs(longPass('cpus: 1'))).toBe(WORK);
  });

  test('a hog of the same weight takes half the CPU', () => {
    expect(against(0)).toBeGreaterThan(1.9);
    expect(against(0)).toBeLessThan(2.1);
  });

  test('three of them leave a quarter', () => {
    expect(against(0, 3)).toBeGreaterThan(3.8);
    expect(against(0, 3)).toBeLessThan(4.2);
  });

  test('each step of nice is a factor of 1.25 in weight', () => {
    // nice 5: weight 1 / 1.25^5 = 0.328 against 1, so a share of 0.247; nice 15: 0.0352, 0.034.
    expect(against(5) / (1 + 1.25 ** 5)).toBeGreaterThan(0.93);
    expect(against(5) / (1 + 1.25 ** 5)).toBeLessThan(1.07);
    expect(against(15) / (1 + 1.25 ** 15)).toBeGreaterThan(0.93);
    expect(against(15) / (1 + 1.25 ** 15)).toBeLessThan(1.07);
  });

  test('a hog on another CPU takes nothing', () => {
    expect(passNs(longPass('cpus: 2, hogs: [{cpu: 1, run: 10s, sleep: 1ns}]'))).toBe(WORK);
  });
});

test('a context switch is charged to the CPU each time it changes hands', () => {
  // The hog runs for 1 ms now and then; each time the CPU changes hands twice. Its first run is at
  // the end of the reader's first slice.
  const hogs = (switchNs: string): string =>
    longPass('cpus: 1, hogs: [{cpu: 0, run: 1ms, sleep: 30ms}]').replace(
      'timeSlice',
      `contextSwitch: ${switchNs}, timeSlice`,
    );
  const runs = (passNs(hogs('0')) - WORK) / MS;

  expect(runs).toBe(4);
  expect(passNs(hogs('100us')) - passNs(hogs('0'))).toBe(runs * 2 * 100 * US);
});

describe('a niced reader that shares its CPU with a hog, and a writer on another CPU', () => {
  const outcome = (preempt: string) =>
    aRun(
      `
machine:
  cpus: 2
  preempt: ${preempt}
  costs: {preset: zero, formatAnon: 1us, syscall: 1us, timeSlice: 3ms}
  hogs: [{cpu: 1, run: 2ms, sleep: 1ms}]
vmas: [{start: "0x7f0000000000", pages: 1, repeat: 500, gap: 1, perms: rw-p}]
readers: [{name: r, cpu: 1, nice: 15, passes: 300, think: 20us}]
writers: [{name: w, cpu: 0, think: {exp: 50us}, program: [{hold: 0}]}]
`,
      { strategy: 'mmap-lock', passes: 'none' },
    );

  test('preempt full: it loses the CPU while it holds mmap_lock, the writer waits for the hog', () => {
    const { max } = outcome('full').writers[0]!.lockWaitNs;

    expect(max).toBeGreaterThan(1.5 * MS);
  });

  test('preempt none: it keeps the CPU until read() returns; the writer waits for a page at most', () => {
    // Pages of 83 lines and the one that overflows: 84 us.
    const { max } = outcome('none').writers[0]!.lockWaitNs;

    expect(max).toBeLessThanOrEqual(84 * US);
    expect(max).toBeGreaterThan(40 * US);
  });
});

describe('a spinner', () => {
  /**
   * a holds mmap_lock for 10 ms on CPU 0; b spins for it on CPU 1, where r becomes ready at 2 ms.
   */
  const yaml = (preempt: string): string => `
machine: {cpus: 2, preempt: ${preempt}, costs: {preset: zero, formatAnon: 1us, timeSlice: 3ms}}
vmas: [{start: "0x7f0000000000", pages: 1, repeat: 3, gap: 1, perms: rw-p}]
readers: [{name: r, cpu: 1, start: 2ms, strategy: rcu-unchecked}]
writers:
  - {name: a, cpu: 0, ops: 1, program: [{hold: 10ms}]}
  - {name: b, cpu: 1, ops: 1, start: 1us, program: [{hold: 0}]}
`;

  test.each(['full', 'none'])('gives its CPU up to who needs it, preempt %s too', (preempt) => {
    const { passes } = aRun(yaml(preempt));

    expect(passes[0]!.endNs).toBe(2 * MS + 3 * US);
  });
});

test('the closing of a file keeps the CPU busy before the reader thinks', () => {
  // a: opened in [0, 1), closed in [1, 2) ms. b becomes ready at 1.5 ms, and opens in [2, 3).
  const { passes } = aRun(
    `
machine: {cpus: 1, costs: {preset: zero, openClose: 2ms, timeSlice: 30ms}}
vmas: []
readers:
  - {name: a, cpu: 0, passes: 2, think: 10ms}
  - {name: b, cpu: 0, start: 1500us}
`,
    { reader: 'b' },
  );

  expect(passes[0]!.startNs).toBe(3 * MS);
});

test('a task that is not pinned goes to the CPU with the fewest tasks', () => {
  // Two readers on two CPUs: neither waits for the other.
  const { readers } = aRun(`
machine: {cpus: 2, costs: {preset: zero, formatAnon: 1ms, contextSwitch: 1ms}}
vmas: [{start: "0x7f0000000000", pages: 1, repeat: 3, gap: 1, perms: rw-p}]
readers: [{name: r, count: 2}]
`);

  expect(readers.map(({ passNs: { max } }) => max)).toEqual([3 * MS, 3 * MS]);
});
