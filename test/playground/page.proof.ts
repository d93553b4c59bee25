/// <reference lib="dom" />
/**
 * The playground in a real browser: each preset shows what it promises, texts and counts are those
 * of the command line, a schedule played by hand replays there, and nothing freezes the page.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fragmentOf } from '../../src/playground/fragment.ts';
import { PRESETS } from '../../src/playground/presets.ts';
import { stepLabel } from '../../src/report/interleaving.ts';
import { ensureBuilt } from '../cli/spawn.ts';
import { mapsim } from '../cli/support.ts';
import { aBrowser, type Opened, opened } from '../support/browser.ts';

const cwd = mkdtempSync(join(tmpdir(), 'mapsim-playground-'));
const FILE = join(cwd, 'p.html');
/** The machine may be busy. */
const LONG = { timeout: 120_000 };

let browser: Browser;
beforeAll(async () => {
  ensureBuilt();
  browser = await aBrowser();
  expect(await mapsim(['playground', '-o', FILE])).toMatchObject({ code: 0, stderr: '' });
});
afterAll(async () => {
  await browser?.close();
  rmSync(cwd, { recursive: true });
});

/** The page, its runs done; a fragment is what its address holds. */
async function playground(fragment = '', how: Parameters<typeof opened>[2] = {}): Promise<Opened> {
  const all = await opened(browser, `${FILE}${fragment}`, how);
  await runsDone(all.page);
  return all;
}

/** All runs have ended and the first torn text is drawn, or said to be none. */
async function runsDone(page: Page): Promise<void> {
  await page.waitForFunction(
    () => document.querySelector('#torn')?.firstChild != null,
    undefined,
    LONG,
  );
}

async function changed(page: Page, change: () => Promise<void>): Promise<void> {
  await page.evaluate(() => document.querySelector('#torn')?.replaceChildren());
  await change();
  await runsDone(page);
}

/** The page at a preset, as from its address: nothing else is run first. */
async function playgroundAt(name: string, list?: string): Promise<Opened> {
  const strategies = list ?? PRESETS.find((each) => each.name === name)!.strategies;
  const shown = { scenario: `@playground/${name}`, text: null, seed: '', strategies };
  const scheduler = { strategy: '', schedule: '' };
  return playground(`#${await fragmentOf({ ...shown, scheduler })}`);
}

const preset = (page: Page, name: string): Promise<void> =>
  changed(page, () => page.click(`[data-name="@playground/${name}"]`));
const strategies = (page: Page, list: string): Promise<void> =>
  changed(page, () => page.fill('#strategies', list));

/** By strategy, by key; what is not shown is 0. */
async function counts(page: Page): Promise<Record<string, Record<string, string>>> {
  return page.$eval('#counts table', (table) => {
    const cells = (row: Element) => [...row.children].map((cell) => cell.textContent ?? '');
    const [head, ...rows] = [...table.querySelectorAll('tr')].map(cells);
    return Object.fromEntries(
      head!
        .slice(1)
        .map((strategy, i) => [
          strategy,
          Object.fromEntries(rows.map(([key, ...values]) => [key!, values[i]!.replace('·', '0')])),
        ]),
    );
  });
}

async function number(page: Page, strategy: string, key: string): Promise<number> {
  return Number((await counts(page))[strategy]![key] ?? 0);
}

describe('each preset shows what it promises', () => {
  test('torn text: two states under rcu-retry3, one under mmap-lock', async () => {
    const { page } = await playground();

    expect(await number(page, 'rcu-retry3', 'tornPasses')).toBeGreaterThan(0);
    expect(await number(page, 'mmap-lock', 'tornPasses')).toBe(0);
    expect(await page.textContent('#torn svg title')).toMatch(/^A torn text: pieces of S\d/);
    expect(await page.textContent('#lanes svg title')).toBe(
      'The same writers, 2 readers: torn under rcu-retry3',
    );
    await page.context().close();
  });

  test('retry storm: rcu-retry starves, rcu-retry3 falls back to the lock', async () => {
    const { page } = await playground();
    await preset(page, 'retry-storm');

    expect(await number(page, 'rcu-retry', 'passesFinished')).toBe(0);
    expect(await number(page, 'rcu-retry', 'passesStarved')).toBe(1);
    expect(await number(page, 'rcu-retry3', 'fallbacks')).toBeGreaterThan(10);
    expect(await number(page, 'rcu-retry3', 'passesFinished')).toBeGreaterThan(10);
    await page.context().close();
  });

  test('page check: whole pages of lines are thrown away, not single records', async () => {
    const { page } = await playgroundAt('page-check');

    expect(await number(page, 'rcu-page3', 'discardedLines')).toBeGreaterThan(1000);
    expect(await number(page, 'rcu-retry3', 'discardedLines')).toBe(0);
    expect(await number(page, 'rcu-retry3', 'discardedRecords')).toBeGreaterThan(0);
    await page.context().close();
  });

  test('per-VMA lock: false gaps as merged, none with the repair', async () => {
    const { page } = await playgroundAt('false-gap');
    const repaired = 'vma-lock:sample=before,end-check=on';

    expect(await number(page, 'vma-lock', 'falseGaps')).toBeGreaterThan(0);
    expect(await number(page, repaired, 'falseGaps')).toBe(0);
    await page.context().close();
  });

  test('convoy: readers wait for readers behind a writer, and the writer for all', async () => {
    const { page } = await playgroundAt('convoy');
    const waits = async (strategy: string) => number(page, strategy, 'mmapReadLockWaitNs');
    await page.waitForFunction(
      () =>
        /\b20 of 20|\.\.20 \(20\)/.test(document.querySelector('#intervals')?.textContent ?? ''),
      undefined,
      LONG,
    );
    const row = await page.$$eval('#intervals tr', (rows) =>
      rows.map((each) => each.textContent ?? '').filter((text) => text.startsWith('p99(writer')),
    );

    expect(await waits('mmap-lock-all')).toBeGreaterThan(10 * (await waits('rcu-retry3')));
    expect(row).toHaveLength(2);
    expect(row[1]).toMatch(/-\d+(\.\d+)?us \(-9\d/); // the writer's longest calls, a tenth
    expect(await page.textContent('#commands')).toContain('--seeds=20 --duration=5ms');
    await page.context().close();
  });
});

const PAIRS = ['torn', 'retry-storm', 'page-check', 'false-gap', 'convoy'];
const FOUR = ['mmap-lock', 'rcu-retry3:wait=lock', 'rcu-page2', 'query-vma'];

/** What the page says of the text of each strategy. */
function hashes(page: Page): Promise<Record<string, string>> {
  return page.$$eval('#texts .sha', (all) =>
    Object.fromEntries(all.map((one) => [one.getAttribute('data-strategy'), one.textContent])),
  );
}

test.each(PAIRS)('%s under four strategies: texts and counts of the command line', async (name) => {
  const { page } = await playgroundAt(name, FOUR.join(','));
  const shown = await counts(page);
  const found = await hashes(page);

  for (const strategy of FOUR) {
    const argv = ['run', `@playground/${name}`, `--strategy=${strategy}`];
    const { stdout: all } = await mapsim(argv);
    const text = all.replace(/^# [\s\S]*/m, '');
    const lines = [...all.matchAll(/^# (\w+): ([0-9]+)$/gm)].filter(([, key]) => key !== 'seed');

    expect(found[strategy]).toBe(createHash('sha256').update(text).digest('hex'));
    expect(lines.length).toBeGreaterThan(25);
    for (const [, key, value] of lines)
      expect([key, shown[strategy]![key!] ?? '0']).toEqual([key, value]);
    expect(await page.textContent('#commands')).toContain(`mapsim ${argv.join(' ')}\n`);
  }
  await page.context().close();
});

const OWN = `mapsim: 1
vmas: [{start: "0x10000000", pages: 3, repeat: 20, perms: [r--p, rw-p], tag: a}]
readers: [{name: r, passes: 5}]
writers: [{name: w, churn: split-merge, think: 1us, ops: 500}]
`;

test.each([
  ['YAML', OWN],
  [
    'JSON',
    `${JSON.stringify({ mapsim: 1, vmas: [{ start: '0x10000000', pages: 1 }], readers: [{ name: 'r' }] })}\n`,
  ],
])('a text of ones own in %s, with a seed, has the bytes of the command line', async (_, text) => {
  const { page } = await playground();
  await page.fill('#text', text);
  await page.fill('#seed', '7');
  await strategies(page, 'rcu-unchecked');
  writeFileSync(join(cwd, 'scenario.yaml'), text);
  const argv = ['run', 'scenario.yaml', '--strategy=rcu-unchecked', '--seed=7'];
  const { stdout } = await mapsim([...argv, '--summary=none'], { cwd });

  expect(await page.textContent('#commands')).toContain(
    `cat > scenario.yaml <<'EOF'\n${text}EOF\n`,
  );
  expect(await page.textContent('#commands')).toContain(`mapsim ${argv.join(' ')}\n`);
  expect((await hashes(page))['rcu-unchecked']).toBe(
    createHash('sha256').update(stdout).digest('hex'),
  );
  await page.context().close();
});

test('a slider writes into the text, and the text into the address', async () => {
  const { page } = await playground();
  await changed(page, async () => {
    await page.focus('#vmas');
    await page.keyboard.press('ArrowRight');
  });
  const text = await page.inputValue('#text');
  await page.waitForFunction(() => location.hash.length > 10);
  const again = await playground(await page.evaluate(() => location.hash));

  expect(text).toContain('repeat: 8,');
  expect(await again.page.inputValue('#text')).toBe(text);
  expect(await counts(again.page)).toEqual(await counts(page));
  await changed(page, async () => {
    await page.focus('#limit');
    await page.keyboard.press('End');
  });
  expect(await page.inputValue('#strategies')).toBe('rcu-retry10,mmap-lock');
  await again.page.context().close();
  await page.context().close();
});

test('a fault is told at its place, and the strategies have theirs', async () => {
  const { page } = await playground();
  await page.fill('#text', 'mapsim: 1\nreaders: [{nam: r}]\n');
  await page.waitForSelector('#faults button', LONG);
  const told = await page.textContent('#faults pre');
  await page.click('#faults button');
  const place = await page.$eval('#text', (area) => (area as HTMLTextAreaElement).selectionStart);
  await page.fill('#text', OWN);
  await page.fill('#strategies', 'rcu-rety3');
  await page.waitForFunction(
    () => document.querySelector('#strategies-fault')?.textContent !== '',
    undefined,
    LONG,
  );

  expect(told).toContain('scenario.yaml:2:12: error: ');
  expect(place).toBe('mapsim: 1\nreaders: [{'.length);
  expect(await page.textContent('#strategies-fault')).toContain('did you mean "rcu-retry3"?');
  await page.context().close();
});

/** Whoever is about to move, and how often. */
const BY_HAND = [
  [1, 22],
  [0, 16],
  [1, 26],
  [0, 46],
] as const;

async function stepsTaken(page: Page, steps: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.querySelector('#hand')?.getAttribute('data-steps') === String(wanted),
    steps,
    LONG,
  );
}

test('a schedule played by hand gives the text that replay prints for it', async () => {
  const { page } = await playgroundAt('false-gap');
  await stepsTaken(page, 0);
  let steps = 0;
  for (const [task, times] of BY_HAND) {
    for (let i = 0; i < times; i++) {
      const button = page.locator('#tasks button').nth(task);
      const ahead = await button.textContent();
      await button.press('Enter');
      await stepsTaken(page, ++steps);
      if (steps !== 4) continue;
      // Back, and the same step is about to be taken again.
      await page.click('#undo');
      await stepsTaken(page, 3);
      expect(await button.textContent()).toBe(ahead);
      await button.press('Enter');
      await stepsTaken(page, 4);
    }
  }
  const command = (await page.textContent('#replay-command'))!;
  const text = await page.textContent('#hand-text .whole');
  const schedule = / --schedule (\S+)$/.exec(command)![1]!;
  const argv = ['replay', '@playground/false-gap', '--strategy=vma-lock', '--schedule', schedule];
  const { stdout } = await mapsim([...argv, '--format=json']);
  const replayed = JSON.parse(stdout);
  const said = await page.$$eval('#hand-steps tr[data-say]', (rows) =>
    rows.map((row) => row.getAttribute('data-say')!),
  );
  const names = replayed.steps
    .filter(({ effects }: { effects: string[] }) => effects.length > 0)
    .map(
      ({ task, name }: { task: number; name: string }) =>
        `${replayed.tasks[task].name}: ${stepLabel(name)}`,
    );

  expect(command).toBe(`mapsim ${argv.join(' ')}`);
  expect(schedule).toBe('1:1x22.0x16.1x26.0x46');
  expect(text).toBe(replayed.texts[0].text);
  expect(replayed.texts[0].tearing.falseGaps).toBe(1);
  // Steps have the kernel's names here too, although the code is minified.
  const shown = said.filter((each) => !/^\w+: \d+ steps?, to /.test(each));
  expect(shown.map((each) => /^\S+ (\([^)]*\)|\S+)/.exec(each)![0])).toEqual(names);
  await page.waitForFunction(() => location.hash.length > 10);
  await page.waitForTimeout(400);
  const again = await playground(await page.evaluate(() => location.hash));
  await stepsTaken(again.page, 110);
  expect(await again.page.textContent('#hand-text .whole')).toBe(text);
  await again.page.context().close();
  await page.context().close();
});

test.each([
  ['torn', 'find-tear', 'torn', 'a torn text'],
  ['retry-storm', 'find-retry', 'retry', 'no text is complete yet'],
  ['false-gap', 'find-gap', 'falseGaps', 'a torn text'],
])('%s: %s finds it and plays the schedule', async (name, button, find, title) => {
  const { page } = await playgroundAt(name);
  await page.click(`#${button}`);
  await page.waitForFunction(
    () => /: found, in /.test(document.querySelector('#hand-note')?.textContent ?? ''),
    undefined,
    LONG,
  );
  const [, strategy, schedule] = /--strategy=(\S+) --schedule (\S+)$/.exec(
    (await page.textContent('#replay-command'))!,
  )!;
  const argv = ['replay', `@playground/${name}`, `--strategy=${strategy}`, '--schedule', schedule!];
  const { code, stdout } = await mapsim([...argv, '--format=json']);

  expect(await page.textContent('#hand-note')).toContain(`${find}: found, in `);
  expect(await page.textContent('#hand-steps h2')).toContain(title);
  expect(code).toBe(0);
  if (find !== 'retry') {
    const [text] = JSON.parse(stdout).texts;
    expect(find === 'torn' ? text.torn : text.tearing.falseGaps > 0).toBe(true);
  }
  // It was put at its beginning, and goes on by itself to its end.
  await page.waitForFunction(
    () => {
      const slider = document.querySelector<HTMLInputElement>('#hand-steps input');
      return slider !== null && slider.value === slider.max;
    },
    undefined,
    LONG,
  );
  await page.context().close();
});

test('what is typed while the page still begins is not taken back', async () => {
  const { page } = await opened(browser, FILE);
  const text = 'mapsim: 1\nabout: typed\nreaders: [{name: r}]\n';
  await page.fill('#text', text);
  await page.waitForFunction(
    () => document.querySelector('#about')?.textContent === 'typed',
    undefined,
    LONG,
  );

  expect(await page.inputValue('#text')).toBe(text);
  await page.context().close();
});

const ENDLESS = `mapsim: 1
vmas: [{start: "0x10000000", pages: 3, repeat: 20, perms: [r--p, rw-p], tag: a}]
readers: [{name: r, passes: 1000000000}]
writers: [{name: w, churn: split-merge, think: 1us}]
`;

test('an endless scenario freezes nothing: the page answers, and stops when it is told to', async () => {
  const { page } = await playground();
  await page.fill('#text', ENDLESS);
  await page.waitForFunction(
    () => document.querySelector('#counts')?.textContent?.includes('running') === true,
    undefined,
    LONG,
  );
  const frames = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let count = 0;
        const next = (): void => {
          if (++count === 10) resolve(count);
          else requestAnimationFrame(next);
        };
        requestAnimationFrame(next);
      }),
  );
  await page.locator('#tasks button').first().press('Enter');
  await stepsTaken(page, 1);
  const before = Number((await counts(page))['rcu-retry3']!.steps);
  await page.click('#stop');
  await page.waitForFunction(
    () => document.querySelector('#status')?.textContent === 'stopped',
    undefined,
    LONG,
  );

  expect(frames).toBe(10);
  expect(before).toBeGreaterThan(0);
  expect((await counts(page))['rcu-retry3']).toMatchObject({ run: 'stopped' });
  await preset(page, 'torn'); // and another text takes its place
  expect((await counts(page))['rcu-retry3']).toMatchObject({ run: 'at its duration' });
  await page.context().close();
});

const HOSTILE = `mapsim: 1
about: "<img src=x onerror=alert(1)>"
vmas:
  - {start: "0x7f0000000000", pages: 4, perms: r--p, tag: t, file: {path: "</script><img src=x>", dev: "08:01", inode: 7}}
readers: [{name: "r<b>", passes: 3, strategy: rcu-unchecked}]
writers: [{name: "w<b>", churn: split-merge, vma: {tag: t, pick: random}, ops: 200}]
`;

test('names in a scenario stay text', async () => {
  const { page, requests, messages } = await playground();
  const scripts = await page.$$eval('script', (all) => all.length);
  await changed(page, () => page.fill('#text', HOSTILE));
  await page.locator('#tasks button').first().press('Enter');
  await stepsTaken(page, 1);

  expect(await page.$$eval('img, #tasks b b, svg b', (all) => all.length)).toBe(0);
  expect(await page.$$eval('script', (all) => all.length)).toBe(scripts);
  expect(await page.textContent('#tasks button')).toContain('let reader r<b> move');
  expect(await page.textContent('#about')).toBe('<img src=x onerror=alert(1)>');
  expect(requests.filter((url) => !url.startsWith('blob:'))).toEqual([`file://${FILE}`]);
  expect(messages).toEqual([]);
  await page.context().close();
});

test('an address that cannot be read is told, and the page begins all the same', async () => {
  const { page, messages } = await playground('#1.AAAA');

  expect(await page.textContent('#address-fault')).toBe(
    'The address cannot be read: it is cut short, or too long.',
  );
  expect(await number(page, 'rcu-retry3', 'tornPasses')).toBeGreaterThan(0);
  expect(messages).toEqual([]);
  await page.context().close();
});

describe.each([
  [390, false],
  [390, true],
  [1040, false],
  [1040, true],
])('at %i px, dark: %s', (width, dark) => {
  test('no sideways scroll, no request but for blobs of its own, nothing on the console', async () => {
    const { page, requests, messages } = await playground('', { width, dark });
    await preset(page, 'false-gap');
    await page.click('#find-retry');
    await page.waitForSelector('#hand-steps .steppable', LONG);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    const [ink, ground] = await page.evaluate(() => {
      const { color, backgroundColor } = getComputedStyle(document.body);
      return [color, backgroundColor].map((text) => Number(/\d+/.exec(text)![0]));
    });

    expect(over).toBeLessThanOrEqual(0);
    expect(requests.filter((url) => !url.startsWith('blob:'))).toEqual([`file://${FILE}`]);
    expect(messages).toEqual([]);
    expect(ink! > ground!).toBe(dark);
    await page.context().close();
  });
});
