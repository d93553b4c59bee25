/** The tracer against the counts of the same run, and what it costs. */
import { beforeAll, expect, test } from 'vitest';
import { loadStrategies } from '../../src/cli/own-strategies.ts';
import { chooseStrategy, type Strategies } from '../../src/readers/index.ts';
import { TimedRun } from '../../src/run/timed.ts';
import { Tracer } from '../../src/run/tracer.ts';
import { EVENT, OPEN } from '../../src/world/run-trace.ts';
import { BUILT_IN } from '../support/run.ts';
import { countsOf, lawsOf, shipped, traced } from '../support/traced.ts';

const OWN = 'examples/strategy/pass-budget.mjs';
let own: Strategies;
beforeAll(async () => {
  own = await loadStrategies({ paths: [OWN], directory: process.cwd() });
});

test.each(['rcu-retry3', 'rcu-page2', 'vma-lock', 'mmap-lock', 'query-rcu'])(
  '%s: waits, holds, attempts and cuts add up to the counts',
  (strategy) => {
    const run = traced(shipped('split-merge.yaml'), strategy);

    expect(lawsOf(run)).toEqual(countsOf(run));
  },
);

test("a user's own strategy keeps the same laws", () => {
  const run = traced(shipped('split-merge.yaml'), OWN, own);

  expect(lawsOf(run)).toEqual(countsOf(run));
});

test('a tracer changes nothing in the run', () => {
  const request = {
    strategy: chooseStrategy('rcu-retry3'),
    strategies: BUILT_IN,
    maxEvents: 30_000,
    passes: { reader: null, which: 'all' },
  } as const;
  const bare = new TimedRun(shipped('bash.yaml'), request);
  const tracer = new Tracer({ window: null, pass: null, maxEvents: 1e6 });
  const heard = new TimedRun(shipped('bash.yaml'), { ...request, listener: tracer });
  for (const run of [bare, heard]) run.advance(30_000);

  const counts = [bare, heard].map((run) => {
    const { totals, tearing, events, simulatedNs } = run.outcome();
    return { totals, tearing, events, simulatedNs };
  });
  expect(counts[1]).toEqual(counts[0]);
});

test('an event takes 64 bytes at most', () => {
  const tracer = new Tracer({ window: null, pass: null, maxEvents: 1e6 });
  const run = new TimedRun(shipped('split-merge.yaml'), {
    strategy: chooseStrategy('rcu-retry3'),
    strategies: BUILT_IN,
    maxEvents: 40_000,
    passes: { reader: null, which: 'none' },
    listener: tracer,
  });
  run.advance(40_000);

  const { events, bytes } = tracer.size;

  expect(events).toBeGreaterThan(2_000);
  expect(bytes / events).toBeLessThan(64);
});

test('slices of one kind do not overlap in a task, and end no earlier than they begin', () => {
  const { trace } = traced(shipped('split-merge.yaml'), 'rcu-retry3');
  const { events } = trace;
  const last = new Map<string, number>();
  const faults: string[] = [];

  for (let i = 0; i < events.count; i++) {
    const kind = events.kind[i]!;
    if (kind >= EVENT.fallback && kind < OPEN) continue;
    const key = `${events.task[i]} ${kind % OPEN}`;
    if (events.toNs[i]! < events.fromNs[i]!) faults.push(`${key} ends before it begins`);
    if (events.fromNs[i]! < (last.get(key) ?? 0)) faults.push(`${key} overlaps`);
    last.set(key, events.toNs[i]!);
  }

  expect(faults).toEqual([]);
});

test('the story of a pass has its states, and each line in one that was in force', () => {
  const scenario = shipped('split-merge.yaml');
  const tracer = new Tracer({
    window: null,
    pass: { reader: scenario.readers[0]!.name, index: 0 },
    maxEvents: 1e6,
  });
  const run = new TimedRun(scenario, {
    strategy: chooseStrategy('rcu-retry3'),
    strategies: BUILT_IN,
    maxEvents: 1e9,
    passes: { reader: null, which: 0 },
    listener: tracer,
  });
  while (!tracer.storyDone) run.advance(1000);
  run.end('interrupted');

  const story = tracer.trace(run.outcome()).story!;

  const numbers = story.states.map(({ number }) => number);
  expect(numbers.length).toBeGreaterThan(1);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(story.lines.every(({ readIn }) => numbers.includes(readIn))).toBe(true);
  expect(story.lines.every(({ atNs }) => story.beganNs <= atNs && atNs <= story.doneNs)).toBe(true);
  // The line is in the state that it was read in, and not only somewhere.
  const stateOf = new Map(story.states.map((state) => [state.number, state.lines]));
  expect(story.lines.every(({ text, readIn }) => stateOf.get(readIn)!.includes(text))).toBe(true);
});
