import { canonical, type JsonObject, textOrEmpty } from '../../domain/data/json.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import {
  backendsOf,
  comparable,
  groupOf,
  hasGroup,
  leadsTo,
  readMarker,
  takeOut,
} from '../../domain/drill/balancer.ts';
import {
  badInARow,
  type FailoverEvidence,
  judgeFailover,
  mostBad,
  mostBadMs,
  movedAsKnown,
} from '../../domain/drill/failover.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { type Finding, findingLine } from '../../domain/findings/finding.ts';
import type { RunService } from '../ports/services.ts';
import { notDone } from './clean-up.ts';
import { lateMs, putBackend } from './failover-back.ts';
import type { FailoverContext, FailoverPorts, FailoverRequest } from './failover-ports.ts';
import { hasAnswered, Probes } from './failover-probes.ts';
import { failoverTrend } from './failover-trend.ts';
import type { DrillPorts } from './ports.ts';

/** Requests before the change: they have to be good, and to be answered by the region that is taken out. */
const before = 3;
/** How long the last writes may take after a signal. */
const backMs = 120_000;

/** How often the log is read once more after the region is back. */
const lateLooks = 6;

/** Nothing was changed, and this is why. */
class Refused extends Error {}

/**
 * Takes one region's group out of the backend service, asks through the load balancer until the other region alone answers, and puts
 * the group back. It begins only if the other region is alive, serves the same, and is measured to take the load.
 */
export async function exerciseFailover(
  ports: FailoverPorts & Pick<DrillPorts, 'buckets'>,
  request: FailoverRequest,
  context: FailoverContext,
): Promise<{ findings: Finding[]; evidence: FailoverEvidence }> {
  const { log } = ports;
  const { backendService } = request;
  const evidence: FailoverEvidence = {
    ...{ backend_service: backendService, from: context.first.region, to: context.second.region },
    ...{ probes: 0, bad: 0, rto_seconds: undefined, back_seconds: undefined, put_back: undefined, trend: [] },
  };
  const findings: Finding[] = [];
  try {
    const ready = await prepare(ports, request, context, findings);
    log.line(`${backendService}: ${evidence.from} is taken out, and comes back`);
    await move(ports, request, context, ready, evidence, findings);
    findings.push(...judgeFailover(evidence, context.targets.rto, request.waitMs / 1000));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    findings.push(notDone(backendService, 'The failover was not tried', error.message));
  }
  evidence.trend = await failoverTrend(ports, context, evidence, findings);
  return { findings, evidence };
}

interface Prepared {
  service: JsonObject;
  probes: Probes;
}

/** Everything that has to be true before the first change. Throws what is not. */
async function prepare(
  ports: FailoverPorts,
  request: FailoverRequest,
  context: FailoverContext,
  findings: Finding[],
): Promise<Prepared> {
  const { project, backendService: name } = request;
  const { first, second, signal } = context;
  let service = await readService(ports, request, context);
  const { marker } = readMarker(service);
  if (marker) {
    // Both regions in the load balancer is the safe state, so it comes back even if the other run is still at work.
    const back = await putBackend(ports, { project, name }, undefined, signal);
    if (back.finding) findings.push(back.finding);
    ports.log.line(`${name}: what the exercise ${marker.run} had taken out is back`);
    if (back.did === 'not') throw new Refused('what an earlier exercise took out is not back');
    if (marker.until > ports.clock.now())
      throw new Refused(`the exercise ${marker.run} was under way or was killed, and its region is back now`);
    service = await readService(ports, request, context);
  }
  if (context.found.length > 0)
    throw new Refused(`${second.region} is not fit to take over: ${context.found[0]}`);
  const { needed, takes } = context;
  if (needed === undefined || takes === undefined)
    throw new Refused(
      `it is not measured whether ${second.region} takes the load: set needed_rate and capacity_file`,
    );
  await checkGroups(ports, service, context);
  const services: RunService[] = [];
  for (const { service: path, region } of [first, second]) {
    const found = await ports.services.get(path, signal);
    if (!found) throw new Refused(`there is no service in ${region}`);
    services.push(found);
  }
  const probes = new Probes(ports, request, context, services);
  await checkAlive(ports, request, context, probes, services);
  return { service, probes };
}

async function readService(
  { balancers }: FailoverPorts,
  { project, backendService }: FailoverRequest,
  { signal }: FailoverContext,
): Promise<JsonObject> {
  const service = await balancers.read(project, backendService, signal);
  if (service) return service;
  throw new ReleaseError('not-found', {
    what: `There is no global backend service ${backendService} in ${project}.`,
    fix: 'Correct the input backend_service.',
  });
}

/** One group for each of the two regions, and each leads to the service that is compared. */
async function checkGroups(
  { balancers }: FailoverPorts,
  service: JsonObject,
  { first, second, signal }: FailoverContext,
): Promise<void> {
  const strange = backendsOf(service).find(
    (backend) => ![first.region, second.region].includes(groupOf(backend)?.region ?? ''),
  );
  if (strange)
    throw new Refused(
      `the backend service leads elsewhere too (${groupOf(strange)?.region ?? shortName(textOrEmpty(strange.group))}), so it is not ${second.region} alone that would take over`,
    );
  const drained = backendsOf(service).find(({ capacityScaler }) => capacityScaler === 0);
  if (drained)
    throw new Refused(
      `the group in ${groupOf(drained)?.region} has a capacityScaler of 0, so it gets no requests`,
    );
  for (const { region, service: path } of [first, second]) {
    const groups = backendsOf(service).flatMap((backend) => groupOf(backend) ?? []);
    const there = groups.filter((group) => group.region === region);
    if (there.length !== 1)
      throw new Refused(
        `the backend service has ${there.length === 0 ? 'no group' : 'more than one group'} in ${region}`,
      );
    const group = await balancers.group(there[0]?.url ?? '', signal);
    if (!group || !leadsTo(group, shortName(path)))
      throw new Refused(`the group in ${region} does not lead to the service ${shortName(path)} alone`);
  }
}

/** Both regions answer: the first through the load balancer, the second by itself or, if nobody may ask it, by its log. */
async function checkAlive(
  ports: FailoverPorts,
  request: FailoverRequest,
  context: FailoverContext,
  probes: Probes,
  [, other]: readonly RunService[],
): Promise<void> {
  const { first, second, signal } = context;
  if (!(await probes.isGoogles()))
    throw new Refused(
      `no load balancer of Google answers at ${new URL(request.frontUrl).origin}, so no token was sent there`,
    );
  const url = other?.ingress === 'INGRESS_TRAFFIC_ALL' && !other.defaultUriDisabled ? other.uri : undefined;
  const path = new URL(request.frontUrl).pathname;
  const alive = url
    ? await probes.send(new URL(path, url).href)
    : await hasAnswered(ports, request, second, signal);
  if (!alive)
    throw new Refused(
      url
        ? `${second.region} gave no good answer to a request of its own`
        : `${second.region} has answered nobody in the last day, and takes no request but those of the load balancer`,
    );
  for (let count = 0; count < before; count++) {
    if (!(await probes.send())) throw new Refused('a request through the load balancer got no good answer');
    await ports.clock.sleep(request.paceMs, signal);
  }
  const until = ports.clock.steady() + request.waitMs;
  for (;;) {
    await probes.look();
    if (probes.sent.every(({ region }) => region !== undefined)) break;
    if (ports.clock.steady() >= until)
      throw new Refused(
        'the request log does not show which region answers, so a failover could not be seen',
      );
    await ports.clock.sleep(request.lookMs, signal);
  }
  const elsewhere = probes.sent.find(({ region }) => region !== first.region)?.region;
  if (elsewhere !== undefined)
    throw new Refused(
      `requests from here are answered by ${elsewhere} already, so a failover from ${first.region} could not be seen. Run this job nearer to ${first.region}`,
    );
}

async function move(
  ports: FailoverPorts,
  request: FailoverRequest,
  context: FailoverContext,
  { service, probes }: Prepared,
  evidence: FailoverEvidence,
  findings: Finding[],
): Promise<void> {
  const { balancers, clock, log } = ports;
  const { project, backendService: name } = request;
  const { run, first, signal } = context;
  const change = takeOut(service, {
    from: first.region,
    run,
    until: clock.now() + 2 * request.waitMs + 600_000,
  });
  if (typeof change === 'string') throw new Refused(change);
  const backend = backendsOf(service).find((one) => groupOf(one)?.region === first.region);
  signal?.throwIfAborted();
  const began = clock.steady();
  let failure: unknown;
  let isOut = true;
  let isLate = true;
  ports.saveOut?.(true);
  try {
    // A signal does not stop it half way: what Compute Engine has begun it ends, and only then can it be put back.
    const over = AbortSignal.timeout(backMs);
    const wrote = await balancers.write(project, name, change, textOrEmpty(service.fingerprint), over);
    isLate = false;
    signal?.throwIfAborted();
    // An answer that was lost looks like a change by somebody else.
    if (wrote === 'changed' && !(await isOurs(ports, request, context))) {
      isOut = false;
      ports.saveOut?.(false);
      throw new Refused('somebody else changed the backend service meanwhile');
    }
    await watchMove(ports, request, context, probes, { began, evidence });
  } catch (error) {
    failure = error;
    if (wasRefused(error)) isLate = false;
  }
  if (isOut) {
    // A signal does not stop the way back, and GitHub ends the process soon: the post step goes on.
    const own = { run, backend, isLate };
    const back = await putBackend(ports, { project, name }, own, AbortSignal.timeout(backMs + lateMs));
    if (back.finding) findings.push(back.finding);
    // An error ends the run without its findings.
    if (back.finding && failure !== undefined) log.warning(findingLine(back.finding));
    if (back.did !== 'not') ports.saveOut?.(false);
    const now = await balancers.read(project, name, AbortSignal.timeout(backMs)).catch(() => undefined);
    const isEqual = now !== undefined && canonical(comparable(now)) === canonical(comparable(service));
    evidence.put_back = back.did === 'not' ? 'not' : isEqual ? 'as before' : 'own part';
  }
  if (failure !== undefined) throw failure;
  if (evidence.rto_seconds === undefined)
    await lookLate(ports, request, context, probes, { began, evidence });
  if (evidence.rto_seconds !== undefined && evidence.put_back !== 'not')
    await watchReturn(ports, request, context, probes, evidence);
}

/** Compute Engine has refused the write, so it will not carry it out. */
const wasRefused = (error: unknown): boolean =>
  error instanceof ReleaseError && [401, 403, 404].includes(error.facts?.status ?? 0);

/** True if the region is still out, and by this run. */
async function isOurs(
  ports: FailoverPorts,
  request: FailoverRequest,
  context: FailoverContext,
): Promise<boolean> {
  const service = await readService(ports, request, context);
  const { marker } = readMarker(service);
  return marker?.run === context.run && !hasGroup(service, marker.backend);
}

/** Asks until the other region alone answers, well. Ends early if users suffer, or if somebody else changes the backend service. */
async function watchMove(
  ports: FailoverPorts,
  request: FailoverRequest,
  context: FailoverContext,
  probes: Probes,
  { began, evidence }: { began: number; evidence: FailoverEvidence },
): Promise<void> {
  const { clock, log } = ports;
  const from = probes.sent.length;
  const until = began + request.waitMs;
  let looked = clock.steady();
  for (;;) {
    await probes.send();
    const sent = probes.sent.slice(from);
    evidence.probes = sent.length;
    evidence.bad = sent.filter(({ ok }) => !ok).length;
    const now = clock.steady();
    if (now - looked >= request.lookMs) {
      looked = now;
      await probes.look();
      const moved = movedAsKnown(probes.sent.slice(from), evidence.to);
      if (moved !== undefined) {
        evidence.rto_seconds = (moved - began) / 1000;
        return;
      }
      if (!(await isOurs(ports, request, context))) {
        log.warning(`${request.backendService} was changed back by somebody else, so the exercise ends.`);
        return;
      }
    }
    const inARow = badInARow(sent);
    const since = sent[sent.length - inARow]?.at ?? now;
    if (inARow >= mostBad || now - since >= mostBadMs) {
      log.warning(`${inARow} requests in a row got no good answer, so the exercise ends.`);
      return;
    }
    if (now >= until) return;
    await clock.sleep(request.paceMs, context.signal);
  }
}

/** The log may have been behind, so that what the region's users got while it was out is known only now. */
async function lookLate(
  { clock }: FailoverPorts,
  { lookMs }: FailoverRequest,
  { signal }: FailoverContext,
  probes: Probes,
  { began, evidence }: { began: number; evidence: FailoverEvidence },
): Promise<void> {
  const out = probes.sent.slice(probes.sent.length - evidence.probes);
  for (let looks = 0; looks < lateLooks; looks++) {
    await probes.look();
    const moved = movedAsKnown(out, evidence.to);
    if (moved !== undefined) evidence.rto_seconds = (moved - began) / 1000;
    if (moved !== undefined || out.every(({ ok, region }) => !ok || region !== undefined)) return;
    await clock.sleep(lookMs, signal);
  }
}

/** Asks until the first region answers again. */
async function watchReturn(
  ports: FailoverPorts,
  request: FailoverRequest,
  context: FailoverContext,
  probes: Probes,
  evidence: FailoverEvidence,
): Promise<void> {
  const { clock } = ports;
  const began = clock.steady();
  const from = probes.sent.length;
  let looked = began;
  while (clock.steady() - began < request.waitMs) {
    await probes.send();
    if (clock.steady() - looked >= request.lookMs) {
      looked = clock.steady();
      await probes.look();
      const first = probes.sent.slice(from).find(({ region }) => region === evidence.from);
      if (first) {
        evidence.back_seconds = (first.at - began) / 1000;
        break;
      }
    }
    await clock.sleep(request.paceMs, context.signal);
  }
  const sent = probes.sent.slice(from);
  evidence.probes += sent.length;
  evidence.bad += sent.filter(({ ok }) => !ok).length;
}
