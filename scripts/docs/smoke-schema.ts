import { suiteJsonSchema } from '../../src/domain/smoke/suite/schema/json-schema.ts';

/** Writes the suite's JSON Schema for editors, from the schema with which the smoke test reads it. */
export const generate = () => ({
  'schemas/backstay.smoke.json': `${JSON.stringify(suiteJsonSchema(), null, 2)}\n`,
});
