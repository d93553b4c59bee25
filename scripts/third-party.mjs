/** The notices of the packages that are bundled, for dist/THIRD-PARTY.txt. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** @param modules paths from the top of the project */
export function thirdParty(modules, root) {
  const found = modules.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const folders = [...new Set(found)].filter((folder) => folder !== undefined).sort();
  const notices = folders.map((folder) => noticeOf(join(root, folder)));
  return `Code of other projects that mapsim contains, and their licences.\n${notices.join('')}`;
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e(-mit)?(\.\w+)?$/i.test(entry));
  if (file === undefined && name !== 'seedrandom') throw new Error(`${name} has no licence file`);
  const text =
    file === undefined ? readmeLicence(folder) : readFileSync(join(folder, file), 'utf8');
  return `\n${'-'.repeat(78)}\n${name} ${version} (${license})\n\n${text.trim()}\n`;
}

/** seedrandom has its licence at the end of its README. */
function readmeLicence(folder) {
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  return readme.slice(readme.search(/^LICENSE/m));
}
