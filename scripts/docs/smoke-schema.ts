import { suiteJsonSchema } from '../../src/domain/smoke/json-schema.ts';

/** The suite's JSON Schema for editors, from the schema that the smoke test reads it with. */
export const generate = () => ({
  'schemas/guarded-release.smoke.json': `${JSON.stringify(suiteJsonSchema(), null, 2)}\n`,
});
