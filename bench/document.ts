/** Makes the tables of docs/performance.md from bench/baseline.json. */
import { MARKDOWN, report } from './report.ts';
import type { Result } from './result.ts';

export const BASELINE = 'bench/baseline.json';
export const DOCUMENT = 'docs/performance.md';

const BEGIN = '<!-- bench -->\n';
const END = '<!-- /bench -->\n';

/** The document with the tables of a result between its marks. */
export function withTables(document: string, result: Result): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin)
    throw new Error(`${DOCUMENT} has no ${BEGIN.trim()} … ${END.trim()}`);
  const head = document.slice(0, begin + BEGIN.length);
  return `${head}\n${report(result, MARKDOWN)}\n${document.slice(end)}`;
}
