import { type JsonObject, objectOf } from '../../domain/data/json.ts';
import { revisionOf } from '../../domain/traffic/function.ts';
import type { ReleaseRecord } from '../../domain/traffic/record.ts';
import type { RunService } from '../ports/services.ts';
import type { TrafficPorts } from './ports.ts';

/** Does the function carry the labels that a release's own build gives it? */
export function carriesLabels(
  fn: JsonObject | undefined,
  expected: Readonly<Record<string, string>>,
): boolean {
  const labels = objectOf(fn?.labels);
  return Object.entries(expected).every(([name, value]) => labels[name] === value);
}

/**
 * A release died in its build, and a new revision has the traffic that the release had pinned elsewhere. Did the release's
 * own build make that revision, or did another deploy make it? Its own revision carries its labels and is the only one
 * created since then: other tools keep the labels that they find. Undefined if the record does not say enough.
 */
export async function latestCameFromBuild(
  ports: Pick<TrafficPorts, 'functions' | 'services'>,
  service: RunService,
  record: ReleaseRecord,
  { functionName, signal }: { functionName: string; signal?: AbortSignal | undefined },
): Promise<boolean | undefined> {
  const { marks: labels, function_update_time: since } = record;
  if (labels === undefined || since === undefined) return undefined;
  const fn = await ports.functions.get(functionName, signal);
  if (!carriesLabels(fn, labels) || revisionOf(fn) !== service.latestCreatedRevision) return false;
  const revisions = await ports.services.revisions(service.name, signal);
  return revisions.filter(({ createTime }) => Date.parse(createTime) > Date.parse(since)).length <= 1;
}
