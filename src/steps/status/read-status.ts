import { modelOfRevision } from '../../domain/model/of-revision.ts';
import { recordAnnotation } from '../../domain/product.ts';
import type { ReleaseState, ServingRevision, Status } from '../../domain/status/status.ts';
import { waitsFor } from '../../domain/status/waits.ts';
import { parseRecord } from '../../domain/traffic/parse-record.ts';
import { isOpen } from '../../domain/traffic/record.ts';
import { percentOf, servingNow } from '../../domain/traffic/serving.ts';
import { followsLatest } from '../../domain/traffic/traffic.ts';
import type { Clock } from '../ports/clock.ts';
import type { Runs } from '../ports/runs.ts';
import type { RunRevision, RunService, Services } from '../ports/services.ts';
import type { DeployTarget } from '../ports/target.ts';

export interface StatusPorts {
  target: DeployTarget;
  services: Pick<Services, 'get' | 'revision'>;
  runs: Runs;
  clock: Clock;
}

/** Reads what serves and what is under way. Changes nothing. Undefined if nothing with that name serves. */
export async function readStatus(
  { target, services, runs, clock }: StatusPorts,
  place: { project: string; region: string; name: string },
  signal?: AbortSignal,
): Promise<Status | undefined> {
  const deployed = await target.read(signal);
  if (deployed?.service === undefined) return undefined;
  const service = await services.get(deployed.service, signal);
  if (service === undefined) return undefined;
  const building = await target.building(signal);
  const release = await releaseState({ runs, clock }, service, building, signal);
  const revisions = await revisionsOf(services, service, release, signal);
  const { latestCreatedRevision: latest } = service;
  return {
    ...place,
    kind: deployed.kind,
    service: service.name,
    url: service.uri,
    followsLatest: followsLatest(service.traffic),
    revisions,
    latest: revisions.some(({ name }) => name === latest) ? undefined : latest,
    building,
    release,
  };
}

async function releaseState(
  { runs, clock }: Pick<StatusPorts, 'runs' | 'clock'>,
  service: RunService,
  building: boolean,
  signal?: AbortSignal,
): Promise<ReleaseState> {
  const parsed = parseRecord(service.annotations[recordAnnotation]);
  if (parsed.kind === 'none') return parsed;
  if (parsed.kind === 'newer')
    return { kind: 'unreadable', why: `a later version wrote it (format ${parsed.version})` };
  if (parsed.kind === 'broken') return { kind: 'unreadable', why: parsed.why };
  const { record } = parsed;
  if (!isOpen(record)) return { kind: 'ended', record };
  const waits = waitsFor(record, building, clock.now());
  return { kind: 'open', record, run: await runs.state(record, signal), waits };
}

/** The revisions with traffic or a tag, the largest share first. */
async function revisionsOf(
  services: Pick<Services, 'revision'>,
  service: RunService,
  release: ReleaseState,
  signal?: AbortSignal,
): Promise<ServingRevision[]> {
  const shares = servingNow(service);
  const tags = new Map<string, string[]>();
  for (const { revision, tag } of service.trafficStatuses)
    if (revision !== undefined && tag !== undefined) tags.set(revision, [...(tags.get(revision) ?? []), tag]);
  const names = [...new Set([...shares.map(({ revision }) => revision), ...tags.keys()])];
  const record = release.kind === 'open' || release.kind === 'ended' ? release.record : undefined;
  return Promise.all(
    names.map(async (name) => {
      const found = await services.revision(service.name, name, signal);
      return {
        name,
        percent: percentOf(name, shares),
        tags: tags.get(name) ?? [],
        created: found?.createTime ?? '',
        model: modelOfRevision(found?.raw)?.reference,
        state: stateOf(found),
        role:
          release.kind === 'open' && name === record?.candidate
            ? ('candidate' as const)
            : release.kind === 'open' && name === record?.before_revision
              ? ('before' as const)
              : name === record?.stable
                ? ('stable' as const)
                : undefined,
      };
    }),
  );
}

const stateOf = (revision: RunRevision | undefined): ServingRevision['state'] =>
  revision === undefined ? 'gone' : revision.ready ? 'ready' : revision.failed ? 'failed' : 'starting';
