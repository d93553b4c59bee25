/** Bundles the command line, so that `mapsim --help` starts about as fast as bare node. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { bundle, COMMAND_LINE } from './bundle.mjs';

const metafile = await bundle(COMMAND_LINE, 'dist/cli');
writeFileSync('dist/cli/meta.json', JSON.stringify(metafile));

// Chunks of earlier builds would be shipped with the package.
const fresh = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
for (const file of readdirSync('dist/cli')) {
  if (!fresh.has(file) && file !== 'meta.json') rmSync(`dist/cli/${file}`, { force: true });
}
