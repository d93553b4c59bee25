import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadScenario, renderFaults } from '../../src/scenario/load/validate.ts';
import * as yaml from '../../src/scenario/load/yaml-text.ts';
import { parseDuration } from '../../src/scenario/units.ts';
import { eachVma } from '../../src/scenario/vma-list.ts';
import { envWith, load, messagesOf } from './support.ts';

const SAMPLE = `mapsim: 1
about: a sample
seed: 7
duration: 50ms
machine: {cpus: 2, hz: 250, costs: {preset: zero, formatAnon: 235ns}, hogs: [{cpu: 1, run: 2ms}]}
vmas:
  - "55d0c8a00000-55d0c8a21000 rw-p 00000000 00:00 0  [heap]"
  - {from: x.maps, tag: text}
  - {start: "0x7f1000000000", pages: 3, repeat: 9, gap: 1, perms: [r--p, rw-p], tag: child}
  - {start: "0x7f2000000000", pages: 16, perms: r-xp, file: {path: /a, dev: "08:01", inode: 131}}
readers:
  - {name: monitor, strategy: mmap-lock, passes: 100, buffer: 64k, think: {exp: 1us}, cpu: 1}
writers:
  - name: churn
    think: {uniform: [0, 10us]}
    program:
      - mprotect: {vma: {tag: child, pick: random}, page: 1, pages: 1, perms: r--p}
      - restore: true
  - {name: mapper, churn: map-unmap, region: {start: "0x7f4000000000", pages: 32768}}
`;
const FILES = { 'x.maps': '00400000-00401000 r-xp 00000000 08:01 5    /bin/x\n' };

/** Faults and values come back, exceptions do not. */
function survives(bytes: Uint8Array): void {
  const loaded = loadScenario({ path: 's.yaml', bytes, yaml }, envWith(FILES));
  if (loaded.ok) return;
  expect(loaded.faults.length).toBeGreaterThan(0);
  const rendered = renderFaults(loaded.faults);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they would act on the terminal
  expect(rendered).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  for (const fault of loaded.faults) {
    expect(fault.line).toBeGreaterThan(0);
    expect(fault.endColumn).toBeGreaterThan(fault.column);
    if (fault.text !== null) expect(fault.column).toBeLessThanOrEqual(fault.text.length + 1);
  }
}

test('the sample is good', () => {
  expect(messagesOf(SAMPLE, FILES)).toEqual([]);
});

test('bytes of any kind end in faults or in a scenario', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), survives), { numRuns: 500 });
});

test('a scenario with a part cut out, doubled or replaced ends in faults or in a scenario', () => {
  const place = fc.integer({ min: 0, max: SAMPLE.length });
  const words = fc.constantFrom(
    '',
    ' ',
    '\n',
    '-',
    ':',
    '{',
    '}',
    '[',
    ']',
    '"',
    '&a ',
    '*a',
    '0',
    '-1',
  );
  fc.assert(
    fc.property(place, fc.integer({ min: 0, max: 12 }), words, (at, length, word) => {
      survives(Buffer.from(SAMPLE.slice(0, at) + word + SAMPLE.slice(at + length)));
    }),
    { numRuns: 1500 },
  );
});

test('data of any kind in place of any value ends in faults or in a scenario', () => {
  const data: unknown = {
    mapsim: 1,
    vmas: [{ start: '0x1000', pages: 3 }, '00400000-00401000 rw-p 00000000 00:00 0 '],
    readers: [{ name: 'r', think: { exp: 3 } }],
    writers: [{ name: 'w', program: [{ munmap: { vma: { tag: 't' } } }], ops: 3 }],
  };
  const paths = pathsOf(data, []);
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 2 }), (path, value) => {
      survives(Buffer.from(JSON.stringify(replaced(data, path, value))));
    }),
    { numRuns: 1500 },
  );
});

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, key]));
  return [path, ...inner];
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

test('a duration is the same in every unit that writes it exactly', () => {
  const digits: Readonly<Record<string, number>> = { ns: 0, us: 3, ms: 6, s: 9 };
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
      fc.constantFrom('ns', 'us', 'ms', 's'),
      (ns, unit) => {
        const shift = digits[unit]!;
        const text = String(ns).padStart(shift + 1, '0');
        const whole = text.slice(0, text.length - shift);
        const fraction = text.slice(text.length - shift);
        const written = shift === 0 ? whole : `${whole}.${fraction}`;
        expect(parseDuration(`${written}${unit}`)).toBe(ns);
      },
    ),
  );
});

test('VMAs in any order are laid out by address, and overlap exactly when pages are shared', () => {
  const item = fc.record({
    start: fc.integer({ min: 1, max: 60 }),
    pages: fc.integer({ min: 1, max: 4 }),
    repeat: fc.integer({ min: 1, max: 3 }),
    gap: fc.integer({ min: 0, max: 2 }),
  });
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 5 }), (items) => {
      const used = new Map<number, number>();
      for (const [index, { start, pages, repeat, gap }] of items.entries()) {
        for (let copy = 0; copy < repeat; copy++) {
          for (let page = 0; page < pages; page++) {
            const at = start + copy * (pages + gap) + page;
            used.set(at, used.has(at) ? -1 : index);
          }
        }
      }
      const vmas = items.map((part) => ({ ...part, start: `0x${part.start.toString(16)}000` }));
      const text = JSON.stringify({ mapsim: 1, readers: [{ name: 'r' }], vmas });
      if ([...used.values()].includes(-1)) {
        expect(messagesOf(text).join('\n')).toMatch(/overlaps/);
        return;
      }
      const laid = [...eachVma(load(text).vmas)].flatMap(({ startPage, endPage }) =>
        Array.from({ length: endPage - startPage }, (_, page) => startPage + page),
      );
      expect(laid).toEqual([...used.keys()].sort((a, b) => a - b));
    }),
    { numRuns: 500 },
  );
});
