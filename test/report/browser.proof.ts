/// <reference lib="dom" />
/**
 * Pages and pictures in a real browser: they ask for nothing, say nothing to the console, fit, can
 * be read, printed and stepped through, and names in them stay text.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../cli/spawn.ts';
import { mapsim } from '../cli/support.ts';
import { aBrowser, opened, textFaults, widened } from '../support/browser.ts';
import { aPass, picturesOf, svgText } from '../support/stories.ts';
import { SHIPPED, shipped } from '../support/traced.ts';

const cwd = mkdtempSync(join(tmpdir(), 'mapsim-browser-'));
const scenario = (name: string): string => join(ROOT, 'scenarios', name);
const HOSTILE = `mapsim: 1
vmas:
  - {start: "0x7f0000000000", pages: 4, perms: r--p, tag: t, file: {path: "</script><script>alert(1)</script>", dev: "08:01", inode: 7}}
  - {start: "0x7f1000000000", pages: 4, perms: r--p, tag: t, file: {path: "\\u202egnp.exe", dev: "08:01", inode: 8}}
  - {start: "0x7f2000000000", pages: 4, perms: r--p, tag: t, file: {path: "/${'d'.repeat(200)}", dev: "08:01", inode: 9}}
readers: [{name: "r<script>", passes: 3, strategy: rcu-unchecked}]
writers: [{name: w, churn: split-merge, vma: {tag: t, pick: random}, ops: 200}]
`;
const GRID = `mapsim: 1
duration: 1ms
vmas: [{start: "0x10000000", pages: 3, repeat: 60, gap: 1, perms: [r--p, rw-p], tag: a}]
readers: [{name: r, passes: 5}]
writers: [{name: w, churn: split-merge, think: 3us}]
sweep: {"writers[0].think": [1us, 10us, 100us], strategies: [mmap-lock, "rcu-retry3", "rcu-retry:mstart=speculate", vma-lock, rcu-page2], seeds: 3}
`;
const STRATEGIES = 'mmap-lock,rcu-retry3,rcu-retry1:wait=try,rcu-page3,vma-lock,query-rcu';
const PAGES = ['compare', 'finding', 'seven', 'census', 'sweep', 'run', 'hostile', 'all'];
const file = (name: string): string => join(cwd, `${name}.html`);

let browser: Browser;
beforeAll(async () => {
  browser = await aBrowser();
  const split = scenario('explore/split-merge.yaml');
  writeFileSync(join(cwd, 'hostile.yaml'), HOSTILE);
  writeFileSync(join(cwd, 'grid.yaml'), GRID);
  const bash = scenario('bash.yaml');
  const commands = [
    [
      'compare',
      bash,
      `--strategies=${STRATEGIES}`,
      '--seeds=3',
      '--duration=3ms',
      '-o',
      'compare.html',
      '-o',
      'compare.json',
    ],
    ['explore', split, '--strategy=vma-lock', '--find=falseGaps', '-o', 'finding.html'],
    ['explore', split, '--strategy=rcu-unchecked', '-o', 'seven.html'],
    ['census', split, '--strategy=rcu-retry', '--against=mmap-lock', '-o', 'census.html'],
    ['sweep', 'grid.yaml', '-o', 'grid.ndjson'],
    ['report', 'grid.ndjson', '-o', 'sweep.html'],
    ['run', bash, '--strategy=rcu-retry3', '--pass=torn', '-o', 'run.html'],
    ['run', 'hostile.yaml', '-o', 'hostile.html'],
    ['report', 'compare.json', 'finding.html', 'grid.ndjson', 'hostile.html', '-o', 'all.html'],
  ];
  for (const argv of commands) {
    const { code, stderr } = await mapsim(argv, { cwd });
    if (code > 1) throw new Error(`${argv.join(' ')}: ${stderr}`);
  }
});
afterAll(async () => {
  await browser?.close();
  rmSync(cwd, { recursive: true });
});

describe.each(PAGES)('the page %s', (name) => {
  test('asks for nothing but itself and says nothing to the console', async () => {
    const { page, requests, messages } = await opened(browser, file(name));

    expect(requests).toEqual([`file://${file(name)}`]);
    expect(messages).toEqual([]);
    await page.context().close();
  });

  test.each([390, 1040])('does not scroll sideways at %i px', async (width) => {
    const { page } = await opened(browser, file(name), { width });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

    expect(over).toBeLessThanOrEqual(0);
    await page.context().close();
  });

  test('has no texts that overlap, also if they are wider by a tenth', async () => {
    const { page } = await opened(browser, file(name), { width: 1400, bypassPolicy: true });
    const faults = await textFaults(page);
    await widened(page);

    expect(faults).toEqual([]);
    expect(await textFaults(page)).toEqual([]);
    await page.context().close();
  });

  test('says of every picture what it shows, and has a heading that does', async () => {
    const { page } = await opened(browser, file(name));
    const pictures = await page.$$eval('svg', (all) =>
      all.map((svg) => [
        svg.getAttribute('role'),
        svg.querySelector('title')?.textContent,
        svg.querySelector('desc')?.textContent,
      ]),
    );

    for (const [role, title, description] of pictures) {
      expect(role).toBe('img');
      expect(title).toMatch(/\S/);
      expect(description).toMatch(/\S/);
    }
    expect(await page.$$eval('h2', (all) => all.every((h) => h.textContent !== ''))).toBe(true);
    await page.context().close();
  });

  test('has dark colours where they are wanted, and light ones on paper', async () => {
    const { page } = await opened(browser, file(name), { dark: true });
    const colours = () =>
      page.evaluate(() => {
        const { backgroundColor, color } = getComputedStyle(document.body);
        return [backgroundColor, color];
      });

    expect(await colours()).toEqual(['rgb(20, 23, 27)', 'rgb(232, 234, 237)']);
    await page.emulateMedia({ media: 'print' });
    expect(await colours()).toEqual(['rgb(255, 255, 255)', 'rgb(0, 0, 0)']);
    await page.context().close();
  });

  test('is complete without script', async () => {
    const { page } = await opened(browser, file(name), { script: false });
    const html = readFileSync(file(name), 'utf8');

    for (const nav of await page.$$('nav.stepper')) expect(await nav.isVisible()).toBe(false);
    expect(await page.$$('.off')).toHaveLength(0);
    expect(html.includes('<script>')).toBe(['finding', 'seven', 'all'].includes(name));
    await page.context().close();
  });

  test('is at most 1 MB, and 250 kB without its data', () => {
    const html = readFileSync(file(name), 'utf8');
    const bare = html.replace(/<script type="application\/json"[\s\S]*?<\/script>/, '');

    expect(html.length).toBeLessThan(1_000_000);
    expect(bare.length).toBeLessThan(250_000);
  });

  test('is read back by report to the same pictures', async () => {
    const { code } = await mapsim(['report', file(name), '-o', 'again.html'], { cwd });
    const pictures = (path: string): string[] =>
      readFileSync(path, 'utf8').match(/<svg class="ms"[\s\S]*?<\/svg>/g) ?? [];
    const again = pictures(join(cwd, 'again.html'));

    expect(code).toBe(0);
    expect(again).toEqual(pictures(file(name)));
  });
});

test.each(PAGES.filter((name) => name !== 'all'))(
  '%s takes at most 6 pages of paper',
  async (name) => {
    const { page } = await opened(browser, file(name));
    if (name === 'seven') expect(await page.$$('.steppable')).toHaveLength(7);
    const pdf = await page.pdf({ format: 'A4' });

    expect(pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)!.length).toBeLessThanOrEqual(6);
    await page.context().close();
  },
);

test('a finding is gone through from the keyboard, and each step is announced', async () => {
  const { page } = await opened(browser, file('finding'));
  const said = () => page.textContent('.say');
  const rows = await page.$$eval('tr[data-say]', (all) => all.length);
  expect(await page.getAttribute('.say', 'aria-live')).toBe('polite');

  await page.focus('.stepper input');
  await page.keyboard.press('Home');
  expect(await said()).toMatch(new RegExp(`^Step 1 of ${rows}\\. \\S`));
  for (let i = 2; i <= rows; i++) {
    await page.keyboard.press('ArrowRight');
    expect(await said()).toMatch(new RegExp(`^Step ${i} of ${rows}\\. \\S`));
  }
  await page.keyboard.press('Home');
  expect(await page.$$eval('tr.off', (all) => all.length)).toBe(rows - 1);
  for (let i = 0; i < 2; i++) await page.keyboard.press('Tab'); // past ▶ to the last button
  await page.keyboard.press('Enter');
  expect(await page.getAttribute('tr.now', 'data-key')).toBe('1');
  await page.context().close();
});

test('hostile names are text on the page and in its data', async () => {
  const { page, messages } = await opened(browser, file('hostile'));
  const text = await page.textContent('body');

  expect(text).toContain('</script><script>alert(1)</script>');
  expect(await page.$$('script')).toHaveLength(1);
  expect(messages).toEqual([]);
  await page.context().close();
});

describe.each(SHIPPED.filter((name) => shipped(name).readers.length > 0))(
  'pictures of %s',
  (name) => {
    test('have no texts that overlap or leave them, also with text wider by a tenth', async () => {
      const pass = aPass(shipped(name), null, 'any', 60_000)!;
      const path = join(cwd, `${name}.html`);
      writeFileSync(path, `<!doctype html>${picturesOf(pass).map(svgText).join('')}`);
      const { page, messages } = await opened(browser, path, { width: 1400 });
      const faults = await textFaults(page);
      await widened(page);

      expect(faults).toEqual([]);
      expect(await textFaults(page)).toEqual([]);
      expect(messages).toEqual([]);
      await page.context().close();
    });
  },
);
