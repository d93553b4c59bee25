/** Makes the generated files of the package: bundle, notices, man page, playground. */

import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bundle, bundleLibrary, COMMAND_LINE } from './bundle.mjs';
import { playground } from './playground.mjs';
import { thirdParty } from './third-party.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
process.chdir(ROOT);

rmSync('dist/cli', { recursive: true, force: true }); // chunks of earlier builds would be shipped
const chunks = await bundle(COMMAND_LINE, 'dist/cli');
writeFileSync('dist/chunks.json', JSON.stringify(chunks)); // for tests, not shipped
const page = await playground();
writeFileSync('dist/playground.html', page.html);
const published = await bundleLibrary('src/index.ts', 'dist/index.js');
const modules = [...chunks.flatMap((chunk) => chunk.modules), ...page.modules, ...published];
writeFileSync('dist/THIRD-PARTY.txt', thirdParty(modules, ROOT));

await bundle({ page: 'scripts/man-page.ts' }, 'dist/made');
const { manPage } = createRequire(import.meta.url)(`${ROOT}dist/made/page.cjs`);
writeFileSync('dist/mapsim.1', manPage());
rmSync('dist/made', { recursive: true });
