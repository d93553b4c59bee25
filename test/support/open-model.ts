/**
 * A second copy of the model, bundled with its private fields made public, so that a test can visit
 * all fields. Its steps and classes are not identical to those of `src/`.
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const MODULES = {
  anyLock: 'mm/any-lock.ts',
  fault: 'mm/kernel-fault.ts',
  oracle: 'oracle/small-world.ts',
  readers: 'readers/index.ts',
  strategy: 'proc/strategy.ts',
  step: 'sim/step.ts',
  world: 'world/build.ts',
} as const;

export interface OpenModel {
  readonly anyLock: typeof import('../../src/mm/any-lock.ts');
  readonly fault: typeof import('../../src/mm/kernel-fault.ts');
  readonly oracle: typeof import('../../src/oracle/small-world.ts');
  readonly readers: typeof import('../../src/readers/index.ts');
  readonly strategy: typeof import('../../src/proc/strategy.ts');
  readonly step: typeof import('../../src/sim/step.ts');
  readonly world: typeof import('../../src/world/build.ts');
}

let model: Promise<OpenModel> | null = null;

export function openModel(): Promise<OpenModel> {
  model ??= load();
  return model;
}

async function load(): Promise<OpenModel> {
  const outfile = join(mkdtempSync(join(tmpdir(), 'mapsim-open-')), 'model.mjs');
  const lines = Object.entries(MODULES).map(
    ([name, path]) => `export * as ${name} from './src/${path}';`,
  );
  await build({
    stdin: { contents: lines.join('\n'), resolveDir: ROOT },
    bundle: true,
    keepNames: true,
    format: 'esm',
    platform: 'node',
    outfile,
    logLevel: 'error',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    plugins: [
      {
        name: 'privates in the open',
        setup({ onLoad }) {
          onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
            loader: 'ts',
            contents: readFileSync(path, 'utf8').replace(/#(?=[a-zA-Z]\w*)/g, 'private_'),
          }));
        },
      },
    ],
  });
  return (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as OpenModel;
}
