/**
 * The model against a real kernel: every claim, on the quick settings, once, by the command itself.
 * What a claim holds the model to stands with the claim; here is what must agree, whatever else
 * differs.
 */
import { beforeAll, expect, test } from 'vitest';
import { CLAIMS } from '../../src/validate/index.ts';
import { type Ended, ensureBuilt, spawnMapsim } from '../cli/spawn.ts';

let ended: Ended;
/** Cells of the rows of all tables, by id. */
let rows: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  ensureBuilt();
  ended = await spawnMapsim(['validate-model', '--format=markdown']);
  const lines = ended.stdout.split('\n').filter((line) => line.startsWith('| `'));
  rows = new Map(
    lines.map((line) => {
      const cells = line.slice(2, -2).split(' | ');
      return [cells[0]!.replaceAll('`', ''), cells];
    }),
  );
}, 1_800_000);

/** Rows of all claims whose id begins so and that do not agree. */
function missed(...beginnings: readonly string[]): readonly unknown[] {
  return beginnings.flatMap((beginning): readonly unknown[] => {
    const meant = CLAIMS.filter(({ id }) => id.startsWith(beginning)).map(({ id }) => rows.get(id));
    return meant.length === 0 ? [beginning] : meant.filter((row) => row?.at(-1) !== 'agrees');
  });
}

test('validation: nothing that is expected to agree differs', () => {
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  expect([...rows.keys()]).toEqual(CLAIMS.map(({ id }) => id));
});

test('validation: the page in docs/ is what the command finds', async () => {
  await expect(ended.stdout).toMatchFileSnapshot('../../docs/validation.md');
});

test('merge-churn: vma-lock shows overlaps inside a read(), at the measured rates', () => {
  expect(missed('overlaps-')).toEqual([]);
});

test('exact-mremap: vma-lock shows transient gaps, mmap-lock none', () => {
  expect(missed('transient-gaps')).toEqual([]);
});

test('flip-pair: P(torn) follows min(1, g / T) in all six configurations', () => {
  expect(CLAIMS.filter(({ id }) => /^torn-[0-9]/.test(id))).toHaveLength(6);
  expect(missed('torn-')).toEqual([]);
});

test('mckenney: hogs make long calls, and hand-offs do', () => {
  expect(missed('mckenney-hogs')).toEqual([]);
  expect(missed('mckenney-hand-off', 'mckenney-rcu-tail')).toEqual([]);
});

test('a looping mmap_lock reader starves the writer up to the hand-off; fifo does not', () => {
  expect(missed('lock-starved-numa_maps', 'lock-hand-off', 'lock-fifo')).toEqual([]);
});

test('vma-lock: no fallback where the writer is elsewhere, 1/V where it is uniform', () => {
  expect(missed('fallback-elsewhere', 'fallback-inverse')).toEqual([]);
});

test("the kernel's own races show at a page border only what its test accepts", () => {
  expect(missed('selftest-')).toEqual([]);
});
