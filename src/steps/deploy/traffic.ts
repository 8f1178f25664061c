import { shortName } from '../../domain/data/resource-name.ts';
import { allToLatest, byName } from '../../domain/traffic/compose.ts';
import { allocationText, percentOf, servingAllocations, soleServing } from '../../domain/traffic/serving.ts';
import { sameTraffic, type Traffic } from '../../domain/traffic/traffic.ts';
import type { RunService } from '../ports/services.ts';
import { awaitSettled } from '../traffic/await-traffic.ts';
import { type Changed, type ChangeOptions, changeTraffic, type Decide } from '../traffic/change-traffic.ts';
import { isPermanent } from '../traffic/permanent-error.ts';
import type { DeployRun } from './types.ts';

/** Traffic of a deploy: what serves after the build, and who gets it once it is proved private. */

const withinMs = 120_000;

/** Traffic alone: a deploy leaves the record of a release to the release. */
export const changeShares = (
  run: DeployRun,
  service: string,
  decide: Decide,
  options: Partial<ChangeOptions> = {},
): Promise<Changed> =>
  changeTraffic(run.ports, service, decide, {
    withinMs,
    signal: run.request.signal,
    busyCode: 'deploy-conflict',
    ...options,
  });

export const atRest = (run: DeployRun, service: string): Promise<RunService> =>
  awaitSettled(run.ports, service, {
    deadline: run.ports.clock.now() + withinMs,
    signal: run.request.signal,
  });

/** Shares as they were asked for: `LATEST 100 %`. */
export const askedText = (traffic: Traffic): string => allocationText(servingAllocations(traffic, 'LATEST'));

const shareNow = (run: DeployRun, traffic: Traffic, service: RunService): number =>
  percentOf(run.result.revision ?? '', servingAllocations(traffic, service.latestReadyRevision));

/** Does the new revision have 0 %, as it was asked? Where it has not, traffic goes back at once and the finding says so. */
export async function verifyHeld(
  run: DeployRun,
  service: RunService,
  before: RunService,
): Promise<RunService> {
  const { result } = run;
  const { revision } = result;
  const previous = soleServing(before);
  const share = shareNow(run, service.trafficStatuses, service);
  if (share === 0 || !previous || previous === revision) return service;
  // With the tags of before: whoever threw the pin away may have thrown them away with it.
  const traffic = byName(before.traffic, previous);
  const changed = await changeShares(
    run,
    service.name,
    (current) =>
      sameTraffic(current.traffic, traffic) || shareNow(run, current.traffic, current) > 0
        ? { traffic }
        : { stop: 'moved', reason: 'somebody else has moved it' },
    { first: service, insist: true },
  );
  if (changed.done)
    run.act(`traffic taken back from ${revision}, which got ${share} % although it was held at 0 %`);
  result.findings.push({
    rule: 'pin-did-not-hold',
    severity: 'high',
    title: `${revision} got ${share} % of the traffic as soon as it was built, although the traffic was pinned; ${changed.done ? 'it was taken back' : 'somebody else has moved it since'}.`,
    why: 'The function deploy did not keep the traffic by name.',
    source: 'GET run v2 services',
  });
  return changed.done ? changed.service : atRest(run, service.name);
}

/** All traffic to the new revision, as a plain deploy does, now that it is proved private. `stop`: it does not serve. */
export async function giveTraffic(run: DeployRun): Promise<'go' | 'stop'> {
  const { request, result } = run;
  const { revision, service } = result;
  if (!service) return 'go';
  const name = shortName(service);
  const see = `See both: gcloud run revisions list --service=${name} --region=${request.region}`;
  const changed = await changeShares(run, service, (current) => {
    const latest = current.latestReadyRevision;
    return latest === undefined || latest === revision
      ? { traffic: allToLatest(current.traffic) }
      : {
          stop: 'refused',
          reason: `${revision} is built, but ${latest} appeared meanwhile: no traffic was moved. ${see}`,
        };
  }).catch((error: unknown) => {
    // The write may have taken effect: nobody is told then that the pin stands.
    if (request.signal?.aborted || !isPermanent(error)) run.held = undefined;
    throw error;
  });
  if (changed.done) {
    if (changed.wrote) run.act(`all traffic of ${name} given to ${revision}`);
    result.traffic = changed.service.trafficStatuses;
    return 'go';
  }
  // Never green while older code serves, and never their revision promoted by us.
  result.traffic = (await atRest(run, service)).trafficStatuses;
  result.verdict = 'inconclusive';
  result.outcome = 'superseded';
  result.reason =
    changed.stop === 'refused'
      ? changed.reason
      : `${revision} was given all the traffic, but ${changed.reason}. Nothing was moved again.`;
  return 'stop';
}
