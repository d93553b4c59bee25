/**
 * What a reader's step looks at and may change of what tasks have in common, for searches. A step
 * says so in one word or several; then it touches nothing else. One that says nothing may touch
 * anything.
 *
 * A step that is described by one of these alone can be taken at once where nobody changes what it
 * looks at (search/still-steps.ts says when):
 * `fields`   of the VMA found
 * `line`     what has been read of it, mm->brk and names; of a live VMA its fields too
 * `readLock` the VMA found: takes its read lock. (If it fails, leaves the RCU section.)
 * `endRead`  the VMA that is read-locked, if one is: drops the lock. (Else samples the counter.)
 * `pin`      file or name of the copy: takes a reference. (If it fails, drops what it has and
 *            leaves the RCU section.)
 * `unpin`    drops the references taken, if any. (Under mmap_lock samples the counter.)
 * `walk`     the tree. (Without mmap_lock samples the counter, may drop references.)
 *
 * Others:
 * `tree`     the tree, whatever is held
 * `counter`  mm_lock_seq. (If a section is open, may drop references.)
 * `sample`   takes a sample of mm_lock_seq, odd or even, or compares it with the one it has. (If it
 *            has moved, may drop references.)
 * `lock`     mmap_lock: asks for it or lets it go; may not be in an RCU section
 * `rcu`      begins or ends an RCU section
 * `pass`     begins the pass, if it has not begun
 */
const WORDS = {
  fields: 1,
  line: 2,
  readLock: 4,
  endRead: 8,
  pin: 16,
  unpin: 32,
  walk: 64,
  tree: 128,
  counter: 256,
  lock: 512,
  rcu: 1024,
  pass: 2048,
  sample: 4096,
} as const;

type Looks = keyof typeof WORDS;

/** Words as a set of bits. */
export const LOOKS: Readonly<Record<Looks, number>> = WORDS;

const SAID = new WeakMap<object, number>();

/** @param what no word at all: at nothing that tasks have in common */
export function looksAt(what: Looks | readonly Looks[], ...steps: readonly object[]): void {
  const words = typeof what === 'string' ? [what] : what;
  const bits = words.reduce((set, word) => set | WORDS[word], 0);
  for (const step of steps) SAID.set(step, bits);
}

/** A set of words; undefined: at anything. */
export function whatItLooksAt(step: object): number | undefined {
  return SAID.get(step);
}
