import { parseName, servicePath } from '../../domain/data/resource-name.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import { beforeTag, recordAnnotation } from '../../domain/product.ts';
import { type Agreement, decideAgreement, type OtherRegion } from '../../domain/traffic/agreement.ts';
import { type ParsedRecord, parseRecord } from '../../domain/traffic/parse-record.ts';
import { isOpen, type ReleaseRecord } from '../../domain/traffic/record.ts';
import { servingNow } from '../../domain/traffic/serving.ts';
import { asksOthers, type Purpose, pinOvertaken, type SettleFacts } from '../../domain/traffic/settle.ts';
import type { Owner } from '../ports/runs.ts';
import type { RunService } from '../ports/services.ts';
import { buildTookTraffic } from './build-owner.ts';
import type { TrafficPorts } from './ports.ts';

/** Reads the facts for the decision about an earlier release. */

interface Asked {
  /** projects/P/locations/L/services/S */
  service: string;
  purpose: Purpose;
  owner: Owner;
  signal?: AbortSignal | undefined;
}

export const liveFacts = (service: RunService) => ({
  live: service.traffic,
  serving: servingNow(service),
  latestCreated: service.latestCreatedRevision,
  latestReady: service.latestReadyRevision,
});

export async function readFacts(
  ports: TrafficPorts,
  asked: Asked,
  service: RunService,
  parsed: ParsedRecord,
): Promise<SettleFacts> {
  const record = parsed.kind === 'record' && isOpen(parsed.record) ? parsed.record : undefined;
  const live = liveFacts(service);
  const [before, building, buildTookIt, run] = [
    await stateOfBefore(ports, asked, service, record),
    record?.phase === 'building' ? await ports.target.building(asked.signal) : false,
    record && pinOvertaken(record, live)
      ? await buildTookTraffic(ports, service, record, asked.signal)
      : undefined,
    record ? await runState(ports, asked, record) : ('over' as const),
  ];
  const { purpose } = asked;
  const facts = { parsed, purpose, ...live, buildTookIt, run, now: ports.clock.now(), building, before };
  return record && asksOthers(record, facts)
    ? { ...facts, agreement: await askOthers(ports, asked, record) }
    : facts;
}

/** Reads what the other regions of a release say. One that does not answer is a fact too. */
async function askOthers(
  { services }: Pick<TrafficPorts, 'services'>,
  { service, signal }: Pick<Asked, 'service' | 'signal'>,
  record: ReleaseRecord,
): Promise<Agreement> {
  const { project = '', name } = parseName(service);
  const others = Object.entries(record.agreed ?? {}).map(
    async ([region, candidate]): Promise<OtherRegion> => {
      try {
        const other = await services.get(servicePath({ project, region, name }), signal);
        if (other === undefined) return { kind: 'gone', region };
        const parsed = parseRecord(other.annotations[recordAnnotation]);
        return { kind: 'read', region, candidate, parsed, service: other };
      } catch (error) {
        if (signal?.aborted) throw error;
        return { kind: 'unread', region, why: messageOf(error) };
      }
    },
  );
  return decideAgreement(record, await Promise.all(others));
}

/** Can the revision to go back to serve? Without a record its tag names it. */
async function stateOfBefore(
  ports: TrafficPorts,
  { service: name, signal }: Asked,
  service: RunService,
  record: ReleaseRecord | undefined,
): Promise<SettleFacts['before']> {
  const tagged = service.traffic.find((target) => target.tag === beforeTag)?.revision;
  const back = record ? record.before_revision : tagged;
  const revision = back ? await ports.services.revision(name, back, signal) : undefined;
  return revision === undefined ? 'gone' : revision.ready ? 'ready' : 'not_ready';
}

/**
 * Is the run that wrote a record over? The steps of one job and the attempts of one run follow each other, so an earlier
 * one is over without asking GitHub.
 */
export async function runState(
  ports: Pick<TrafficPorts, 'runs'>,
  { owner, signal }: Pick<Asked, 'owner' | 'signal'>,
  record: ReleaseRecord,
): Promise<SettleFacts['run']> {
  if (record.id === owner.id) return 'self';
  const sameRun = record.run !== '' && record.run === owner.run && record.repository === owner.repository;
  if (sameRun && record.attempt < owner.attempt) return 'over';
  if (sameRun && record.job !== undefined && record.job === owner.job) return 'over';
  return ports.runs.state(record, signal);
}
