/**
 * `mapsim help terms`: prints docs/glossary.md without its markup.
 * @param columns that a line may take
 */
import { readFileSync } from 'node:fs';
import { wrap } from '../base/wrap.ts';
import { packageFile } from './package-files.ts';

export function glossary(columns: number): string {
  const page = readFileSync(packageFile('docs/glossary.md'), 'utf8');
  const terms = page.slice(page.indexOf('\n- ') + 1);
  const plain = terms.replace(/^- \*\*(.*?)\*\*/gm, '$1').replaceAll('`', '');
  const joined = plain.replace(/\n +/g, ' ').trimEnd(); // a term a line
  return joined
    .split('\n')
    .flatMap((line) => wrap(line, columns))
    .map((line) => `${line}\n`)
    .join('');
}
