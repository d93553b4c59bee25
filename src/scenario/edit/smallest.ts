/** The smallest scenario that still has what is asked for: one omission after another. */
import { type LinesOf, omissionsOf, type Tree } from './omissions.ts';

export interface Smallest<T> {
  readonly tree: Tree;
  /** What `has` said of it. */
  readonly found: T;
  /** In words, in the order in which it went. */
  readonly leftOut: readonly string[];
}

/**
 * @param has what was asked for in this scenario, or null; asked as long as `goOn`
 * @returns a scenario of which no single part can go, if it was not told to stop before
 */
export async function smallest<T>(
  from: { readonly tree: Tree; readonly found: T },
  {
    has,
    goOn,
    linesOf,
  }: {
    readonly has: (tree: Tree, before: T) => Promise<T | null>;
    readonly goOn: () => boolean;
    readonly linesOf: LinesOf;
  },
): Promise<Smallest<T>> {
  let { tree, found } = from;
  const leftOut: string[] = [];
  for (let before = -1; before < leftOut.length; ) {
    before = leftOut.length;
    let omissions = omissionsOf(tree, linesOf);
    for (let at = 0; at < omissions.length && goOn(); ) {
      const omission = omissions[at]!;
      const still = await has(omission.tree, found);
      if (still === null) {
        at++;
        continue;
      }
      leftOut.push(omission.what);
      tree = omission.tree;
      found = still;
      // What came next is about there now; the next round sees to the rest.
      omissions = omissionsOf(tree, linesOf);
    }
  }
  return { tree, found, leftOut };
}
