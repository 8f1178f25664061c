import { product } from '../../domain/product.ts';
import type { ParsedRecord } from '../../domain/traffic/parse-record.ts';
import { isOpen, type ReleaseRecord } from '../../domain/traffic/record.ts';
import { allocationText, percentOf, servingNow } from '../../domain/traffic/serving.ts';
import { sameAllocation } from '../../domain/traffic/traffic.ts';
import type { RunService } from '../ports/services.ts';
import type { Claim } from '../ports/target.ts';
import { buildTookTraffic } from '../traffic/build-owner.ts';
import { type PhaseResult, passed, type ReleaseRun } from './run.ts';
import { shortly } from './shortly.ts';

/** May the release go on? Only if the live traffic is what it wrote or what it found. */
export async function stillOurs(
  run: ReleaseRun,
  service: RunService,
  found: ParsedRecord,
): Promise<PhaseResult> {
  if (found.kind === 'newer')
    return { event: 'yielded', reason: `a later version of ${product} has begun another release` };
  const record = found.kind === 'record' ? found.record : undefined;
  if (record && record.id !== run.request.owner.id && isOpen(record)) {
    run.ending.yieldedTo = record;
    return {
      event: 'yielded',
      reason: `the release of run ${record.run}, attempt ${record.attempt}, is under way`,
    };
  }
  const ours = await isOurs(run, service, record);
  if (ours === true) return passed();
  // The summary must name the traffic as it is now.
  const serving = servingNow(service);
  run.live = { ...run.live, serving };
  if (ours === undefined)
    return {
      event: 'unclear',
      reason: `${service.latestCreatedRevision} has the traffic that was pinned to ${run.found.before?.revision}, and whether the build of this release or another deploy took it cannot be known`,
    };
  return { event: 'moved', reason: `another tool or person moved the traffic (${allocationText(serving)})` };
}

async function isOurs(
  run: ReleaseRun,
  service: RunService,
  record: ReleaseRecord | undefined,
): Promise<boolean | undefined> {
  const { written, journal } = run;
  const { before } = run.found;
  if (record?.id === run.request.owner.id) {
    written.recorded = true;
    if (sameAllocation(service.traffic, record.wrote)) return true;
    return record.phase === 'building' ? tookTraffic(run, service) : false;
  }
  // Our record was closed: a person has rolled back, or a janitor took this release for dead and settled it.
  if (record && written.recorded) return false;
  // A first release has not written any traffic yet, so what serves came from its own build.
  if (before === undefined && journal.sent.length === 0) return true;
  // Without a record (nothing was written yet, or the platform lost it) only the traffic can tell.
  const known = record ? [] : journal.sent;
  const isKnown = [...known, ...(before ? [before.traffic] : [])].some((traffic) =>
    sameAllocation(service.traffic, traffic),
  );
  return isKnown || tookTraffic(run, service);
}

/** The pin did not hold: a new revision has all the traffic. Was it the build of this release? Undefined if that cannot be known. */
async function tookTraffic(run: ReleaseRun, service: RunService): Promise<boolean | undefined> {
  const { candidate, found, ports, written } = run;
  const { latestCreatedRevision: latest } = service;
  const has = (revision: string | undefined) =>
    revision !== undefined && latest === revision && percentOf(revision, servingNow(service)) === 100;
  // Without a revision to go back to, nothing is taken back.
  if (found.before === undefined) return has(candidate);
  if (latest === found.before.revision || !has(latest) || !written.functionTouched) return false;
  // After a signal, GitHub ends the process soon.
  return shortly(run, ports.signal.aborted ? 2000 : 10_000, (signal) =>
    buildTookTraffic(ports, service, claimOf(run), signal),
  );
}

/** By what the changes of this release are known. */
export const claimOf = ({ request, plan, live, written }: ReleaseRun): Claim['record'] => ({
  id: request.owner.id,
  marks: plan.labels,
  function_update_time: written.record?.function_update_time ?? live.updatedAt,
});
