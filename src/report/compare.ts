/** The registry of the formats of a comparison: one file and one line each. */
import type { CompareResult } from '../compare/result.ts';
import { csv } from './compare-csv.ts';
import { json } from './compare-json.ts';
import { junit } from './compare-junit.ts';
import { markdown } from './compare-markdown.ts';
import { ndjson } from './compare-ndjson.ts';
import { tap } from './compare-tap.ts';
import { text } from './compare-text.ts';

export interface CompareFormat {
  readonly name: string;
  /** Endings of files that are written in it. */
  readonly endings: readonly string[];
  render(result: CompareResult): Iterable<string>;
}

export const COMPARE_FORMATS: readonly CompareFormat[] = [
  text,
  json,
  ndjson,
  csv,
  markdown,
  junit,
  tap,
];
