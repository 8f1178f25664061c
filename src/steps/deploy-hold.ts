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
import type { DeployRun, Hold } from './deploy-types.ts';
import type { RunService, TrafficTarget } from './ports.ts';

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
  ).catch((error: unknown) => {
    throw deniedHold(run, service.name, error);
  });
  if (!changed) return undefined;
  run.act(`traffic of ${service.name.split('/').at(-1)} held at ${sharesOf(pinned(service))}`);
  return hold;
}

/** Somebody who deploys with a Functions role alone may not touch the service. */
function deniedHold(run: DeployRun, service: string, error: unknown): unknown {
  if (!(error instanceof ReleaseError) || error.code !== 'permission-denied') return error;
  const { project } = run.request;
  return new ReleaseError('permission-denied', {
    what: `The traffic of ${service.split('/').at(-1)} could not be held at what serves now.`,
    why: `${error.why ?? 'The permission run.services.update is missing.'} Without it new code would serve before it is proved private.`,
    fix: `Grant it: gcloud projects add-iam-policy-binding ${project} --member=serviceAccount:DEPLOYER --role=roles/run.developer. Or give up the proof before traffic: all_traffic_on_latest_revision: false.`,
    cause: error,
  });
}

/** Errors of a write after which nobody knows whether it took effect. */
const unknown = new Set(['cancelled', 'network-failed', 'deadline-exceeded', 'internal']);

/** May a build still end and become LATEST? Once an operation has begun, only its own failure says no. */
function mayGoOn(run: DeployRun, error: unknown): boolean {
  const code = error instanceof ReleaseError ? error.code : 'internal';
  if (run.result.operation !== undefined) return code !== 'deploy-failed';
  return run.sent && unknown.has(code);
}

const toLatest = (run: DeployRun) => {
  const service = run.held?.service.split('/').at(-1);
  return `gcloud run services update-traffic ${service} --region=${run.request.region} --to-latest`;
};

/** That traffic stays by name, and how to follow new revisions again. */
export const heldText = (run: DeployRun): string =>
  `Traffic of ${run.held?.service.split('/').at(-1)} stays by name, at what served before; to follow new revisions again: ${toLatest(run)}`;

/** Where an error comes between the build and the traffic, the pin stays: what was built is not proved. */
export function warnHeld(run: DeployRun): void {
  if (run.held) run.ports.log.warning(`${heldText(run)}. Run the job again to finish.`);
}

/**
 * After an error of the build: traffic as it was, unless the build may still end. Following LATEST again would then let
 * it serve without a proof.
 */
export async function releaseHold(run: DeployRun, error: unknown): Promise<void> {
  if (!run.held) return;
  if (!mayGoOn(run, error)) await restoreTraffic(run, run.held);
  else
    run.ports.log.warning(
      `The build goes on, and nobody would prove it. ${heldText(run)}. Or run the job again to finish.`,
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
        `Traffic of ${name} stays by name: LATEST now means ${moved}, which nobody has proved. To follow it: ${toLatest(run)}`,
      );
  } catch (error) {
    ports.log.warning(
      `Traffic of ${name} could not be put back (${messageOf(error)}). It serves what it did before. To follow new revisions again: ${toLatest(run)}`,
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

/** All traffic to the new revision, as a plain deploy does, now that it is proved private. `stop`: it is not the newest. */
export async function giveTraffic(run: DeployRun): Promise<'go' | 'stop'> {
  const { ports, request, result } = run;
  if (!result.service) return 'go';
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
  const name = result.service.split('/').at(-1);
  if (changed) run.act(`all traffic of ${name} given to ${result.revision}`);
  result.traffic = (await awaitSettled(ports, result.service, request.signal)).trafficStatuses;
  if (!other) return 'go';
  // Never green while older code serves, and never their revision promoted by us.
  result.verdict = 'inconclusive';
  result.outcome = 'superseded';
  result.reason = `${result.revision} is built, but ${other} appeared meanwhile: no traffic was moved. See both: gcloud run revisions list --service=${name} --region=${request.region}`;
  return 'stop';
}
