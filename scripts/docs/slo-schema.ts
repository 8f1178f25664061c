import { sloJsonSchema } from '../../src/domain/slo/schema.ts';

/** The JSON Schema of files with objectives, for editors, from the schema that the watch reads them with. */
export const generate = () => ({
  'schemas/backstay.slo.json': `${JSON.stringify(sloJsonSchema(), null, 2)}\n`,
});
