import type { JsonObject } from '../../domain/data/json.ts';
import { revisionOf } from '../../domain/traffic/function.ts';
import type { ReleaseRecord } from '../../domain/traffic/record.ts';
import type { RunService } from '../ports/services.ts';
import type { TrafficPorts } from './ports.ts';

/** Does the function carry the labels that a release's own build gives it? */
export function carriesMarks(fn: JsonObject | undefined, marks: Readonly<Record<string, string>>): boolean {
  const labels = (fn?.labels ?? {}) as Record<string, unknown>;
  return Object.entries(marks).every(([name, value]) => labels[name] === value);
}

/**
 * A revision has all the traffic that a release had pinned elsewhere before it died in its build: did its own build
 * take it, or has somebody deployed since? Ours carries our marks, and is the only one since then, as other tools keep
 * the labels that they find. Undefined where the record tells too little.
 */
export async function latestFromBuild(
  ports: Pick<TrafficPorts, 'functions' | 'services'>,
  service: RunService,
  record: ReleaseRecord,
  { functionName, signal }: { functionName: string; signal?: AbortSignal | undefined },
): Promise<boolean | undefined> {
  const { marks, function_update_time: since } = record;
  if (marks === undefined || since === undefined) return undefined;
  const fn = await ports.functions.get(functionName, signal);
  if (!carriesMarks(fn, marks) || revisionOf(fn) !== service.latestCreatedRevision) return false;
  const revisions = await ports.services.revisions(service.name, signal);
  return revisions.filter(({ createTime }) => Date.parse(createTime) > Date.parse(since)).length <= 1;
}
