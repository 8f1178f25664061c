import { countsJsonSchema } from '../../src/domain/counts/answer.ts';

/** Writes the JSON Schema of the line that a program prints which counts requests, from the schema that reads it. */
export const generate = () => ({
  'schemas/backstay.counts.json': `${JSON.stringify(countsJsonSchema(), null, 2)}\n`,
});
