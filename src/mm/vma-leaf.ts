/** Sizes of the VMA tree that its readers and its writers share. */

/** Ranges in a leaf. Source: v6.18 include/linux/maple_tree.h MAPLE_RANGE64_SLOTS. */
export const LEAF_SLOTS = 16;

/** End of the tree, in pages: 2^64 bytes. */
export const TREE_END = 2 ** 52;
