/** Pages by the lengths of lines are those that the simulated seq_file makes. */

import { expect, test } from 'vitest';
import { pagesOfLines, pagesOfReads } from '../../src/measure/pages.ts';
import { TIMELESS } from '../../src/mm/kernel.ts';
import type { Reader } from '../../src/proc/reader.ts';
import { Strategies } from '../../src/readers/index.ts';
import { buildWorld } from '../../src/world/build.ts';
import { aScenario } from './support.ts';

/** A quiet pass: what lies in which page, and what each read() returned. */
function simulated(bufferBytes: number) {
  const scenario = aScenario({
    vmas: [
      { start: '0x10000000', pages: 1, repeat: 90, gap: 1 },
      {
        start: '0x20000000',
        pages: 1,
        file: { path: `/${'x'.repeat(4500)}`, dev: '08:01', inode: 7 },
      },
      { start: '0x30000000', pages: 1, repeat: 120, gap: 1, perms: 'r--p' },
      'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]',
    ],
    readers: [{ name: 'r', strategy: 'mmap-lock', buffer: bufferBytes }],
  });
  const reads: number[] = [];
  let text = '';
  let pages = { pageOf: [] as number[], endPage: -1 };
  let bytes = 0;
  const world = buildWorld(scenario, {
    strategy: null,
    strategies: new Strategies(),
    seed: '1',
    onOperation: null,
    host: TIMELESS,
    watch: () => ({
      passBegins() {},
      textComplete(r: Reader) {
        pages = { pageOf: [...r.linePages.subarray(0, r.lineCount)], endPage: r.endPage };
      },
      passEnds() {},
      handedOut(r: Reader, from: number, to: number) {
        text += Buffer.from(r.page.bytes.subarray(from, to)).toString('latin1');
        bytes += to - from;
      },
      readReturns() {
        reads.push(bytes);
        bytes = 0;
      },
    }),
  });
  const [reader] = world.readers;
  while (pages.endPage < 0) reader!.step = reader!.step(world.kernel, reader!);
  const lengths = text
    .split('\n')
    .slice(0, -2) // the gate line is no VMA's
    .map((line) => line.length + 1);
  return { lengths, pages, reads: reads.filter((n) => n > 0) };
}

test.each([1, 17, 48, 49, 50, 100, 333, 1000, 4000, 4095, 4096, 5000, 65_536])(
  'a buffer of %i bytes: pages by the lengths of lines are those of seq_file',
  (bufferBytes) => {
    const { lengths, pages } = simulated(bufferBytes);

    const { pageOf, endPage } = pagesOfLines(lengths, bufferBytes);

    expect([...pageOf]).toEqual(pages.pageOf);
    expect(endPage).toBe(pages.endPage);
  },
);

test.each([4096, 65_536])('a buffer of %i bytes: each read() hands out one page', (bufferBytes) => {
  const { lengths, reads } = simulated(bufferBytes);

  expect(pagesOfReads(lengths, reads)).toEqual(pagesOfLines(lengths, bufferBytes));
});
