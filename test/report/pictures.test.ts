/** Pictures of passes: what they say is what the counts say, and they keep to their limits. */
import { describe, expect, test } from 'vitest';
import { divide } from '../../src/report/pictures/division.ts';
import { explainText } from '../../src/report/pictures/explain.ts';
import { schedulePicture } from '../../src/report/pictures/schedule-svg.ts';
import { passColumns } from '../../src/report/pictures/schedule-text.ts';
import { aScenario } from '../support/run.ts';
import { aPass, picturesOf, svgText } from '../support/stories.ts';
import { shipped } from '../support/traced.ts';

const TORN = [
  ['python3.yaml', 'rcu-retry3'],
  ['merge-churn.yaml', 'vma-lock'],
  ['page-vs-vma.yaml', 'rcu-unchecked'],
  ['flip-pair.yaml', 'rcu-page2'],
  ['selftest-remap.yaml', 'vma-lock'],
] as const;

describe.each(TORN)('the first torn pass of %s under %s', (name, strategy) => {
  const pass = aPass(shipped(name), strategy, 'torn')!;
  const { trace, story } = pass;

  test('is divided into as many pieces as the oracle counts', () => {
    const { cuts } = divide(story);

    expect(cuts.length).toBe(story.pass.tearing.cuts);
    expect(cuts.filter(({ inPage }) => inPage).length).toBe(story.pass.tearing.cutsInPage);
  });

  test('has every line in the state of its piece, in order', () => {
    const { pieces, states } = divide(story);

    for (const { from, to, state } of pieces) {
      if (state === null) continue;
      const places = story.lines.slice(from, to).map(({ text }) => states[state]!.at.get(text));
      expect(places).toEqual(places.map((_, i) => places[0]! + i));
    }
  });

  test('is drawn with a title and a description that say the finding', () => {
    for (const { title, description } of picturesOf(pass)) {
      expect(title).not.toBe('');
      expect(description).toContain(`${story.pass.tearing.cuts} cut`);
    }
    expect(schedulePicture(trace, story).title).toMatch(/^A torn text: /);
  });

  test('is columns of ASCII that a commit message has room for', () => {
    const text = passColumns(trace, story) + explainText(trace, story, 'torn');

    expect(text.split('\n').filter((line) => line.length > 72)).toEqual([]);
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expect(text).toContain('# cut 1');
    expect(text).toContain('Why it is torn: cut 1');
  });

  test('has the same bytes twice, and few of them', () => {
    const again = aPass(shipped(name), strategy, 'torn')!;
    const drawn = picturesOf(pass).map(svgText);

    expect(picturesOf(again).map(svgText)).toEqual(drawn);
    for (const text of drawn) expect(text.length).toBeLessThan(150_000);
  });
});

test('a pass that the end of the run cut off is not called a whole text', () => {
  const pass = aPass(shipped('hyperactive-writer.yaml'), 'rcu-retry', 'any', 20_000)!;
  const titles = picturesOf(pass).map(({ title }) => title);

  expect(pass.story.pass.finished).toBe(false);
  expect(titles[0]).toBe('A pass that the end of the run cut off');
  expect(titles[1]).toMatch(/^rcu-retry: a text cut off by the end of the run, /);
  expect(titles.join()).not.toContain('whole');
});

describe('the words of a schedule', () => {
  const bash = aPass({ ...shipped('bash.yaml'), seed: '5' }, 'rcu-retry3', 'torn')!;
  const words = ({ trace, story }: typeof bash): string[] => {
    const svg = svgText(schedulePicture(trace, story, { rows: 16 }));
    return [...svg.matchAll(/<text [^>]*>([^<]*)/g)].map(([, text]) => text!);
  };

  test('name a call in a cut as it stands in the column of the writer', () => {
    const [, call] = / past (\w+\([^)]*\))$/.exec(words(bash).find((w) => w.startsWith('cut 1'))!)!;

    expect(words(bash)).toContain(call);
  });

  test('name the last of several calls in a cut that has no room for all', () => {
    const several = aPass(shipped('split-merge.yaml'), 'rcu-retry3', 'torn')!;
    const cut = words(several).find((w) => w.startsWith('cut 1'))!;

    expect(cut).toMatch(/^cut 1, between pages: S\d to S\d, 4 calls, last mmap\([0-9a-f]+…\)$/);
  });

  test('have room for the end of a text, which is that of a query under query strategies', () => {
    const query = aPass(shipped('bash.yaml'), 'query-vma', 0)!;

    expect(words(bash)).toContain('read() returns 0: the end');
    expect(words(query)).toContain('query: ENOENT, the end');
    expect(words(query).join()).not.toContain('read()');
  });
});

describe('names of files', () => {
  const hostile = ['</script><b>x', '\u202egnp.exe', `/${'d'.repeat(200)}`.repeat(20), 'a&b"c'];
  const vmas = hostile.map(
    (path, i) =>
      `{start: "0x7f${i}000000000", pages: 4, perms: r--p, tag: t, file: {path: ${JSON.stringify(path)}, dev: "08:01", inode: 7}}`,
  );
  const scenario = aScenario(
    `vmas: [${vmas.join(', ')}]\nreaders: [{name: "r<i>", passes: 2}]\nwriters: [{name: w, churn: split-merge, vma: {tag: t, pick: random}}]`,
  );

  test('are columns of ASCII: a character beyond it is a question mark', () => {
    const foreign = aScenario(
      'vmas: [{start: "0x7f0000000000", pages: 4, perms: r--p, tag: t, file: {path: "/tmp/дом\u{1f600}", dev: "08:01", inode: 7}}]\n' +
        'readers: [{name: "lés", passes: 2}]\nwriters: [{name: "ß", churn: split-merge, vma: {tag: t, pick: random}}]',
    );
    const { trace, story } = aPass(foreign, 'rcu-unchecked', 0)!;
    const text = passColumns(trace, story) + explainText(trace, story, 'retry');

    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expect(text).toMatch(/CPU 0 \(l\?s\) +CPU 1 \(\?\)/);
    expect(text).toMatch(/0000 \?{4}, line 1$/m);
  });

  test('stay text in a picture', () => {
    const pass = aPass(scenario, 'rcu-unchecked', 0)!;

    for (const text of picturesOf(pass).map(svgText)) {
      expect(text).not.toContain('</script>');
      expect(text).not.toContain('<b>');
      expect(text).not.toContain('<i>');
      expect(text).not.toContain('\u202e');
      expect(text.length).toBeLessThan(150_000);
    }
  });
});

describe('why', () => {
  const columns = (strategy: string, what: 'retry' | 'fallback'): string => {
    const { trace, story } = aPass(shipped('python3.yaml'), strategy, what)!;
    return explainText(trace, story, what);
  };

  test('a retry names the operation that began in between, and marks the attempt', () => {
    const text = columns('rcu-retry3', 'retry');

    expect(text).toMatch(/^ +[\d.]+ > .*attempt 1 fails/m);
    expect(text).toMatch(/Why it retries: the attempt at line \d+ failed/);
  });

  test('a fallback says how many attempts failed before it', () => {
    expect(columns('rcu-retry3', 'fallback')).toMatch(/Why it falls back: 4 attempts at line/);
    expect(columns('rcu-retry0', 'fallback')).toMatch(/Why it falls back: one attempt at line/);
  });
});
