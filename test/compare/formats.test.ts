/** The formats of a comparison, and what is read back from them. */
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { PUBLISHED } from '../../scripts/schemas/published.ts';
import { COMPARE_FORMAT_NAMES } from '../../src/cli/options-many.ts';
import { compareGroups } from '../../src/compare/comparison.ts';
import { chooseMetrics } from '../../src/compare/metrics.ts';
import type { CompareResult } from '../../src/compare/result.ts';
import { readSaved } from '../../src/compare/saved.ts';
import { COMPARE_FORMATS } from '../../src/report/compare.ts';
import { seedsText } from '../../src/report/compare-cells.ts';
import { compareText } from '../../src/report/compare-text.ts';
import { FOR_FILES } from '../../src/report/report.ts';
import { aGroup, aResult } from './support.ts';

function render(name: string, result: CompareResult): string {
  return [...COMPARE_FORMATS.find((format) => format.name === name)!.render(result)].join('');
}

const groups = [
  aGroup(
    'mmap-lock',
    [120, 90, 150, 110, 140, 100, 130].map((ns) => ({ passNs: [ns], opNs: [50, 70] })),
  ),
  aGroup(
    'rcu-retry3:wait=try,scope=read',
    [240, 190, 260, 230, 280, 200, 270].map((ns, i) => ({
      passNs: [ns],
      opNs: [20, 1_500_000],
      counters: { retries: 3 + i, fallbacks: i === 2 ? 1 : 0 },
      tearing: { tornPasses: i % 2, cuts: 2 * (i % 2) },
    })),
  ),
];
const storm = {
  name: 'storm',
  sha256: 'ab'.repeat(32),
  groups,
  comparison: compareGroups(groups, [null, 0]),
};
const judgement = {
  scenario: 'storm',
  expression: 'fallbacks/passes>1%',
  wanted: 'fallbacks/passes<=1%',
  group: 'rcu-retry3',
  failed: true,
  left: Number.POSITIVE_INFINITY,
  right: 0.01,
  text: 'rcu-retry3: fallbacks/passes>1% (infinite)',
};
const result = aResult([storm], { judgements: [judgement] });

/** With two blanks between columns, however wide they are. */
function tight(lines: readonly string[]): string {
  return lines.map((line) => line.replace(/(\S) {2,}/g, '$1  ')).join('\n');
}

test('the text has a block for each metric and a line for each group', () => {
  const text = [...compareText.render(result, { ...FOR_FILES, columns: 200 })].join('');
  const lines = text.split('\n');

  expect(lines[0]).toBe(
    'storm: seeds 1..7 (7); differences against mmap-lock, seed by seed; ? not significant at 5 %',
  );
  expect(tight(lines.slice(3, 7))).toMatchInlineSnapshot(`
    "                                  value  95 % interval  difference  95 % interval  p
    passes: passes that finished
      mmap-lock  10  10 .. 10
      rcu-retry3:wait=try,scope=read  10  10 .. 10  0  1.0000"
  `);
  const from = lines.indexOf('tornPasses: finished passes with a torn text');
  expect(tight(lines.slice(from, from + 3))).toMatchInlineSnapshot(`
    "tornPasses: finished passes with a torn text
      mmap-lock  0 of 70 passes  < 5.202 %
      rcu-retry3:wait=try,scope=read  3 of 70 (4.286 %)  1.468 % .. 11.86 %  +4.286 pp ?  -1.631 pp .. +11.86 pp  1.0000"
  `);
  expect(text).not.toMatch(/[ \t]$/m);
});

test('in 80 columns differences stand under the values, and nothing is wider', () => {
  const text = render('text', result);
  const lines = text.split('\n');
  const from = lines.findIndex((line) => line.startsWith('tornPasses:'));

  expect(text).not.toMatch(/^.{81}/m);
  expect(tight(lines.slice(from, from + 5))).toMatchInlineSnapshot(`
    "tornPasses: finished passes with a torn text
      mmap-lock  0 of 70 passes  < 5.202 %
      rcu-retry3:wait=try,sco  3 of 70 (4.286 %)  1.468 % .. 11.86 %
      pe=read
                               +4.286 pp ?  -1.631 pp .. +11.86 pp  1.0000"
  `);
});

test('on a terminal differences are coloured: worse, better, not shown', () => {
  const named = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
  const paint = { better: named('b'), worse: named('w'), unsure: named('u') };
  const runs = (passNs: number, opNs: number) =>
    Array.from({ length: 12 }, (_, i) => ({
      passNs: [passNs + i],
      opNs: [opNs + i],
      tearing: { tornPasses: i % 2 },
    }));
  const both = [aGroup('mmap-lock', runs(20_000, 1000)), aGroup('x', runs(10_000, 100_000))];
  const pair = { ...storm, groups: both, comparison: compareGroups(both, [null, 0]) };
  const text = [...compareText.render(aResult([pair]), { columns: 400, paint })].join('');

  expect(text).toMatch(/p50\(passNs\).*\n.*\n.*<b>-10us/);
  expect(text).toMatch(/max\(writer.opNs\).*\n.*\n.*<w>\+99us/);
  expect(text).toMatch(/tornPasses.*\n.*\n.*<u>0<\/u>/);
});

test('a single group has no columns of differences', () => {
  const alone = { ...storm, groups: [groups[0]!], comparison: compareGroups([groups[0]!], [null]) };

  expect(render('text', aResult([alone]))).not.toContain('difference');
});

test('csv has a row for each metric and group, and quotes what has commas', () => {
  const rows = render('csv', result).split('\r\n');

  expect(rows[0]).toBe(
    'scenario,metric,unit,group,n,median,low,high,events,of,rateLow,rateHigh,test,difference,' +
      'differenceLow,differenceHigh,relative,p,pCorrected,shown',
  );
  expect(rows).toHaveLength(1 + 21 * 2 + 1);
  expect(rows[4]).toMatch(
    /^storm,1000\*retries\/lines,count,"rcu-retry3:wait=try,scope=read",7,6,/,
  );
});

test('markdown has a table, and a row for each check', () => {
  const text = render('markdown', result);

  expect(text).toMatch(/^### storm\n\nstorm: seeds 1\.\.7 \(7\); /);
  expect(text.match(/^\| p99\(passNs\) /gm)).toHaveLength(2);
  expect(text).toContain('| ✗   | storm    | rcu-retry3: fallbacks/passes>1% (infinite) |');
});

test('junit has a case for each group and each check, and escapes what XML has to', () => {
  expect(render('junit', result)).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="mapsim compare" tests="3" failures="1" errors="0">
      <testsuite name="storm" tests="3" failures="1" errors="0">
        <testcase classname="storm" name="mmap-lock: 7 runs complete"/>
        <testcase classname="storm" name="rcu-retry3:wait=try,scope=read: 7 runs complete"/>
        <testcase classname="storm" name="rcu-retry3: fallbacks/passes&lt;=1%">
          <failure message="rcu-retry3: fallbacks/passes&gt;1% (infinite)"/>
        </testcase>
      </testsuite>
    </testsuites>
    "
  `);
});

test('tap counts its points and says why one is not ok', () => {
  expect(render('tap', result)).toMatchInlineSnapshot(`
    "TAP version 14
    1..3
    ok 1 - storm: mmap-lock: 7 runs complete
    ok 2 - storm: rcu-retry3:wait=try,scope=read: 7 runs complete
    not ok 3 - storm: rcu-retry3: fallbacks/passes<=1%
      ---
      message: "rcu-retry3: fallbacks/passes>1% (infinite)"
      ...
    "
  `);
});

test('json is valid by the published schema, also where nothing was finished', () => {
  const validate = new Ajv({ strict: false }).compile(JSON.parse(PUBLISHED.compare()));
  const empty = { name: 'e', sha256: '00', groups: [], comparison: null };
  for (const each of [result, aResult([empty], { complete: false }), aResult([])]) {
    expect([validate(JSON.parse(render('json', each))), validate.errors]).toEqual([true, null]);
  }
  expect(validate({ ...JSON.parse(render('json', result)), complete: 'yes' })).toBe(false);
});

test('json and ndjson are read back as the same groups, and compared to the same numbers', () => {
  for (const name of ['json', 'ndjson']) {
    const { scenarios, prng, complete } = readSaved(render(name, result), `a.${name}`);
    const [read] = scenarios;
    const again = compareGroups(read!.groups, [null, 0]);

    expect([prng, complete, read!.name]).toEqual(['alea/1', true, 'storm']);
    expect(again).toEqual(storm.comparison);
    expect(read!.groups.map(({ pool }) => pool?.save())).toEqual(
      groups.map(({ pool }) => pool?.save()),
    );
  }
});

test('a saved result that is cut off or made up is refused', () => {
  const json = render('json', result);
  const ndjson = render('ndjson', result);

  expect(() => readSaved(json.slice(0, -20), 'a.json')).toThrow();
  expect(() => readSaved(ndjson.slice(0, ndjson.lastIndexOf('{"type":"footer"')), 'a')).toThrow(
    'its end is missing',
  );
  expect(() => readSaved(json.replace('"values":[90,1,', '"values":[90,0,'), 'a.json')).toThrow(
    'no count of values: 0',
  );
  expect(() => readSaved(json.replace('"seed":"1"', '"seed":1'), 'a.json')).toThrow(
    /a\.json is not a saved result: scenarios\.0\.groups\.0\.runs\.0\.seed: /,
  );
});

test('the command line knows the formats that there are', () => {
  expect(COMPARE_FORMATS.map(({ name }) => name)).toEqual(COMPARE_FORMAT_NAMES);
});

test('seeds are told briefly, and any text on one line', () => {
  expect(seedsText(['1', '2', '3'])).toBe('1..3 (3)');
  expect(seedsText(['7', '9'])).toBe('7, 9');
  expect(seedsText(['a\nb', ''])).toBe('"a\\nb", ""');
  expect(seedsText(['1', '2', '4', '5', '6', '8'])).toBe('1, 2, 4, 5, 6 … (6)');
});

test('--metrics: names, or what several have in common, in the order of the tables', () => {
  const keys = (...lists: string[]) => chooseMetrics(lists).map(({ key }) => key);

  expect(keys('tornPasses')).toEqual(['tornPasses']);
  expect(keys('passNs, retries', 'tornPasses')).toEqual([
    '1000*retries/lines',
    'tornPasses',
    'p50(passNs)',
    'p99(passNs)',
    'max(passNs)',
  ]);
  expect(keys('max(writer.opNs)')).toEqual(['max(writer.opNs)']);
  expect(() => keys('tornPases')).toThrow(/unknown metric "tornPases"; did you mean "tornPasses"/);
  expect(() => keys('x')).toThrow(/unknown metric "x"; known: passes, retries/);
});

test('fewer metrics are a smaller family, which fewer seeds can show', () => {
  const few = compareGroups(groups, [null, 0], false, chooseMetrics(['p50(passNs)']));
  const all = compareGroups(groups, [null, 0]);

  expect(few.metrics.map(({ metric }) => metric)).toEqual(['p50(passNs)']);
  expect(few.tests).toBe(1);
  expect(few.seedsNeeded).toBeLessThan(all.seedsNeeded);
  expect([few.canShow, few.metrics[0]!.cells[1]!.difference!.shown]).toEqual([true, true]);
});

test('a table of what happened nowhere has no head, only the line that names it', () => {
  const quiet = [aGroup('a', [{}, {}]), aGroup('b', [{}, {}])];
  const comparison = compareGroups(quiet, [null, 0], false, chooseMetrics(['tornPasses']));
  const text = render('text', aResult([{ ...storm, groups: quiet, comparison }]));

  expect(text).toContain('\n\nall zero: tornPasses\n');
  expect(text).not.toContain('95 % interval');
});
