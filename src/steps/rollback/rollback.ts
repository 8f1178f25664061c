import { shortName } from '../../domain/data/resource-name.ts';
import { recordAnnotation } from '../../domain/product.ts';
import { backText } from '../../domain/traffic/outside/facts.ts';
import { hasChange } from '../../domain/traffic/outside/put-back.ts';
import type { RecordedAnswer } from '../../domain/traffic/outside/settings.ts';
import { type ParsedRecord, parseRecord } from '../../domain/traffic/parse-record.ts';
import { closeRecord, emptyRecord, isOpen } from '../../domain/traffic/record.ts';
import { type Allocation, allocationText, percentOf, servingNow } from '../../domain/traffic/serving.ts';
import type { Owner } from '../ports/runs.ts';
import type { RunService } from '../ports/services.ts';
import { awaitSettled } from '../traffic/await-traffic.ts';
import { changeTraffic } from '../traffic/change-traffic.ts';
import { driftOf } from '../traffic/drift.ts';
import type { TrafficPorts } from '../traffic/ports.ts';
import { type ProvePorts, proveAnswer, proveRate } from '../traffic/prove-back.ts';
import { askUntilSame, differentAnswer } from '../traffic/same-answer.ts';
import { type SettingsBack, settingFindings, settingsBack } from '../traffic/settings-back.ts';
import type { Refused, RollbackResult } from './result.ts';
import { choose } from './target.ts';
import { buildIsOver, takenBack, trafficBack } from './traffic-back.ts';

export interface RollbackRequest {
  /** `before` (of the last release), `stable` (the last that a release proved good), or a revision's short name. */
  to: string;
  owner: Owner;
  /** True to go back even to a revision that a release found bad. */
  force: boolean;
  dryRun: boolean;
  signal?: AbortSignal | undefined;
}

export type RollbackPorts = TrafficPorts & ProvePorts;

/** Milliseconds to wait until the traffic that others wrote is live. */
const restMs = 20_000;

/**
 * Moves the traffic back by hand: three reads, one conditional write, then the proof. Running it again changes nothing. If
 * the old revision fails as well, the result says so and the traffic stays there.
 */
export async function rollback(ports: RollbackPorts, request: RollbackRequest): Promise<RollbackResult> {
  const { services } = ports;
  const deployed = await ports.target.read(request.signal);
  const name = deployed?.service;
  if (name === undefined) return refuse('the function does not exist, or has no service', []);
  const service = await services.get(name, request.signal);
  if (service === undefined) return refuse(`the service ${shortName(name)} does not exist`, []);
  const parsed = parseRecord(service.annotations[recordAnnotation]);
  const from = servingNow(service);
  const chosen = choose(request, parsed, from);
  if ('refused' in chosen) return refuse(chosen.refused, from, service);
  const { target } = chosen;
  const revision = await services.revision(name, target, request.signal);
  if (revision === undefined) {
    const carries = ({ tag }: { tag?: string | undefined }) => tag === target;
    // A tag may follow the latest revision. Only the status then names it.
    const tagged = service.traffic.find(carries)?.revision ?? service.trafficStatuses.find(carries)?.revision;
    const text = tagged
      ? `${target} is a tag of the revision ${tagged}: set to: ${tagged}`
      : `the revision ${target} does not exist any more`;
    return refuse(text, from, service);
  }
  if (!revision.ready)
    return refuse(
      `the revision ${target} is not ready (${revision.message ?? 'no reason given'})`,
      from,
      service,
    );

  const record = parsed.kind === 'record' ? parsed.record : undefined;
  // The record has the settings of the service only for the revision that served before the release.
  const outside = record?.before_revision === target ? record.outside : undefined;
  const findings = driftOf(deployed, target, { before: outside?.saved, now: deployed?.saved });
  const open = parsed.kind === 'record' && isOpen(parsed.record);
  const unmoved = { target, from, serving: from, service, findings };
  const settings = settingsBack({ outside, revision: target });
  const isAsBefore = hasChange(service, settings.change(service));
  if (percentOf(target, from) === 100 && !open && isAsBefore)
    return { ...unmoved, did: 'already_there', reason: `${target} serves 100 % already` };
  if (request.dryRun)
    return {
      ...unmoved,
      did: 'planned',
      reason: `would send 100 % to ${target}; now ${allocationText(from)}`,
    };
  return move(ports, request, {
    service,
    parsed,
    from,
    target,
    findings,
    settings,
    answered: outside?.answer,
  });
}

interface Chosen {
  service: RunService;
  parsed: ParsedRecord;
  from: readonly Allocation[];
  target: string;
  findings: RollbackResult['findings'];
  settings: SettingsBack;
  /** How the target answered one call before the release, if the record says so. */
  answered: RecordedAnswer | undefined;
}

async function move(ports: RollbackPorts, request: RollbackRequest, chosen: Chosen): Promise<RollbackResult> {
  const { clock, log } = ports;
  const { service, parsed, from, target, findings, settings } = chosen;
  const { signal } = request;
  const bad =
    request.to === 'before' || request.to === 'stable' ? takenBack(parsed, from, target) : undefined;
  const buildOver = await buildIsOver(ports, request, parsed);
  let keptPin = false;
  const started = clock.steady();
  const changed = await changeTraffic(
    ports,
    service.name,
    (live, found) => {
      const back = trafficBack(live, found, { to: request.to, target, buildOver });
      keptPin = back.keptPin;
      const last = found.kind === 'record' ? found.record : emptyRecord(request.owner);
      const closed = closeRecord(last, { wrote: back.traffic, failed: bad, expires: last.expires });
      // The revision that a person takes back is no longer stable. The revision that they go back to is.
      const stable = closed.stable === bad ? { stable: target, stable_commit: undefined } : {};
      const record = { ...closed, ...stable, ...request.owner };
      return { traffic: back.traffic, record, outside: settings.change(live) };
    },
    { withinMs: 60_000, signal, first: service },
  );
  if (!changed.done) {
    const deadline = clock.steady() + restMs;
    const now = await awaitSettled(ports, service.name, { deadline, signal }).catch(() => undefined);
    const reason = `the traffic was sent to ${target}, but ${changed.reason}`;
    const serving = now ? servingNow(now) : [];
    return { did: 'overtaken', reason, target, from, serving, service, findings };
  }
  const tookMs = clock.steady() - started;
  log.line(`✓ Roll back     ${(tookMs / 1000).toFixed(1)} s  ${target} 100 %`);
  const outside = settings.facts(changed.service);
  const putBack = backText(outside);
  if (putBack) log.line(`  Put back ${putBack}`);
  const settledAt = clock.now();
  const { answered } = chosen;
  const { alive } = ports;
  const asking: ProvePorts = alive
    ? { alive: (url, stop) => askUntilSame(clock, () => alive(url, stop), answered, stop) }
    : {};
  const answer = await proveAnswer(asking, changed.service.uri, target, signal);
  const differs = answered && answer.alive ? differentAnswer(target, answered, answer.alive) : [];
  const counted = await proveRate(ports, service.name, target, settledAt, signal);
  return {
    did: 'rolled_back',
    reason: `${target} serves 100 % again`,
    target,
    from,
    serving: servingNow(changed.service),
    service: changed.service,
    keptPin,
    outside,
    findings: [...findings, ...settingFindings(outside), ...answer.findings, ...differs, ...counted.findings],
    tookMs,
    answer: answer.alive,
    rate: counted.rate,
    uncounted: counted.uncounted,
  };
}

const refuse = (reason: string, from: readonly Allocation[], service?: RunService): Refused => ({
  did: 'refused',
  reason,
  from,
  serving: from,
  service,
  findings: [],
});
