import type { ReleaseRecord } from '../../domain/traffic/record.ts';
import type { RunService } from '../ports/services.ts';
import type { Deployed } from '../ports/target.ts';
import type { TrafficPorts } from './ports.ts';

/** Does what is deployed carry the labels that a release's own build gives it? */
export function carriesLabels(
  deployed: Deployed | undefined,
  expected: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(expected).every(([name, value]) => deployed?.labels[name] === value);
}

/**
 * A release died in its build, and a new revision has the traffic that the release had pinned elsewhere. Did the release's
 * own build make that revision, or did another deploy make it? Its own revision carries its labels and is the only one
 * created since then: other tools keep the labels that they find. Undefined if the record does not say enough.
 */
export async function latestCameFromBuild(
  ports: Pick<TrafficPorts, 'target' | 'services'>,
  service: RunService,
  record: ReleaseRecord,
  signal?: AbortSignal,
): Promise<boolean | undefined> {
  const { marks: labels, function_update_time: since } = record;
  if (labels === undefined || since === undefined) return undefined;
  const deployed = await ports.target.read(signal);
  if (!carriesLabels(deployed, labels) || deployed?.revision !== service.latestCreatedRevision) return false;
  const revisions = await ports.services.revisions(service.name, signal);
  return revisions.filter(({ createTime }) => Date.parse(createTime) > Date.parse(since)).length <= 1;
}
