import { beforeTag, recordAnnotation } from '../../domain/product.ts';
import {
  closeRecord,
  isOpen,
  type ParsedRecord,
  parseRecord,
  type ReleaseRecord,
} from '../../domain/traffic/record.ts';
import {
  decideSettlement,
  type Purpose,
  pinOvertaken,
  type SettleFacts,
  type Settlement,
} from '../../domain/traffic/settle.ts';
import { type Share, servingShares } from '../../domain/traffic/traffic.ts';
import type { Owner } from '../ports/runs.ts';
import type { RunService } from '../ports/services.ts';
import { changeTraffic } from './change-traffic.ts';
import type { TrafficPorts } from './ports.ts';
import { latestFromBuild } from './whose-build.ts';

export interface SettleRequest {
  /** projects/P/locations/L/services/S */
  service: string;
  /** projects/P/locations/L/functions/F */
  functionName: string;
  purpose: Purpose;
  owner: Owner;
  /** Milliseconds to wait for a release or a build that is under way. */
  waitMs: number;
  /** Says what would be done, and does nothing. */
  dryRun?: boolean | undefined;
  /** What we last wrote ourselves, should the platform have lost it. */
  remembered?: ReleaseRecord | undefined;
  signal?: AbortSignal | undefined;
}

export interface Settled {
  did: Settlement['do'];
  reason: string;
  /** What was waited for in vain, where `did` is `wait`. */
  waitedFor?: 'run' | 'build' | 'record' | undefined;
  keptPin: boolean;
  /** Time has passed since we came: what was read before that may be out of date. */
  waited: boolean;
  /** After it all; absent where there is no service. */
  service?: RunService | undefined;
  shares: readonly Share[];
  /** What the record says now. */
  record?: ReleaseRecord | undefined;
  /** What it said when we came. */
  found?: ReleaseRecord | undefined;
}

const pollMs = 5000;
const heartbeatMs = 60_000;

/** Brings what an earlier release left to an end, or says why not. Running it twice is the same as running it once. */
export async function settle(ports: TrafficPorts, request: SettleRequest): Promise<Settled> {
  const { services, clock, log } = ports;
  const began = clock.now();
  let lostSince: number | undefined;
  let { remembered } = request;
  let saidAt = 0;
  let said = '';
  let races = 0;
  let waited = false;
  for (;;) {
    const service = await services.get(request.service, request.signal);
    if (service === undefined)
      return { did: 'nothing', reason: 'there is no service yet', keptPin: false, waited, shares: [] };
    const parsed = recall(parseRecord(service.annotations[recordAnnotation]), remembered);
    // A build that drops the record drops it while we wait for its end.
    if (parsed.kind === 'record' && isOpen(parsed.record)) remembered = parsed.record;
    if (parsed.kind === 'record') lostSince = undefined;
    else lostSince ??= clock.now();
    const facts = await gather(ports, request, service, parsed);
    const decision = decideSettlement({ ...facts, lostForMs: clock.now() - (lostSince ?? clock.now()) });
    const found = parsed.kind === 'record' ? parsed.record : undefined;
    const seen = {
      reason: decision.reason,
      keptPin: false,
      waited,
      service,
      shares: facts.shares,
      record: found,
      found,
    };
    if (decision.do === 'wait') {
      if (clock.now() - began + pollMs > request.waitMs)
        return { ...seen, did: 'wait', waitedFor: decision.for };
      if (said !== decision.reason || clock.now() - saidAt >= heartbeatMs) {
        log.line(
          `  Waiting: ${decision.reason} (gives up after ${Math.round((request.waitMs - (clock.now() - began)) / 1000)} s)`,
        );
        [said, saidAt] = [decision.reason, clock.now()];
      }
      waited = true;
      await clock.sleep(pollMs, request.signal);
      continue;
    }
    if (request.dryRun || (decision.do !== 'put_back' && decision.do !== 'hands_off'))
      return { ...seen, did: decision.do };
    const lostFor = clock.now() - (lostSince ?? clock.now());
    const written = await execute(ports, { ...request, remembered }, facts, lostFor);
    // Somebody was faster: look again at what they made of it.
    if (!written.done) {
      if (++races >= 5) return { ...seen, did: 'wait', waitedFor: 'run', reason: written.reason };
      continue;
    }
    return {
      ...seen,
      did: decision.do,
      keptPin: decision.do === 'put_back' && decision.keptPin,
      service: written.service,
      shares: servingShares(written.service.trafficStatuses, written.service.latestReadyRevision),
      record: written.written.record,
    };
  }
}

/** Where the record has vanished, what was known of it still holds. */
const recall = (parsed: ParsedRecord, remembered: ReleaseRecord | undefined): ParsedRecord =>
  parsed.kind === 'none' && remembered ? { kind: 'record', record: remembered } : parsed;

/** Applies the decision to whatever is there at the moment of writing. */
function execute(ports: TrafficPorts, request: SettleRequest, facts: SettleFacts, lostForMs: number) {
  return changeTraffic(
    ports,
    request.service,
    (live, read) => {
      const parsed = recall(read, request.remembered);
      const decision = decideSettlement({ ...facts, ...liveFacts(live), parsed, lostForMs });
      if (decision.do !== 'put_back' && decision.do !== 'hands_off')
        return { stop: 'moved', reason: decision.reason };
      const record = parsed.kind === 'record' ? parsed.record : emptyRecord(request.owner);
      const closed = closeRecord(record, { wrote: decision.traffic, expires: record.expires });
      return { traffic: decision.traffic, record: closed };
    },
    { withinMs: 60_000, signal: request.signal },
  );
}

const liveFacts = (service: RunService) => ({
  live: service.traffic,
  shares: servingShares(service.trafficStatuses, service.latestReadyRevision),
  latestCreated: service.latestCreatedRevision,
  latestReady: service.latestReadyRevision,
});

async function gather(
  ports: TrafficPorts,
  request: SettleRequest,
  service: RunService,
  parsed: ParsedRecord,
): Promise<SettleFacts> {
  const record = parsed.kind === 'record' && isOpen(parsed.record) ? parsed.record : undefined;
  const back =
    record?.before_revision ??
    (record ? undefined : service.traffic.find((target) => target.tag === beforeTag)?.revision);
  const revision = back ? await ports.services.revision(request.service, back, request.signal) : undefined;
  const building =
    record?.phase === 'building'
      ? (await ports.functions.runningOperation(request.functionName, request.signal)) !== undefined
      : false;
  const live = liveFacts(service);
  const latestIsOurs =
    record && pinOvertaken(record, live) ? await latestFromBuild(ports, service, record, request) : undefined;
  return {
    parsed,
    purpose: request.purpose,
    ...live,
    latestIsOurs,
    run: record ? await runOf(ports, request, record) : 'over',
    now: ports.clock.now(),
    building,
    before: revision === undefined ? 'gone' : revision.ready ? 'ready' : 'not_ready',
  };
}

/** Steps of one job, and attempts of one run, follow each other: the earlier one is over without asking. */
export async function runOf(
  ports: Pick<TrafficPorts, 'runs'>,
  request: Pick<SettleRequest, 'owner' | 'signal'>,
  record: ReleaseRecord,
): Promise<SettleFacts['run']> {
  const { owner } = request;
  if (record.id === owner.id) return 'self';
  const sameRun = record.run !== '' && record.run === owner.run && record.repository === owner.repository;
  if (sameRun && record.attempt < owner.attempt) return 'over';
  if (sameRun && record.job !== undefined && record.job === owner.job) return 'over';
  return ports.runs.state(record, request.signal);
}

/** Where the record was lost, its successor says no more than who cleaned up. */
export function emptyRecord(owner: Owner): ReleaseRecord {
  return {
    v: 1,
    ...owner,
    phase: 'closed',
    before: [],
    wrote: [],
    failed: [],
    expires: new Date(0).toISOString(),
  };
}
