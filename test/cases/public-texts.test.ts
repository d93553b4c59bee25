/** More texts and scenarios in the shape of public reports. Each test names the page. */
import { expect, test } from 'vitest';
import { aDirectory, mapsim } from '../cli/support.ts';
import { roundTrip, shortLines } from './support.ts';

test('K3: smaps of 6.x in a report (github.com/uutils/procps/pull/368)', async () => {
  const details = (size: string): string => `Size:                ${size} kB
KernelPageSize:        4 kB
MMUPageSize:           4 kB
Pss_Dirty:             0 kB
KSM:                   0 kB
FilePmdMapped:         0 kB
THPeligible:           0
ProtectionKey:         0
VmFlags: rd mr mw me sd 
`;
  const { check, stdout } = await roundTrip(
    `558d8da9a000-558d8dab1000 r--p 00000000 00:1b 1010380                    /usr/bin/zsh
${details(' 92')}558d8dab1000-558d8db4f000 r-xp 00017000 00:1b 1010380                    /usr/bin/zsh
${details('632')}`,
  );

  expect(check).toMatchObject({ code: 0, stdout: '# 1 text, 2 VMAs: nothing wrong\n' });
  expect(shortLines(stdout)).toEqual([
    '558d8da9a000-558d8dab1000 r--p /usr/bin/zsh',
    '558d8dab1000-558d8db4f000 r-xp 17000 /usr/bin/zsh',
  ]);
});

test('K14: anonymous memory with its address as offset (Ubuntu forums, "buffer overflow", 2009-06-29)', async () => {
  const text = `b7f03000-b7f04000 rw-p 000e7000 08:05 710667     /usr/lib/libstdc++.so.6.0.10
b7f04000-b7f0a000 rw-p b7f04000 00:00 0 
b7f0a000-b7f1f000 r-xp 00000000 08:05 784402     /lib/tls/i686/cmov/libpthread-2.8.90.so
b7f54000-b7f55000 r-xp b7f54000 00:00 0          [vdso]
bf841000-bf856000 rw-p bffeb000 00:00 0          [stack]
`;
  const { check, stdout } = await roundTrip(text);

  expect(check.code).toBe(0);
  expect(stdout).toBe(text);
});

test('K6, K18: words before each line, blank lines between (github.com/NapNeko/NapCatQQ/issues/1025)', async () => {
  const { check, stdout } = await roundTrip(
    [
      '7f24c4083000-7f24c419f000 r-xp 0002f000 00:18 45343                      /usr/lib/libxml2.so.2',
      '7f24c419f000-7f24c41f5000 r--p 0014b000 00:18 45343                      /usr/lib/libxml2.so.2',
      '7f24c41f5000-7f24c41fe000 r--p 001a1000 00:18 45343                      /usr/lib/libxml2.so.2',
    ]
      .map((line) => `[map_info_parser.c][parseXMapsLine][30]Parsing line: ${line}\n\n`)
      .join(' 235,0002,phdr->p_offset = (nil), phdr->p_vaddr = (nil)\n'),
  );

  expect(check).toMatchObject({ code: 0, stdout: '# 1 text, 3 VMAs: nothing wrong\n' });
  expect(shortLines(stdout)).toHaveLength(3);
});

test('K19: smaps_rollup of a phone (github.com/google/perfetto/issues/258)', async () => {
  const { check, said } =
    await roundTrip(`12c00000-7fd14f2000 ---p 00000000 00:00 0                                [rollup]
Rss:               55656 kB
Pss:                7071 kB
SwapPss:            1194 kB
Writeback:             0 kB
Locked:                0 kB
`);

  expect(check).toMatchObject({ code: 1, stdout: expect.stringContaining('smaps_rollup') });
  expect(said).toMatchObject({ code: 2, stderr: expect.stringContaining('smaps_rollup') });
});

test('K24: smaps_rollup of 200 GB (github.com/ncabatoff/process-exporter/issues/246)', async () => {
  const cwd = aDirectory({
    's.yaml': `mapsim: 1
duration: 20ms
machine: { costs: { preset: server, formatAnon: 4ms } }
vmas: [ { start: "0x7f0000000000", pages: 8, perms: rw-p, repeat: 20, gap: 1 } ]
readers: [ { name: exporter, every: 30s } ]
writers: [ { name: app, think: { exp: 1ms }, churn: merge-churn } ]
`,
  });
  const strategies = '--strategies=mmap-lock,rcu-retry3';
  const { stderr } = await mapsim(['compare', 's.yaml', '--seeds=1', strategies, '--jobs=1'], {
    cwd,
  });

  expect(stderr).toContain('no strategy here changes that');
});

test('K23: pollers with one interval (github.com/ggozad/haiku.rag/pull/396)', async () => {
  const pollers = (start: string): string => `mapsim: 1
duration: 5ms
vmas: [ { start: "0x7f0000000000", pages: 3, repeat: 4, gap: 1 } ]
readers: [ { name: poller, count: 10, passes: 3, every: 1ms${start} } ]
`;
  const cwd = aDirectory({ 'together.yaml': pollers(', start: 0'), 'spread.yaml': pollers('') });
  const compare = (file: string) =>
    mapsim(['compare', file, '--seeds=1', '--strategies=mmap-lock,vma-lock', '--jobs=1'], { cwd });

  expect((await compare('together.yaml')).stderr).toContain(
    'readers poller/0, /1, … start together and walk in step: leave start out',
  );
  expect((await compare('spread.yaml')).stderr).not.toContain('in step');
});

test.each([
  ['VmFlags with nothing', 'Rss:                   4 kB\nVmFlags:\n'],
  [
    '2.6, without flags',
    'Size:                  4 kB\nRss:                   4 kB\nShared_Clean:          0 kB\n',
  ],
  ['flags of arm64', 'THPeligible:\t\t0\nVmFlags: rd wr mr mw me ac mt \n'],
])('K3: %s', async (_what, details) => {
  const { check, stdout } = await roundTrip(
    `7f0000000000-7f0000001000 rw-p 00000000 00:00 0 \n${details}`,
  );

  expect(check).toMatchObject({ code: 0, stdout: '# 1 text, 1 VMA: nothing wrong\n' });
  expect(shortLines(stdout)).toEqual(['7f0000000000-7f0000001000 rw-p']);
});

test.each([
  ['of arm64', ''],
  ['after a prompt', '$ cat /proc/self/smaps_rollup\n'],
])('K19: %s', async (_what, before) => {
  const { check } = await roundTrip(
    `${before}aaaad3cb0000-ffffe5f2a000 ---p 00000000 00:00 0                          [rollup]\nRss:                1912 kB\n`,
  );

  expect(check).toMatchObject({ code: 1, stdout: expect.stringContaining('smaps_rollup') });
});
