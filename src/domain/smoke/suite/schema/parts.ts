import { z } from 'zod';

/** The words and value types that several parts of the suite file use. */

export const presetNames = [
  'denies-anonymous',
  'denies-access-token',
  'denies-wrong-audience',
  'denies-expired-token',
  'corrupt-then-good',
  'empty-body',
  'wrong-type',
  'too-large',
  'pixel-bomb',
  'deterministic',
  'concurrent-equals-serial',
  'cold-start',
  'cache-correct',
] as const;
export type PresetName = (typeof presetNames)[number];

export const requestShapes = ['raw', 'multipart', 'vision-json', 'documentai', 'json', 'gcs', 'url'] as const;
export const textPresets = ['auto', 'vision', 'documentai', 'json', 'plain'] as const;

export const durationPattern = '^\\d+(\\.\\d+)?(ms|s|m)$';
export const sizePattern = '^\\d+(\\.\\d+)?(B|KiB|MiB)$';

export const duration = z
  .string()
  .regex(new RegExp(durationPattern), 'expected a duration such as 500ms, 3s or 1m');
export const size = z.string().regex(new RegExp(sizePattern), 'expected a size such as 500KiB or 33MiB');
export const rate = z.number().min(0).max(1);
export const text = z.string().max(100_000);
export const oneOrMany = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1).max(100)]);
