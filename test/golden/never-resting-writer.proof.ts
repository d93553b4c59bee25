/**
 * With a writer that never rests, does a reader finish? "May starve" is a legitimate property of a
 * strategy, and one worth recording: the table is compared byte for byte.
 */
import { expect, test } from 'vitest';
import { ALL_STRATEGIES, aRun } from '../support/run.ts';

const MS = 1_000_000;

const scenario = (writer: string): string => `
duration: 5ms
vmas: [{start: "0x7f0000000000", pages: 3, repeat: 129, gap: 1, perms: [r--p, rw-p], tag: child}]
readers: [{name: r}]
writers: [{name: w, ${writer}}]
`;

/** Sections of 1 us, 100 ns apart; and mprotect back and forth, as quick as the calls go. */
const WRITERS = {
  sections: scenario('program: [{hold: 1us}, {pause: 100ns}]'),
  mprotect: scenario('churn: merge-churn, vma: {tag: child, pick: random}'),
};

function row(strategy: string): string {
  const cells = Object.values(WRITERS).map((yaml) => {
    const { totals, readers } = aRun(yaml, { strategy, passes: 'none', maxEvents: 300_000 });
    const { max } = readers[0]!.passNs;
    if (totals.passesFinished === 0) return totals.passesStarved > 0 ? 'starves' : 'too slow';
    return `${(max! / MS).toFixed(3)} ms`;
  });
  return [strategy.padEnd(48), ...cells.map((cell) => cell.padStart(10))].join(' ');
}

test('who finishes a pass of 129 VMAs within 5 ms, and who starves', async () => {
  const head = ['strategy'.padEnd(48), ...Object.keys(WRITERS).map((w) => w.padStart(10))].join(
    ' ',
  );
  const table = `${[head, ...ALL_STRATEGIES.map(row)].join('\n')}\n`;

  await expect(table).toMatchFileSnapshot('never-resting-writer.txt');
});
