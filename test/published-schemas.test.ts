/** The JSON Schemas in schema/ are those of this version. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { PUBLISHED } from '../scripts/schemas/published.ts';
import { SHOWN, scenarioDocument } from '../scripts/schemas/scenario-document.ts';

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

test('docs/scenario.md: every example is valid by the schema of its key', () => {
  scenarioDocument();
  const ajv = new Ajv({ strict: false });

  const wrong = SHOWN.filter(
    ({ key, example, schema }) => !ajv.compile(schema)(parse(`"${key}": ${example}`)[key]),
  );

  expect(SHOWN.length).toBeGreaterThan(100);
  expect(wrong.map(({ key, example }) => `${key}: ${example}`)).toEqual([]);
});
