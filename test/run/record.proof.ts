/** Timed runs as records: replayed they are the same run; carried, the same writers. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chooseStrategy } from '../../src/readers/index.ts';
import { isRecord, parseRecord, Recorder, type RunRecord } from '../../src/run/record.ts';
import { carryRecord, replayRecord } from '../../src/run/replay-record.ts';
import { type RunRequest, TimedRun } from '../../src/run/timed.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { OperationRecord, Outcome } from '../../src/world/outcome.ts';
import { ROOT } from '../cli/spawn.ts';
import { randomWorld } from '../support/random-world.ts';
import { ALL_STRATEGIES, aScenario, BUILT_IN } from '../support/run.ts';

const shipped = (name: string): string =>
  readFileSync(join(ROOT, 'scenarios', name), 'utf8').replace('mapsim: 1\n', '');

interface Settings {
  readonly strategy?: string;
  readonly maxEvents?: number;
  /** Interrupted after so many steps. */
  readonly interruptAfter?: number;
  readonly onOperation?: RunRequest['onOperation'] & {};
}

function recorded(scenario: Scenario, settings: Settings = {}): { outcome: Outcome; text: string } {
  const { strategy, interruptAfter = Number.POSITIVE_INFINITY, onOperation } = settings;
  const lines: string[] = [];
  const head = {
    scenario: { name: scenario.name, sha256: scenario.sha256 },
    strategy: strategy ?? null,
    seed: scenario.seed,
    durationNs: null,
    passes: { reader: null, which: 'all' as const },
    failOn: [],
  };
  const listener = new Recorder(head, (line) => lines.push(line));
  const run = new TimedRun(scenario, {
    passes: head.passes,
    maxEvents: settings.maxEvents ?? 15_000,
    listener,
    strategies: BUILT_IN,
    ...(strategy === undefined ? {} : { strategy: chooseStrategy(strategy) }),
    ...(onOperation === undefined ? {} : { onOperation }),
  });
  if (!run.advance(interruptAfter)) run.interrupt();
  const outcome = run.outcome();
  listener.end(outcome);
  return { outcome, text: lines.join('') };
}

function replayed(scenario: Scenario, record: RunRecord, strategy = record.head.strategy) {
  const choice = strategy === null ? null : chooseStrategy(strategy);
  return replayRecord(scenario, record, { strategy: choice, strategies: BUILT_IN });
}

describe('a record replays to the very outcome of its run', () => {
  const ends = new Set<string>();
  const machines = new Set<string>();

  test('in 60 random worlds, every strategy among them', () => {
    for (let seed = 0; seed < 60; seed++) {
      const strategy = ALL_STRATEGIES[seed % ALL_STRATEGIES.length]!;
      const duration = seed % 2 === 0 ? '3ms' : '100us';
      const scenario = aScenario(randomWorld(seed).replace('3ms', duration));
      const { outcome, text } = recorded(scenario, { strategy });
      const again = replayed(scenario, parseRecord(text, 'r'));

      expect({ seed, ...again }).toEqual({ seed, outcome, misfit: null });
      ends.add(outcome.ended);
      const { cpus, rwsem, preempt } = scenario.machine;
      machines.add(`${cpus === null ? 'own' : 'shared'} ${rwsem} ${preempt}`);
    }
    // What has been covered by that.
    expect([...ends].sort()).toEqual(['duration', 'max-events', 'passes']);
    expect(machines.size).toBe(8);
  });

  test('where writers spin for mmap_lock and lose their CPUs to hogs', () => {
    const spinners = aScenario(`
duration: 3ms
machine: {cpus: 2, rwsem: rwsem, costs: {preset: server, timeSlice: 20us},
  hogs: [{cpu: 0, run: 15us, sleep: 5us}, {cpu: 1, run: 30us, sleep: 10us}]}
vmas: [{start: "0x10000000", pages: 3, repeat: 40, gap: 1, perms: rw-p, tag: a}]
readers: [{name: r, passes: 1000, cpu: 0}, {name: s, count: 2, passes: 1000, cpu: 1}]
writers: [{name: w, count: 4, program: [{hold: 7us}]}]
`);
    const { outcome, text } = recorded(spinners);
    const again = replayed(spinners, parseRecord(text, 'r'));

    expect(text).toContain('"rwsem_optimistic_spin"');
    expect(text).toContain('"-cpu"');
    expect(again).toEqual({ outcome, misfit: null });
  });

  const REPEATS = `
machine: {costs: {preset: zero, vmaCopy: 10ns, speculateRetry: 10ns}}
vmas: [{start: "0x10000000", pages: 3, perms: r--p}]
readers: [{name: r, strategy: "rcu-retry:wait=none"}]
writers: [{name: w, program: [{hold: 1us}]}]
`;

  test('also if that ended in a livelock', () => {
    const scenario = aScenario(REPEATS);
    const { outcome, text } = recorded(scenario, { maxEvents: 1_000_000 });

    expect(outcome.ended).toBe('livelock');
    expect(replayed(scenario, parseRecord(text, 'r'))).toEqual({ outcome, misfit: null });
  });

  test('also if it was interrupted', () => {
    const scenario = aScenario(randomWorld(3));
    const { outcome, text } = recorded(scenario, { interruptAfter: 777 });

    expect(outcome.ended).toBe('interrupted');
    expect(replayed(scenario, parseRecord(text, 'r'))).toEqual({ outcome, misfit: null });
  });

  test('also if the simulated kernel failed in it, with the stacks of the report', () => {
    const scenario = aScenario(shipped('bug-compat/null-copy.yaml'));
    const { outcome, text } = recorded(scenario, { maxEvents: 1_000_000 });

    expect(outcome.kernelFault).not.toBeNull();
    expect(replayed(scenario, parseRecord(text, 'r'))).toEqual({ outcome, misfit: null });
  });

  test('whatever the costs are: the record has the times', () => {
    const world = 'machine: {costs: {preset: server}}';
    const yaml = (machine: string) => `${machine}${randomWorld(5).replace(/^machine.*$/m, '')}`;
    const { outcome, text } = recorded(aScenario(yaml(world)));
    const dear = aScenario(yaml('machine: {costs: {preset: server, vmaCopy: 9us}}'));

    expect(replayed(dear, parseRecord(text, 'r')).outcome.passes).toEqual(outcome.passes);
  });
});

describe('a record that does not fit says where and why', () => {
  const scenario = aScenario(randomWorld(2).replace('cpus: 1', ''));
  const { outcome, text } = recorded(scenario, { strategy: 'rcu-retry3' });
  const record = parseRecord(text, 'r');
  const withItems = (change: (items: RunRecord['items'][number][]) => void): RunRecord => {
    const items = [...record.items];
    change(items);
    const steps = items.length;
    return { ...record, items, end: { ...record.end, steps } };
  };

  test('another strategy takes other steps', () => {
    const { misfit } = replayed(scenario, record, 'mmap-lock');

    expect(misfit!.error).toMatch(/^recorded "\w+", found "\w+"$/);
    expect(record.items[misfit!.step - 1]!.name).toBe(/"(\w+)"/.exec(misfit!.error)![1]);
  });

  test('a task that the scenario does not have', () => {
    const changed = withItems((items) => {
      items[40] = { ...items[40]!, task: 77 };
    });

    const { misfit } = replayed(scenario, changed);

    expect(misfit).toEqual({ step: 41, error: 'there is no task 77' });
  });

  test('a task that sleeps', () => {
    const blocked = aScenario(`
machine: {costs: {preset: server, sleepEntry: 0}}
vmas: [{start: "0x10000000", pages: 1, perms: r--p}]
readers: [{name: r, strategy: mmap-lock}]
writers: [{name: w, ops: 1, program: [{hold: 100us}]}]
`);
    const whole = parseRecord(recorded(blocked).text, 'r');
    const asked = whole.items.findIndex(
      ({ task, name }) => task === 0 && name === 'mmap_read_lock_killable',
    );
    const next = whole.items.findIndex(({ task }, i) => i > asked && task === 0);
    const items = whole.items.toSpliced(asked + 1, next - asked - 1);
    const steps = items.length;

    const { misfit } = replayed(blocked, { ...whole, items, end: { ...whole.end, steps } });

    expect(misfit).toEqual({ step: asked + 2, error: 'r sleeps and no task has woken it' });
  });

  test('a record that goes on when the run is over', () => {
    const short = aScenario(randomWorld(2).replace('cpus: 1', '').replace('3ms', '100ns'));

    const { misfit } = replayed(short, record);

    expect(misfit!.error).toBe('the run ends before this step, the record goes on');
  });

  test('a run that goes on when the record is over', () => {
    const cut = withItems((items) => items.splice(100));
    const claimed = { ...cut, end: { ...cut.end, ended: 'passes' as const } };

    const { misfit } = replayed(scenario, claimed);

    expect(outcome.events).toBeGreaterThan(100);
    expect(misfit).toEqual({
      step: 101,
      error: 'the record ends by passes here, the run does not',
    });
  });
});

describe('a damaged record is refused with the place', () => {
  const { text } = recorded(aScenario(randomWorld(1)), { maxEvents: 50 });
  const lines = text.split('\n');
  const head = lines[0]!;

  test.each([
    ['cut short in a line', text.slice(0, -20), /^r: the record has no end: it was cut short/],
    ['without its end', lines.slice(0, -2).join('\n'), /^r: the record has no end/],
    ['of a head alone', `${head}\n`, /^r: the record has no end/],
    ['empty', '', /^r: the record has no end/],
    [
      'with a line missing',
      lines.toSpliced(9, 1).join('\n'),
      /^r: the record has 49 steps, and should have 50$/,
    ],
    ['with a torn line', lines.with(3, '[0,12').join('\n'), /^r:4: this is no JSON/],
    [
      'of an earlier build',
      lines.with(1, '[0,0,"procMapsOpen"]').join('\n'),
      /^r: a record of an earlier mapsim, whose steps have other names; record the run again/,
    ],
    ['with half a step', lines.with(3, '[0,12]').join('\n'), /^r:4: this is no step, \[task, ns/],
  ])('%s', (_, damaged, message) => {
    expect(() => parseRecord(damaged, 'r')).toThrow(message);
  });

  test('other files are told from records', () => {
    expect(isRecord(text)).toBe(true);
    expect(isRecord('')).toBe(false);
    expect(isRecord('mapsim: 1\n')).toBe(false);
  });
});

describe('the writers of a record under another strategy', () => {
  const own = (seed: number) => aScenario(randomWorld(seed).replace(/, cpus: \d/, ''));
  const operations = (into: OperationRecord[]) => (o: OperationRecord) => void into.push(o);
  const byWriter = (all: readonly OperationRecord[]) =>
    new Map(all.map(({ writer }) => [writer, all.filter((o) => o.writer === writer)]));

  test('carried to its own strategy a record is the run itself', () => {
    for (let seed = 0; seed < 30; seed++) {
      const strategy = ALL_STRATEGIES[seed % ALL_STRATEGIES.length]!;
      const scenario = own(seed);
      const maxEvents = 15_000;
      const { outcome, text } = recorded(scenario, { strategy, maxEvents });
      const record = parseRecord(text, 'r');

      const carried = carryRecord(scenario, record, {
        strategy: chooseStrategy(strategy),
        strategies: BUILT_IN,
        maxEvents,
      });

      expect({ seed, carried }).toEqual({ seed, carried: outcome });
    }
  });

  test('the same operations in the same order, none before its recorded time', () => {
    for (let seed = 0; seed < 30; seed++) {
      const scenario = own(seed);
      const before: OperationRecord[] = [];
      const after: OperationRecord[] = [];
      const maxEvents = 15_000;
      const { text } = recorded(scenario, {
        strategy: 'rcu-unchecked',
        maxEvents,
        onOperation: operations(before),
      });
      const record = parseRecord(text, 'r');
      carryRecord(scenario, record, {
        strategy: chooseStrategy('mmap-lock-all'),
        strategies: BUILT_IN,
        maxEvents,
        onOperation: operations(after),
      });

      const first = byWriter(before);
      for (const [writer, carried] of byWriter(after)) {
        const recordedOnes = first.get(writer) ?? [];
        const both = Math.min(carried.length, recordedOnes.length);
        const what = ({ operation, arguments: args }: OperationRecord) => ({ operation, args });
        expect(carried.slice(0, both).map(what)).toEqual(recordedOnes.slice(0, both).map(what));
        for (let i = 0; i < both; i++) {
          expect(carried[i]!.startNs).toBeGreaterThanOrEqual(recordedOnes[i]!.startNs);
        }
      }
    }
  });

  test('where nobody is in the way each begins when it began', () => {
    const scenario = aScenario(`
vmas: [{start: "0x10000000", pages: 3, repeat: 20, gap: 1, perms: r--p, tag: a}]
readers: [{name: r, passes: 200, strategy: rcu-unchecked}]
writers: [{name: w, think: {uniform: [20us, 40us]},
  program: [{mprotect: {vma: {tag: a, pick: random}, page: 1, pages: 1, perms: rw-p}}, {restore: true}]}]
`);
    const before: OperationRecord[] = [];
    const after: OperationRecord[] = [];
    const { text } = recorded(scenario, { onOperation: operations(before) });
    const means = { strategies: BUILT_IN, maxEvents: 1_000_000, onOperation: operations(after) };
    carryRecord(scenario, parseRecord(text, 'r'), {
      ...means,
      strategy: chooseStrategy('rcu-retry3'),
    });

    const starts = (all: readonly OperationRecord[]) => all.slice(0, 15).map((o) => o.startNs);
    expect(before.length).toBeGreaterThan(15);
    expect(starts(after)).toEqual(starts(before));
  });

  test('shared CPUs are refused', () => {
    const scenario = aScenario(randomWorld(2).replace('machine: {', 'machine: {cpus: 2, '));
    const record = parseRecord(recorded(own(2)).text, 'r');

    expect(() =>
      carryRecord(scenario, record, {
        strategy: chooseStrategy('mmap-lock'),
        strategies: BUILT_IN,
        maxEvents: 1,
      }),
    ).toThrow('--carry-to: a recorded run is carried only where every task has a CPU of its own');
  });
});
