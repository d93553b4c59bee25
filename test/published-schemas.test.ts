/** The JSON Schemas in schema/ are those of this version. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PUBLISHED } from '../scripts/schemas/published.ts';
import { scenarioDocument } from '../scripts/schemas/scenario-document.ts';

const FOLDER = join(import.meta.dirname, '../schema');

test.each(Object.entries(PUBLISHED))(
  'schema/%s.v1.schema.json is up to date',
  async (name, text) => {
    await expect(text()).toMatchFileSnapshot(join(FOLDER, `${name}.v1.schema.json`));
  },
);

test('schema/ has nothing else', () => {
  const files = Object.keys(PUBLISHED).map((name) => `${name}.v1.schema.json`);

  expect(readdirSync(FOLDER).sort()).toEqual(files.sort());
});

test('docs/scenario.md is what the schema of scenarios says', async () => {
  await expect(scenarioDocument()).toMatchFileSnapshot(join(FOLDER, '../docs/scenario.md'));
});
