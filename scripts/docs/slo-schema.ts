import { sloJsonSchema } from '../../src/domain/slo/schema.ts';

/** Writes the JSON Schema of files with objectives for editors, from the schema with which the watch reads them. */
export const generate = () => ({
  'schemas/backstay.slo.json': `${JSON.stringify(sloJsonSchema(), null, 2)}\n`,
});
