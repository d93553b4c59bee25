/** A run that is stopped anywhere: each pass that was started is finished, starved or cut. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mapsim } from '../cli/support.ts';

const FILE = new URL('files/started-not-counted.json', import.meta.url);
const WORLD = JSON.parse(readFileSync(FILE, 'utf8')) as { readers: object[] };

test.each(['mmap-lock', 'rcu-retry', 'rcu-page1', 'vma-lock', 'query', 'query-rcu'])(
  'a run of %s that --max-events stops counts every pass once',
  async (strategy) => {
    const readers = [...WORLD.readers, { name: 'late', passes: 2, start: '2us', think: '1us' }];
    const stdin = JSON.stringify({ ...WORLD, readers });
    for (let events = 1; events < 400; events += events < 40 ? 1 : 37) {
      const argv = [
        'run',
        '-',
        `--max-events=${events}`,
        '--format=json',
        `--strategy=${strategy}`,
      ];

      const { code, stdout } = await mapsim(argv, { stdin });
      const { totals } = JSON.parse(stdout);

      expect(code).toBe(4);
      expect(totals.passesFinished + totals.passesStarved + totals.passesCut).toBe(
        totals.passesStarted,
      );
    }
  },
);

test('a pass that is open and has read nothing is told as that', async () => {
  const stdin = JSON.stringify(WORLD);

  const { stderr, stdout } = await mapsim(['run', '-', '--max-events=1'], { stdin });

  expect(stdout).toContain(
    '# passesStarted: 1\n# passesFinished: 0\n# passesStarved: 0\n# passesCut: 1\n',
  );
  expect(stderr).toContain('reader monitor had read nothing of pass 0 before the end of the run');
});
