import { messageOf } from '../../domain/errors/errors.ts';
import { beforeTag, candidateTag, product, recordAnnotation } from '../../domain/product.ts';
import { pinTo, promote, restore, splitTraffic, withoutOurTags } from '../../domain/traffic/compose.ts';
import { type ParsedRecord, parseRecord } from '../../domain/traffic/parse-record.ts';
import {
  addFailed,
  closeRecord,
  isOpen,
  type RecordPhase,
  type ReleaseRecord,
} from '../../domain/traffic/record.ts';
import { allocationText, percentOf, servingAllocations } from '../../domain/traffic/serving.ts';
import {
  sameAllocation,
  sameTraffic,
  type Traffic,
  type TrafficTarget,
} from '../../domain/traffic/traffic.ts';
import type { RunService } from '../ports/services.ts';
import { type Changed, type ChangeOptions, changeTraffic, type Decide } from '../traffic/change-traffic.ts';
import { isDead } from '../traffic/read-serving.ts';
import { noteForeign, passed, type ReleaseRun, type Step, taken } from './run.ts';

/** The writes of a release. Each can be repeated, and each first asks whether the traffic is still ours. */

const writeMs = 60_000;

/** When the record no longer protects this release, should nobody be able to say whether the run is over. */
function expiry(run: ReleaseRun): string {
  const { request, ports } = run;
  const shares = request.steps.length - 1;
  const planned = request.buildSeconds + shares * request.stepSeconds + request.fullSeconds;
  return new Date(ports.clock.now() + (planned * 1.2 + 900) * 1000).toISOString();
}

function recordOf(
  run: ReleaseRun,
  phase: RecordPhase,
  wrote: Traffic,
  { expires, at }: { expires: string; at: number },
): ReleaseRecord {
  const { owner } = run.request;
  return {
    v: 1,
    ...owner,
    phase,
    before: run.before?.traffic ?? [],
    before_revision: run.before?.revision,
    wrote: [...wrote],
    candidate: run.candidate,
    commit: run.request.commit,
    stable: run.previous?.stable,
    stable_commit: run.previous?.stable_commit,
    failed: run.previous?.failed ?? [],
    function_update_time: run.functionUpdateTime,
    marks: run.marks,
    watch: run.watchState === undefined ? undefined : { at, state: run.watchState },
    expires,
  };
}

/** Is what is live now what this release made, or what it found? Then it may go on. */
export function stillOurs(run: ReleaseRun, service: RunService, found: ParsedRecord): Step {
  if (found.kind === 'newer')
    return { event: 'yielded', reason: `a later version of ${product} has begun another release` };
  const record = found.kind === 'record' ? found.record : undefined;
  if (record && record.id !== run.request.owner.id && isOpen(record)) {
    run.other = record;
    return {
      event: 'yielded',
      reason: `the release of run ${record.run}, attempt ${record.attempt}, is under way`,
    };
  }
  if (isOurs(run, service, record)) return passed();
  const live = servingAllocations(service.trafficStatuses, service.latestReadyRevision);
  // What the summary says of the traffic has to be what is true now.
  run.shares = live;
  return { event: 'moved', reason: `somebody else has moved the traffic (${allocationText(live)})` };
}

function isOurs(run: ReleaseRun, service: RunService, record: ReleaseRecord | undefined): boolean {
  const { before } = run;
  if (record?.id === run.request.owner.id) {
    run.recorded = true;
    return (
      sameAllocation(service.traffic, record.wrote) ||
      (record.phase === 'building' && tookTraffic(run, service))
    );
  }
  // Somebody closed our record: a person has rolled back, or a janitor has settled what it took for dead.
  if (record && run.recorded) return false;
  if (tookTraffic(run, service)) return true;
  // A first release has shared nothing out yet: whatever serves came from its own build.
  if (before === undefined && run.sent.length === 0) return true;
  // Without a record, because nothing was written yet or the platform lost it, the traffic alone has to tell.
  const known = record ? [] : run.sent;
  return [...known, ...(before ? [before.traffic] : [])].some((traffic) =>
    sameAllocation(service.traffic, traffic),
  );
}

/** The pin did not hold: our own build took all the traffic. */
export function tookTraffic(run: ReleaseRun, service: RunService): boolean {
  const live = servingAllocations(service.trafficStatuses, service.latestReadyRevision);
  return (
    run.candidate !== undefined &&
    run.candidate !== run.before?.revision &&
    service.latestCreatedRevision === run.candidate &&
    percentOf(run.candidate, live) === 100
  );
}

interface Wanted {
  phase: RecordPhase;
  traffic: (service: RunService) => TrafficTarget[];
  record?: (record: ReleaseRecord, wrote: TrafficTarget[]) => ReleaseRecord;
}

function write(
  run: ReleaseRun,
  wanted: Wanted,
  options: ChangeOptions & { urgent?: boolean },
): Promise<Changed> {
  const { ports } = run;
  // Fixed here, so that a write whose answer was lost is known again.
  const when = { expires: expiry(run), at: ports.clock.now() };
  const decide: Decide = (service, found) => {
    const own = stillOurs(run, service, found);
    if (own.event !== 'passed')
      return { stop: own.event === 'yielded' ? 'yielded' : 'moved', reason: own.reason };
    // Another release may have come and gone since the plan: what it found is remembered with ours.
    if (found.kind === 'record' && found.record.id !== run.request.owner.id) run.previous = found.record;
    const traffic = wanted.traffic(service);
    if (!run.sent.some((sent) => sameAllocation(sent, traffic))) run.sent.push(traffic);
    const open = recordOf(run, wanted.phase, traffic, when);
    const record = wanted.record?.(open, traffic) ?? open;
    run.record = record;
    return { traffic, record };
  };
  const services = options.urgent ? ports.urgent : ports.services;
  return changeTraffic({ services, clock: ports.clock, log: ports.log }, run.service ?? '', decide, options);
}

function noteShare(run: ReleaseRun, service: RunService): void {
  run.shares = servingAllocations(service.trafficStatuses, service.latestReadyRevision);
  const percent = run.candidate === undefined ? 0 : percentOf(run.candidate, run.shares);
  run.shareChanges.push({ at: run.ports.clock.now(), percent });
}

async function asStep(run: ReleaseRun, change: Promise<Changed>, what: string): Promise<Step> {
  const result = await change;
  if (!result.done) return { event: result.stop, reason: result.reason };
  run.recorded = true;
  noteShare(run, result.service);
  noteForeign(run, result.service.latestCreatedRevision);
  if (result.wrote) taken(run, what);
  const urlOf = (tag: string) => result.service.trafficStatuses.find((status) => status.tag === tag)?.uri;
  run.candidateUrl = urlOf(candidateTag) ?? run.candidateUrl;
  run.tagUrls = [urlOf(candidateTag), urlOf(beforeTag)].filter((url) => url !== undefined);
  return passed(allocationText(run.shares));
}

/** Also the rehearsal: traffic goes to `before` by name, as a rollback would send it. */
export function pin(run: ReleaseRun): Promise<Step> {
  const { before } = run;
  if (before === undefined) return Promise.resolve(passed('a first release: nothing to pin'));
  const traffic = (service: RunService) => pinTo(before.revision, service.traffic);
  const change = write(run, { phase: 'building', traffic }, { withinMs: writeMs, signal: run.ports.signal });
  return asStep(run, change, `Pinned the traffic to ${before.revision}`);
}

/** Gives the candidate `percent` of the traffic; 0 only tags it. A first candidate has it all already. */
export function shift(run: ReleaseRun, percent: number, phase: RecordPhase): Promise<Step> {
  const { before, candidate } = run;
  if (candidate === undefined) return Promise.resolve({ event: 'failed', reason: 'there is no candidate' });
  const traffic = (service: RunService) =>
    before ? splitTraffic(before.revision, candidate, percent, service.traffic) : alone(candidate, service);
  const change = write(run, { phase, traffic }, { withinMs: writeMs, signal: run.ports.signal });
  return asStep(
    run,
    change,
    before ? `Sent ${percent} % of the traffic to ${candidate}` : `Recorded ${candidate} as a first release`,
  );
}

const asFound = (traffic: Traffic): TrafficTarget[] => traffic.map((target) => ({ ...target }));

/** A first candidate serves alone; only where a dead revision holds the traffic by name does it have to be given it. */
const alone = (candidate: string, service: RunService): TrafficTarget[] => {
  const live = servingAllocations(service.trafficStatuses, service.latestReadyRevision);
  return percentOf(candidate, live) === 100
    ? asFound(service.traffic)
    : pinTo(candidate, service.traffic, { tag: false });
};

/** Our tags go, the record closes, and `stable` is the candidate. */
export function finish(run: ReleaseRun): Promise<Step> {
  const { candidate, request } = run;
  if (candidate === undefined) return Promise.resolve({ event: 'failed', reason: 'there is no candidate' });
  const traffic = (service: RunService) => {
    const follow = request.afterPromote === 'latest' && service.latestCreatedRevision === candidate;
    run.keptPin = !follow;
    return promote(candidate, follow ? 'latest' : 'pinned', service.traffic);
  };
  const record = (open: ReleaseRecord, wrote: TrafficTarget[]) =>
    closeRecord(open, { wrote, stable: candidate, expires: open.expires });
  const change = write(
    run,
    { phase: 'closed', traffic, record },
    { withinMs: 2 * writeMs, signal: run.ports.signal },
  );
  return asStep(run, change, `Promoted ${candidate}`);
}

/**
 * Holds the present share for a person: the janitor leaves it alone for a day. Only the record is written. Where somebody
 * else has moved the traffic there is nothing to hold: then that is the step.
 */
export async function hold(run: ReleaseRun): Promise<Step | undefined> {
  const { services, clock, log } = run.ports;
  const at = clock.now();
  const expires = new Date(at + 86_400_000).toISOString();
  const decide: Decide = (service, found) => {
    const own = stillOurs(run, service, found);
    if (own.event !== 'passed') return { stop: 'moved', reason: own.reason };
    return { record: recordOf(run, 'held', service.traffic, { expires, at }) };
  };
  try {
    const held = await changeTraffic({ services, clock, log }, run.service ?? '', decide, {
      withinMs: 20_000,
    });
    return held.done ? undefined : { event: 'moved', reason: held.reason };
  } catch (error) {
    run.warnings.push(`The record could not be marked as held: ${messageOf(error)}`);
    return undefined;
  }
}

/** Back to `before`, whatever the phase. A signal does not stop it; `urgent` fits into the 7.5 s after SIGINT. */
export async function revert(run: ReleaseRun, options: { urgent: boolean; withinMs: number }): Promise<Step> {
  const { before, service: name } = run;
  if (name === undefined || (run.sent.length === 0 && run.candidate === undefined))
    return passed('nothing was changed');
  if (before !== undefined && (await isGone(run, before.revision, options.urgent)))
    return {
      event: 'before_gone',
      reason: `${before.revision} is gone or not ready, so traffic stays where it is`,
    };
  const bad =
    run.state.cause === 'regressed' || run.state.cause === 'smoke_failed' ? run.candidate : undefined;
  // While the build may still bring a revision the record stays open, so that whoever comes next looks again.
  const open = run.buildMayGoOn && before !== undefined;
  const traffic = (service: RunService) => {
    if (before === undefined) return withoutOurTags(service.traffic);
    const { latestCreatedRevision: created, latestReadyRevision: ready } = service;
    const live = { traffic: service.traffic, created, ready, mayMove: run.buildMayGoOn };
    const back = restore(before.traffic, before.revision, live);
    run.keptPin = back.keptPin;
    return back.traffic;
  };
  const record = (last: ReleaseRecord, wrote: TrafficTarget[]) =>
    open
      ? { ...last, failed: addFailed(last.failed, bad) }
      : closeRecord(last, { wrote, failed: bad, expires: last.expires });
  try {
    const change = write(
      run,
      { phase: open ? 'building' : 'closed', traffic, record },
      { withinMs: options.withinMs, stubborn: true, urgent: options.urgent },
    );
    return await asStep(
      run,
      change,
      before ? `Put the traffic back to ${before.revision}` : 'Closed the record of the first release',
    );
  } catch (error) {
    if (await neverArrived(run, options.urgent)) return passed('nothing was changed');
    throw error;
  }
}

/** True only where the API says so: an error is no proof. */
async function isGone(run: ReleaseRun, revision: string, urgent: boolean): Promise<boolean> {
  const services = urgent ? run.ports.urgent : run.ports.services;
  try {
    return isDead(await services.revision(run.service ?? '', revision));
  } catch {
    return false;
  }
}

/** The service is as it was found and carries no record of ours: none of our writes took effect. */
async function neverArrived(run: ReleaseRun, urgent: boolean): Promise<boolean> {
  const services = urgent ? run.ports.urgent : run.ports.services;
  const service = await services.get(run.service ?? '').catch(() => undefined);
  if (service === undefined || run.before === undefined) return false;
  const found = parseRecord(service.annotations[recordAnnotation]);
  const ours = found.kind === 'record' && found.record.id === run.request.owner.id;
  return !ours && sameTraffic(service.traffic, run.before.traffic);
}
