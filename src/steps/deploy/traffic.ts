import { listRevisions } from '../../domain/data/commands.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { ofRule } from '../../domain/findings/of-rule.ts';
import { trafficRules } from '../../domain/findings/rules/traffic.ts';
import { allToLatest, byName } from '../../domain/traffic/compose.ts';
import { allocationText, percentOf, servingAllocations, soleServing } from '../../domain/traffic/serving.ts';
import { sameTraffic, type Traffic } from '../../domain/traffic/traffic.ts';
import type { RunService } from '../ports/services.ts';
import { awaitSettled } from '../traffic/await-traffic.ts';
import { type Changed, type ChangeOptions, changeTraffic, type Decide } from '../traffic/change-traffic.ts';
import { isPermanent } from '../traffic/permanent-error.ts';
import type { DeployRun } from './ports.ts';

/**
 * Traffic of a deploy: checks that the new revision gets none after the build, and gives it all once it is proved
 * private.
 */

const withinMs = 120_000;

/** Changes the traffic and nothing else: the record of a release belongs to the release. */
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

export const settledService = (run: DeployRun, service: string): Promise<RunService> =>
  awaitSettled(run.ports, service, {
    deadline: run.ports.clock.steady() + withinMs,
    signal: run.request.signal,
  });

/** Traffic as the settings of the service name it, such as `LATEST 100 %`. */
export const askedText = (traffic: Traffic): string => allocationText(servingAllocations(traffic, 'LATEST'));

const percentNow = (run: DeployRun, traffic: Traffic, service: RunService): number =>
  percentOf(run.result.revision ?? '', servingAllocations(traffic, service.latestReadyRevision));

/**
 * Checks that the new revision has 0 % of the traffic. If it has more, puts the traffic back at once and adds a
 * finding.
 */
export async function verifyHeld(
  run: DeployRun,
  service: RunService,
  before: RunService,
): Promise<RunService> {
  const { result } = run;
  const { revision } = result;
  const previous = soleServing(before);
  const percent = percentNow(run, service.trafficStatuses, service);
  if (percent === 0 || !previous || previous === revision) return service;
  // This also restores the tags, because what removed the pin may have removed them too.
  const traffic = byName(before.traffic, previous);
  const changed = await changeShares(
    run,
    service.name,
    (current) =>
      sameTraffic(current.traffic, traffic) || percentNow(run, current.traffic, current) > 0
        ? { traffic }
        : { stop: 'moved', reason: 'another process has moved it' },
    { first: service, insist: true },
  );
  if (changed.done)
    run.act(`traffic taken back from ${revision}, which got ${percent} % although it was held at 0 %`);
  result.findings.push({
    ...ofRule(trafficRules, 'pin-did-not-hold'),
    title: `${revision} got ${percent} % of the traffic as soon as it was built, although the traffic was pinned; ${changed.done ? 'it was taken back' : 'another process has moved it since'}.`,
    why: 'Cloud Functions did not keep the pinned traffic during the deploy.',
    source: 'GET run v2 services',
  });
  return changed.done ? changed.service : settledService(run, service.name);
}

/**
 * Gives the new revision all traffic, as a plain deploy does, after it is proved private. `stop` means that it does
 * not get the traffic.
 */
export async function giveTraffic(run: DeployRun): Promise<'go' | 'stop'> {
  const { request, result } = run;
  const { revision, service } = result;
  if (!service) return 'go';
  const name = shortName(service);
  const see = `See both revisions: ${listRevisions(service)}`;
  const changed = await changeShares(run, service, (current) => {
    const latest = current.latestReadyRevision;
    return latest === undefined || latest === revision
      ? { traffic: allToLatest(current.traffic) }
      : {
          stop: 'refused',
          reason: `${revision} is built, but the newer revision ${latest} appeared in the meantime, so no traffic was moved. ${see}`,
        };
  }).catch((error: unknown) => {
    // The write may have succeeded even though the response was lost, so do not report the pin as kept.
    if (request.signal?.aborted || !isPermanent(error)) run.held = undefined;
    throw error;
  });
  if (changed.done) {
    if (changed.wrote) run.act(`all traffic of ${name} given to ${revision}`);
    result.traffic = changed.service.trafficStatuses;
    return 'go';
  }
  // The verdict must not be green while other code serves, and a deploy must not promote a revision that it did not
  // build.
  result.traffic = (await settledService(run, service)).trafficStatuses;
  result.verdict = 'inconclusive';
  result.outcome = 'superseded';
  result.reason =
    changed.stop === 'refused'
      ? changed.reason
      : `${revision} got all the traffic, but ${changed.reason}. The traffic was left as it is.`;
  return 'stop';
}
