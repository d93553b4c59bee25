import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NO_VMA } from '../../src/mm/layout.ts';
import { LEAF_SLOTS, type VmaCursor, VmaTree } from '../../src/mm/vma-tree.ts';

const PAGES = 60;

function cursorAt(tree: VmaTree, page: number): VmaCursor {
  const cursor = { itLeaf: -1, itGen: 0, itSlot: 0, itPage: 0 };
  tree.setCursor(cursor, page);
  return cursor;
}

/** Every stored range as `start-end:id`. */
function ranges(tree: VmaTree): string {
  const out: string[] = [];
  tree.forEach((start, end, id) => out.push(`${start}-${end}:${id}`));
  return out.join(' ');
}

/** The same from one id (or NO_VMA) per page. */
function rangesOfPages(pages: Int32Array): string {
  const out: string[] = [];
  let start = 0;
  for (let page = 1; page <= pages.length; page++) {
    if (page < pages.length && pages[page] === pages[start]) continue;
    if (pages[start] !== NO_VMA) out.push(`${start}-${page}:${pages[start]}`);
    start = page;
  }
  return out.join(' ');
}

/** As inside a grace period: dead leaves stay. Returns them as they die. */
function keepDeadLeaves(tree: VmaTree): number[] {
  const dead: number[] = [];
  tree.onLeafDead = (leaf) => dead.push(leaf);
  return dead;
}

/** `count` VMAs of one page, a gap after each: id i at page 2i. */
function spacedTree(count: number): VmaTree {
  const tree = new VmaTree();
  for (let i = 0; i < count; i++) tree.store(2 * i, 2 * i + 1, i);
  return tree;
}

describe('stores and lookups', () => {
  test('any series of stores leaves the tree equal to one id per page', () => {
    const op = fc.record({
      start: fc.nat(PAGES - 1),
      length: fc.integer({ min: 1, max: 12 }),
      clear: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(op, { maxLength: 60 }), fc.nat(PAGES - 1), (ops, probe) => {
        const tree = new VmaTree();
        const pages = new Int32Array(PAGES).fill(NO_VMA);
        ops.forEach(({ start, length, clear }, i) => {
          const end = Math.min(start + length, PAGES);
          // Every VMA is stored over its whole range once: ids are new, so ranges never repeat.
          const id = clear ? NO_VMA : 1000 + i;
          tree.store(start, end, id);
          pages.fill(id, start, end);
        });
        expect(ranges(tree)).toBe(rangesOfPages(pages));
        const found = pages.slice(probe).find((id) => id !== NO_VMA) ?? NO_VMA;
        expect(tree.findVma(probe)).toBe(found);
        const below = pages.slice(0, probe).findLast((id) => id !== NO_VMA) ?? NO_VMA;
        expect(tree.findVmaBelow(probe)).toBe(below);
        expect(tree.vmaAt(probe)).toBe(pages[probe]);
      }),
      { numRuns: 400 },
    );
  });

  test('a bulk load equals the same VMAs stored one by one', () => {
    const count = 200;
    const loaded = new VmaTree();
    const index = [...Array(count).keys()];
    loaded.bulkLoad(
      index.map((i) => 2 * i),
      index.map((i) => 2 * i + 1),
      index,
    );

    expect(ranges(loaded)).toBe(ranges(spacedTree(count)));
  });

  test('the highest gap is the highest that holds the pages on their border', () => {
    const gaps = fc.array(fc.boolean(), { minLength: PAGES, maxLength: PAGES });
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(1, 4),
        (mapped, n, align) => {
          const tree = new VmaTree();
          mapped.forEach((isMapped, page) => {
            if (isMapped) tree.store(page, page + 1, page);
          });
          let best = -1;
          for (let at = 0; at + n <= PAGES; at += align) {
            if (!mapped.slice(at, at + n).includes(true)) best = at;
          }
          expect(tree.highestGap(n, align, PAGES)).toBe(best);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('what an RCU reader sees', () => {
  test('a walk without stores visits every VMA once, rising', () => {
    const tree = spacedTree(100);
    const cursor = cursorAt(tree, 0);
    const seen: number[] = [];
    for (let id = tree.nextVma(cursor); id !== NO_VMA; id = tree.nextVma(cursor)) seen.push(id);

    expect(seen).toEqual([...Array(100).keys()]);
  });

  test('a store over exactly one range leaves the leaf live, and the walk steps on by slot', () => {
    const tree = new VmaTree();
    tree.bulkLoad([10, 20, 30], [20, 30, 40], [1, 2, 3]);
    const cursor = cursorAt(tree, 0);
    expect(tree.nextVma(cursor)).toBe(1);

    tree.store(20, 30, 7);

    expect(tree.nextVma(cursor)).toBe(7);
  });

  test('a border that moves leaves the leaf live', () => {
    const tree = new VmaTree();
    tree.bulkLoad([10, 20, 30], [20, 30, 40], [1, 2, 3]);
    const cursor = cursorAt(tree, 0);
    expect(tree.nextVma(cursor)).toBe(1);

    tree.store(10, 25, 1);

    // By slot: 2 comes next though it now begins at 25.
    expect(tree.nextVma(cursor)).toBe(2);
    expect(cursor.itPage).toBe(30);
  });

  test('after a dead leaf the walk goes on behind the range that holds the last page seen', () => {
    const tree = new VmaTree();
    keepDeadLeaves(tree);
    tree.bulkLoad([10, 20, 30], [20, 30, 40], [1, 2, 3]);
    const cursor = cursorAt(tree, 0);
    expect(tree.nextVma(cursor)).toBe(1);

    tree.store(10, 30, 9); // 1 and 2 merged: fewer slots, so a new leaf

    // The merged VMA holds page 19, the last one seen: it is stepped over.
    expect(tree.nextVma(cursor)).toBe(3);
  });

  test('a split of the VMA seen last kills the leaf, and the walk goes on behind it', () => {
    const tree = new VmaTree();
    keepDeadLeaves(tree);
    tree.bulkLoad([10, 30], [30, 40], [1, 3]);
    const cursor = cursorAt(tree, 0);
    expect(tree.nextVma(cursor)).toBe(1);

    tree.store(10, 20, 5); // the lower half is a new VMA; 1 keeps 20-30

    // Slot of page 29 is VMA 1 again: the walk goes to the one after it.
    expect(tree.nextVma(cursor)).toBe(3);
  });

  test('clearing a VMA beside a gap joins the gaps, which takes a new leaf', () => {
    const tree = new VmaTree();
    tree.bulkLoad([10, 30], [20, 40], [1, 2]);
    const before = tree.directory[0]!;

    tree.store(10, 20, NO_VMA);

    expect(tree.directory[0]).not.toBe(before);
    expect(ranges(tree)).toBe('30-40:2');
  });

  test('clearing the lower part of a VMA behind a gap moves the border in place', () => {
    const tree = new VmaTree();
    tree.bulkLoad([10, 30], [20, 40], [1, 2]);
    const before = tree.directory[0]!;

    tree.store(30, 33, NO_VMA);

    expect(tree.directory[0]).toBe(before);
    expect(ranges(tree)).toBe('10-20:1 33-40:2');
  });

  test('a dead leaf keeps its content until it is freed', () => {
    const tree = new VmaTree();
    const dead = keepDeadLeaves(tree);
    tree.bulkLoad([10, 20], [20, 30], [1, 2]);
    dead.length = 0;

    tree.store(12, 14, 5);

    expect(dead).toHaveLength(1);
    const base = dead[0]! * LEAF_SLOTS;
    expect([...tree.vmas.slice(base, base + 4)]).toEqual([NO_VMA, 1, 2, NO_VMA]);
  });

  test('a walk through a leaf that was freed meanwhile is a use after free', () => {
    const tree = new VmaTree();
    tree.bulkLoad([10, 20], [20, 30], [1, 2]);
    const cursor = cursorAt(tree, 0);
    tree.nextVma(cursor);
    tree.store(12, 14, 5); // frees the old leaf at once: nobody defers it here

    expect(() => tree.nextVma(cursor)).toThrow('a tree node that was freed');
  });
});
