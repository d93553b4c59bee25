/** Real maps texts come back byte for byte, through every buffer. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ALL_STRATEGIES, aRun, QUERY_STRATEGIES, textOf } from '../support/run.ts';

/** A sample; the proof beside it takes every text, strategy and buffer. */
const MANY = process.env.MAPSIM_PROOFS === '1';
const CAPTURES = MANY
  ? ['bash', 'python3', 'node', 'node-churn.start', 'node-churn.ready']
  : ['bash', 'python3'];
const BUFFERS = MANY ? [1, 17, 100, 1000, 4096, 65_536] : [17, 4096];
const STRATEGIES = MANY ? ALL_STRATEGIES : ALL_STRATEGIES.filter((name) => !name.includes(':'));

const captured = (name: string): string =>
  readFileSync(new URL(`../../scenarios/captures/${name}.maps`, import.meta.url), 'latin1');

describe.each(CAPTURES)('capture %s comes back byte for byte', (name) => {
  const whole = captured(name);
  const withoutGate = whole.replace(/^ffffffffff600000-.*\n/m, '');

  test.each(STRATEGIES)('under %s', (strategy) => {
    const expected = QUERY_STRATEGIES.includes(strategy) ? withoutGate : whole;
    for (const buffer of BUFFERS) {
      const outcome = aRun(
        `vmas: [{from: captures/${name}.maps}]\nreaders: [{name: r, buffer: ${buffer}}]`,
        { strategy },
      );

      expect(textOf(outcome) === expected, `buffer ${buffer}`).toBe(true);
      expect(outcome.totals.bytes).toBe(expected.length);
      expect(outcome.totals.lines).toBe(expected.split('\n').length - 1);
      expect(outcome.tearing.tornPasses).toBe(0);
    }
  });
});

test('the captures have a gate line, which queries do not return', () => {
  expect(captured('bash')).toContain('[vsyscall]');
  expect(captured('bash').split('\n').at(-2)).toMatch(/^ffffffffff600000-/);
});
