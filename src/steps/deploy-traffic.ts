import { ReleaseError } from '../domain/errors.ts';
import type { DeployPorts } from './deploy-types.ts';
import type { RunService, TrafficTarget } from './ports.ts';

/** The revisions that get traffic now, with their percentages; tag-only entries are none of them. */
export function servingOf(service: RunService): { revision: string; percent: number }[] {
  const byRevision = new Map<string, number>();
  const entries = service.trafficStatuses.length > 0 ? service.trafficStatuses : service.traffic;
  for (const entry of entries) {
    const revision = entry.revision ?? service.latestReadyRevision;
    if (revision && (entry.percent ?? 0) > 0)
      byRevision.set(revision, (byRevision.get(revision) ?? 0) + (entry.percent ?? 0));
  }
  // Without any entry a service sends all to its latest revision.
  if (byRevision.size === 0 && entries.length === 0 && service.latestReadyRevision)
    byRevision.set(service.latestReadyRevision, 100);
  return [...byRevision].map(([revision, percent]) => ({ revision, percent }));
}

/** The one revision with all traffic, or undefined where it is split. */
export function soleServing(service: RunService): string | undefined {
  const serving = servingOf(service);
  return serving.length === 1 ? serving[0]?.revision : undefined;
}

const isLatest = (target: TrafficTarget) =>
  target.type !== 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION' && !target.revision;

/** Would a new revision get traffic by itself? */
export function followsLatest(service: RunService): boolean {
  const targets = service.traffic;
  return targets.length === 0 || targets.some((target) => isLatest(target) && (target.percent ?? 0) > 0);
}

/** The same shares by name, tags kept: what LATEST means now. */
export function pinned(service: RunService): TrafficTarget[] {
  const latest = service.latestReadyRevision;
  const source: TrafficTarget[] = service.traffic.length > 0 ? service.traffic : [{ percent: 100 }];
  return source.map((target) => {
    const { type: _, revision: named, ...rest } = target;
    const revision = named ?? latest;
    return revision ? { type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision, ...rest } : target;
  });
}

/** All traffic to the latest revision, as a plain deploy leaves it; tags on named revisions stay. */
export function allToLatest(service: RunService): TrafficTarget[] {
  const tags = service.traffic
    .filter((target) => target.tag !== undefined)
    .map(({ percent: _, ...target }) => target);
  const latestTagged = tags.find(isLatest);
  const named = tags.filter((target) => target !== latestTagged);
  return [
    {
      type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST',
      percent: 100,
      ...(latestTagged?.tag ? { tag: latestTagged.tag } : {}),
    },
    ...named,
  ];
}

const settleMs = 120_000;

/** Waits until the service has done what it was told. */
export async function awaitSettled(
  ports: DeployPorts,
  service: string,
  signal?: AbortSignal,
): Promise<RunService> {
  const deadline = ports.clock.now() + settleMs;
  let wait = 200;
  for (;;) {
    const seen = await ports.services.get(service, signal);
    if (seen?.settled) return seen;
    if (ports.clock.now() + wait > deadline)
      throw new ReleaseError('deadline-exceeded', {
        what: `The Cloud Run service ${service} did not settle within ${settleMs / 1000} s.`,
        why: seen?.terminalMessage ?? (seen ? undefined : 'It does not exist.'),
      });
    await ports.clock.sleep(wait, signal);
    wait = Math.min(2000, wait * 1.5);
  }
}

/** One conditional change of traffic; `decide` is asked anew where somebody else wrote in between, and may give up. */
export async function changeTraffic(
  ports: DeployPorts,
  service: string,
  decide: (current: RunService) => TrafficTarget[] | undefined,
  signal?: AbortSignal,
): Promise<boolean> {
  for (let tries = 1; tries <= 5; tries++) {
    const current = await ports.services.get(service, signal);
    const traffic = current && decide(current);
    if (!current || !traffic) return false;
    const options = { etag: current.etag, ...(signal ? { signal } : {}) };
    if ((await ports.services.patch(service, { traffic }, options)) === 'accepted') {
      await awaitSettled(ports, service, signal);
      return true;
    }
    await ports.clock.sleep(200 * tries, signal);
  }
  throw new ReleaseError('deploy-conflict', {
    what: `The traffic of ${service} could not be changed: somebody else keeps changing it.`,
  });
}
