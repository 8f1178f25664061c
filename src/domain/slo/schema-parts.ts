import { z } from 'zod';

/** Parts of every document of OpenSLO v1, with the rules of its specification and of its own SDK. */

/** A name as DNS has it. */
export const dnsLabel = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'expected at most 63 small letters, digits and hyphens, a letter or digit at both ends',
  );

/** One number and one unit: minutes, hours, days, weeks, months, quarters or years. */
export const duration = z.string().regex(/^\d+[mhdwMQY]$/, 'expected a duration such as 30d or 4w');

const daysOf: Readonly<Record<string, number>> = { d: 1, w: 7, M: 30, Q: 90, Y: 365, h: 1 / 24, m: 1 / 1440 };

/** The seconds of a duration. A month has 30 days, a quarter 90 and a year 365. */
export const durationSeconds = (text: string) =>
  Math.round(Number.parseInt(text, 10) * (daysOf[text.slice(-1)] ?? Number.NaN) * 86_400);

export const description = z.string().max(1050).optional();

const labelKey = /^[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/;
const annotationKey =
  /^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*\/)?[a-zA-Z0-9]([-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/;
const key = (pattern: RegExp) => z.string().regex(pattern, 'expected a key of letters, digits, -, _ and .');

export const metadata = z.strictObject({
  name: dnsLabel.describe('Short name: small letters, digits and hyphens.'),
  displayName: z.string().max(63).optional().describe('Name that people read in reports.'),
  labels: z.record(key(labelKey), z.union([z.string(), z.array(z.string())])).optional(),
  annotations: z.record(key(annotationKey), z.string()).optional(),
});

export const apiVersion = z
  .enum(['openslo/v1'])
  .describe('The version of OpenSLO that this file is written in.');

/** In JSON and YAML, OpenSLO reads null as if the key were not there. */
export function withoutNulls(value: unknown, depth = 0): unknown {
  // An alias may lead back to what holds it.
  if (depth > 50) return undefined;
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, depth + 1));
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([name, inner]) => [name, withoutNulls(inner, depth + 1)]),
  );
}
