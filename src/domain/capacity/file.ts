import { z } from 'zod';
import { capacitySchema, capacitySchemaFile, product, schemaUrl } from '../product.ts';

/** What load a configuration takes, as it was measured. `drill` compares it with the load that a region would have to take. */
const schema = z.strictObject({
  schema: z.literal(capacitySchema),
  service: z.string().min(1).max(63).describe('Name of the Cloud Run service.'),
  region: z.string().min(1).max(63).describe('Region in which it was measured.'),
  image: z
    .string()
    .regex(/^.+@sha256:[0-9a-f]{64}$/)
    .describe('The container image with its digest. Another image has another capacity.'),
  revision: z.string().min(1).max(63).describe('The revision whose image it is, which served at that time.'),
  measured_at: z.iso.datetime().describe('When the measurement ended, in UTC.'),
  settings: z
    .strictObject({
      cpu: z.number().positive().max(8),
      memory_mib: z.int().min(128).max(32_768),
      concurrency: z.int().min(1).max(1000).describe('Requests that an instance gets at a time.'),
      instances: z.int().min(1).max(10_000).describe('Instances at most.'),
    })
    .describe('The configuration that was measured.'),
  objective: z.strictObject({
    quantile: z.number().min(0.5).max(0.999).describe('0.95 for a p95.'),
    limit_ms: z.number().positive(),
  }),
  requests_per_second: z
    .number()
    .positive()
    .describe('The arrival rate at which the configuration kept the objective.'),
  concurrency: z
    .int()
    .min(1)
    .describe('Requests at a time that the configuration takes: instances times concurrency.'),
  p95_ms: z.number().nonnegative(),
  calls: z.int().min(1).describe('Calls that were counted for this configuration.'),
  misses: z.int().min(0).describe('How many of them were late or wrong.'),
  confidence: z
    .number()
    .min(0.5)
    .max(0.9999)
    .describe('At least this sure that the configuration keeps the objective at this rate.'),
});

export type CapacityFile = z.infer<typeof schema>;

/** The JSON Schema of the file. It is draft-07, as the schemas of our other files. */
export function capacityJsonSchema(): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: schemaUrl(capacitySchemaFile),
    title: `${product}: what load a configuration takes`,
    description: 'Written by actions/capacity.',
    ...rest,
  };
}

/** Reads the text of a capacity file. The problem is a clause about the file. */
export function readCapacityFile(text: string): { file: CapacityFile } | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { problem: 'is not JSON' };
  }
  const read = schema.safeParse(value);
  if (read.success) {
    const { calls, misses } = read.data;
    return misses > calls ? { problem: 'has more misses than calls' } : { file: read.data };
  }
  const [issue] = read.error.issues;
  return {
    problem: `is not a capacity file: ${issue?.path.join('.') || 'the whole'}: ${issue?.message ?? ''}`,
  };
}
