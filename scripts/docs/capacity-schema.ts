import { capacityJsonSchema } from '../../src/domain/capacity/file.ts';

/** Writes the JSON Schema of capacity files, from the schema with which they are read. */
export const generate = () => ({
  'schemas/backstay.capacity.json': `${JSON.stringify(capacityJsonSchema(), null, 2)}\n`,
});
