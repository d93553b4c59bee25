/**
 * The code that needs the YAML library: a separate block of the page, decoded if a text is YAML.
 */
import { parseDocument } from 'yaml';
import * as yamlText from '../scenario/load/yaml-text.ts';
import type { Change } from './knobs.ts';

/** The same text with other values, comments and layout kept. */
function withValues(text: string, changes: readonly Change[]): string {
  const document = parseDocument(text);
  for (const [path, value] of changes) document.setIn(path, value);
  return document.toString({ lineWidth: 0, flowCollectionPadding: /[{[] /.test(text) });
}

export const yamlBlock = { ...yamlText, withValues };

export type YamlBlock = typeof yamlBlock;
