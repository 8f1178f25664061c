import { updateTraffic } from '../../domain/data/commands.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { messageOf, ReleaseError } from '../../domain/errors/errors.ts';
import { byName, restore } from '../../domain/traffic/compose.ts';
import { followsLatest, sameTraffic } from '../../domain/traffic/traffic.ts';
import type { RunService } from '../ports/services.ts';
import type { DeployRun, Hold } from './ports.ts';
import { askedText, changeShares } from './traffic.ts';

/**
 * Keeps the new revision at 0 % until it is proved private. If the service sends traffic to LATEST, this writes the
 * name of the serving revision instead; otherwise new code would serve the moment it is built, before anything could
 * close it. Sets `run.held` before the first write, because a write may take effect even if its response is lost. Returns the
 * service with the pin.
 */
export async function holdTraffic(
  run: DeployRun,
  service: RunService | undefined,
): Promise<RunService | undefined> {
  const { request } = run;
  if (!service?.latestReadyRevision || request.allTraffic === false || !followsLatest(service.traffic))
    return undefined;
  const changed = await changeShares(
    run,
    service.name,
    ({ traffic, latestReadyRevision: latestReady }) => {
      // This is our own pin: the response to the first write was lost.
      if (run.held && sameTraffic(traffic, run.held.pinned)) return { traffic: run.held.pinned };
      run.held = undefined;
      if (!latestReady || !followsLatest(traffic))
        return { stop: 'moved', reason: 'its traffic already names a revision' };
      const pinned = byName(traffic, latestReady);
      run.held = { service: service.name, before: traffic, latestReady, pinned };
      return { traffic: pinned };
    },
    { insist: true, first: service },
  ).catch((error: unknown) => {
    throw deniedHold(run, service.name, error);
  });
  if (changed.done && run.held)
    run.act(`traffic of ${shortName(service.name)} held at ${askedText(run.held.pinned)}`);
  return changed.done ? changed.service : undefined;
}

/**
 * An identity with only a Cloud Functions role may not change the service. Its write was refused, so nothing is
 * pinned.
 */
function deniedHold(run: DeployRun, service: string, error: unknown): unknown {
  if (!(error instanceof ReleaseError) || error.code !== 'permission-denied') return error;
  run.held = undefined;
  const wrapped = new ReleaseError('permission-denied', {
    what: `The traffic of ${shortName(service)} could not be pinned to the revision that serves now.`,
    why: `${error.why ?? 'The permission run.services.update is missing.'} Without it, new code would get traffic before it is proved private.`,
    fix: 'Skip the proof before traffic with all_traffic_on_latest_revision: false, or grant roles/run.developer to the identity of this job.',
    cause: error,
  });
  // The refused call explains itself, with the identity of this job.
  wrapped.facts = error.facts;
  return wrapped;
}

/** After these errors it is unknown whether a write took effect. */
const uncertain = new Set([
  'cancelled',
  'network-failed',
  'deadline-exceeded',
  'response-malformed',
  'internal',
]);
/** The server may have started the operation before it failed to answer. */
const serverFailed = (error: unknown) => Number((error as { status?: unknown } | undefined)?.status) >= 500;

/**
 * Can the build still finish and become LATEST? Once an operation has started, only its own failure rules that out.
 */
function mayStillFinish(run: DeployRun, error: unknown): boolean {
  const code = error instanceof ReleaseError ? error.code : 'internal';
  if (run.result.operation !== undefined) return code !== 'deploy-failed';
  return run.sent && (uncertain.has(code) || serverFailed(error));
}

const toLatest = (run: DeployRun) => updateTraffic(run.held?.service ?? '', 'latest');

/** Says that the traffic stays pinned, and how to send it to the latest revision again. */
export const heldText = (run: DeployRun): string =>
  `Traffic of ${shortName(run.held?.service)} stays pinned to the revision that served before. To follow new revisions again: ${toLatest(run)}`;

/**
 * After an error between the build and the traffic change the pin stays, because the new revision is not proved
 * private.
 */
export function warnHeld(run: DeployRun): void {
  if (run.held) run.ports.log.warning(`${heldText(run)}. Run the job again to finish.`);
}

/**
 * Puts the traffic back after a failed build. If the build may still finish, the pin stays: with LATEST the new
 * revision would get traffic without a proof.
 */
export async function releaseHold(run: DeployRun, error: unknown): Promise<void> {
  if (!run.held) return;
  if (!mayStillFinish(run, error)) await restoreTraffic(run, run.held);
  else
    run.ports.log.warning(
      `The build may still finish, and its revision is not proved private. ${heldText(run)}. Or run the job again to finish.`,
    );
}

/**
 * Puts back the traffic from before the build, LATEST included. Leaves it alone if LATEST now means another revision,
 * or if another process has moved the traffic. Never throws.
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
          return { stop: 'moved', reason: `another process has moved it (${asked})` };
        // A revision that failed to start does not matter here: LATEST means the newest revision that is ready.
        const live = { traffic, created: hold.latestReady, ready };
        const back = restore(hold.before, hold.latestReady, live);
        if (!back.keptPin) return { traffic: back.traffic };
        return {
          stop: 'refused',
          reason: `Traffic of ${name} stays pinned: LATEST now means ${ready}, which is not proved private. To send traffic to it: ${toLatest(run)}`,
        };
      },
      // The signal of a cancelled run is aborted already, but the traffic must still be put back.
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
      `Traffic of ${name} could not be put back (${messageOf(error)}). The revision from before still serves. To follow new revisions again: ${toLatest(run)}`,
    );
  }
}
