import type { JsonObject } from '../../domain/data/json.ts';
import { parseName, shortName } from '../../domain/data/resource-name.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { revisionOf, serviceOf } from '../../domain/traffic/function.ts';
import { allocationText, resolveBefore, servingAllocations } from '../../domain/traffic/serving.ts';
import { maxServiceName } from '../../domain/traffic/traffic.ts';
import type { RunService } from '../ports/services.ts';
import { isDead, readServing } from '../traffic/read-serving.ts';
import { type Settled, settle } from '../traffic/settle.ts';
import { passed, type ReleaseRun, type Step } from './run.ts';

const refused = (reason: string): Step => ({ event: 'refused', reason });

/** Reads what there is, brings an earlier release to an end, and refuses what cannot end well. */
export async function read(run: ReleaseRun): Promise<Step> {
  const { ports, request } = run;
  const fn = run.function ?? (await ports.functions.get(request.functionName, ports.signal));
  if (fn?.environment === 'GEN_1')
    return refused(
      'it is a first-generation function, which cannot share out traffic: deploy it as a second-generation one',
    );
  noteFunction(run, fn);
  const tooLong = nameTooLong(shortName(run.service ?? request.functionName));
  if (tooLong) return refused(tooLong);
  if (run.service === undefined) return firstRelease(run, 'the function does not exist yet');
  const settled = await settle(ports, {
    service: run.service,
    functionName: request.functionName,
    purpose: 'release',
    owner: request.owner,
    waitMs: request.waitSeconds * 1000,
    dryRun: request.dryRun,
    signal: ports.signal,
  });
  if (settled.did === 'wait') {
    run.other = settled.found;
    return { event: 'yielded', reason: settled.reason };
  }
  if (settled.did === 'hold') return refused(settled.reason);
  if (settled.service === undefined) return firstRelease(run, 'the function has no service yet');
  // Whoever was waited for may have deployed: what is planned now is planned on that.
  if (settled.waited) noteFunction(run, await ports.functions.get(request.functionName, ports.signal));
  run.previous = settled.record;
  if (settled.did !== 'nothing') noteSettled(run, settled);
  // What a release would build on is not there yet.
  if (request.dryRun && settled.did === 'put_back') {
    run.url = settled.service.uri;
    run.shares = settled.serving;
    return passed(`${allocationText(settled.serving)}, which a release would put back first`);
  }
  return readBefore(run, await atRest(run, settled.service));
}

function noteSettled(run: ReleaseRun, { did, reason, serving }: Settled): void {
  run.warnings.push(
    run.request.dryRun
      ? `A release would settle first: ${reason}; ${allocationText(serving)} now.`
      : `Settled first: ${reason}; ${allocationText(serving)} now.`,
  );
  run.evidence.settled = { did, reason, shares: serving };
}

function noteFunction(run: ReleaseRun, fn: JsonObject | undefined): void {
  run.functionUpdateTime = typeof fn?.updateTime === 'string' ? fn.updateTime : undefined;
  run.service = serviceOf(fn) ?? run.service;
  run.functionRevision = revisionOf(fn);
}

/** Both tags and the service's name have to fit into one label of a host name. */
export function nameTooLong(service: string): string | undefined {
  if (service.length <= maxServiceName) return undefined;
  return `the service name ${service} has ${service.length} characters; with a traffic tag at most ${maxServiceName} fit (Cloud Run allows 46 for both)`;
}

function firstRelease(run: ReleaseRun, why: string): Step {
  run.state = { ...run.state, first: true };
  return passed(`${why}: a first release`);
}

const restMs = 60_000;

/** Somebody's change of traffic that is on its way is not what serves yet: what serves is read once it has arrived. */
async function atRest(run: ReleaseRun, found: RunService): Promise<RunService> {
  const { services, clock, signal, log } = run.ports;
  const deadline = clock.now() + restMs;
  let service = found;
  for (
    let wait = 200;
    isChanging(service) && clock.now() + wait < deadline;
    wait = Math.min(5000, wait * 1.5)
  ) {
    log.debug('The service is still changing; reading it again');
    await clock.sleep(wait, signal);
    service = (await services.get(found.name, signal)) ?? service;
  }
  return service;
}

/** Under way, or asked to serve something else than it serves. */
function isChanging(service: RunService): boolean {
  const asked = servingAllocations(service.traffic, service.latestReadyRevision);
  const live = servingAllocations(service.trafficStatuses, service.latestReadyRevision);
  return service.reconciling || allocationText(asked) !== allocationText(live);
}

async function readBefore(run: ReleaseRun, service: RunService): Promise<Step> {
  run.url = service.uri;
  run.latestAtStart = service.latestCreatedRevision;
  if (isChanging(service))
    return refused(
      `the service does not come to rest: asked for ${allocationText(servingAllocations(service.traffic, service.latestReadyRevision))}, it serves ${allocationText(servingAllocations(service.trafficStatuses, service.latestReadyRevision))}`,
    );
  const before = resolveBefore(service);
  if (before.kind === 'none') return firstRelease(run, 'nothing serves yet');
  if (before.kind === 'split')
    return refused(
      splitReason(
        run,
        service,
        before.allocations.map(({ revision }) => revision),
      ),
    );
  run.shares = [{ revision: before.revision, percent: 100 }];
  if (
    !before.followsLatest &&
    service.latestReadyRevision !== undefined &&
    service.latestReadyRevision !== before.revision
  )
    run.findings.push(pinnedFinding(before.revision, service.latestReadyRevision));
  const revision = await readServing(run.ports, service.name, before.revision);
  if (isDead(revision)) {
    run.warnings.push(
      `${before.revision}, which has all the traffic, cannot serve: there is nothing to go back to.`,
    );
    return firstRelease(run, `${before.revision} cannot serve`);
  }
  if (!revision?.ready)
    return refused(
      `${before.revision}, which has all the traffic, is not ready at the moment (${revision?.message ?? 'no reason given'}): run the job again when it is`,
    );
  run.before = { revision: before.revision, traffic: service.traffic };
  // Of the revisions that serve, only one that a release found bad is no good to go back to.
  const first = run.previous?.failed.includes(before.revision) === true && run.previous.stable === undefined;
  run.state = { ...run.state, first };
  return passed(`${before.revision} serves 100 %`);
}

function splitReason(run: ReleaseRun, service: RunService, revisions: readonly string[]): string {
  const { project, region } = parseName(service.name);
  const command = (revision: string) =>
    `gcloud run services update-traffic ${shortName(service.name)} --to-revisions=${revision}=100 --region=${region} --project=${project}`;
  run.evidence.split = revisions;
  return `traffic is already split between ${revisions.join(' and ')}, and not by us: choose one first with ${revisions.map(command).join(' or ')}`;
}

const pinnedFinding = (serving: string, latest: string): Finding => ({
  rule: 'serving-is-not-latest',
  severity: 'medium',
  title: `${serving} serves by name while ${latest} is the latest: deploys of other tools have been getting no traffic.`,
  why: 'A rollback or a release left the traffic pinned; a green deploy then changes nothing that people see.',
  fix: 'Release with these actions, or move the traffic with gcloud run services update-traffic SERVICE --to-latest.',
});
