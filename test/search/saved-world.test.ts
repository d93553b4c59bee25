/** A world that is saved in the middle and restored goes on as it would have done. */
import { expect, test } from 'vitest';
import { aSearch } from '../support/search.ts';

const NAMED = `
machine: {rwsem: fifo}
vmas:
  - {start: "0x7f0000000000", pages: 1, perms: rw-p, name: before, tag: named}
  - {start: "0x7f0000001000", pages: 1, perms: r--p}
readers: [{name: reader}]
writers:
  - name: writer
    ops: 3
    program:
      - name: {vma: {tag: named}, name: after}
      - name: {vma: {tag: named}, name: before}
`;

test('explore: a name that the end of a reader’s section frees is free in every later state', () => {
  const { complete, states } = aSearch(NAMED, 'rcu-retry', { onlyTexts: true });

  expect(complete).toBe(true);
  expect(states).toBeLessThan(10_000);
});
