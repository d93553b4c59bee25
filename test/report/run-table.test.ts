/** What a run comes to, for people: hand-made outcomes, and the exact words. */

import { describe, expect, test } from 'vitest';
import { markdown } from '../../src/report/markdown.ts';
import { runSentence } from '../../src/report/run-sentence.ts';
import { runTable } from '../../src/report/run-table.ts';
import type { ReaderOutcome } from '../../src/world/outcome.ts';
import { anInput, anOutcome, aReader, aWriter, textOf } from './outcomes.ts';

const BUSY = anOutcome({
  readers: [
    aReader({
      counters: {
        ...{ passesStarted: 200, passesFinished: 200, reads: 400, lines: 8600 },
        ...{ retries: 732, fallbacks: 15, fallbackReads: 15, fallbackPasses: 15 },
        ...{ discardedRecords: 702, mmapReadLocks: 747 },
        ...{ mmapReadLockWaitNs: 350_000, mmapReadLockHoldNs: 3_760_000 },
      },
      tearing: { tornPasses: 2, cuts: 2, cutsInPage: 2, overlaps: 2, duplicates: 2 },
      passNs: [100_000, 115_000, 140_000],
      attempts: [8000, 500, 80, 20],
    }),
  ],
  writers: [aWriter('churn', [1500, 1500, 5800, 28_000])],
});

test('run: the table has denominators, times in fitting units, what is zero in one line', () => {
  const text = runTable(anInput(BUSY), { columns: 80, scenarioPath: '@bash' });

  expect(text).toMatchInlineSnapshot(`
    "storm, rcu-retry3, seed 1: 200 passes, 43 lines each

    pass time     median 115us  p99 140us, longest 140us
    retries       732           85.12 per 1000 lines, 3.66 per pass
    attempts                    1: 8000, 2: 500, 3: 80, 4: 20 (records by attempts)
    fallbacks     15            in 15 of 400 read() calls (3.75 %), 15 of 200 passes
                                (7.5 %)
    discarded     702 records   none of them formatted
    torn          2             2 of 200 texts (1 %): cuts 2, overlaps 2, duplicates
                                2
    mmap_lock     747 times     total wait 350us, total hold 3.76ms
    writer calls  4 calls       median 1.5us, p99 28us, longest 28us
    their waits   median 0ns    p99 0ns, longest 0ns for mmap_lock
    all zero: alien lines, backward lines, false gaps, transient gaps, stale names,
        starved passes

    In short: with rcu-retry3 a pass takes 115us (median of 200); 15 of 400 read()
        calls (3.75 %) fall back to mmap_lock, the limit of 3 retries is reached; 2
        of 200 texts (1 %) are torn; the longest of 4 writer calls takes 28us.
    next: mapsim run @bash --strategy=rcu-retry3 --seed=1 --pass=torn
    "
  `);
});

test('run: attempts are summed over readers, pages apart; long ones are cut, and 64 is so many or more', () => {
  const counters = { passesStarted: 1, passesFinished: 1, retries: 1 };
  const reader = (
    strategy: string,
    attempts: readonly number[],
    attemptsAt: ReaderOutcome['attemptsAt'] = 'record',
  ) => aReader({ strategy, attempts, attemptsAt, counters });
  const table = (...readers: ReturnType<typeof reader>[]) =>
    runTable(anInput(anOutcome({ readers, writers: [] })), { columns: 200, scenarioPath: 's' });
  const long = Array.from({ length: 64 }, (_, i) => 64 - i);

  expect(table(reader('rcu-retry3', [8, 2]), reader('rcu-retry', [5, 1, 1]))).toContain(
    '1: 13, 2: 3, 3: 1 (records by attempts)\n',
  );
  const both = table(reader('mine', [4, 1], 'page'), reader('rcu-retry', long));
  expect(both).toContain('1: 4, 2: 1 (pages by attempts)\n');
  expect(both).toContain('6: 59, 7: 58, …, 64+: 1 (records by attempts)\n');
  expect(table(reader('vma-lock', [90]))).not.toContain('attempts');
});

test('run: nothing of the table is wider than the terminal, whatever its width', () => {
  for (const columns of [40, 60, 80, 120]) {
    const text = runTable(anInput(BUSY), { columns, scenarioPath: '@bash' });
    const wide = text.split('\n').filter((line) => line.length > columns);

    expect(wide).toEqual([]);
  }
});

describe('the sentence', () => {
  const pass = { passesStarted: 10, passesFinished: 10, reads: 20 };
  const one = { passNs: [1000] };

  test.each([
    [
      'a limit that is reached',
      { ...pass, fallbackReads: 5 },
      'rcu-retry3',
      '5 of 20 read() calls (25 %) fall back to mmap_lock, the limit of 3 retries is reached; no text',
    ],
    [
      'a limit that is never reached',
      pass,
      'rcu-retry3',
      'no read() call falls back, the limit of 3 retries is never reached; no text',
    ],
    [
      'a strategy without a limit says nothing of it',
      pass,
      'mmap-lock',
      'In short: with mmap-lock a pass takes 1us (median of 10); no text is torn',
    ],
    [
      'fallbacks without a limit',
      { ...pass, fallbackReads: 20 },
      'vma-lock',
      '20 of 20 read() calls (100 %) fall back to mmap_lock; no text',
    ],
    [
      'a limit of one retry',
      { ...pass, fallbackReads: 1 },
      'rcu-page1',
      '1 of 20 read() calls (5 %) falls back to mmap_lock, the limit of 1 retry is reached; no text',
    ],
  ])('%s', (_name, counters, strategy, words) => {
    const outcome = anOutcome({
      readers: [aReader({ ...one, strategy, counters })],
      writers: [aWriter('w', [2000])],
    });

    expect(runSentence({ ...outcome, strategy })).toContain(words);
  });

  test('passes that starve, and none that finishes', () => {
    const counters = { passesStarted: 1, passesStarved: 1 };
    const outcome = anOutcome({
      readers: [aReader({ counters })],
      writers: [aWriter('w', [2000])],
    });

    expect(runSentence(outcome)).toMatchInlineSnapshot(
      `"In short: none of 1 pass finished; no read() call falls back, the limit of 3 retries is never reached; 1 pass starves; the longest of 1 writer call takes 2us."`,
    );
  });

  test('one torn text, and the writers', () => {
    const tearing = { tornPasses: 1, cuts: 1 };
    const reader = aReader({ ...one, counters: pass, tearing });
    const outcome = anOutcome({ readers: [reader], writers: [aWriter('w', [5000])] });

    expect(runSentence({ ...outcome, strategy: 'mmap-lock' })).toMatchInlineSnapshot(
      `"In short: with mmap-lock a pass takes 1us (median of 10); 1 of 10 texts (10 %) is torn; the longest of 1 writer call takes 5us."`,
    );
  });

  test('without a reader it is about the writers', () => {
    const outcome = anOutcome({ readers: [], writers: [aWriter('w', [5000, 6000])] });

    expect(runSentence(outcome)).toMatchInlineSnapshot(
      `"In short: the longest of 2 writer calls takes 6us."`,
    );
  });

  test('readers of different strategies are not called by one', () => {
    const reader = aReader({ ...one, counters: pass });

    expect(
      runSentence({ ...anOutcome({ readers: [reader] }), strategy: 'mixed' }),
    ).toMatchInlineSnapshot(`"In short: a pass takes 1us (median of 10); no text is torn."`);
  });

  test('stands under the table of Markdown', () => {
    expect(
      textOf(markdown.render(anInput(BUSY)))
        .split('\n\n')
        .at(-1),
    ).toMatchInlineSnapshot(`
      "In short: with rcu-retry3 a pass takes 115us (median of 200); 15 of 400 read() calls (3.75 %) fall back to mmap_lock, the limit of 3 retries is reached; 2 of 200 texts (1 %) are torn; the longest of 4 writer calls takes 28us.
      "
    `);
  });
});
