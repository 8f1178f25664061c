import { shortName } from '../../domain/data/resource-name.ts';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { byName, restore } from '../../domain/traffic/compose.ts';
import { followsLatest, sameTraffic } from '../../domain/traffic/traffic.ts';
import type { Live } from './state.ts';
import { askedText, changeShares } from './traffic.ts';
import type { DeployRun, Hold } from './types.ts';

/**
 * Keeps the new revision at 0 % until it is proved private: where the service follows LATEST, its traffic is written
 * by name first. Without this, new code would serve the moment it is built, and closing it would come too late.
 * `run.held` says so from the first write on: whether it took effect may be unknown.
 */
export async function holdTraffic(run: DeployRun, live: Live): Promise<void> {
  const { request } = run;
  const { service } = live;
  if (!service?.latestReadyRevision || request.allTraffic === false || !followsLatest(service.traffic))
    return;
  const changed = await changeShares(
    run,
    service.name,
    ({ traffic, latestReadyRevision: latestReady }) => {
      // Our own pin, whose answer was lost.
      if (run.held && sameTraffic(traffic, run.held.pinned)) return { traffic: run.held.pinned };
      run.held = undefined;
      if (!latestReady || !followsLatest(traffic))
        return { stop: 'moved', reason: 'it serves by name already' };
      const pinned = byName(traffic, latestReady);
      run.held = { service: service.name, before: traffic, latestReady, pinned };
      return { traffic: pinned };
    },
    { insist: true },
  ).catch((error: unknown) => {
    throw deniedHold(run, service.name, error);
  });
  if (changed.done && run.held)
    run.act(`traffic of ${shortName(service.name)} held at ${askedText(run.held.pinned)}`);
}

/** Somebody who deploys with a Functions role alone may not touch the service: then nothing is held. */
function deniedHold(run: DeployRun, service: string, error: unknown): unknown {
  if (!(error instanceof ReleaseError) || error.code !== 'permission-denied') return error;
  run.held = undefined;
  const { project } = run.request;
  return new ReleaseError('permission-denied', {
    what: `The traffic of ${shortName(service)} could not be held at what serves now.`,
    why: `${error.why ?? 'The permission run.services.update is missing.'} Without it new code would serve before it is proved private.`,
    fix: `Grant it: gcloud projects add-iam-policy-binding ${project} --member=serviceAccount:DEPLOYER --role=roles/run.developer. Or give up the proof before traffic: all_traffic_on_latest_revision: false.`,
    cause: error,
  });
}

/** Errors of a write after which nobody knows whether it took effect. */
const unknown = new Set([
  'cancelled',
  'network-failed',
  'deadline-exceeded',
  'response-malformed',
  'internal',
]);
/** The server may have begun before it failed to say so. */
const serverFailed = (error: unknown) => Number((error as { status?: unknown } | undefined)?.status) >= 500;

/** May a build still end and become LATEST? Once an operation has begun, only its own failure says no. */
function mayGoOn(run: DeployRun, error: unknown): boolean {
  const code = error instanceof ReleaseError ? error.code : 'internal';
  if (run.result.operation !== undefined) return code !== 'deploy-failed';
  return run.sent && (unknown.has(code) || serverFailed(error));
}

const toLatest = (run: DeployRun) => {
  const service = shortName(run.held?.service);
  return `gcloud run services update-traffic ${service} --region=${run.request.region} --to-latest`;
};

/** That traffic stays by name, and how to follow new revisions again. */
export const heldText = (run: DeployRun): string =>
  `Traffic of ${shortName(run.held?.service)} stays by name, at what served before; to follow new revisions again: ${toLatest(run)}`;

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

/**
 * After a failed build: traffic as it was, LATEST included, unless LATEST now means another revision or somebody has
 * moved the traffic since. Never throws.
 */
async function restoreTraffic(run: DeployRun, hold: Hold): Promise<void> {
  const { log } = run.ports;
  const name = shortName(hold.service);
  try {
    const changed = await changeShares(
      run,
      hold.service,
      ({ traffic, latestReadyRevision: ready }) => {
        const asked = askedText(traffic);
        // The pin never took effect, or it is gone already.
        if (asked === askedText(hold.before)) return { traffic };
        if (asked !== askedText(hold.pinned))
          return { stop: 'moved', reason: `somebody else has moved it (${asked})` };
        // What failed to start is no reason to stay by name: LATEST is the newest revision that is ready.
        const live = { traffic, created: hold.latestReady, ready };
        const back = restore(hold.before, hold.latestReady, live);
        if (!back.keptPin) return { traffic: back.traffic };
        return {
          stop: 'refused',
          reason: `Traffic of ${name} stays by name: LATEST now means ${ready}, which nobody has proved. To follow it: ${toLatest(run)}`,
        };
      },
      // A cancelled run has no signal left to wait with; this must be done all the same.
      { signal: undefined },
    );
    if (!changed.done)
      log.warning(
        changed.stop === 'refused'
          ? changed.reason
          : `Traffic of ${name} was not put back: ${changed.reason}.`,
      );
    else if (changed.wrote) run.act(`traffic of ${name} put back to ${askedText(hold.before)}`);
  } catch (error) {
    log.warning(
      `Traffic of ${name} could not be put back (${messageOf(error)}). It serves what it did before. To follow new revisions again: ${toLatest(run)}`,
    );
  }
}
