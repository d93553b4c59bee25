/** The steps of a timed run, taken in its order in a world without time, make the same text. */
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { latin1Of } from '../../src/base/latin1.ts';
import { chooseStrategy } from '../../src/readers/index.ts';
import { StepOrder } from '../../src/run/step-order.ts';
import { TimedRun } from '../../src/run/timed.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { plainWorld } from '../../src/search/search.ts';
import { Stepper } from '../../src/search/stepper.ts';
import { aScenario, BUILT_IN } from '../support/run.ts';
import { shipped } from '../support/traced.ts';

const SMALL = readdirSync('scenarios/explore')
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => `explore/${name}`);
const STEPS = 12_000;

/** The text of the first pass as it is timed, and as it is taken step by step. */
function firstTexts(scenario: Scenario, strategy: string): readonly (string | null)[] {
  const choice = chooseStrategy(strategy);
  const order = new StepOrder();
  const run = new TimedRun(scenario, {
    strategy: choice,
    strategies: BUILT_IN,
    maxEvents: STEPS,
    passes: { reader: null, which: 0 },
    listener: order,
  });
  run.advance(STEPS);
  const [pass] = run.outcome().passes;
  const timed = pass?.finished ? latin1Of(pass.text) : null;
  const stepper = new Stepper(
    () => plainWorld(scenario, { strategy: choice, strategies: BUILT_IN }),
    order.schedule(),
  );
  const own = (): string | null =>
    stepper.texts.find(({ reader }) => reader === scenario.readers[0]!.name)?.text ?? null;
  while (timed !== null && own() === null) {
    const task = stepper.next();
    if (task === null || typeof stepper.take(task) === 'string') break;
  }
  return [timed, own()];
}

describe.each([
  'mmap-lock',
  'rcu-retry1',
  'rcu-retry3:wait=lock',
  'rcu-page1',
  'vma-lock',
  'query-vma',
])('under %s the steps of a timed run give its text', (strategy) => {
  test.each([...SMALL, 'playground/false-gap.yaml', 'playground/torn.yaml'])('%s', (name) => {
    const [timed, stepped] = firstTexts(shipped(name), strategy);

    expect(stepped).toBe(timed);
  });
});

/** Writers queue behind each other and behind readers, spin, are handed the lock, and pick VMAs. */
const CROWD = aScenario(
  'vmas: [{start: "0x7f0000000000", pages: 3, repeat: 6, gap: 1, perms: rw-p, tag: t}]\n' +
    'readers: [{name: r, passes: 3}, {name: s, passes: 2}]\n' +
    'writers: [{name: w, count: 3, churn: split-merge, vma: {tag: t, pick: random}, think: {exp: 8us}}]',
);

test.each(['mmap-lock', 'mmap-lock-all', 'rcu-retry1', 'rcu-retry3:wait=lock', 'vma-lock'])(
  '%s among several writers that pick at random: so does the first pass',
  (strategy) => {
    for (const seed of ['1', '2', '3', '4', '5', '6', '7', '8']) {
      const [timed, stepped] = firstTexts({ ...CROWD, seed }, strategy);

      expect(timed).not.toBe(null);
      expect(stepped).toBe(timed);
    }
  },
);
