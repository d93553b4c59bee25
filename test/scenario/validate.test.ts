import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { flagsOf } from '../../src/mm/perms.ts';
import { type Call, NEW_ANON_SHMEM } from '../../src/mm/plan.ts';
import { loadScenario } from '../../src/scenario/load/validate.ts';
import * as yaml from '../../src/scenario/load/yaml-text.ts';
import type { Operation, WriterSpec } from '../../src/scenario/scenario.ts';
import { eachVma, vmaAt } from '../../src/scenario/vma-list.ts';
import { at, brk, calling, HERE, inRange, mmap, mremap, protect } from '../support/operations.ts';
import { envWith, faultsOf, load, messagesOf } from './support.ts';

const READER = 'readers: [{name: r}]';
const VMAS = `vmas:
  - {start: "0x7f0000000000", pages: 3, perms: r--p, tag: left}
  - {start: "0x7f1000000000", pages: 5, repeat: 3, gap: 1, perms: [r--p, rw-p], tag: child}`;

function writerOf(rest: string, vmas = VMAS): WriterSpec {
  const text = `mapsim: 1\n${READER}\n${vmas}\nwriters: [{name: w, ${rest}}]`;
  return load(text).writers[0]!;
}

function operation(text: string, vmas = VMAS): Operation {
  const { source } = writerOf(`program: [${text}]`, vmas);
  if (source.kind !== 'program') throw new Error('a program');
  return source.program[0]!;
}

function callOf(text: string): Call {
  const found = operation(text);
  if (found.kind !== 'calls') throw new Error('a call');
  return found.calls[0]!;
}

describe('defaults', () => {
  test('an almost empty scenario has those of the contract', () => {
    const { sha256: _, vmas, ranges, ...scenario } = load(`mapsim: 1\n${READER}`);

    expect([...eachVma(vmas), ...eachVma(ranges)]).toEqual([]);
    expect(scenario).toEqual({
      name: 's',
      about: null,
      seed: '0',
      durationNs: null,
      machine: {
        cpus: null,
        rwsem: 'rwsem',
        preempt: 'full',
        hz: 250,
        costs: { preset: 'server', overrides: {} },
        jitter: null,
        hogs: [],
      },
      files: [],
      startBrkPage: 0x1000,
      breakIsTold: false,
      brkPage: 0x1000,
      startStackPage: -1,
      mmapBasePage: 0x7ffff7fff,
      gate: false,
      era: {
        taskSizePages: 2 ** 35 - 1,
        pagesPerPage: 1,
        nameColumn: 73,
        anonOffsets: false,
        gateLine: null,
      },
      readers: [
        {
          name: 'r',
          strategy: { text: 'mmap-lock', entry: 'mmap-lock', n: 0, values: {} },
          passes: 1,
          bufferBytes: 65536,
          readOn: null,
          startNs: 0,
          thinkNs: 0,
          everyNs: null,
          cpu: null,
          nice: 0,
        },
      ],
      writers: [],
      failOn: [],
    });
  });

  test('a VMA is rw-p, untouched, anonymous, nameless and once', () => {
    const { vmas } = load(`mapsim: 1\n${READER}\nvmas: [{start: "0x1000", pages: 2}]`);

    expect([...eachVma(vmas)]).toEqual([
      {
        startPage: 1,
        endPage: 3,
        perms: 'rw-p',
        file: -1,
        offsetPages: 0,
        anonName: null,
        special: null,
        touched: false,
      },
    ]);
  });

  test('a file has offset 0 and is the open 0', () => {
    const file = 'file: {path: /a, dev: "08:1f", inode: 7}';
    const { files, vmas } = load(
      `mapsim: 1\n${READER}\nvmas: [{start: "0x1000", pages: 2, ${file}}]`,
    );

    expect(files).toEqual([{ path: '/a', major: 8, minor: 31, inode: 7, open: 0 }]);
    expect(vmaAt(vmas, 0)).toMatchObject({ file: 0, offsetPages: 0 });
  });

  test('a writer starts at once, does not think, never stops', () => {
    expect(writerOf('program: [{restore: true}]')).toEqual({
      name: 'w',
      startNs: 0,
      thinkNs: 0,
      everyNs: null,
      ops: null,
      cpu: null,
      nice: 0,
      source: { kind: 'program', program: [{ kind: 'restore' }] },
    });
  });

  test('operations have those of the system calls', () => {
    const place = inRange({ ranges: [0], pick: 'first' });

    expect(operation('{munmap: {vma: {tag: left}}}')).toEqual(
      calling(place, { call: 'munmap', ...HERE }),
    );
    expect(operation('{mmap: {pages: 4}}')).toEqual(mmap(4));
    expect(operation('{mremap: {vma: {tag: left}}}')).toEqual(mremap(place, {}));
    expect(operation('{growStack: {}}', `vmas: ["${STACK}"]`)).toEqual(
      calling(null, { call: 'growStack', pages: 1 }),
    );
  });

  test('a churn works on every VMA of at least 3 pages, at random', () => {
    const vmas = `${VMAS}\n  - {start: "0x1000", pages: 2}`;

    expect(writerOf('churn: resize', vmas).source).toEqual({
      kind: 'churn',
      churn: 'resize',
      selector: { ranges: [1, 2, 3, 4], pick: 'random' },
    });
  });
});

const STACK = '7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0 [stack]';
const HEAP = '55d0c8a00000-55d0c8a21000 rw-p 00000000 00:00 0 [heap]';

describe('values', () => {
  test('durations have units, and may be drawn', () => {
    const times = ['7', '250ns', '10us', '1.5ms', '2s', '0.000000001s', '{exp: 10us}'];
    const read = times.map((time) => writerOf(`program: [{fork: {}}], think: ${time}`).thinkNs);

    expect(read).toEqual([7, 250, 10_000, 1_500_000, 2_000_000_000, 1, { exp: 10_000 }]);
    expect(writerOf('program: [{fork: {}}], think: {uniform: [1us, 2000]}').thinkNs).toEqual({
      uniform: [1000, 2000],
    });
  });

  test('sizes are bytes, k or m', () => {
    const sizes = ['1', '17', '4k', '64k', '1m'].map(
      (size) => load(`mapsim: 1\nreaders: [{name: r, buffer: ${size}}]`).readers[0]?.bufferBytes,
    );

    expect(sizes).toEqual([1, 17, 4096, 65536, 1048576]);
  });

  test('a seed is text, whatever it is written as', () => {
    const seeds = ['7', '-7', 'seven', '"07"', '123456789012345678901234567890'];

    expect(seeds.map((seed) => load(`mapsim: 1\nseed: ${seed}\n${READER}`).seed)).toEqual([
      '7',
      '-7',
      'seven',
      '07',
      '123456789012345678901234567890',
    ]);
  });

  test('addresses are exact in the whole 64-bit space', () => {
    const vmas = 'vmas: [{start: "0xffffffffffffd000", pages: 2}]';

    expect(vmaAt(load(`mapsim: 1\n${READER}\n${vmas}`).vmas, 0)).toMatchObject({
      startPage: 2 ** 52 - 3,
      endPage: 2 ** 52 - 1,
    });
  });

  test('paths are bytes, with newlines as the kernel prints them', () => {
    const file = 'file: {path: "/ü\\n", dev: "00:01", inode: 1, offset: 8k}';
    const text = `mapsim: 1\n${READER}\nvmas: [{start: "0x1000", pages: 2, ${file}}]`;

    expect(load(text).files[0]?.path).toBe('/\xc3\xbc\\012');
    expect(vmaAt(load(text).vmas, 0)?.offsetPages).toBe(2);
  });

  test('keys that begin with x- are for others', () => {
    const text = 'mapsim: 1\nx-a: 1\nreaders: [{name: r, x-b: {c: []}}]\nmachine: {x-d: 1}';

    expect(load(text).readers).toHaveLength(1);
  });

  test('costs: a preset by itself or with overrides', () => {
    const costs = '{preset: zero, formatAnon: 235ns, vmaCopy: 7, writeSectionShare: 0.25}';
    const text = `mapsim: 1\nmachine: {costs: ${costs}}\n${READER}`;

    expect(load(text).machine.costs).toEqual({
      preset: 'zero',
      overrides: { formatAnon: 235, vmaCopy: 7, writeSectionShare: 0.25 },
    });
  });

  test('the hash is that of the scenario followed by its files', () => {
    const line = '00400000-00401000 rw-p 00000000 00:00 0 \n';
    const text = `mapsim: 1\n${READER}\nvmas: [{from: b.maps}, {from: a.maps}]`;
    const other = line.replace('00400000-00401', '00500000-00501');
    const whole = createHash('sha256').update(text).update(line).update(other).digest('hex');

    expect(load(text, { 'a.maps': other, 'b.maps': line }).sha256).toBe(whole);
  });

  test('the name is that of the file, or stdin', () => {
    const bytes = Buffer.from('{"mapsim": 1, "readers": [{"name": "r"}]}');
    const names = ['a/b.c.yaml', 'x.JSON', 'y.yml', 'plain', '-'].map((path) => {
      const loaded = loadScenario({ path, bytes, yaml }, envWith());
      return loaded.ok ? loaded.scenario.name : '';
    });

    expect(names).toEqual(['b.c', 'x', 'y', 'plain', 'stdin']);
  });

  test('files are found from where the scenario is', () => {
    const bytes = Buffer.from(`mapsim: 1\n${READER}\nvmas: [{from: ../m/x.maps}]`);
    const files = { 'a/m/x.maps': '00400000-00401000 rw-p 00000000 00:00 0 \n' };

    const loaded = loadScenario({ path: 'a/s/x.yaml', bytes, yaml }, envWith(files));

    expect(loaded.ok && loaded.scenario.vmas.length).toBe(1);
  });

  test('strategies are written as the registry writes them; files are passed on where they may be', () => {
    const strategies = ['baseline', './mine.js', 'lib/mine.mjs'].map((text) => {
      const scenario = `mapsim: 1\nreaders: [{name: r, strategy: ${text}}]`;
      return load(scenario, {}, { allowCode: true }).readers[0]?.strategy.text;
    });

    expect(strategies).toEqual(['mmap-lock', './mine.js', 'lib/mine.mjs']);
  });

  test('JSON is the same as YAML', () => {
    const yaml = load(`mapsim: 1\n${READER}\n${VMAS}`);
    const json = load(
      JSON.stringify({
        mapsim: 1,
        readers: [{ name: 'r' }],
        vmas: [
          { start: '0x7f0000000000', pages: 3, perms: 'r--p', tag: 'left' },
          {
            start: '0x7f1000000000',
            pages: 5,
            repeat: 3,
            gap: 1,
            perms: ['r--p', 'rw-p'],
            tag: 'child',
          },
        ],
      }),
    );

    expect({ ...json, sha256: '' }).toEqual({ ...yaml, sha256: '' });
  });
});

describe('the address space', () => {
  test('copies stand apart by their gap, and permissions go round', () => {
    const { vmas } = load(`mapsim: 1\n${READER}\n${VMAS}`);

    expect(
      [...eachVma(vmas)].map(({ startPage, endPage, perms }) => [startPage, endPage, perms]),
    ).toEqual([
      [0x7f0000000, 0x7f0000003, 'r--p'],
      [0x7f1000000, 0x7f1000005, 'r--p'],
      [0x7f1000006, 0x7f100000b, 'rw-p'],
      [0x7f100000c, 0x7f1000011, 'r--p'],
    ]);
  });

  test('VMAs are sorted, whatever the order in the file', () => {
    const { vmas, ranges } = load(
      `mapsim: 1\n${READER}\nvmas: [{start: "0x9000", pages: 1}, {start: "0x3000", pages: 1}]`,
    );

    expect([...eachVma(vmas)].map(({ startPage }) => startPage)).toEqual([3, 9]);
    expect([...eachVma(ranges)].map(({ startPage }) => startPage)).toEqual([3, 9]);
  });

  test('heap, stack and gate lines say where brk and the stack are', () => {
    const gate = 'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]';
    const lib = '7f0000000000-7f0000001000 r--p 00000000 08:01 5 /lib/x';

    const space = load(`mapsim: 1\n${READER}\nvmas: ["${HEAP}", "${lib}", "${STACK}", "${gate}"]`);

    expect(space.vmas).toHaveLength(3);
    expect(space).toMatchObject({
      startBrkPage: 0x55d0c8a00,
      brkPage: 0x55d0c8a21,
      startStackPage: 0x7fffffffe,
      mmapBasePage: 0x7f0000001,
      gate: true,
    });
  });

  test('without a heap, brk is empty and lies behind the bss of the executable', () => {
    const lines = [
      '00400000-00401000 r-xp 00000000 08:01 5 /bin/x',
      '00600000-00601000 rw-p 00001000 08:01 5 /bin/x',
      '00601000-00603000 rw-p 00000000 00:00 0',
      '00700000-00701000 rw-p 00000000 00:00 0',
    ];

    const space = load(`mapsim: 1\n${READER}\nvmas: ${JSON.stringify(lines)}`);

    expect([space.startBrkPage, space.brkPage]).toEqual([0x603, 0x603]);
  });

  test('an empty brk area is never inside a VMA, which would be printed as [heap]', () => {
    const space = load(`mapsim: 1\n${READER}\nvmas: [{start: "0x800000", pages: 4096}]`);

    expect([space.startBrkPage, space.brkPage]).toEqual([0x1800, 0x1800]);
  });

  test('files with the same device, inode, path and open are one', () => {
    const file = (more: string): string => `file: {path: /a, dev: "08:01", inode: 7${more}}`;
    const vma = (page: number, more: string): string =>
      `{start: "0x${page}000", pages: 1, ${file(more)}}`;
    const items = [vma(1, ''), vma(2, ', open: 0'), vma(3, ', open: 1'), vma(4, '')];

    const { files, vmas } = load(`mapsim: 1\n${READER}\nvmas: [${items.join(', ')}]`);

    expect(files.map(({ open }) => open)).toEqual([0, 1]);
    expect([...eachVma(vmas)].map(({ file }) => file)).toEqual([0, 0, 1, 0]);
  });

  test('shared memory without a file gets one of its own, as the kernel makes it', () => {
    const { files, vmas } = load(
      `mapsim: 1\n${READER}\nvmas: [{start: "0x1000", pages: 1, repeat: 2, perms: rw-s, name: ring}]`,
    );

    expect(files).toEqual([
      { path: '/dev/zero (deleted)', major: 0, minor: 1, inode: 1024, open: 0 },
      { path: '/dev/zero (deleted)', major: 0, minor: 1, inode: 1025, open: 0 },
    ]);
    expect([...eachVma(vmas)].map(({ file, anonName }) => [file, anonName])).toEqual([
      [0, 'ring'],
      [1, 'ring'],
    ]);
    expect(callOf('{mmap: {pages: 1, perms: rw-s}}')).toMatchObject({ file: NEW_ANON_SHMEM });
  });

  test('touched counts for private memory; from: takes it for a whole text', () => {
    const lines = [
      '00400000-00401000 rw-p 00000000 00:00 0 ',
      '00500000-00501000 rw-s 00000000 08:01 5 /a',
      '00600000-00601000 r-xp 00000000 00:00 0 [vdso]',
    ];
    const text = `mapsim: 1\n${READER}\nvmas: [{from: m, touched: true, tag: t}]`;

    const { vmas } = load(text, { m: `${lines.join('\n')}\n` });

    expect([...eachVma(vmas)].map(({ touched }) => touched)).toEqual([true, false, false]);
  });

  test('a million VMAs are laid out, one more is refused', () => {
    const text = (repeat: number): string =>
      `mapsim: 1\n${READER}\nvmas: [{start: "0x1000", pages: 1, gap: 1, repeat: ${repeat}}]`;

    expect(load(text(1_000_000)).vmas).toHaveLength(1_000_000);
    expect(messagesOf(text(1_000_001))).toEqual(['3:52 more than 1,000,000 VMAs']);
  });
});

describe('selectors and places', () => {
  const ranges = (selector: string, rest = ''): readonly number[] => {
    const { source } = writerOf(`program: [{munmap: {vma: ${selector}${rest}}}]`);
    const first = source.kind === 'program' ? source.program[0] : undefined;
    if (first?.kind !== 'calls' || first.place?.kind !== 'vma') throw new Error('a place');
    return Array.from(first.place.selector.ranges);
  };

  test('a tag, an index by address, an address, or nothing', () => {
    expect(ranges('{tag: child, pick: random}')).toEqual([1, 2, 3]);
    expect(ranges('{tag: child}')).toEqual([1]);
    expect(ranges('{tag: child, index: 2}')).toEqual([3]);
    expect(ranges('{index: 2}')).toEqual([2]);
    expect(ranges('{address: "0x7f1000008000"}')).toEqual([2]);
    expect(ranges('{pick: next}')).toEqual([0, 1, 2, 3]);
  });

  test('next and random go over the ranges that the place fits into', () => {
    expect(ranges('{pick: random}', ', page: 3')).toEqual([1, 2, 3]);
    expect(ranges('{pick: next}', ', page: 1, pages: 2')).toEqual([0, 1, 2, 3]);
  });

  test('the region of a mapper is mapped and is no range', () => {
    const region = 'region: {start: "0x7e0000000000", pages: 9}';
    const { vmas, ranges, writers } = load(
      `mapsim: 1\n${READER}\n${VMAS}\nwriters: [{name: w, churn: map-unmap, ${region}}]`,
    );

    expect(vmaAt(vmas, 0)).toMatchObject({
      startPage: 0x7e0000000,
      endPage: 0x7e0000009,
      perms: 'rw-p',
    });
    expect(ranges).toHaveLength(4);
    expect(vmaAt(ranges, 0)?.startPage).toBe(0x7f0000000);
    expect(writers[0]?.source).toEqual({
      kind: 'churn',
      churn: 'map-unmap',
      region: { startPage: 0x7e0000000, pages: 9 },
    });
  });

  test('exact-mremap gets spare memory of each protection, as long as the longest range', () => {
    const { vmas, ranges, writers } = load(
      `mapsim: 1\n${READER}\n${VMAS}\nwriters: [{name: w, churn: exact-mremap}]`,
    );

    expect(ranges).toHaveLength(4);
    expect([...eachVma(vmas)].slice(0, 2)).toMatchObject([
      { startPage: 0x100001, endPage: 0x100006, perms: 'r--p', file: -1 },
      { startPage: 0x100007, endPage: 0x10000c, perms: 'rw-p', file: -1 },
    ]);
    expect(writers[0]?.source).toMatchObject({
      selector: { ranges: [0, 1, 2, 3] },
      spares: Float64Array.of(0x100001, 0x100001, 0x100007, 0x100001),
    });
  });

  test('a flip-pair has a low and a high selector', () => {
    const source = writerOf(
      'churn: flip-pair, vmas: [{tag: left}, {tag: child, index: 1}], every: 1ms',
    ).source;

    expect(source).toEqual({
      kind: 'churn',
      churn: 'flip-pair',
      low: { ranges: [0], pick: 'first' },
      high: { ranges: [2], pick: 'first' },
      everyNs: 1_000_000,
    });
  });

  test('every operation takes its arguments', () => {
    expect(operation('{mprotect: {at: "0x3000", pages: 2, perms: r-xs, hold: 1us}}')).toEqual({
      ...protect(at(3, 2), 'r-xp'),
      holdNs: 1000,
    });
    expect(
      callOf(
        '{mremap: {at: "0x3000", pages: 2, newPages: 4, to: "0x9000", mayMove: true, dontUnmap: true}}',
      ),
    ).toMatchObject({ newPages: 4, to: 9, mayMove: true, dontUnmap: true });
    expect(
      callOf(
        '{mmap: {vma: {tag: left}, page: 1, pages: 1, perms: r--s, touched: true, file: {path: /a, dev: "08:01", inode: 1, offset: "0x5000"}}}',
      ),
    ).toMatchObject({ ...HERE, flags: flagsOf('r--s'), file: 0, pgoff: 5, touched: true });
    expect(callOf('{mmap: {vma: {tag: left}}}')).toMatchObject(HERE);
    expect(callOf('{name: {vma: {tag: left}, name: null}}')).toMatchObject({ text: null });
    expect(operation('{brk: {pages: -3}}')).toEqual(brk(-3));
    expect(operation('{hold: {exp: 3us}}')).toEqual({ kind: 'hold', ns: { exp: 3000 } });
    expect(operation('{pause: 3us}')).toEqual({ kind: 'pause', ns: 3000 });
    expect(operation('{fork: {}}')).toEqual(calling(null, { call: 'fork' }));
  });
});

describe('tasks', () => {
  test('a count of more than 1 makes NAME/0 and so on', () => {
    const { readers, writers } = load(
      'mapsim: 1\nreaders: [{name: r, count: 2}]\nwriters: [{name: w, count: 2, program: [{fork: {}}]}]',
    );

    expect(readers.map(({ name }) => name)).toEqual(['r/0', 'r/1']);
    expect(writers.map(({ name }) => name)).toEqual(['w/0', 'w/1']);
  });

  test('a cpu lies below cpus, for hogs as well', () => {
    const machine = 'machine: {cpus: 2, hogs: [{cpu: 2, run: 1ms}]}';

    expect(
      load('mapsim: 1\nmachine: {cpus: 2}\nreaders: [{name: r, cpu: 1}]').readers[0]?.cpu,
    ).toBe(1);
    expect(messagesOf(`mapsim: 1\n${machine}\nreaders: [{name: r, cpu: 2}]`)).toEqual([
      '2:33 cpu: 2 is not below cpus: 2',
      '3:26 cpu: 2 is not below cpus: 2',
    ]);
    expect(messagesOf('mapsim: 1\nreaders: [{name: r, cpu: 0}]')).toEqual([
      '2:26 cpu: 0 has no meaning if every task has its own CPU | set machine: {cpus: …}',
    ]);
  });

  test('the caller judges loops of no time and expressions of failOn', () => {
    const text = `mapsim: 1\nreaders: [{name: r, count: 2}]\nfailOn: [x]`;
    const zeroTimeLoop = () => [{ name: 'r/1', error: 'spins for ever' }];

    expect(messagesOf(text, {}, { zeroTimeLoop })).toEqual(['2:18 spins for ever']);
  });

  test('a run without readers ends by ops or by duration', () => {
    const writers = 'writers: [{name: w, program: [{fork: {}}], ops: 3}]';

    expect(faultsOf(`mapsim: 1\n${writers}`)).toBe('');
    expect(faultsOf('mapsim: 1\nduration: 1ms')).toBe('');
  });
});
