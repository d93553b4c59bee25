import { Ajv } from 'ajv';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { PUBLISHED } from '../../scripts/schemas/published.ts';
import { ScenarioSchema } from '../../src/scenario/load/schema.ts';
import { withoutExtensions } from '../../src/scenario/load/shape.ts';
import { faultsOf } from './support.ts';

const published = new Ajv({ strict: false }).compile(JSON.parse(PUBLISHED.scenario()));

const READER = 'readers: [{name: r}]';
const writer = (rest: string): string => `mapsim: 1\n${READER}\nwriters: [{name: w, ${rest}}]`;
const program = (operation: string): string => writer(`program: [${operation}]`);
const vma = (rest: string): string => `mapsim: 1\n${READER}\nvmas: [{start: "0x1000", ${rest}}]`;

/** Good in form; what they refer to need not exist. */
const GOOD = [
  `mapsim: 1\n${READER}`,
  `{"$schema": "x", "mapsim": 1, "readers": [{"name": "r"}]}`,
  `mapsim: 1\nx-note: {any: thing}\nreaders: [{name: r, x-y: 1}]`,
  `mapsim: 1\nabout: words\nseed: -7\nduration: 1.5ms\n`,
  `mapsim: 1\nseed: text\nduration: 0`,
  `mapsim: 1\n${READER}\nmachine: {}`,
  `mapsim: 1\n${READER}\nmachine: {cpus: 2, rwsem: rwsem, preempt: none, hz: 1000, costs: zero}`,
  `mapsim: 1\n${READER}\nmachine: {costs: {preset: zero, vmaCopy: 10ns, writeSectionShare: 0.5}}`,
  `mapsim: 1\n${READER}\nmachine: {hogs: [{cpu: 0, run: {exp: 2ms}, sleep: 1ms, nice: -20}]}`,
  `mapsim: 1\nreaders: [{name: r, count: 2, strategy: s, passes: 3, buffer: 4k, start: 1us, think: {uniform: [0, 1s]}, cpu: 0, nice: 19}]`,
  vma('pages: 3'),
  vma('pages: 3, perms: r-xs, tag: t, repeat: 9, gap: 2, touched: true'),
  vma('pages: 3, perms: [r--p, rw-p], name: "a b(c)"'),
  vma('pages: 3, file: {path: /a, dev: "08:01", inode: 3}'),
  vma('pages: 3, file: {path: /a, dev: "fff:fffff", inode: 3, offset: "0x3000", open: 2}'),
  `mapsim: 1\n${READER}\nvmas: ["any text", {from: x, tag: t, touched: true}]`,
  ...['munmap', 'mprotect', 'name', 'mremap'].map((name) => {
    const more = { mprotect: ', perms: r--p', name: ', name: null' }[name] ?? '';
    return program(`{${name}: {at: "0x1000", pages: 1${more}}}`);
  }),
  program('{munmap: {vma: {tag: t, index: 3, pick: next}, page: 2, hold: 3us}}'),
  program('{mprotect: {vma: {address: "0x1000"}, perms: r--p}}'),
  program('{name: {vma: {}, name: x}}'),
  program('{mmap: {pages: 3}}'),
  program('{mmap: {pages: 3, perms: r--p, name: x, touched: true, hold: 0}}'),
  program('{mremap: {vma: {}, newPages: 3, to: "0x7000", mayMove: true, dontUnmap: true}}'),
  program('{brk: {pages: -3}}, {fork: {}}, {growStack: {}}, {growStack: {pages: 2}}'),
  program('{hold: 3us}, {pause: {exp: 1}}, {restore: true}'),
  writer('churn: split-merge, vma: {tag: t}, think: 60us, ops: 0, count: 2, start: 5'),
  writer('churn: map-unmap, region: {start: "0x1000", pages: 3}'),
  writer('churn: flip-pair, vmas: [{}, {tag: t}], every: 1ms'),
  writer('trace: x'),
  `mapsim: 1\n${READER}\nfailOn: ["falseGaps>0"]`,
];

const BAD = [
  '{}',
  '[]',
  'null',
  'mapsim: 2',
  'mapsim: "1"',
  'mapsim: 1\nreader: []',
  'mapsim: 1\nreaders: {}',
  'mapsim: 1\nvmas: null',
  'mapsim: 1\nseed: 1.5',
  'mapsim: 1\nseed: null',
  'mapsim: 1\nabout: 3',
  'mapsim: 1\nduration: {exp: 3}',
  'mapsim: 1\nduration: -1',
  'mapsim: 1\nduration: 5m',
  'mapsim: 1\nduration: 1.5',
  'mapsim: 1\nmachine: {cpus: 0}',
  'mapsim: 1\nmachine: {rwsem: x}',
  'mapsim: 1\nmachine: {hz: 0}',
  'mapsim: 1\nmachine: {costs: {preset: 3}}',
  'mapsim: 1\nmachine: {costs: {vmaCopy: -1}}',
  'mapsim: 1\nmachine: {costs: {vmaCopy: 5 ns}}',
  'mapsim: 1\nmachine: {hogs: [{cpu: 0}]}',
  'mapsim: 1\nreaders: [{}]',
  'mapsim: 1\nreaders: [{name: ""}]',
  'mapsim: 1\nreaders: [{name: "a b"}]',
  'mapsim: 1\nreaders: [{name: "a/b"}]',
  'mapsim: 1\nreaders: [{name: "a\\nb"}]',
  'mapsim: 1\nreaders: [{name: r, passes: 0}]',
  'mapsim: 1\nreaders: [{name: r, buffer: 0}]',
  'mapsim: 1\nreaders: [{name: r, buffer: 4K}]',
  'mapsim: 1\nreaders: [{name: r, nice: 20}]',
  'mapsim: 1\nreaders: [{name: r, think: {}}]',
  'mapsim: 1\nreaders: [{name: r, think: {exp: 1, uniform: [0, 1]}}]',
  'mapsim: 1\nreaders: [{name: r, think: {uniform: [0]}}]',
  'mapsim: 1\nreaders: [{name: r, think: {uniform: [0, 1, 2]}}]',
  'mapsim: 1\nvmas: [{pages: 3}]',
  'mapsim: 1\nvmas: [{from: x, pages: 3}]',
  'mapsim: 1\nvmas: [7]',
  'mapsim: 1\nvmas: [{start: 4096, pages: 3}]',
  'mapsim: 1\nvmas: [{start: "4096", pages: 3}]',
  'mapsim: 1\nvmas: [{start: "0x", pages: 3}]',
  vma('pages: 0'),
  vma('pages: 1.5'),
  vma('pages: 3, perms: rwx'),
  vma('pages: 3, perms: []'),
  vma('pages: 3, gap: -1'),
  vma('pages: 3, name: "a]"'),
  vma(`pages: 3, name: "${'a'.repeat(80)}"`),
  vma('pages: 3, file: {path: /a}'),
  vma('pages: 3, file: {path: "", dev: "08:01", inode: 3}'),
  vma('pages: 3, file: {path: /a, dev: 8:1, inode: -3}'),
  vma('pages: 3, file: {path: /a, dev: "1000:00", inode: 3}'),
  program(''),
  program('{}'),
  program('{munmap: {}}'),
  program('{munmap: {at: "0x1000", vma: {}}}'),
  program('{munmap: {vma: {}}, hold: 3}'),
  program('{munmap: {vma: {pick: last}}}'),
  program('{munmap: {vma: {index: -1}}}'),
  program('{mprotect: {vma: {}}}'),
  program('{name: {vma: {}}}'),
  program('{brk: {}}'),
  program('{fork: null}'),
  program('{restore: false}'),
  program('{mprotct: {vma: {}}}'),
  writer('think: 3'),
  writer('churn: nothing'),
  writer('churn: resize, program: [{fork: {}}]'),
  writer('churn: flip-pair, vmas: [{}], every: 3'),
  writer('churn: resize, ops: -1'),
  'mapsim: 1\nfailOn: falseGaps>0',
];

describe('the published JSON Schema', () => {
  test('is of draft 7 and refuses unknown keys', () => {
    const text = PUBLISHED.scenario();

    expect(text).not.toContain('"properties": {}');
    expect(JSON.parse(text)).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      additionalProperties: false,
      required: ['mapsim'],
    });
  });

  test.each(GOOD)('accepts, as the program does: %s', (text) => {
    const data: unknown = parse(text);

    expect(published(data), JSON.stringify(published.errors)).toBe(true);
    expect(v.safeParse(ScenarioSchema, withoutExtensions(data)).issues).toBeUndefined();
  });

  test.each(BAD)('refuses, as the program does: %s', (text) => {
    const data: unknown = parse(text);

    expect(published(data)).toBe(false);
    expect(v.is(ScenarioSchema, withoutExtensions(data))).toBe(false);
    expect(faultsOf(text)).not.toBe('');
  });

  test('holds no regular expression that needs flags', () => {
    const patterns = [...PUBLISHED.scenario().matchAll(/"pattern": (".*")/g)];

    expect(patterns.length).toBeGreaterThan(5);
    for (const [, pattern] of patterns) {
      const source: string = JSON.parse(pattern!);
      expect(() => new RegExp(source, 'u')).not.toThrow();
      expect(source.startsWith('^') && source.endsWith('$')).toBe(true);
    }
  });
});
