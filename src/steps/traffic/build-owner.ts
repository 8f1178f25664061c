import { followsLatest } from '../../domain/traffic/traffic.ts';
import type { RunService } from '../ports/services.ts';
import type { Claim } from '../ports/target.ts';
import type { TrafficPorts } from './ports.ts';

/**
 * A new revision has the traffic that a release had pinned elsewhere before its build. Was it the release's own build that took the
 * traffic? Undefined if that cannot be known.
 */
export async function buildTookTraffic(
  { target }: Pick<TrafficPorts, 'target'>,
  { traffic, latestCreatedRevision: revision }: RunService,
  record: Claim['record'],
  signal?: AbortSignal,
): Promise<boolean | undefined> {
  // A build gives traffic to LATEST. Who names the revision has meant this one.
  if (revision === undefined || !followsLatest(traffic)) return false;
  return target.tookTraffic({ revision, record }, signal);
}
