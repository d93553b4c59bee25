import { expect, test } from 'vitest';
import type { Paint } from '../../src/report/report.ts';
import { text } from '../../src/report/text.ts';
import { anInput, anOutcome, aPass, aReader, bytesOf, textOf } from './outcomes.ts';

const LINE1 = '00001000-00003000 r--p 00000000 00:00 0 \n';
const LINE2 = '00005000-00006000 rw-p 00000000 00:00 0                          [heap]\n';

const onlyText = { counts: false, cuts: false, passLines: false };
const withCuts = { counts: false, cuts: true, passLines: false };

test('text: the maps text comes first, then every count in the order of the contract', () => {
  const reader = aReader({
    counters: { passesStarted: 2, retries: 12, fallbacks: 1, mmapReadLockHoldNs: 22_000 },
    tearing: { tornPasses: 1, cuts: 2, staleNames: 3 },
  });
  const outcome = anOutcome({ readers: [reader], passes: [aPass(LINE1 + LINE2)] });

  expect(textOf(text.render(anInput(outcome)))).toBe(`${LINE1}${LINE2}# scenario: storm
# strategy: rcu-retry3
# seed: 1
# passesStarted: 2
# passesFinished: 0
# passesStarved: 0
# passesCut: 0
# reads: 0
# lines: 0
# bytes: 0
# retries: 12
# fallbacks: 1
# discardedRecords: 0
# discardedLines: 0
# discardedBytes: 0
# overflowLines: 0
# mmapReadLocks: 0
# mmapReadLockWaitNs: 0
# mmapReadLockHoldNs: 22000
# vmaReadLocks: 0
# fallbackReads: 0
# fallbackPasses: 0
# tornPasses: 1
# cuts: 2
# cutsAtPage: 0
# cutsInPage: 0
# alienLines: 0
# overlaps: 0
# backwards: 0
# falseGaps: 0
# transientGaps: 0
# duplicates: 0
# staleNames: 3
`);
});

test('text: bytes that are no UTF-8 pass through unchanged', () => {
  const bytes = Uint8Array.of(0x2f, 0xff, 0x80, 0x00, 0xc3, 0x0a);
  const outcome = anOutcome({ passes: [aPass(bytes)] });

  expect([...bytesOf(text.render(anInput(outcome, { view: onlyText })))]).toEqual([...bytes]);
});

test('text: without counts a pass is its bytes and nothing else', () => {
  const outcome = anOutcome({ passes: [aPass(LINE1)] });

  expect(textOf(text.render(anInput(outcome, { view: onlyText })))).toBe(LINE1);
});

test('text: no pass to show leaves the counts alone', () => {
  const shown = textOf(text.render(anInput(anOutcome())));

  expect(shown.startsWith('# scenario: storm\n# strategy: ')).toBe(true);
});

test('text: a line "# cut" stands at each cut, in front of the piece that begins there', () => {
  const pass = aPass('a\nb\nc\nd\n', {
    torn: true,
    cuts: [
      { line: 1, inPage: true },
      { line: 3, inPage: false },
    ],
  });

  const shown = textOf(text.render(anInput(anOutcome({ passes: [pass] }), { view: withCuts })));

  expect(shown).toBe('a\n# cut: inPage\nb\nc\n# cut: atPage\nd\n');
});

test('text: cuts before the first line, after the last, twice in one place are shown', () => {
  const pass = aPass('a\nb\n', {
    torn: true,
    cuts: [
      { line: 0, inPage: true },
      { line: 2, inPage: true },
      { line: 2, inPage: false },
    ],
  });

  const shown = textOf(text.render(anInput(anOutcome({ passes: [pass] }), { view: withCuts })));

  expect(shown).toBe('# cut: inPage\na\nb\n# cut: inPage\n# cut: atPage\n');
});

test('text: several passes are told apart by a line before each', () => {
  const passes = [aPass('a\n', { index: 0 }), aPass('', { index: 1 }), aPass('b\n', { index: 2 })];
  const view = { counts: false, cuts: false, passLines: true };

  const shown = textOf(text.render(anInput(anOutcome({ passes }), { view })));

  expect(shown).toBe('# pass: 0\na\n# pass: 1\n# pass: 2\nb\n');
});

test('text: a text that ends within a line is ended before the counts, and only then', () => {
  const outcome = anOutcome({ passes: [aPass('00001000-0000', { finished: false })] });

  expect(textOf(text.render(anInput(outcome)))).toMatch(/^00001000-0000\n# scenario: storm\n/);
  expect(textOf(text.render(anInput(outcome, { view: onlyText })))).toBe('00001000-0000');
});

test('text: a seed that would break its line is written as JSON', () => {
  const seeds = {
    '7': '7',
    'a b': 'a b',
    '': '',
    'a\nb: 1': '"a\\nb: 1"',
    ' x': '" x"',
    '"': '"\\""',
  };

  for (const [seed, written] of Object.entries(seeds)) {
    expect(textOf(text.render(anInput(anOutcome({ seed }))))).toContain(`\n# seed: ${written}\n#`);
  }
});

test('text: colour changes no character, and marks only what is not maps text', () => {
  const paint: Paint = { remark: (s) => `<${s}>`, fault: (s) => `!${s}!` };
  const reader = aReader({ tearing: { cuts: 1 } });
  const outcome = anOutcome({ readers: [reader], passes: [aPass(LINE1)] });

  const coloured = textOf(text.render(anInput(outcome, { paint })));

  expect(coloured.startsWith(`${LINE1}<# scenario: storm>\n`)).toBe(true);
  expect(coloured).toContain('\n!# cuts: 1!\n<# cutsAtPage: 0>\n');
  expect(coloured.replaceAll(/[<>!]/g, '')).toBe(textOf(text.render(anInput(outcome))));
});

test('text: real time is there only when asked for', () => {
  const outcome = anOutcome();

  expect(textOf(text.render(anInput(outcome)))).not.toContain('wallNs');
  expect(textOf(text.render(anInput(outcome, { timing: { wallNs: 5 } })))).toMatch(
    /# staleNames: 0\n# wallNs: 5\n$/,
  );
});
