/** The playground: its blocks of code, bundled and deflated, in one page. */
import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { bundle, bundleForPage, bundleForWorker } from './bundle.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @returns the page, what is in it, and the bytes of each block, minified */
export async function playground() {
  const { core, later } = await bundleForWorker('src/playground/worker.ts', 'later');
  const yaml = await bundleForPage('src/playground/yaml-entry.ts');
  const script = await bundleForPage('src/playground/page.ts');
  await bundle({ page: 'scripts/playground-page.ts' }, 'dist/made-page');
  const { playgroundPage, PRESETS, VERSION } = createRequire(import.meta.url)(
    `${ROOT}dist/made-page/page.cjs`,
  );
  rmSync(`${ROOT}dist/made-page`, { recursive: true });
  const html = playgroundPage({
    core: packed(core.code),
    later: packed(later.code),
    yaml: packed(yaml.code),
    script: script.code,
    data: { scenarios: PRESETS.map(scenarioOf), start: null },
    tool: VERSION,
  });
  const blocks = { core, later, yaml, script };
  const bytes = Object.fromEntries(
    Object.entries(blocks).map(([name, { code }]) => [name, code.length]),
  );
  return { html, bytes, modules: Object.values(blocks).flatMap(({ modules }) => modules) };
}

function scenarioOf({ name }) {
  const path = `scenarios/playground/${name}.yaml`;
  const text = readFileSync(ROOT + path, 'utf8');
  return { name: `@playground/${name}`, given: { path, text, files: {} } };
}

function packed(code) {
  return deflateRawSync(code, { level: 9 }).toString('base64');
}
