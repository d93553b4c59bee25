/** The files that a scenario names, relative to itself: elsewhere they have other names. */
import { isAbsolute } from '../../base/posix-path.ts';
import type { Tree } from './omissions.ts';

/** Where paths stand, by list of the scenario. `from` of a writer is an instant. */
const PATH_KEYS = {
  vmas: ['from'],
  readers: ['strategy'],
  writers: ['trace', 'filesFrom'],
} as const;

/**
 * @param move the new name of a relative path
 * @param isStrategyFile whether a strategy is a path
 */
export function movePaths(
  tree: Tree,
  move: (path: string) => string,
  isStrategyFile: (strategy: string) => boolean,
): Tree {
  const moved = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((part) => moved(part, key));
    if (typeof value !== 'string' || isAbsolute(value)) return value;
    return key === 'strategy' && !isStrategyFile(value) ? value : move(value);
  };
  const lists = Object.entries(PATH_KEYS).flatMap(([list, keys]) => {
    const items = tree[list];
    if (!Array.isArray(items)) return [];
    return [[list, items.map((item) => (isObject(item) ? movedItem(item, keys, moved) : item))]];
  });
  return { ...tree, ...Object.fromEntries(lists) };
}

function movedItem(
  item: Tree,
  keys: readonly string[],
  moved: (value: unknown, key: string) => unknown,
): Tree {
  const present = keys.filter((key) => item[key] !== undefined);
  return { ...item, ...Object.fromEntries(present.map((key) => [key, moved(item[key], key)])) };
}

function isObject(item: unknown): item is Tree {
  return typeof item === 'object' && item !== null;
}
