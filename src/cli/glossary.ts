/** `mapsim help terms`: docs/glossary.md without its marks. */
import { readFileSync } from 'node:fs';
import { packageFile } from './package-files.ts';

export function glossary(): string {
  const page = readFileSync(packageFile('docs/glossary.md'), 'utf8');
  const terms = page.slice(page.indexOf('\n- ') + 1);
  return terms.replace(/^- \*\*(.*?)\*\*/gm, '$1').replaceAll('`', '');
}
