/**
 * How this project is bundled: the command line by build.mjs, and once more for the benchmarks.
 *
 * Steps are known by their names. Without keepNames the bundler may add a number, which stepName()
 * takes off; with it every function made at run time would be named by a call (8 % of a sweep).
 */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * @returns esbuild's metafile
 * @param entryPoints by the name of the output; paths are relative to the project, as is `outdir`
 */
export async function bundle(entryPoints, outdir) {
  const { metafile } = await build({
    entryPoints,
    outdir,
    absWorkingDir: ROOT,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    chunkNames: 'chunk-[hash]',
    metafile: true,
    legalComments: 'linked',
    // CommonJS packages inside an ES module bundle ask for node's own modules through require().
    banner: {
      js: 'const require = process.getBuiltinModule;',
    },
  });
  return metafile;
}

/**
 * One small entry chunk with commander, every subcommand behind a dynamic import; and the program
 * of the worker threads, an entry of its own since esbuild does not follow
 * `new Worker(new URL(…))`.
 */
export const COMMAND_LINE = { main: 'src/cli/main.ts', worker: 'src/cli/worker.ts' };
