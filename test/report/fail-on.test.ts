import { expect, test } from 'vitest';
import { UserError } from '../../src/base/errors.ts';
import { parseFailOn } from '../../src/report/fail-on.ts';
import { AGGREGATES, COUNTS, DISTRIBUTIONS } from '../../src/report/metric.ts';
import { checkStrategies, judge, verdictText } from '../../src/report/verdict.ts';
import type { Outcome } from '../../src/world/outcome.ts';
import { anOutcome, aReader, aWriter } from './outcomes.ts';

const parse = (expression: string) => parseFailOn(expression, (strategy) => strategy);

function failed(expression: string, outcome: Outcome): boolean {
  const verdicts = judge([parse(expression)], [{ strategy: outcome.strategy, outcome }]);
  expect(verdicts).toHaveLength(1);
  return verdicts[0]!.failed;
}

function message(expression: string): string {
  try {
    parse(expression);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).exitCode).toBe(2);
    return (error as UserError).message;
  }
  throw new Error(`accepted: ${expression}`);
}

test('fail-on: each comparison means what it says', () => {
  const outcome = anOutcome({ readers: [aReader({ counters: { retries: 5 } })] });
  const truths = {
    '>': [false, true],
    '>=': [true, true],
    '<': [false, false],
    '<=': [true, false],
    '==': [true, false],
    '!=': [false, true],
  };
  for (const [op, [atFive, atFour]] of Object.entries(truths)) {
    expect(failed(`retries${op}5`, outcome), op).toBe(atFive);
    expect(failed(`retries ${op} 4`, outcome), op).toBe(atFour);
  }
});

test('fail-on: every key of totals and tearing, and passes, is a metric', () => {
  for (const name of COUNTS) expect(parse(`${name}>0`).left.per).toBe(null);
  expect(COUNTS).toContain('passes');
  expect(COUNTS).toHaveLength(1 + 19 + 11);
});

test('fail-on: every aggregate of every distribution is a metric', () => {
  for (const aggregate of AGGREGATES) {
    for (const name of DISTRIBUTIONS) parse(`${aggregate}(${name}) > 1ms`);
  }
  expect(AGGREGATES).toEqual(['min', 'mean', 'p50', 'p90', 'p99', 'max']);
  expect(DISTRIBUTIONS).toEqual([
    'passNs',
    'readNs',
    'writer.opNs',
    'writer.lockWaitNs',
    'writer.drainWaitNs',
  ]);
});

test('fail-on: passes are those that finished', () => {
  const reader = aReader({ counters: { passesStarted: 9, passesFinished: 7 } });

  expect(failed('passes==7', anOutcome({ readers: [reader] }))).toBe(true);
});

test('fail-on: counts are sums over the readers', () => {
  const readers = [aReader({ tearing: { cuts: 2 } }), aReader({ name: 'b', tearing: { cuts: 3 } })];

  expect(failed('cuts==5', anOutcome({ readers }))).toBe(true);
});

test('fail-on: aggregates are over all readers together, not a mean of means', () => {
  // p50 of 1, 1, 1, 9, 9 is 1; of each alone it would be 1 and 9.
  const readers = [aReader({ passNs: [1, 1, 1] }), aReader({ name: 'b', passNs: [9, 9] })];
  const outcome = anOutcome({ readers });

  expect(failed('p50(passNs)==1', outcome)).toBe(true);
  expect(failed('max(passNs)==9', outcome)).toBe(true);
  expect(failed('mean(passNs)==4', outcome)).toBe(true); // 21 / 5 = 4.2
});

test("fail-on: a writer's times have a name of their own", () => {
  const writers = [aWriter('a', [100]), aWriter('b', [300])];

  expect(failed('max(writer.opNs)>=300ns', anOutcome({ writers }))).toBe(true);
});

test('fail-on: times take units', () => {
  const outcome = anOutcome({ readers: [aReader({ passNs: [1_500_000] })] });

  expect(failed('max(passNs)==1.5ms', outcome)).toBe(true);
  expect(failed('max(passNs)==1500us', outcome)).toBe(true);
  expect(failed('max(passNs)==1500000ns', outcome)).toBe(true);
  expect(failed('max(passNs)==1500000', outcome)).toBe(true);
  expect(failed('max(passNs)==.0015s', outcome)).toBe(true);
  expect(failed('max(passNs) >= 2 ms', outcome)).toBe(false);
});

test('fail-on: ratios compare with numbers and with percentages', () => {
  const outcome = anOutcome({ readers: [aReader({ counters: { fallbacks: 2, reads: 100 } })] });

  expect(failed('fallbacks/reads>1%', outcome)).toBe(true);
  expect(failed('fallbacks/reads>2%', outcome)).toBe(false);
  expect(failed('fallbacks / reads == 0.02', outcome)).toBe(true);
  expect(failed('fallbacks/reads>=2e-2', outcome)).toBe(true);
});

test('fail-on: nothing out of nothing is 0, something out of nothing is infinite', () => {
  const outcome = anOutcome({ readers: [aReader({ counters: { retries: 1 } })] });

  expect(failed('cuts/lines==0', outcome)).toBe(true);
  expect(failed('retries/lines>1000000', outcome)).toBe(true);
});

test('fail-on: a figure of no values at all fails, whatever it is compared with', () => {
  expect(failed('p99(passNs)>1ms', anOutcome())).toBe(true);
  expect(failed('p99(passNs)<1ms', anOutcome())).toBe(true);
  expect(failed('retries/p99(passNs)>1', anOutcome())).toBe(true);
  expect(failed('mmapReadLockWaitNs > p99(passNs)', anOutcome())).toBe(true);
});

test('fail-on: two metrics of one run can be compared', () => {
  const outcome = anOutcome({ readers: [aReader({ counters: { retries: 3, fallbacks: 2 } })] });

  expect(failed('retries>fallbacks', outcome)).toBe(true);
  expect(failed('fallbacks > retries', outcome)).toBe(false);
});

test('fail-on: a strategy before the metric picks the readers that have it', () => {
  const readers = [
    aReader({ strategy: 'mmap-lock', counters: { fallbacks: 0, reads: 10 } }),
    aReader({
      name: 'b',
      strategy: 'rcu-retry3:wait=none,scope=read',
      counters: { fallbacks: 5, reads: 10 },
    }),
  ];
  const outcome = anOutcome({ readers });

  expect(outcome.strategy).toBe('mixed');
  expect(failed('mmap-lock:fallbacks>0', outcome)).toBe(false);
  expect(failed('rcu-retry3:wait=none,scope=read:fallbacks/reads==50%', outcome)).toBe(true);
  expect(failed('fallbacks/reads==25%', outcome)).toBe(true);
  expect(failed('rcu-retry3:wait=none,scope=read:fallbacks>mmap-lock:fallbacks', outcome)).toBe(
    true,
  );
});

test('fail-on: over several runs an expression without a strategy is judged for each', () => {
  const run = (strategy: string, cuts: number) => ({
    strategy,
    outcome: anOutcome({ readers: [aReader({ strategy, tearing: { cuts } })] }),
  });
  const subjects = [run('mmap-lock', 1), run('rcu-page', 3), run('rcu-retry', 2)];
  const expressions = [
    'cuts>1',
    'rcu-page:cuts>2',
    'cuts>rcu-retry:cuts',
    'mmap-lock:cuts<rcu-retry:cuts',
  ].map(parse);

  const verdicts = judge(expressions, subjects);

  expect(
    verdicts.map(({ failOn, strategy, failed }) => [failOn.expression, strategy, failed]),
  ).toEqual([
    ['cuts>1', 'mmap-lock', false],
    ['cuts>1', 'rcu-page', true],
    ['cuts>1', 'rcu-retry', true],
    ['rcu-page:cuts>2', 'rcu-page', true],
    ['cuts>rcu-retry:cuts', 'mmap-lock', false],
    ['cuts>rcu-retry:cuts', 'rcu-page', true],
    ['cuts>rcu-retry:cuts', 'rcu-retry', false],
    ['mmap-lock:cuts<rcu-retry:cuts', 'mmap-lock', true],
  ]);
});

test('fail-on: strategies are brought to their canonical names', () => {
  const failOn = parseFailOn('baseline:cuts > page:cuts', (s) => s.toUpperCase());

  expect(failOn.left.strategy).toBe('BASELINE');
  expect(failOn.right).toMatchObject({ strategy: 'PAGE' });
});

test('fail-on: a strategy that does not take part is refused before the run', () => {
  const expressions = [parse('cuts>0'), parse('cuts>rcu-page:cuts')];

  expect(() => checkStrategies(expressions, ['rcu-page', 'mmap-lock'])).not.toThrow();
  expect(() => checkStrategies(expressions, ['mmap-lock', 'mmap-lock'])).toThrow(
    '"cuts>rcu-page:cuts": no reader of this run has strategy "rcu-page" (there is: mmap-lock)',
  );
  expect(() => checkStrategies([parse('a:cuts>0')], [])).toThrow('(there is: none)');
});

test('fail-on: an unknown metric names the nearest known one', () => {
  expect(message('tornPases>0')).toBe(
    '"tornPases>0": unknown metric "tornPases"; did you mean "tornPasses"?',
  );
  expect(message('falsegaps>0')).toContain('did you mean "falseGaps"?');
  expect(message('p99(pasNs)>0')).toContain('unknown distribution "pasNs"; did you mean "passNs"?');
  expect(message('p98(passNs)>0')).toContain('unknown aggregate "p98"; did you mean "p90"?');
  expect(message('tornPasses/pases>0')).toContain('did you mean "passes"?');
  expect(message('cuts>lokc')).toContain('unknown metric "lokc"; known: passes, passesStarted,');
});

test('fail-on: what could never fail as meant is refused', () => {
  expect(message('passNs>1ms')).toContain('say which figure of it, such as p99(passNs)');
  expect(message('p99(retries)>1')).toContain('retries is one number, it has no p99');
  expect(message('tornPasses>5us')).toContain('5us is a time, the left side is not');
  expect(message('tornPasses>1%')).toContain('a percentage needs a ratio');
  expect(message('p99(passNs)>retries')).toContain('one side is a time, the other is not');
  expect(message('mmapReadLockHoldNs/mmapReadLockWaitNs>1us')).toContain('is a time, the left');
  expect(message('p99(passNs)>1m')).toContain('unknown unit "m"; known: %, ns, us, ms, s');
  expect(message('p99(passNs)>1toString')).toContain('unknown unit "toString"');
});

test('fail-on: a time for each of something is a time', () => {
  const counters = { mmapReadLockHoldNs: 22_000, mmapReadLocks: 2 };
  const outcome = anOutcome({ readers: [aReader({ counters })] });

  expect(failed('mmapReadLockHoldNs/mmapReadLocks>10us', outcome)).toBe(true);
});

test('fail-on: malformed expressions say what is missing', () => {
  expect(message('tornPasses')).toContain('no comparison (one of > >= < <= == !=)');
  expect(message('')).toContain('no comparison');
  expect(message('tornPasses=0')).toContain('for equality write ==');
  expect(message('>0')).toContain('a metric is missing');
  expect(message('cuts>')).toContain('a metric is missing');
  expect(message('cuts/lines/reads>0')).toContain('one metric above and one below');
});

test('verdicts: one line tells the expression and what it came to', () => {
  const reader = aReader({ counters: { fallbacks: 1, reads: 3, retries: 1 }, passNs: [1234] });
  const outcome = anOutcome({ readers: [reader] });
  const line = (expression: string, several = false) =>
    verdictText(judge([parse(expression)], [{ strategy: 's', outcome }])[0]!, several);

  expect(line('reads>2')).toBe('reads>2 (3)');
  expect(line('reads>3')).toBe('reads<=3 (3)');
  expect(line('reads==4')).toBe('reads!=4 (3)');
  expect(line('require:reads==4')).toBe('reads!=4 (3)');
  expect(line('require:reads > 2')).toBe('reads > 2 (3)');
  expect(line('fallbacks/reads>1%')).toBe('fallbacks/reads>1% (33.3333%)');
  expect(line('fallbacks/reads>0.5')).toBe('fallbacks/reads<=0.5 (0.333333)');
  expect(line('retries/lines>1')).toBe('retries/lines>1 (infinite)');
  expect(line('p99(readNs)>1')).toBe('p99(readNs)>1 (nothing measured)');
  expect(line('reads > fallbacks')).toBe('reads > fallbacks (3 against 1)');
  expect(line('max(passNs)>1us', true)).toBe('s: max(passNs)>1us (1234)');
});

test('require: fails where the expression does not hold, or measures nothing', () => {
  const outcome = anOutcome({ readers: [aReader({ counters: { reads: 3 } })] });

  expect(failed('require:reads==3', outcome)).toBe(false);
  expect(failed('require:reads>3', outcome)).toBe(true);
  expect(failed('require:p99(readNs)>=0', outcome)).toBe(true);
});

test('a term is so many times a figure, and a ratio may stand on both sides', () => {
  const counters = { reads: 4, lines: 10, retries: 5, fallbacks: 1 };
  const outcome = anOutcome({ readers: [aReader({ counters })] });

  expect(failed('1000*retries/lines>499', outcome)).toBe(true); // 500
  expect(failed('1000*retries/lines>500', outcome)).toBe(false);
  expect(failed('retries<2*reads', outcome)).toBe(true); // 5 and 8
  expect(failed('retries/lines>=2*fallbacks/reads', outcome)).toBe(true); // 0.5 and 0.5
  expect(failed('1.5e0 * reads>6', outcome)).toBe(false);
  expect(message('x*reads>1')).toContain('unknown metric');
});
