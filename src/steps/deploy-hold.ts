import { messageOf, ReleaseError } from '../domain/errors.ts';
import type { Live } from './deploy-state.ts';
import {
  allToLatest,
  awaitSettled,
  changeTraffic,
  followsLatest,
  pinned,
  soleServing,
} from './deploy-traffic.ts';
import type { DeployRun } from './deploy-types.ts';
import type { RunService, TrafficTarget } from './ports.ts';

/** A pin that this deploy made, and what was there before it. */
export interface Hold {
  service: string;
  before: TrafficTarget[];
  latestReady: string | undefined;
}

const sharesOf = (traffic: readonly TrafficTarget[]) =>
  traffic.map((target) => `${target.revision ?? 'LATEST'} ${target.percent ?? 0} %`).join(', ') ||
  'LATEST 100 %';

/**
 * Keeps the new revision at 0 % until it is proved private: where the service follows LATEST, its traffic is written
 * by name first. Without this, new code would serve the moment it is built, and closing it would come too late.
 */
export async function holdTraffic(run: DeployRun, live: Live): Promise<Hold | undefined> {
  const { ports, request } = run;
  const service = live.service;
  if (!service?.latestReadyRevision || request.allTraffic === false || !followsLatest(service))
    return undefined;
  const hold: Hold = {
    service: service.name,
    before: service.traffic,
    latestReady: service.latestReadyRevision,
  };
  const changed = await changeTraffic(
    ports,
    service.name,
    (current) => (followsLatest(current) ? pinned(current) : undefined),
    request.signal,
  );
  if (!changed) return undefined;
  run.act(`traffic of ${service.name.split('/').at(-1)} held at ${sharesOf(pinned(service))}`);
  return hold;
}

/** Errors after which the operation may still be going on. */
const goesOn = new Set(['cancelled', 'network-failed', 'deadline-exceeded', 'internal']);

/**
 * After an error: traffic as it was, unless the build may still end. Following LATEST again would then let it serve
 * without a proof.
 */
export async function releaseHold(run: DeployRun, hold: Hold, error: unknown): Promise<void> {
  const code = error instanceof ReleaseError ? error.code : 'internal';
  if (!run.sent || !goesOn.has(code)) return restoreTraffic(run, hold);
  const name = hold.service.split('/').at(-1);
  run.ports.log.warning(
    `Traffic of ${name} stays by name, since the build goes on and nobody would prove it. Run the job again to finish, or follow new revisions again: gcloud run services update-traffic ${name} --region=${run.request.region} --to-latest`,
  );
}

/** After a failed build: traffic as it was, LATEST included, unless LATEST now means another revision. Never throws. */
async function restoreTraffic(run: DeployRun, hold: Hold): Promise<void> {
  const { ports, request } = run;
  const name = hold.service.split('/').at(-1);
  // A cancelled run has no signal left to wait with; this must be done all the same.
  const signal = request.signal?.aborted ? undefined : request.signal;
  try {
    let moved: string | undefined;
    const changed = await changeTraffic(
      ports,
      hold.service,
      (current) => {
        moved = current.latestReadyRevision === hold.latestReady ? undefined : current.latestReadyRevision;
        return moved
          ? undefined
          : hold.before.length > 0
            ? hold.before
            : [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST', percent: 100 }];
      },
      signal,
    );
    if (changed) run.act(`traffic of ${name} put back to ${sharesOf(hold.before)}`);
    if (moved)
      ports.log.warning(
        `Traffic of ${name} stays by name: LATEST now means ${moved}, which nobody has proved. To follow it: gcloud run services update-traffic ${name} --region=${request.region} --to-latest`,
      );
  } catch (error) {
    ports.log.warning(
      `Traffic of ${name} could not be put back (${messageOf(error)}). It serves what it did before. To follow new revisions again: gcloud run services update-traffic ${name} --region=${request.region} --to-latest`,
    );
  }
}

/** Does the new revision have 0 %, as it was asked? Where it has not, traffic goes back at once and the finding says so. */
export async function verifyHeld(
  run: DeployRun,
  service: RunService,
  before: RunService,
): Promise<RunService> {
  const { ports, request, result } = run;
  const previous = soleServing(before);
  const share = service.trafficStatuses
    .filter((status) => status.revision === result.revision)
    .reduce((sum, status) => sum + (status.percent ?? 0), 0);
  if (share === 0 || !previous || previous === result.revision) return service;
  const traffic = pinned(before);
  await changeTraffic(ports, service.name, () => traffic, request.signal);
  run.act(`traffic taken back from ${result.revision}, which got ${share} % although it was held at 0 %`);
  result.findings.push({
    rule: 'pin-did-not-hold',
    severity: 'high',
    title: `${result.revision} got ${share} % of the traffic as soon as it was built, although the traffic was pinned; it was taken back.`,
    why: 'The function deploy did not keep the traffic by name.',
    source: 'GET run v2 services',
  });
  return awaitSettled(ports, service.name, request.signal);
}

/** All traffic to the new revision, as a plain deploy does, now that it is proved private. */
export async function giveTraffic(run: DeployRun): Promise<void> {
  const { ports, request, result } = run;
  if (!result.service) return;
  let other: string | undefined;
  const changed = await changeTraffic(
    ports,
    result.service,
    (current) => {
      other = current.latestReadyRevision === result.revision ? undefined : current.latestReadyRevision;
      return other ? undefined : allToLatest(current);
    },
    request.signal,
  );
  if (changed) run.act(`all traffic of ${result.service.split('/').at(-1)} given to ${result.revision}`);
  const after = await awaitSettled(ports, result.service, request.signal);
  result.traffic = after.trafficStatuses;
  if (other)
    result.findings.push({
      rule: 'latest-is-another',
      severity: 'high',
      title: `${other} appeared while this deploy was under way; no traffic was moved.`,
      why: 'Somebody else deployed the same function or service.',
      fix: `See both: gcloud run revisions list --service=${result.service.split('/').at(-1)} --region=${request.region}`,
    });
}
