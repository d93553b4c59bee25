/**
 * `npm run bench`: bundles the command line and the suite from the current sources into a temporary
 * folder and runs the suite there, so that it never measures an old build.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle, COMMAND_LINE } from '../scripts/bundle.mjs';
import { playground } from '../scripts/playground.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'mapsim-bench-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));

writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
await bundle(COMMAND_LINE, join(directory, 'dist/cli'));
mkdirSync(join(directory, 'bin'));
for (const file of ['bin/mapsim.js', 'bin/package.json']) {
  copyFileSync(join(root, file), join(directory, file));
}
const page = await playground();
writeFileSync(join(directory, 'playground.html'), page.html);
writeFileSync(join(directory, 'playground.json'), JSON.stringify(page.bytes));
await bundle({ main: 'bench/main.ts', worker: 'bench/worker.ts' }, join(directory, 'bench'));

const { main } = await import(pathToFileURL(join(directory, 'bench/main.cjs')).href);
process.exit(
  await main(process.argv.slice(2), {
    root,
    cwd: process.cwd(),
    directory,
  }),
);
