/** `mapsim census --against`: what two strategies have not in common, and how far that is known. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './spawn.ts';
import { fakeSignals, mapsim } from './support.ts';

const BORDER = join(ROOT, 'examples/border.yaml');
const SPLIT_MERGE = join(ROOT, 'scenarios/explore/split-merge.yaml');
/** Enough for rcu-retry3, not for vma-lock. */
const BETWEEN = ['--strategy=vma-lock', '--against=rcu-retry3', '--max-states=5500'];

const titles = (stdout: string): string[] =>
  stdout
    .replace(/\n {4}/g, ' ')
    .split('\n')
    .filter((line) => /can print|no text/.test(line));

async function against(path: string, ...argv: string[]) {
  const text = await mapsim(['census', path, ...argv]);
  const { stdout } = await mapsim(['census', path, ...argv, '--format=json']);
  return { code: text.code, titles: titles(text.stdout), json: JSON.parse(stdout) };
}

describe('that only one strategy can print a text', () => {
  test('is said where the search of the other was complete', async () => {
    const { code, titles, json } = await against(
      BORDER,
      '--strategy=vma-lock',
      '--against=mmap-lock',
    );

    expect(code).toBe(0);
    expect(titles).toEqual([
      'only vma-lock can print: 1 of 3 texts',
      'only mmap-lock can print: 0 of 2 texts',
    ]);
    expect(json.against).toMatchObject({ complete: true, onlyHere: [{}], onlyThere: [] });
  });

  test('is not said where a bound ended that search: they were not seen there', async () => {
    const { code, titles, json } = await against(SPLIT_MERGE, ...BETWEEN);

    expect(code).toBe(4);
    expect(titles).toEqual([
      'only vma-lock can print: 0 of 1 text seen',
      'rcu-retry3 can print, not seen with vma-lock (bounded by --max-states): 3 of 4 texts',
    ]);
    expect(Object.keys(json.against).slice(-2)).toEqual(['onlyHere', 'notSeenHere']);
  });

  test('is not said of samples', async () => {
    const { titles, json } = await against(SPLIT_MERGE, '--against=vma-lock', '--random=20');

    expect(titles).toHaveLength(2);
    for (const title of titles) expect(title).toMatch(/ \(sampled\): \d of \d texts? seen$/);
    expect(Object.keys(json.against).slice(-2)).toEqual(['notSeenThere', 'notSeenHere']);
  });

  test('is not said of a strategy of which no text was seen', async () => {
    const { titles } = await against(SPLIT_MERGE, '--against=vma-lock', '--max-states=5');

    expect(titles).toEqual([
      'mmap-lock: no text seen (bounded by --max-states)',
      'vma-lock: no text seen (bounded by --max-states)',
    ]);
  });
});

test('--against that an interrupt has prevented is said to be missing', async () => {
  const interrupted = async (...argv: string[]): Promise<string> => {
    const signals = fakeSignals();
    const onSignal = (handler: Parameters<typeof signals.onSignal>[0]) => {
      const stop = signals.onSignal(handler);
      signals.send('SIGINT');
      return stop;
    };
    const all = ['census', SPLIT_MERGE, '--against=vma-lock', ...argv];
    return (await mapsim(all, { onSignal, die: signals.die })).stdout;
  };

  expect(await interrupted()).toContain(
    '\n--against=vma-lock: not searched because of the interrupt\n',
  );
  expect(JSON.parse(await interrupted('--format=json')).against).toBe(null);
});
