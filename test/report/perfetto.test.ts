/** Traces for the Perfetto UI: what its importer asks for, and what the counts say. */
import { describe, expect, test } from 'vitest';
import { perfettoJson } from '../../src/report/pictures/perfetto.ts';
import { traceFaults } from '../support/check-trace.ts';
import { shipped, type Traced, traced } from '../support/traced.ts';

const textOf = ({ trace }: Traced): string => [...perfettoJson([trace])].join('');

interface Event {
  ph: string;
  name: string;
  dur?: number;
  ts?: number;
  tid?: number;
  id?: number;
  args?: Record<string, unknown>;
}
const eventsOf = (text: string): Event[] =>
  (JSON.parse(text) as { traceEvents: Event[] }).traceEvents;

describe.each([
  ['split-merge.yaml', 'rcu-retry3'],
  ['page-vs-vma.yaml', 'rcu-page2'],
  ['python3.yaml', 'vma-lock'],
  ['mckenney.yaml', 'mmap-lock'],
  ['bash.yaml', 'query-rcu'],
])('%s under %s', (name, strategy) => {
  const run = traced(shipped(name), strategy);
  const text = textOf(run);

  test('the importer takes every event', () => {
    expect(traceFaults(text)).toEqual([]);
  });

  test('slices add up to the counts', () => {
    const events = eventsOf(text);
    const closed = events.filter(({ args }) => args?.open !== true);
    const sumNs = (slice: string): number =>
      Math.round(
        closed.filter((e) => e.name === slice).reduce((sum, { dur }) => sum + dur! * 1000, 0),
      );

    expect(sumNs('wait: mmap_lock read')).toBe(run.outcome.totals.mmapReadLockWaitNs);
    expect(
      events.filter((e) => e.name.startsWith('cut at') || e.name.startsWith('cut in')),
    ).toHaveLength(run.outcome.tearing.cuts);
  });

  test('the same run has the same bytes', () => {
    expect(textOf(traced(shipped(name), strategy))).toBe(text);
  });
});

test('runs of several strategies are blocks of processes, each with all that it has alone', () => {
  const runs = ['mmap-lock', 'rcu-retry3', 'vma-lock'].map((name) =>
    traced(shipped('split-merge.yaml'), name),
  );
  const text = [...perfettoJson(runs.map(({ trace }) => trace))].join('');
  const events = eventsOf(text);
  const processes = events.filter((e) => e.name === 'process_name').map((e) => e.args!.name);
  const own = runs.map((run) => eventsOf(textOf(run)).length);

  expect(traceFaults(text)).toEqual([]);
  expect(events).toHaveLength(own.reduce((sum, length) => sum + length, 0));
  expect(processes).toContain('mmap-lock: tasks');
  expect(processes).toContain('vma-lock: address space');
  expect(new Set(processes).size).toBe(processes.length);
});

describe('the checker sees', () => {
  const good = textOf(traced(shipped('split-merge.yaml'), 'rcu-retry3'));
  const mutated = (change: (events: Event[]) => void): string => {
    const document = JSON.parse(good) as { traceEvents: Event[] };
    change(document.traceEvents);
    return JSON.stringify(document);
  };
  const first = (events: Event[], ph: string): Event => events.find((e) => e.ph === ph)!;

  test.each<[string, (events: Event[]) => void]>([
    [
      'a slice that overlaps',
      (events) => void (events.find((e) => e.name === 'read()')!.dur! += 1e6),
    ],
    ['events that are not in order', (events) => void events.splice(20, 0, events.pop()!)],
    ['a time finer than 1 ns', (events) => void (first(events, 'X').ts! += 0.0001)],
    ['the idle thread', (events) => void (first(events, 'X').tid = 0)],
    [
      'a flow without an end',
      (events) =>
        void events.splice(
          events.findIndex((e) => e.ph === 'f'),
          1,
        ),
    ],
    ['a flow with another name', (events) => void (first(events, 'f').name = 'other')],
    ['a thread without a name', (events) => void (first(events, 'X').tid = 4242)],
  ])('%s', (_, change) => {
    expect(traceFaults(mutated(change))).not.toEqual([]);
  });
});
