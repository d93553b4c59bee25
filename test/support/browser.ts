/// <reference lib="dom" />
/** A real browser without a network, for proofs of pages and pictures. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--no-sandbox',
  '--no-zygote',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function aBrowser(): Promise<Browser> {
  const executablePath = PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) {
    throw new Error(
      `no browser: install chromium, as .ci/run does (looked for ${PLACES.join(', ')})`,
    );
  }
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}

export interface Opened {
  readonly page: Page;
  /** Addresses that the page asked for. */
  readonly requests: string[];
  /** What it wrote to the console, and errors. */
  readonly messages: string[];
}

export async function opened(
  browser: Browser,
  path: string,
  how: {
    readonly width?: number;
    readonly dark?: boolean;
    readonly script?: boolean;
    /** The page's policy is not held against what the test adds. */
    readonly bypassPolicy?: boolean;
  } = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: how.width ?? 1040, height: 900 },
    colorScheme: how.dark === true ? 'dark' : 'light',
    javaScriptEnabled: how.script !== false,
    bypassCSP: how.bypassPolicy === true,
    offline: true,
  });
  const page = await context.newPage();
  const requests: string[] = [];
  const messages: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => messages.push(message.text()));
  page.on('pageerror', (error) => messages.push(String(error)));
  await page.goto(`file://${path}`);
  return { page, requests, messages };
}

/** The same page, its pictures' text a tenth wider than the font makes it. */
export async function widened(page: Page): Promise<void> {
  await page.addStyleTag({ content: 'svg text{letter-spacing:.055em}' });
}

/** Of every picture: texts that overlap, and texts that leave it. */
export async function textFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    for (const svg of document.querySelectorAll('svg')) {
      const frame = svg.getBoundingClientRect();
      const boxes = [...svg.querySelectorAll('text')].map((text) => ({
        box: text.getBoundingClientRect(),
        words: text.firstChild?.nodeValue ?? '',
      }));
      boxes.forEach(({ box, words }, i) => {
        const out =
          box.right > frame.right + 1 ||
          box.left < frame.left - 1 ||
          box.bottom > frame.bottom + 1 ||
          box.top < frame.top - 1;
        if (out) faults.push(`"${words}" leaves its picture`);
        for (const other of boxes.slice(i + 1)) {
          const apart =
            box.left >= other.box.right - 1 ||
            other.box.left >= box.right - 1 ||
            box.top >= other.box.bottom - 3 ||
            other.box.top >= box.bottom - 3;
          if (!apart) faults.push(`"${words}" and "${other.words}" overlap`);
        }
      });
    }
    return faults;
  });
}
