/** The registry of the formats of a comparison: one file and one line each. */
import { compareCsv } from './compare-csv.ts';
import { compareJson } from './compare-json.ts';
import { junit } from './compare-junit.ts';
import { compareMarkdown } from './compare-markdown.ts';
import { compareNdjson } from './compare-ndjson.ts';
import { tap } from './compare-tap.ts';
import { compareText } from './compare-text.ts';
import type { CompareFormat } from './report.ts';

export const COMPARE_FORMATS: readonly CompareFormat[] = [
  compareText,
  compareJson,
  compareNdjson,
  compareCsv,
  compareMarkdown,
  junit,
  tap,
];
