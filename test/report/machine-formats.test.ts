import { expect, test } from 'vitest';
import { csv } from '../../src/report/csv.ts';
import { parseFailOn } from '../../src/report/fail-on.ts';
import { FORMATS } from '../../src/report/index.ts';
import { json } from '../../src/report/json.ts';
import { markdown } from '../../src/report/markdown.ts';
import { ndjson } from '../../src/report/ndjson.ts';
import type { Paint } from '../../src/report/report.ts';
import { judge } from '../../src/report/verdict.ts';
import { COUNTER_KEYS, TEARING_KEYS } from '../../src/world/outcome.ts';
import { anInput, anOutcome, aPass, aReader, aWriter, textOf } from './outcomes.ts';

const outcome = anOutcome({
  simulatedNs: 50_000_000,
  events: 123_456,
  readers: [
    aReader({ counters: { retries: 12 }, tearing: { cuts: 4 }, passNs: [10, 20], readNs: [3] }),
    aReader({ name: 'second, "quoted"', strategy: 'rcu-retry3:wait=none,scope=read' }),
  ],
  writers: [{ ...aWriter('churn', [500]), errors: { ENOMEM: 2, EINVAL: 1 } }],
  passes: [
    aPass('a\n', { torn: true, cuts: [{ line: 1, inPage: true }] }),
    aPass(Uint8Array.of(0xff, 0x0a), { index: 1 }),
  ],
  starved: [{ reader: 'monitor', pass: 2, address: '0x7f0000001000', failedAttempts: 41 }],
  livelock: { atNs: 900, periodNs: 100 },
});

test('json: the document has the keys of mapsim/run@1 in their order', () => {
  const document = JSON.parse(textOf(json.render(anInput(outcome))));

  expect(Object.keys(document)).toEqual([
    'schema',
    'tool',
    'prng',
    'scenario',
    'strategy',
    'seed',
    'simulatedNs',
    'events',
    'complete',
    'ended',
    'totals',
    'tearing',
    'starved',
    'livelock',
    'kernelFault',
    'failOn',
    'readers',
    'writers',
    'passes',
  ]);
  expect(document).toMatchObject({
    schema: 'mapsim/run@1',
    tool: '1.2.3',
    prng: 'alea/1',
    scenario: { name: 'storm', sha256: 'ab'.repeat(32) },
    strategy: 'mixed',
    seed: '1',
    simulatedNs: 50_000_000,
    events: 123_456,
    complete: true,
    ended: 'passes',
    starved: [{ reader: 'monitor', pass: 2, address: '0x7f0000001000', failedAttempts: 41 }],
    livelock: { atNs: 900, periodNs: 100 },
    failOn: [],
  });
  expect(Object.keys(document.totals)).toEqual([...COUNTER_KEYS]);
  expect(Object.keys(document.tearing)).toEqual([...TEARING_KEYS]);
});

test('json: a reader has the counters, the tearing keys, and what only a reader has', () => {
  const { readers } = JSON.parse(textOf(json.render(anInput(outcome))));

  expect(Object.keys(readers[0])).toEqual([
    'name',
    'strategy',
    ...COUNTER_KEYS,
    ...TEARING_KEYS,
    'attempts',
    'failedByCause',
    'passNs',
    'readNs',
    'rcuSectionMaxNs',
  ]);
  expect(readers[0]).toMatchObject({ name: 'monitor', retries: 12, cuts: 4 });
  expect(Object.keys(readers[0].failedByCause)).toEqual([
    'sequence',
    'odd',
    'filePin',
    'namePin',
    'detached',
    'locked',
    'gap',
  ]);
  expect(JSON.stringify(readers[0].passNs)).toBe(
    '{"n":2,"min":10,"mean":15,"p50":10,"p90":20,"p99":20,"max":20}',
  );
  expect(readers[1].passNs).toEqual({
    n: 0,
    min: null,
    mean: null,
    p50: null,
    p90: null,
    p99: null,
    max: null,
  });
});

test('json: a writer has its operations, its errors by name, its times', () => {
  const { writers } = JSON.parse(textOf(json.render(anInput(outcome))));

  expect(Object.keys(writers[0])).toEqual([
    'name',
    'ops',
    'errors',
    'opNs',
    'lockWaitNs',
    'drainWaitNs',
  ]);
  expect(JSON.stringify(writers[0].errors)).toBe('{"EINVAL":1,"ENOMEM":2}');
  expect(writers[0].opNs).toMatchObject({ n: 1, p50: 500 });
});

test('json: passes have the six keys of the contract and what was found in them', () => {
  const { passes } = JSON.parse(textOf(json.render(anInput(outcome))));

  expect(passes[0]).toMatchObject({
    reader: 'monitor',
    index: 0,
    startNs: 0,
    endNs: 0,
    torn: true,
    finished: true,
    cuts: [{ line: 1, inPage: true }],
    text: 'a\n',
  });
  expect(passes[1]).toMatchObject({ index: 1, text: '\ufffd\n' });
});

test('json: the document is laid out as JSON.stringify would, ends with a newline', () => {
  for (const some of [outcome, anOutcome({ readers: [] })]) {
    const shown = textOf(json.render(anInput(some)));

    expect(shown).toBe(`${JSON.stringify(JSON.parse(shown), null, 2)}\n`);
  }
});

test('json: expressions are recorded with what they came to', () => {
  const expressions = ['cuts>3', 'retries/fallbacks>=1%', 'p99(writer.lockWaitNs)>1us'];
  const verdicts = judge(
    expressions.map((e) => parseFailOn(e, (s) => s)),
    [{ strategy: 'mixed', outcome }],
  );

  const { failOn } = JSON.parse(textOf(json.render(anInput(outcome, { verdicts }))));

  expect(failOn).toEqual([
    { expression: 'cuts>3', strategy: 'mixed', failed: true, left: 4, right: 3 },
    {
      expression: 'retries/fallbacks>=1%',
      strategy: 'mixed',
      failed: true,
      left: 'Infinity',
      right: 0.01,
    },
    {
      expression: 'p99(writer.lockWaitNs)>1us',
      strategy: 'mixed',
      failed: true,
      left: null,
      right: 1000,
    },
  ]);
});

test('ndjson: one record a line, header first and totals last', () => {
  const lines = textOf(ndjson.render(anInput(outcome))).split('\n');

  expect(lines.pop()).toBe('');
  const records = lines.map((line) => JSON.parse(line));
  expect(records.map((record) => record.type)).toEqual([
    'header',
    'reader',
    'reader',
    'writer',
    'pass',
    'pass',
    'totals',
  ]);
  expect(records[0]).toEqual({
    type: 'header',
    schema: 'mapsim/run@1',
    tool: '1.2.3',
    prng: 'alea/1',
    scenario: { name: 'storm', sha256: 'ab'.repeat(32) },
    strategy: 'mixed',
    seed: '1',
  });
  expect(records[1]).toMatchObject({ name: 'monitor', retries: 12, cuts: 4 });
  expect(records[3]).toMatchObject({ name: 'churn', ops: 1 });
  expect(records[4]).toMatchObject({ reader: 'monitor', text: 'a\n' });
  expect(records[6]).toMatchObject({ complete: true, events: 123_456, retries: 12, cuts: 4 });
});

test('csv: a header row, then a row a reader, lines ended by CR LF', () => {
  const rows = textOf(csv.render(anInput(outcome))).split('\r\n');

  expect(rows).toHaveLength(4);
  expect(rows[3]).toBe('');
  expect(rows[0]).toBe(
    ['scenario', 'strategy', 'seed', 'reader', ...COUNTER_KEYS, ...TEARING_KEYS].join(','),
  );
  expect(rows[1]).toMatch(/^storm,rcu-retry3,1,monitor,0,0,0,0,0,0,0,12,/);
});

test('csv: a field with a comma or a quote is quoted, its quotes doubled', () => {
  const rows = textOf(csv.render(anInput(outcome))).split('\r\n');

  expect(rows[2]).toMatch(/^storm,"rcu-retry3:wait=none,scope=read",1,"second, ""quoted""",0,/);
});

test('csv: a line break is written as an escape', () => {
  const shown = textOf(csv.render(anInput(anOutcome({ seed: 'a\nb\r' }))));

  expect(shown).toContain('\r\nstorm,rcu-retry3,a\\u{a}b\\u{d},monitor,');
});

test('csv: no reader leaves the header row', () => {
  const shown = textOf(csv.render(anInput(anOutcome({ readers: [] }))));

  expect(shown.split('\r\n')).toHaveLength(2);
});

test('markdown: the rows of csv as a table, every row with every column', () => {
  const [rows] = textOf(markdown.render(anInput(outcome))).split('\n\n');
  const lines = rows!.split('\n');
  const cells = (line: string) => line.split('|').slice(1, -1);

  expect(lines).toHaveLength(4);
  expect(cells(lines[0]!).map((cell) => cell.trim())).toEqual([
    'scenario',
    'strategy',
    'seed',
    'reader',
    ...COUNTER_KEYS,
    ...TEARING_KEYS,
  ]);
  expect(cells(lines[1]!)[0]).toMatch(/^-+$/);
  expect(cells(lines[1]!)[4]).toMatch(/^-+:$/);
  expect(cells(lines[2]!).map((cell) => cell.trim())).toContain('12');
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
});

test('markdown: bars and line breaks in names do not break the table', () => {
  const shown = textOf(markdown.render(anInput(anOutcome({ seed: 'a|b\nc\\' }))));

  expect(shown).toContain('| a\\|b\\\\u{a}c\\\\ |');
});

test('formats for machines never take colour', () => {
  const paint: Paint = { remark: (s) => `<${s}>`, fault: (s) => `!${s}!` };
  for (const format of FORMATS.filter(({ name }) => name !== 'text')) {
    const plain = textOf(format.render(anInput(outcome)));

    expect(textOf(format.render(anInput(outcome, { paint })))).toBe(plain);
  }
});

test('no format tells real time unless asked to', () => {
  for (const format of FORMATS) {
    const silent = textOf(format.render(anInput(outcome)));
    const timed = textOf(format.render(anInput(outcome, { timing: { wallNs: 987_654_321 } })));

    expect(silent).not.toContain('wallNs');
    expect(timed).toContain('wallNs');
    expect(timed).toContain('987654321');
  }
});
