import { shortName } from '../../domain/data/resource-name.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import { recordAnnotation } from '../../domain/product.ts';
import { revisionOf, serviceOf } from '../../domain/traffic/function.ts';
import { closeRecord, isOpen, type ParsedRecord, parseRecord } from '../../domain/traffic/record.ts';
import {
  followsLatest,
  pinTo,
  restore,
  type Share,
  sameTraffic,
  servingShares,
  shareOf,
  sharesText,
  type TrafficTarget,
} from '../../domain/traffic/traffic.ts';
import type { ServingHealth } from '../../domain/watch/serving-health.ts';
import type { Owner } from '../ports/runs.ts';
import type { RunService } from '../ports/services.ts';
import { awaitSettled, changeTraffic } from '../traffic/change-traffic.ts';
import { driftOf } from '../traffic/drift.ts';
import type { TrafficPorts } from '../traffic/ports.ts';
import { type ProvePorts, proveAnswer, proveRate } from '../traffic/prove-back.ts';
import { emptyRecord, runOf } from '../traffic/settle.ts';
import { choose } from './target.ts';

export interface RollbackRequest {
  /** projects/P/locations/L/functions/F */
  functionName: string;
  /** `before` (of the last release), `stable` (the last that a release proved good), or a revision's short name. */
  to: string;
  owner: Owner;
  /** Also to a revision that a release found bad. */
  force: boolean;
  dryRun: boolean;
  signal?: AbortSignal | undefined;
}

export type RollbackPorts = TrafficPorts & ProvePorts;

export interface RollbackResult {
  /** `refused`: nothing was changed, for the reason given. `overtaken`: somebody moved it again. `planned`: a dry run. */
  did: 'rolled_back' | 'already_there' | 'refused' | 'overtaken' | 'planned';
  reason: string;
  target?: string | undefined;
  /** What served before. */
  from: readonly Share[];
  shares: readonly Share[];
  service?: RunService | undefined;
  keptPin: boolean;
  findings: Finding[];
  /** Milliseconds from the PATCH until traffic was seen where it belongs. */
  tookMs?: number | undefined;
  alive?: string | undefined;
  rate?: ServingHealth | undefined;
  /** Why nobody could count its requests. */
  uncounted?: string | undefined;
}

/** Milliseconds until what somebody else wrote has arrived. */
const restMs = 20_000;

/**
 * Three reads, one conditional write, then the proof. Running it again changes nothing. It never goes forth again by
 * itself: where the old revision fails as well, it says so and stays.
 */
export async function rollback(ports: RollbackPorts, request: RollbackRequest): Promise<RollbackResult> {
  const { services, clock, log } = ports;
  const fn = await ports.functions.get(request.functionName, request.signal);
  const name = serviceOf(fn);
  if (name === undefined) return refuse('the function does not exist, or has no service', []);
  const service = await services.get(name, request.signal);
  if (service === undefined) return refuse(`the service ${shortName(name)} does not exist`, []);
  const parsed = parseRecord(service.annotations[recordAnnotation]);
  const from = servingShares(service.trafficStatuses, service.latestReadyRevision);
  const chosen = choose(request, parsed, from);
  if ('refused' in chosen) return refuse(chosen.refused, from, service);
  const { target } = chosen;
  const revision = await services.revision(name, target, request.signal);
  if (revision === undefined) return refuse(`the revision ${target} does not exist any more`, from, service);
  if (!revision.ready)
    return refuse(
      `the revision ${target} is not ready (${revision.message ?? 'no reason given'})`,
      from,
      service,
    );

  const findings = driftOf(revisionOf(fn), target);
  const open = parsed.kind === 'record' && isOpen(parsed.record);
  const untouched = { target, from, shares: from, service, keptPin: false, findings };
  if (shareOf(target, from) === 100 && !open)
    return { did: 'already_there', reason: `${target} serves 100 % already`, ...untouched };
  const bad =
    request.to === 'before' || request.to === 'stable' ? takenBack(parsed, from, target) : undefined;
  if (request.dryRun)
    return {
      did: 'planned',
      reason: `would send 100 % to ${target}; now ${sharesText(from)}`,
      ...untouched,
    };

  const over = await buildIsOver(ports, request, parsed);
  let keptPin = false;
  const started = clock.now();
  const changed = await changeTraffic(
    ports,
    name,
    (live, found) => {
      const back = wanted(live, found, { to: request.to, target, over });
      keptPin = back.keptPin;
      const last = found.kind === 'record' ? found.record : emptyRecord(request.owner);
      const closed = closeRecord(last, { wrote: back.traffic, failed: bad, expires: last.expires });
      // What a person takes back is not the good one any more; what they go back to is the best known.
      const good = closed.stable === bad ? { stable: target, stable_commit: undefined } : {};
      return { traffic: back.traffic, record: { ...closed, ...good, ...request.owner } };
    },
    { withinMs: 60_000, signal: request.signal, first: service },
  );
  if (!changed.done) {
    const deadline = clock.now() + restMs;
    const now = await awaitSettled(ports, name, { deadline, signal: request.signal }).catch(() => undefined);
    const shares = now ? servingShares(now.trafficStatuses, now.latestReadyRevision) : [];
    const reason = `the traffic was sent to ${target}, but ${changed.reason}`;
    return { ...untouched, did: 'overtaken', reason, shares };
  }
  const tookMs = clock.now() - started;
  log.line(`✓ Roll back     ${(tookMs / 1000).toFixed(1)} s  ${target} 100 %`);
  const shares = servingShares(changed.service.trafficStatuses, changed.service.latestReadyRevision);
  const settledAt = clock.now();
  const answer = await proveAnswer(ports, changed.service.uri, target, request.signal);
  const counted = await proveRate(ports, name, target, settledAt, request.signal);
  findings.push(...answer.findings, ...counted.findings);
  return {
    did: 'rolled_back',
    reason: `${target} serves 100 % again`,
    target,
    from,
    shares,
    service: changed.service,
    keptPin,
    findings,
    tookMs,
    alive: answer.alive?.text,
    rate: counted.rate,
    uncounted: counted.uncounted,
  };
}

/** What the rollback is against: the candidate of a release where it serves, else whatever serves most. */
function takenBack(parsed: ParsedRecord, from: readonly Share[], target: string): string | undefined {
  const others = from.filter(({ revision }) => revision !== target).map(({ revision }) => revision);
  const candidate = parsed.kind === 'record' ? parsed.record.candidate : undefined;
  return others.find((revision) => revision === candidate) ?? others[0];
}

const refuse = (reason: string, from: readonly Share[], service?: RunService): RollbackResult => ({
  did: 'refused',
  reason,
  from,
  shares: from,
  service,
  keptPin: false,
  findings: [],
});

/**
 * While a build may still bring a revision, following LATEST again would let it serve untested. Only then is more read
 * before the write: is the run over, and does nothing build any more?
 */
async function buildIsOver(
  ports: TrafficPorts,
  request: RollbackRequest,
  parsed: ParsedRecord,
): Promise<boolean> {
  const record = parsed.kind === 'record' ? parsed.record : undefined;
  if (request.to !== 'before' || record?.phase !== 'building' || !followsLatest(record.before)) return false;
  try {
    const run = await runOf(ports, request, record);
    if (run !== 'over' && run !== 'self') return false;
    return (await ports.functions.runningOperation(request.functionName, request.signal)) === undefined;
  } catch (error) {
    if (request.signal?.aborted) throw error;
    ports.log.debug(`Is the build over? ${messageOf(error)}`);
    return false;
  }
}

/** Of an unfinished release the whole array comes back, LATEST included; else the revision by name, with others' tags. */
function wanted(
  live: RunService,
  found: ParsedRecord,
  { to, target, over }: { to: string; target: string; over: boolean },
): { traffic: TrafficTarget[]; keptPin: boolean } {
  const open = found.kind === 'record' && isOpen(found.record) ? found.record : undefined;
  if (to === 'before' && open?.before_revision === target)
    return restore(open.before, target, {
      traffic: live.traffic,
      created: live.latestCreatedRevision,
      ready: live.latestReadyRevision,
      mayMove: open.phase === 'building' && !over,
    });
  const traffic = pinTo(target, live.traffic, { tag: false });
  return { traffic, keptPin: !sameTraffic(traffic, live.traffic) || live.latestReadyRevision !== target };
}
