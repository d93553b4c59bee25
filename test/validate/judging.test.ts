/** How claims are judged, told and counted. */
import { describe, expect, test } from 'vitest';
import {
  VALIDATION_SCHEMA,
  validationJson,
  validationMarkdown,
  validationText,
} from '../../src/report/validation.ts';
import {
  type Claim,
  judgeClaim,
  showNs,
  type Tolerance,
  toleranceText,
} from '../../src/validate/claim.ts';
import { CLAIMS, failures, type Validation } from '../../src/validate/index.ts';
import { borders, RACES, race } from '../../src/validate/selftest.ts';
import { aLab } from './support.ts';

const claim = (within: boolean, known?: string): Claim => ({
  id: `${within}-${known ?? null}`,
  claim: 'a|b',
  source: 's',
  target: '1',
  how: 'h',
  tolerance: { words: 't', holds: (one) => one === 1 },
  known,
  simulate: () => ({ simulated: '2', figures: [within ? 1 : 2] }),
});

const judged = [claim(true), claim(true, 'why'), claim(false, 'why'), claim(false)].map((c) =>
  judgeClaim(c, aLab()),
);
const validation: Validation = { long: false, groups: [{ title: 'T', claims: judged }] };

test('a claim that misses its tolerance differs where a reason is known, and fails else', () => {
  expect(judged.map(({ verdict }) => verdict)).toEqual(['agrees', 'agrees', 'differs', 'FAILS']);
  expect(failures(validation).map((f) => f.claim.id)).toEqual(['false-null']);
});

test('tolerances: a factor either way, a share of the nearer end of a range, exactly', () => {
  const verdicts = (tolerance: Tolerance, ...cases: readonly (readonly number[])[]) =>
    cases.map((figures) => {
      const { known: _, ...rest } = claim(true);
      const asked = { ...rest, tolerance, simulate: () => ({ simulated: '', figures }) };
      return judgeClaim(asked, aLab()).verdict === 'agrees';
    });

  expect(verdicts({ factor: 2, of: 2 }, [4], [1], [4.1], [0])).toEqual([true, true, false, false]);
  expect(verdicts({ share: 0.1, of: [100] }, [90], [110], [89], [111])).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(verdicts({ share: 0.1, of: [[100, 200]] }, [90], [219], [221])).toEqual([
    true,
    true,
    false,
  ]);
  expect(verdicts({ share: 0.1, of: [1, 10] }, [1, 10], [1, 12])).toEqual([true, false]);
  expect(verdicts({ exactly: [3, 0] }, [3, 0], [3, 1])).toEqual([true, false]);
});

test('what a tolerance allows is told in its own words, or follows from it', () => {
  const rules: Tolerance[] = [
    { factor: 1.5, of: 1 },
    { share: 0.15, of: [1] },
    { share: 0.25, of: [1, 2] },
    { exactly: [1] },
    { words: 'their sum', factor: 2, of: 1 },
  ];

  expect(rules.map(toleranceText)).toEqual([
    'a factor of 1.5',
    '15 %',
    'each within 25 %',
    'exact',
    'their sum',
  ]);
});

test('times are shown in the unit that suits them', () => {
  expect([9_999, 12_345, 1_234_567].map(showNs)).toEqual(['9999 ns', '12.35 us', '1.23 ms']);
});

describe('reports', () => {
  test('text tells each verdict, the reason of a difference, and what failed', () => {
    const text = validationText(validation);

    expect(text).toContain('\nfalse-why differs: why.\nfalse-null FAILS: a|b (t).\n');
    expect(text.endsWith('2 claims agree, 1 differs for a known reason, 1 FAILS.\n')).toBe(true);
  });

  test('JSON has one record for each claim, and the totals', () => {
    const json = JSON.parse(validationJson(validation));

    expect(json).toMatchObject({
      schema: VALIDATION_SCHEMA,
      settings: 'quick',
      totals: { agrees: 2, differs: 1, fails: 1 },
    });
    expect(json.claims[2]).toEqual({
      id: 'false-why',
      group: 'T',
      claim: 'a|b',
      source: 's',
      measured: '1',
      how: 'h',
      tolerance: 't',
      simulated: '2',
      verdict: 'differs',
      reason: 'why',
    });
  });

  test('Markdown keeps a bar inside its cell', () => {
    expect(validationMarkdown(validation)).toContain(
      '| `false-null` | a\\|b | s | 1 | 2 | h | t | **FAILS** |\n',
    );
  });
});

test('claims have names of their own', () => {
  expect(new Set(CLAIMS.map(({ id }) => id)).size).toBe(CLAIMS.length);
});

test('a claim finds the same in another lab', () => {
  const one = CLAIMS.find(({ id }) => id === 'cost-split')!;

  expect(judgeClaim(one, aLab())).toEqual(judgeClaim(one, aLab()));
});

describe("the kernel's own test", () => {
  test('refuses a border at which the two lines did not change together', () => {
    const changed = RACES.split;
    const lines = [...Array<string>(82).fill(''), changed.last, changed.last];
    const pass = { text: Buffer.from(`${lines.join('\n')}\n`) };

    expect(borders([pass as never], 'split')).toEqual({
      modified: 0,
      restored: 0,
      repeated: 0,
      refused: 1,
    });
  });

  test('finds fault with a reader that checks nothing', () => {
    expect(race(aLab(), 'split', 'rcu-unchecked').refused).toBeGreaterThan(0);
    expect(race(aLab(), 'remap', 'rcu-unchecked').refused).toBeGreaterThan(0);
  });
});
