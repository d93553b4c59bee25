/**
 * Bundles the command line: one small entry chunk with commander, every subcommand behind a
 * dynamic import, so that `mapsim --help` starts about as fast as bare node; and the program of the
 * worker threads, an entry of its own since esbuild does not follow `new Worker(new URL(…))`.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';

const result = await build({
  entryPoints: { main: 'src/cli/main.ts', worker: 'src/cli/worker.ts' },
  outdir: 'dist/cli',
  bundle: true,
  keepNames: true, // steps are known by their names
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  chunkNames: 'chunk-[hash]',
  metafile: true,
  legalComments: 'linked',
  // CommonJS packages inside an ES module bundle ask for node's own modules through require().
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});
writeFileSync('dist/cli/meta.json', JSON.stringify(result.metafile));

// Chunks of earlier builds would be shipped with the package.
const fresh = new Set(Object.keys(result.metafile.outputs).map((path) => basename(path)));
for (const file of readdirSync('dist/cli')) {
  if (!fresh.has(file) && file !== 'meta.json') rmSync(`dist/cli/${file}`);
}
