/** The registry of formats: one file and one line each. */
import { csv } from './csv.ts';
import { json } from './json.ts';
import { markdown } from './markdown.ts';
import { ndjson } from './ndjson.ts';
import type { Format } from './report.ts';
import { text } from './text.ts';

export const FORMATS: readonly Format[] = [text, json, ndjson, csv, markdown];
