import { soleServing } from '../domain/traffic/serving.ts';
import type { DeployRun } from '../steps/deploy/ports.ts';
import type { RunService } from '../steps/ports/services.ts';
import type { Deployed } from '../steps/ports/target.ts';

/** Writes into the result what the report says until something has changed. */
export function showLive(
  { result }: Pick<DeployRun, 'result'>,
  live: Deployed | undefined,
  service: RunService | undefined,
): void {
  result.previousRevision = service && soleServing(service);
  result.service = live?.service;
  result.url = live?.url;
  result.traffic = service?.trafficStatuses ?? [];
  result.deployed = live;
}
