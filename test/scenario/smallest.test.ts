/** Leaving parts out of a scenario until nothing more can go; what is asked for is made up. */
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { omissionsOf, type Tree } from '../../src/scenario/edit/omissions.ts';
import { smallest } from '../../src/scenario/edit/smallest.ts';

const LINES = ['1000-2000 r--p 0 0:0 0', '2000-3000 rw-p 0 0:0 0'];
const linesOf = (): readonly string[] => LINES;

const WORLD = `\
vmas:
  - {start: "0x1000", pages: 2, repeat: 4, gap: 1, perms: [r--p, rw-p, r-xp], tag: some}
readers:
  - {name: one, passes: 5}
  - {name: two}
writers:
  - {name: busy, ops: 3, program: [{munmap: {}}, {fork: {}}, {mprotect: {}}]}
  - {name: idle, program: [{fork: {}}]}
`;

/** The smallest world of which this text has all these words. */
async function least(yaml: string, ...words: readonly string[]) {
  const has = async (tree: Tree) =>
    words.every((word) => JSON.stringify(tree).includes(word)) ? true : null;
  return smallest({ tree: parse(yaml), found: true }, { has, goOn: () => true, linesOf });
}

interface Entry {
  readonly start: string;
  readonly pages: number;
  readonly repeat?: number;
  readonly gap?: number;
}

/** Addresses of all copies. */
function startsOf({ vmas }: Tree): number[] {
  return (vmas as Entry[]).flatMap(({ start, pages, repeat = 1, gap = 0 }) =>
    Array.from({ length: repeat }, (_, copy) => Number(start) + copy * (pages + gap) * 4096),
  );
}

const afterCuts = (entry: string): unknown[] =>
  omissionsOf({ vmas: [parse(entry)] }, linesOf).map(({ tree }) => tree.vmas);

describe('what the finding does not need is gone', () => {
  test('a task that takes no step, and passes that are not begun', async () => {
    const { tree, leftOut } = await least(WORLD, '"one"', '"busy"');

    expect(tree).toMatchObject({ readers: [{ name: 'one', passes: 1 }], writers: [{ ops: 1 }] });
    expect(leftOut).toContain('writer idle');
    expect(leftOut).toContain('passes of one, except 1');
  });

  test('operations of a program, and no other comes twice in their place', async () => {
    const { tree, leftOut } = await least(WORLD, '"busy"', 'munmap', 'mprotect', '"ops":2');

    const program = [{ munmap: {} }, { mprotect: {} }];
    expect(tree.writers).toEqual([{ name: 'busy', ops: 2, program }]);
    expect(leftOut).toContain('fork of busy');
  });

  test('operations of a writer without end', async () => {
    const { tree } = await least(WORLD, '"idle"', '"ops"');

    expect(tree.writers).toEqual([{ name: 'idle', ops: 1, program: [{ fork: {} }] }]);
  });

  test('VMAs, one copy at a time: two are left of four, where they were', async () => {
    const has = async (tree: Tree) =>
      [0x4000, 0xa000].every((start) => startsOf(tree).includes(start)) ? true : null;
    const from = { tree: parse(WORLD), found: true };
    const { tree, leftOut } = await smallest(from, { has, goOn: () => true, linesOf });

    expect(tree).toEqual({
      vmas: [
        { start: '0x4000', pages: 2, perms: 'rw-p', tag: 'some' },
        { start: '0xa000', pages: 2, perms: 'r--p', tag: 'some' },
      ],
      readers: [],
      writers: [],
    });
    expect(leftOut.slice(-2)).toEqual(['VMA 0x1000', 'VMA 0x7000']);
  });

  test('nothing, where all of it is needed or nobody may go on', async () => {
    const tree: Tree = parse(WORLD);
    const all = { has: async () => null, goOn: () => true, linesOf };
    const none = { has: async () => true, goOn: () => false, linesOf };

    for (const how of [all, none]) {
      expect(await smallest({ tree, found: true }, how)).toEqual({
        tree,
        found: true,
        leftOut: [],
      });
    }
  });
});

describe('an item of vmas', () => {
  test('with copies keeps the addresses and permissions of those that stay', () => {
    const entry = '{start: "0x1000", pages: 1, repeat: 4, gap: 1, perms: [r--p, rw-p]}';
    const [none, ...parts] = afterCuts(entry);

    expect(none).toEqual([]);
    expect(parts).toEqual([
      [{ start: '0x3000', pages: 1, repeat: 3, gap: 1, perms: ['rw-p', 'r--p'] }],
      [
        { start: '0x1000', pages: 1, perms: 'r--p' },
        { start: '0x5000', pages: 1, repeat: 2, gap: 1, perms: ['r--p', 'rw-p'] },
      ],
      [
        { start: '0x1000', pages: 1, repeat: 2, gap: 1, perms: ['r--p', 'rw-p'] },
        { start: '0x7000', pages: 1, perms: 'rw-p' },
      ],
      [{ start: '0x1000', pages: 1, repeat: 3, gap: 1, perms: ['r--p', 'rw-p'] }],
    ]);
  });

  test('that names a file is replaced by the lines of it that stay, but where they have a tag', () => {
    expect(afterCuts('{from: a.maps}')).toEqual([[], [LINES[1]], [LINES[0]]]);
    expect(afterCuts('{from: a.maps, tag: some}')).toEqual([[]]);
  });
});
