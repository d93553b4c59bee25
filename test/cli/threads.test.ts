import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { Dealer } from '../../src/base/pool.ts';
import type { BatchRequest } from '../../src/cli/batch-unit.ts';
import { runThreads } from '../../src/cli/threads.ts';
import { aDirectory } from './support.ts';

/** A worker that is done with everything at once. */
const WORKER = `import { parentPort } from 'node:worker_threads';
parentPort.on('message', ({ indices }) => {
  const results = indices.map((index) => ({ index, result: index }));
  parentPort.postMessage({ kind: 'results', results, idle: true });
});
`;

const UNITS = 200;
const UNDER_WAY = 12;

/** Runs UNITS units in two threads. @param drained resolves when what came out was taken */
async function run(release: (unit: number) => void, drained: () => Promise<void>): Promise<void> {
  const file = pathToFileURL(join(aDirectory({ 'worker.mjs': WORKER }), 'worker.mjs'));
  const numbers = Array.from({ length: UNITS }, (_, i) => i);
  const batch = {
    job: { kind: 'runs', request: {} as BatchRequest } as const,
    dealer: new Dealer<number>(numbers, 2),
    release,
    drained,
    underWayMax: UNDER_WAY,
  };
  await runThreads(batch, { file, jobs: 2, look: () => false });
}

test('threads: a slow reader of the results holds the workers back', async () => {
  const came: number[] = [];
  let taken = 0;
  let most = 0;
  const release = (unit: number): void => {
    came.push(unit);
    most = Math.max(most, came.length - taken);
  };
  const drained = async (): Promise<void> => {
    const upTo = came.length;
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
    taken = Math.max(taken, upTo);
  };

  await run(release, drained);

  expect(came).toEqual(Array.from({ length: UNITS }, (_, i) => i));
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(UNDER_WAY);
});

test('threads: nothing more comes while nothing is taken, and all of it afterwards', async () => {
  let came = 0;
  let open = (): void => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const seen: number[] = [];
  const release = (): void => {
    came++;
    if (came === UNDER_WAY) {
      // Whoever did not hold back would have sent more by the time that a few turns are over.
      setTimeout(() => {
        seen.push(came);
        open();
      }, 50);
    }
  };

  await run(release, () => gate);

  expect(seen).toEqual([UNDER_WAY]);
  expect(came).toBe(UNITS);
});
