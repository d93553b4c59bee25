/** Long inputs are read in a small heap: what is kept does not grow with what is read. */
import { beforeAll, describe, expect, test } from 'vitest';
import { anon } from '../check/support.ts';
import { ensureBuilt, spawnMapsim } from './spawn.ts';
import { aDirectory } from './support.ts';

/** A heap of 32 MB: what grows with the input does not fit. */
const SMALL = { NODE_OPTIONS: '--max-old-space-size=32' };

describe('in a small heap', () => {
  beforeAll(ensureBuilt);

  async function fed(argv: readonly string[], block: Buffer, times: number) {
    return spawnMapsim(
      argv,
      async ({ stdin }) => {
        stdin!.on('error', () => {});
        for (let i = 0; i < times; i++) {
          if (!stdin!.write(block)) await new Promise((done) => stdin!.once('drain', done));
        }
        stdin!.end();
      },
      SMALL,
    );
  }

  test('a million texts are checked', async () => {
    const block = Buffer.from(`${anon(1, 2)}${anon(3, 4)}\n`.repeat(10_000));
    const { code, stdout, stderr } = await fed(['check', '-'], block, 100);
    expect(stderr).toBe('');
    expect(stdout).toBe('# 1000000 texts, 2000000 VMAs: nothing wrong\n');
    expect(code).toBe(0);
  });

  test('100 MB without a newline are one finding', async () => {
    const { code, stdout } = await fed(['check', '-'], Buffer.alloc(1 << 20, 'a'), 100);
    expect(stdout).toContain('stdin:1:1: field: a line of more than 64 KiB');
    expect(code).toBe(1);
  });

  test('100 MB of noise as a log are counted', async () => {
    const noise = Buffer.from(
      Array.from({ length: 1 << 20 }, (_, i) => (i * 2_654_435_761) >>> 24),
    );
    const cwd = aDirectory({ 'start.maps': anon(1, 2) });
    const argv = ['import', `${cwd}/start.maps`, '--trace', '-'];
    const { code, stderr } = await fed(argv, noise, 100);
    expect(stderr).toMatch(/not understood: \d+ x not a line of strace/);
    expect(code).toBe(2);
  });
});
