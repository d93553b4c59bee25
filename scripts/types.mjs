/**
 * Makes the published declarations, dist/types: index.d.ts, strategy.d.ts and all that they import.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const FOLDER = 'dist/types';

rmSync(FOLDER, { recursive: true, force: true });
execFileSync('npx', ['--no-install', 'tsc', '-p', 'tsconfig.types.json'], { stdio: 'inherit' });
const wanted = new Set();
for (
  const left = ['index.d.ts', 'strategy.d.ts'].map((name) => join(FOLDER, name));
  left.length > 0;
) {
  const path = left.pop();
  if (wanted.has(path)) continue;
  wanted.add(path);
  for (const [, target] of readFileSync(path, 'utf8').matchAll(
    /(?:from |import\()['"](\.[^'"]+)['"]/g,
  )) {
    left.push(join(dirname(path), target.replace(/\.[jt]s$/, '.d.ts')));
  }
}
for (const entry of readdirSync(FOLDER, { recursive: true })) {
  const path = join(FOLDER, entry);
  if (path.endsWith('.d.ts') && !wanted.has(path)) rmSync(path);
}
for (const folder of readdirSync(FOLDER)) {
  const path = join(FOLDER, folder);
  if (
    existsSync(path) &&
    !path.endsWith('.ts') &&
    readdirSync(path, { recursive: true }).every((name) => !name.endsWith('.ts'))
  ) {
    rmSync(path, { recursive: true });
  }
}
