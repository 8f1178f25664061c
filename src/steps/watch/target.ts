import { likelyService, servicePath } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { recordAnnotation } from '../../domain/product.ts';
import { parseRecord } from '../../domain/traffic/record.ts';
import type { RunService, Services } from '../ports/services.ts';

export interface WatchTargetRequest {
  project: string;
  region: string;
  /** The function's name; its service has the same, in lower case and with hyphens. */
  name: string;
  revision?: string | undefined;
  baseline?: string | undefined;
}

export interface WatchTarget {
  /** projects/P/locations/L/services/S */
  service: string;
  url: string;
  candidate: string;
  baseline: string | undefined;
  share: number;
  phase: 'split' | 'full';
  tagUrls: string[];
  /** The service as it was read. */
  raw: RunService;
}

/** Positive shares by revision; LATEST is the revision that it stands for now. */
export function sharesOf(service: RunService): Map<string, number> {
  const shares = new Map<string, number>();
  for (const { revision, percent = 0 } of service.trafficStatuses) {
    const name = revision ?? service.latestReadyRevision;
    if (name && percent > 0) shares.set(name, (shares.get(name) ?? 0) + percent);
  }
  return shares;
}

/** Which revision to watch, beside which: what was asked for, else the record's candidate, else the newest with traffic. */
export async function findWatchTarget(
  services: Services,
  request: WatchTargetRequest,
  signal?: AbortSignal,
): Promise<WatchTarget> {
  const short = likelyService(request.name);
  const path = servicePath({ ...request, name: short });
  const service = await services.get(path, signal);
  if (!service)
    throw new ReleaseError('not-found', {
      what: `There is no function or service ${request.name} in ${request.project}/${request.region}.`,
      fix: `Correct name, region or project_id: gcloud run services list --project=${request.project}`,
    });
  const shares = sharesOf(service);
  const candidate = request.revision ?? (await candidateOf(services, service, shares, signal));
  const share = (shares.get(candidate) ?? 0) / 100;
  if (share === 0)
    throw new ReleaseError('not-found', {
      what: `${candidate} gets no traffic, so there is nothing to watch.`,
      fix: `Name a revision that serves: ${[...shares.keys()].join(', ') || 'none does at the moment'}.`,
    });
  const others = [...shares.keys()].filter((name) => name !== candidate);
  if (others.length > 1 && !request.baseline)
    throw new ReleaseError('input-invalid', {
      what: `Traffic is split over ${others.length + 1} revisions, so it is not clear which one to compare ${candidate} with.`,
      fix: `Set baseline_revision to one of ${others.join(', ')}.`,
    });
  const baseline = share < 1 ? (request.baseline ?? others[0]) : undefined;
  const beside = baseline ? (shares.get(baseline) ?? 0) / 100 : 0;
  return {
    service: service.name,
    url: service.uri,
    candidate,
    baseline: beside > 0 ? baseline : undefined,
    // Among the requests of these two alone.
    share: beside > 0 ? share / (share + beside) : 1,
    phase: beside > 0 ? 'split' : 'full',
    tagUrls: service.trafficStatuses.flatMap(({ uri }) => (uri ? [uri] : [])),
    raw: service,
  };
}

async function candidateOf(
  services: Services,
  service: RunService,
  shares: ReadonlyMap<string, number>,
  signal?: AbortSignal,
): Promise<string> {
  const record = parseRecord(service.annotations[recordAnnotation]);
  const recorded = record.kind === 'record' ? record.record.candidate : undefined;
  if (recorded && shares.has(recorded)) return recorded;
  if (shares.size === 1) return [...shares.keys()][0] as string;
  const serving = (await services.revisions(service.name, signal)).filter(({ name }) => shares.has(name));
  const newest = serving.sort((a, b) => b.createTime.localeCompare(a.createTime))[0];
  if (newest) return newest.name;
  throw new ReleaseError('not-found', { what: `No revision of ${service.name} gets traffic.` });
}
