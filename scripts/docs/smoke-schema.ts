import { suiteJsonSchema } from '../../src/domain/smoke/suite/schema/json-schema.ts';

/** The suite's JSON Schema for editors, from the schema that the smoke test reads it with. */
export const generate = () => ({
  'schemas/backstay.smoke.json': `${JSON.stringify(suiteJsonSchema(), null, 2)}\n`,
});
