import { messageOf } from '../../domain/errors/errors.ts';
import { pinTo, restore } from '../../domain/traffic/compose.ts';
import type { ParsedRecord } from '../../domain/traffic/parse-record.ts';
import { isOpen } from '../../domain/traffic/record.ts';
import type { Allocation } from '../../domain/traffic/serving.ts';
import { followsLatest, sameTraffic, type TrafficTarget } from '../../domain/traffic/traffic.ts';
import type { Owner } from '../ports/runs.ts';
import type { RunService } from '../ports/services.ts';
import type { TrafficPorts } from '../traffic/ports.ts';
import { runState } from '../traffic/settle-facts.ts';

/** What a rollback by hand writes. */

/** The revision that the rollback is against: the candidate of a release if it serves, else the one that serves most. */
export function takenBack(
  parsed: ParsedRecord,
  from: readonly Allocation[],
  target: string,
): string | undefined {
  const others = from.filter(({ revision }) => revision !== target).map(({ revision }) => revision);
  const candidate = parsed.kind === 'record' ? parsed.record.candidate : undefined;
  return others.find((revision) => revision === candidate) ?? others[0];
}

/**
 * Is it certain that no build can still bring a revision? If one can, the traffic must not follow LATEST again, because
 * the new revision would serve untested. Reads nothing unless an unfinished release followed LATEST.
 */
export async function buildIsOver(
  ports: TrafficPorts,
  request: { to: string; owner: Owner; signal?: AbortSignal | undefined },
  parsed: ParsedRecord,
): Promise<boolean> {
  const record = parsed.kind === 'record' ? parsed.record : undefined;
  if (request.to !== 'before' || record?.phase !== 'building' || !followsLatest(record.before)) return false;
  try {
    const run = await runState(ports, request, record);
    if (run !== 'over' && run !== 'self') return false;
    return !(await ports.target.building(request.signal));
  } catch (error) {
    if (request.signal?.aborted) throw error;
    ports.log.debug(`Is the build over? ${messageOf(error)}`);
    return false;
  }
}

/**
 * The traffic to write. After an unfinished release it is the whole array from before, LATEST included; otherwise the
 * revision by name, with the tags of other tools.
 */
export function trafficBack(
  live: RunService,
  found: ParsedRecord,
  { to, target, buildOver }: { to: string; target: string; buildOver: boolean },
): { traffic: TrafficTarget[]; keptPin: boolean } {
  const open = found.kind === 'record' && isOpen(found.record) ? found.record : undefined;
  if (to === 'before' && open?.before_revision === target)
    return restore(open.before, target, {
      traffic: live.traffic,
      created: live.latestCreatedRevision,
      ready: live.latestReadyRevision,
      mayMove: open.phase === 'building' && !buildOver,
    });
  const traffic = pinTo(target, live.traffic, { tag: false });
  return { traffic, keptPin: !sameTraffic(traffic, live.traffic) || live.latestReadyRevision !== target };
}
