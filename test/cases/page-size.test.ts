/** K15: machines whose pages are larger than 4 KiB, wherever pages are counted or shown. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { aDirectory, mapsim } from '../cli/support.ts';

const line = (start: number, pages: number): string => {
  const hex = (at: number): string => (0x7f0000000000 + at * 0x10000).toString(16);
  return `${hex(start)}-${hex(start + pages)} rw-p 00000000 00:00 0 \n`;
};
/** Six VMAs of 64 KiB pages: enough borders to tell. */
const TEXT = [0, 4, 8, 12, 16, 20].map((at) => line(at, 3)).join('');

test('--ops-log counts in pages of the machine', async () => {
  const cwd = aDirectory({
    's.yaml': `mapsim: 1
machine: {pageSize: 64k}
vmas: [{start: "0x7f0000000000", pages: 4, perms: r--p}]
writers:
  - name: w
    ops: 3
    program:
      - munmap: {vma: {index: 0}, page: 1, pages: 2}
      - mmap: {pages: 3}
      - mremap: {at: "0x7f0000000000", pages: 1, newPages: 5, mayMove: true}
`,
  });

  await mapsim(['run', 's.yaml', '--ops-log=ops', '--summary=none'], { cwd });

  const args = readFileSync(`${cwd}/ops`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((record) => JSON.parse(record).arguments);
  expect(args).toMatchObject([
    { at: '0x7f0000010000', pages: 2 },
    { pages: 3 },
    { pages: 1, newPages: 5 },
  ]);
});

test.each([
  ['a line', 'vmas: ["7f0000001000-7f0000020000 rw-p 00000000 00:00 0 "]', '3:9', '0x7f0000001000'],
  [
    'its end',
    'vmas: ["7f0000000000-7f0000021000 rw-p 00000000 00:00 0 "]',
    '3:9',
    '0x7f0000021000',
  ],
  ['start', 'vmas: [{start: "0x7f0000002000", pages: 1}]', '3:16', '0x7f0000002000'],
])('%s off the borders of pages is refused where it stands', async (_what, vmas, at, address) => {
  const cwd = aDirectory({ 's.yaml': `mapsim: 1\nmachine: {pageSize: 64k}\n${vmas}\n` });

  const { code, stderr } = await mapsim(['validate', 's.yaml'], { cwd });

  expect(code).toBe(2);
  expect(stderr).toContain(
    `s.yaml:${at}: error: ${address} is not a multiple of the page size, 64 KiB`,
  );
});

test('a line of a file is refused by its own number', async () => {
  const cwd = aDirectory({
    's.yaml': 'mapsim: 1\nmachine: {pageSize: 16k}\nvmas: [{from: in.maps}]\n',
    'in.maps': `${TEXT}7f1000001000-7f1000004000 rw-p 00000000 00:00 0 \n`,
  });

  const { code, stderr } = await mapsim(['validate', 's.yaml'], { cwd });

  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining(
      'in.maps:7:1: error: 0x7f1000001000 is not a multiple of the page size, 16 KiB',
    ),
  ]);
});

test('the smallest world keeps the page size that the text had told', async () => {
  const cwd = aDirectory({
    'in.maps': TEXT,
    's.yaml': `mapsim: 1
vmas: [{from: in.maps}]
readers: [{name: r, strategy: rcu-retry3}]
writers: [{name: w, ops: 1, program: [{munmap: {at: "0x7f0000090000", pages: 1}}]}]
`,
  });

  const found = await mapsim(['explore', 's.yaml', '--find=attempts>1', '--save=f.yaml'], { cwd });
  const again = await mapsim(['explore', 'f.yaml', '--find=attempts>1'], { cwd });

  expect([found.code, again.code]).toEqual([1, 1]);
  expect(found.stdout).toContain('munmap(0000, 1 page)'); // below 7f000009
  expect(again.stdout).toContain('munmap(0000, 1 page)');
  expect(readFileSync(`${cwd}/f.yaml`, 'utf8')).toContain('pageSize: 64k');
});
