import { product } from '../../domain/product.ts';
import type { ParsedRecord } from '../../domain/traffic/parse-record.ts';
import { isOpen, type ReleaseRecord } from '../../domain/traffic/record.ts';
import { allocationText, percentOf, servingNow } from '../../domain/traffic/serving.ts';
import { sameAllocation } from '../../domain/traffic/traffic.ts';
import type { RunService } from '../ports/services.ts';
import { type PhaseResult, passed, type ReleaseRun } from './run.ts';

/** May the release go on? Only if the live traffic is what it wrote or what it found. */
export function stillOurs(run: ReleaseRun, service: RunService, found: ParsedRecord): PhaseResult {
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
  if (isOurs(run, service, record)) return passed();
  // The summary must name the traffic as it is now.
  const serving = servingNow(service);
  run.live = { ...run.live, serving };
  return { event: 'moved', reason: `another tool or person moved the traffic (${allocationText(serving)})` };
}

function isOurs(run: ReleaseRun, service: RunService, record: ReleaseRecord | undefined): boolean {
  const { written, journal } = run;
  const { before } = run.found;
  if (record?.id === run.request.owner.id) {
    written.recorded = true;
    return (
      sameAllocation(service.traffic, record.wrote) ||
      (record.phase === 'building' && tookTraffic(run, service))
    );
  }
  // Our record was closed: a person has rolled back, or a janitor took this release for dead and settled it.
  if (record && written.recorded) return false;
  if (tookTraffic(run, service)) return true;
  // A first release has not written any traffic yet, so what serves came from its own build.
  if (before === undefined && journal.sent.length === 0) return true;
  // Without a record (nothing was written yet, or the platform lost it) only the traffic can tell.
  const known = record ? [] : journal.sent;
  return [...known, ...(before ? [before.traffic] : [])].some((traffic) =>
    sameAllocation(service.traffic, traffic),
  );
}

/** The pin did not hold: the candidate of our own build has all the traffic. */
function tookTraffic({ candidate, found }: ReleaseRun, service: RunService): boolean {
  return (
    candidate !== undefined &&
    candidate !== found.before?.revision &&
    service.latestCreatedRevision === candidate &&
    percentOf(candidate, servingNow(service)) === 100
  );
}
