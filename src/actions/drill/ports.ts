import { createHash, randomBytes } from 'node:crypto';
import { createBuckets } from '../../gcp/storage/buckets.ts';
import type { Context } from '../../runner/context.ts';
import type { DrillPorts } from '../../steps/drill/ports.ts';
import type { Platform } from '../login/platform.ts';

export const portsOf = ({ clock, log }: Context, platform: Platform): DrillPorts => ({
  buckets: createBuckets(platform.rest),
  clock,
  log,
  random: (bytes) => randomBytes(bytes),
  digestOf: (bytes) => ({
    md5: createHash('md5').update(bytes).digest('base64'),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }),
});
