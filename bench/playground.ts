/// <reference lib="dom" />
/**
 * (k): the playground: its size, and the time in a browser from opening the file to the first
 * paint, and from there to the first counts. Without a browser the times are omitted.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { type Figure, listed, spread } from './figure.ts';
import type { Lab } from './lab.ts';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export async function playground(lab: Lab): Promise<Figure[]> {
  lab.tell('the playground');
  const file = join(lab.directory, 'playground.html');
  const kB = (row: string, bytes: number): Figure =>
    listed('k', row, 'kB', { size: spread([bytes / 1000]) });
  const blocks: Record<'core' | 'later' | 'yaml' | 'script', number> = JSON.parse(
    readFileSync(join(lab.directory, 'playground.json'), 'utf8'),
  );
  const sizes = [
    kB('the file', readFileSync(file).length),
    kB('core, minified', blocks.core),
    kB('second block, minified', blocks.later),
    kB('script of the page, minified', blocks.script),
    kB('YAML parser, minified', blocks.yaml),
  ];
  const executablePath = PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) {
    lab.skip({ what: 'k: times', why: `no browser at ${PLACES.join(', ')}` });
    return sizes;
  }
  const { chromium } = createRequire(join(lab.root, 'package.json'))('playwright-core');
  const args = ['--no-sandbox', '--disable-gpu'];
  const browser: Browser = await chromium.launch({ executablePath, headless: true, args });
  try {
    const times: { paintMs: number; countsMs: number }[] = [];
    for (let run = 0; run <= lab.runs; run++) {
      const measured = await timesOf(browser, file);
      if (run > 0) times.push(measured);
    }
    const paint = spread(times.map(({ paintMs }) => paintMs));
    const counts = spread(times.map(({ paintMs, countsMs }) => countsMs - paintMs));
    return [
      ...sizes,
      listed('k', 'first paint', 'ms', { wall: paint }),
      listed('k', 'first counts after it', 'ms', { wall: counts }),
    ];
  } finally {
    await browser.close();
  }
}

/** Both since the browser began to open the file. */
async function timesOf(
  browser: Browser,
  file: string,
): Promise<{ readonly paintMs: number; readonly countsMs: number }> {
  const page = await browser.newPage();
  await page.addInitScript(() => {
    const watch = new MutationObserver(() => {
      if (document.querySelector('#counts table') === null) return;
      performance.mark('counts');
      watch.disconnect();
    });
    watch.observe(document, { childList: true, subtree: true });
  });
  await page.goto(`file://${file}`);
  await page.waitForFunction(() => performance.getEntriesByName('counts').length > 0);
  const [paintMs, countsMs] = await page.evaluate(() =>
    ['first-contentful-paint', 'counts'].map(
      (name) => performance.getEntriesByName(name)[0]!.startTime,
    ),
  );
  await page.close();
  return { paintMs: paintMs!, countsMs: countsMs! };
}
