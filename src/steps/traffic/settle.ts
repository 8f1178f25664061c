import type { Finding } from '../../domain/findings/finding.ts';
import { recordAnnotation } from '../../domain/product.ts';
import type { OutsideFact } from '../../domain/traffic/outside/facts.ts';
import { type ParsedRecord, parseRecord } from '../../domain/traffic/parse-record.ts';
import { closeRecord, emptyRecord, isOpen, type ReleaseRecord } from '../../domain/traffic/record.ts';
import { type Allocation, servingNow } from '../../domain/traffic/serving.ts';
import {
  decideSettlement,
  type Purpose,
  type SettleFacts,
  type Settlement,
} from '../../domain/traffic/settle.ts';
import type { Owner } from '../ports/runs.ts';
import type { RunService } from '../ports/services.ts';
import { changeTraffic } from './change-traffic.ts';
import { driftAfter } from './drift.ts';
import type { GatewayBack, TrafficPorts } from './ports.ts';
import type { Answer } from './prove-back.ts';
import { type SettingsBack, settingFindings, settingsBack } from './settings-back.ts';
import { liveFacts, readFacts } from './settle-facts.ts';
import { plannedBack, settleGateway } from './settle-gateway.ts';
import { proveSettled, type SettlePorts } from './settle-proof.ts';

export type { SettlePorts } from './settle-proof.ts';

export interface SettleRequest {
  /** projects/P/locations/L/services/S */
  service: string;
  purpose: Purpose;
  owner: Owner;
  /** Milliseconds to wait for a release or a build that is under way. */
  waitMs: number;
  /** True to report only what settling would do. */
  dryRun?: boolean | undefined;
  /** The record that we wrote last, in case the platform lost it. */
  remembered?: ReleaseRecord | undefined;
  signal?: AbortSignal | undefined;
}

export interface Settled {
  did: Settlement['do'];
  /** The reason, as part of a sentence for people. */
  reason: string;
  /** The candidate that was promoted by settling: of a release in several regions whose last write alone was missing here. */
  promoted?: string | undefined;
  /** The revision is pinned by name although the traffic followed the latest revision before. */
  keptPin: boolean;
  /** The service's settings that the release had changed, with their state after settling. */
  outside: readonly OutsideFact[];
  /** How the function answered after the traffic was put back. Undefined if it was not asked, or did not answer. */
  answer: Answer | undefined;
  /** What is not as it was after the traffic was put back. */
  findings: readonly Finding[];
  /** Settling waited for something, so what was read before it may be out of date. */
  waited: boolean;
  /** The service at the end; undefined if the function has none. */
  service: RunService | undefined;
  /** What serves at the end. */
  serving: readonly Allocation[];
  /** The record as it is now, and as it was at the start. */
  record: ReleaseRecord | undefined;
  found: ReleaseRecord | undefined;
  /** What became of the gateway that the release had moved. Undefined if none was left over. */
  gateway?: GatewayBack | undefined;
}

/** The result if there is no service, so nothing to settle. */
export const nothingToSettle = (reason: string, waited = false): Settled => ({
  did: 'nothing',
  reason,
  keptPin: false,
  outside: [],
  answer: undefined,
  findings: [],
  waited,
  service: undefined,
  serving: [],
  record: undefined,
  found: undefined,
});

const pollMs = 5000;
const heartbeatMs = 60_000;
const maxRaces = 5;

/** Finishes what an earlier release left open, or says why that is not possible. Running it twice has the same effect as once. */
export async function settle(ports: SettlePorts, request: SettleRequest): Promise<Settled> {
  const settled = await settleTraffic(ports, request);
  const { did, service, record } = settled;
  // While the traffic may still be that of the release, so may the gateway.
  if (service === undefined || did === 'wait' || did === 'hold') return settled;
  if (request.dryRun) return { ...settled, gateway: record?.gateway && plannedBack(record.gateway) };
  const gateway = await settleGateway(ports, { service, record, signal: request.signal });
  return gateway ? { ...settled, record: gateway.record, gateway } : settled;
}

async function settleTraffic(ports: SettlePorts, request: SettleRequest): Promise<Settled> {
  const { services, clock, log } = ports;
  const began = clock.steady();
  const heartbeat = createHeartbeat(ports, began + request.waitMs);
  let lostSince: number | undefined;
  let { remembered } = request;
  let races = 0;
  let waited = false;
  for (;;) {
    const service = await services.get(request.service, request.signal);
    if (service === undefined) return nothingToSettle('there is no service yet', waited);
    const parsed = recall(parseRecord(service.annotations[recordAnnotation]), remembered);
    // A build may drop the record while this waits for the build.
    if (parsed.kind === 'record' && isOpen(parsed.record)) remembered = parsed.record;
    if (parsed.kind === 'record') lostSince = undefined;
    else lostSince ??= clock.steady();
    const facts = await readFacts(ports, request, service, parsed);
    const decision = decideSettlement({
      ...facts,
      lostForMs: clock.steady() - (lostSince ?? clock.steady()),
    });
    const found = parsed.kind === 'record' ? parsed.record : undefined;
    const { serving } = facts;
    const seen = {
      reason: decision.reason,
      keptPin: false,
      outside: [],
      answer: undefined,
      findings: [],
      waited,
      service,
      serving,
      record: found,
      found,
    };
    if (decision.do === 'wait') {
      if (clock.steady() - began + pollMs > request.waitMs) return { ...seen, did: 'wait' };
      heartbeat(decision.reason);
      waited = true;
      await clock.sleep(pollMs, request.signal);
      continue;
    }
    if (request.dryRun || (decision.do !== 'put_back' && decision.do !== 'hands_off'))
      return { ...seen, did: decision.do };
    const lostFor = clock.steady() - (lostSince ?? clock.steady());
    const settings = settingsBack({ outside: found?.outside, revision: found?.before_revision });
    const written = await execute(ports, { ...request, remembered }, facts, lostFor, settings);
    if (!written.done) {
      // Another run was faster, so look again at what it did.
      log.debug(`Settling: ${written.reason}`);
      if (++races >= maxRaces) return { ...seen, did: 'wait', reason: written.reason };
      continue;
    }
    const outside = settings.facts(written.service);
    const isBack = decision.do === 'put_back';
    const [drift, proof] = await Promise.all([
      isBack ? driftAfter(ports, found, request.signal) : [],
      isBack ? proveSettled(ports, written.service, found, request.signal) : undefined,
    ]);
    return {
      ...seen,
      did: decision.do,
      answer: proof?.alive,
      findings: [...settingFindings(outside), ...drift, ...(proof?.findings ?? [])],
      promoted: decision.do === 'hands_off' ? decision.stable : undefined,
      keptPin: isBack && decision.keptPin,
      outside,
      service: written.service,
      serving: servingNow(written.service),
      record: written.written.record,
    };
  }
}

/** Logs what is waited for if it changed, and once a minute. */
function createHeartbeat({ clock, log }: TrafficPorts, until: number): (reason: string) => void {
  let loggedAt = 0;
  let logged = '';
  return (reason) => {
    if (logged === reason && clock.steady() - loggedAt < heartbeatMs) return;
    log.line(`  Waiting: ${reason} (giving up after ${Math.round((until - clock.steady()) / 1000)} s)`);
    [logged, loggedAt] = [reason, clock.steady()];
  };
}

/** If the record has vanished, the record from memory still counts. */
const recall = (parsed: ParsedRecord, remembered: ReleaseRecord | undefined): ParsedRecord =>
  parsed.kind === 'none' && remembered ? { kind: 'record', record: remembered } : parsed;

/** Decides again on the service as it is at the moment of writing, and writes that. */
function execute(
  ports: TrafficPorts,
  request: SettleRequest,
  facts: SettleFacts,
  lostForMs: number,
  settings: SettingsBack,
) {
  return changeTraffic(
    ports,
    request.service,
    (live, read) => {
      const parsed = recall(read, request.remembered);
      // What is known of the latest revision says nothing of a later one.
      const same = live.latestCreatedRevision === facts.latestCreated;
      const buildTookIt = same ? facts.buildTookIt : undefined;
      const decision = decideSettlement({ ...facts, ...liveFacts(live), buildTookIt, parsed, lostForMs });
      if (decision.do !== 'put_back' && decision.do !== 'hands_off')
        return { stop: 'moved', reason: decision.reason };
      const record = parsed.kind === 'record' ? parsed.record : emptyRecord(request.owner);
      const stable = decision.do === 'hands_off' ? decision.stable : undefined;
      const closed = closeRecord(record, { wrote: decision.traffic, stable, expires: record.expires });
      const outside = decision.do === 'put_back' ? settings.change(live) : undefined;
      return { traffic: decision.traffic, record: closed, outside };
    },
    { withinMs: 60_000, signal: request.signal },
  );
}
