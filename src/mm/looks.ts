/**
 * What a reader's step looks at, for searches: a step that sees and changes nothing shared but what
 * is named here can be taken at once where nobody changes that (world/still-steps.ts says when).
 *
 * `fields`   of the VMA found
 * `line`     what has been read of it, and mm->brk; of a live VMA its fields too
 * `readLock` the VMA found: takes its read lock
 * `endRead`  the VMA that is read-locked, if one is: drops the lock. (Else it looks at more.)
 * `pin`      file or name of the copy: takes a reference
 * `unpin`    drops the references taken, if any
 * `walk`     the tree, if mmap_lock is held. (Else it looks at more.)
 */
export type Looks = 'fields' | 'line' | 'readLock' | 'endRead' | 'pin' | 'unpin' | 'walk';

const LOOKS = new WeakMap<object, Looks>();

export function looksAt(what: Looks, ...steps: readonly object[]): void {
  for (const step of steps) LOOKS.set(step, what);
}

/** Undefined: at anything. */
export function whatItLooksAt(step: object): Looks | undefined {
  return LOOKS.get(step);
}
