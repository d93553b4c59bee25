/** Paths with slashes, as text: the functions of node:path that a scenario needs, without Node. */

export function isAbsolute(path: string): boolean {
  return path.startsWith('/');
}

/** The last part of a path; '' of nothing but slashes. */
export function basename(path: string): string {
  return /([^/]*)\/*$/.exec(path)![1]!;
}

/** All but the last part; '.' where there is one part only. */
export function dirname(path: string): string {
  const rest = path.replace(/\/*$/, '').replace(/[^/]*$/, '');
  if (rest === '') return path.startsWith('/') ? '/' : '.';
  return rest.replace(/\/+$/, '') || '/';
}

/** `path` seen from `directory`, without `.`, `..` only in front, without doubled slashes. */
export function joinPaths(directory: string, path: string): string {
  const whole = `${directory}/${path}`;
  const root = isAbsolute(directory) ? '/' : '';
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    if (part === '' || part === '.') continue;
    const last = parts.at(-1);
    if (part !== '..') parts.push(part);
    else if (last !== undefined && last !== '..') parts.pop();
    else if (root === '') parts.push(part);
  }
  return root + parts.join('/') || '.';
}
