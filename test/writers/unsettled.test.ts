/** A call that begins while another write section is open looks at nothing that is half done. */
import { expect, test } from 'vitest';
import { Hand } from '../support/hand.ts';

test('a writer that begins a call in the middle of a split does not walk half-changed VMAs', () => {
  // The split sets vm_end before the tree: a walk by vm_end would find the same VMA for ever.
  const hand = new Hand(`
machine: {rwsem: fifo}
vmas: [{start: "0x10000", pages: 4, perms: r-xp}, {start: "0x14000", pages: 2, perms: rw-p}]
writers:
  - {name: u, ops: 1, program: [{mprotect: {at: "0x10000", pages: 2, perms: r--p}}]}
  - {name: v, ops: 1, program: [{mprotect: {at: "0x11000", pages: 5, perms: rw-p}}]}
  - {name: x, ops: 1, program: [{mremap: {at: "0x11000", pages: 3, to: "0x20000", mayMove: true}}]}
`);
  hand.to('u', '__split_vma#1');
  hand.step('u');

  hand.to('v', 'mmap_write_lock_killable');
  hand.to('x', 'mmap_write_lock_killable');

  expect(hand.at('u')).not.toBe('done');
  hand.run('u').run('v').run('x');
  expect(['u', 'v', 'x'].map((name) => hand.at(name))).toEqual(['done', 'done', 'done']);
});
