import { regionOf } from '../../aws/login.ts';
import { regionPattern } from '../../aws/names.ts';
import type { AwsWorld } from '../../aws/session.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Objective } from '../../domain/slo/objective.ts';
import type { Log } from '../../steps/ports/log.ts';
import type { SliSource } from '../../steps/ports/sli.ts';
import type { FamilyName } from './counters.ts';
import { createCloudWatch } from './source.ts';

interface Wanted {
  family: FamilyName | undefined;
  dimensions: Readonly<Record<string, string>>;
  region: string | undefined;
  role: string | undefined;
  delayMs: number;
}

/** Completes the settings by what an earlier step left in the environment. Sends nothing. */
export function openCloudWatch(
  world: AwsWorld,
  { family, dimensions, ...wanted }: Wanted,
  log: Log,
  objectives: readonly Objective[],
): SliSource {
  const region = wanted.region ?? regionOf(world.env);
  if (region === undefined || !regionPattern.test(region))
    throw new ReleaseError('input-invalid', {
      what: `The region of CloudWatch is ${region === undefined ? 'missing' : `wrong: ${region.slice(0, 40)}`}.`,
      fix: 'Set cloudwatch_region to a region of AWS such as eu-central-1.',
    });
  return createCloudWatch({
    settings: {
      selection: family && { family, dimensions },
      region,
      role: wanted.role,
      delayMs: wanted.delayMs,
    },
    world,
    objectives,
    log,
  });
}
