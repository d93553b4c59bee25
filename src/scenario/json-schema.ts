/**
 * The published JSON Schema, made from the zod schema. Apart from it, so that a run does not load
 * the converter. Draft 7, which is what editors' YAML support documents.
 */
import * as z from 'zod';
import { ScenarioSchema } from './schema.ts';

/** The text of `schema/scenario.v1.schema.json`. */
export function scenarioJsonSchemaText(): string {
  const schema = z.toJSONSchema(ScenarioSchema, { target: 'draft-7', io: 'input' });
  const { $schema, ...rest } = schema;
  const whole = { $schema, $id: 'https://mapsim.invalid/schema/scenario.v1.schema.json', ...rest };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
