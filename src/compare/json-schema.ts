/**
 * The published JSON Schema of saved comparisons, draft 7. Apart from the schema that it is made
 * from, so that a comparison does not load the converter.
 */
import * as z from 'zod';
import { DocumentSchema } from './document.ts';

/** The text of `schema/compare.v1.schema.json`. */
export function compareJsonSchemaText(): string {
  const schema = z.toJSONSchema(DocumentSchema, { target: 'draft-7', io: 'input' });
  const { $schema, ...rest } = schema;
  const whole = { $schema, $id: 'https://mapsim.invalid/schema/compare.v1.schema.json', ...rest };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
