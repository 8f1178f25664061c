import { listServices } from '../../domain/data/commands.ts';
import { likelyService, servicePath } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { recordAnnotation } from '../../domain/product.ts';
import { parseRecord } from '../../domain/traffic/parse-record.ts';
import type { RunService, Services } from '../ports/services.ts';
import { supplyWords } from '../traffic/supply-words.ts';

export interface WatchTargetRequest {
  project: string;
  region: string;
  /** The function's name. Its Cloud Run service has the same name in lower case and with hyphens. */
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
  /** The candidate's share of the traffic of candidate and baseline, 0 to 1. */
  share: number;
  phase: 'split' | 'full';
  tagUrls: string[];
  /** What the service takes at once, in words. */
  supply: string | undefined;
  /** The service as it was read. */
  raw: RunService;
}

/** Percent of the traffic by revision, without zeros. LATEST counts as the revision that it means now. */
function percentsOf(service: RunService): Map<string, number> {
  const percents = new Map<string, number>();
  for (const { revision, percent = 0 } of service.trafficStatuses) {
    const name = revision ?? service.latestReadyRevision;
    if (name && percent > 0) percents.set(name, (percents.get(name) ?? 0) + percent);
  }
  return percents;
}

/**
 * Finds the revision to watch, and the one to compare it with. The candidate is the requested revision, else the
 * candidate of the record, else the newest revision with traffic. Throws if the choice is not clear, or if that revision gets no traffic.
 */
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
      what: `The function or service ${request.name} does not exist in ${request.project}/${request.region}.`,
      fix: 'Correct name, region or project_id. To list the services:',
      commands: [listServices(request.project)],
    });
  const percents = percentsOf(service);
  const candidate = request.revision ?? (await candidateOf(services, service, percents, signal));
  const share = (percents.get(candidate) ?? 0) / 100;
  if (share === 0)
    throw new ReleaseError('not-found', {
      what: `${candidate} gets no traffic, so there is nothing to watch.`,
      fix: `Name a revision that gets traffic: ${[...percents.keys()].join(', ') || 'at the moment there is none'}.`,
    });
  const others = [...percents.keys()].filter((name) => name !== candidate);
  if (others.length > 1 && !request.baseline)
    throw new ReleaseError('input-invalid', {
      what: `Traffic is split over ${others.length + 1} revisions, so it is not clear which one to compare ${candidate} with.`,
      fix: `Set baseline_revision to one of ${others.join(', ')}.`,
    });
  const baseline = share < 1 ? (request.baseline ?? others[0]) : undefined;
  const beside = baseline ? (percents.get(baseline) ?? 0) / 100 : 0;
  return {
    service: service.name,
    url: service.uri,
    candidate,
    baseline: beside > 0 ? baseline : undefined,
    share: beside > 0 ? share / (share + beside) : 1,
    phase: beside > 0 ? 'split' : 'full',
    tagUrls: service.trafficStatuses.flatMap(({ uri }) => (uri ? [uri] : [])),
    supply: supplyWords(service),
    raw: service,
  };
}

async function candidateOf(
  services: Services,
  service: RunService,
  percents: ReadonlyMap<string, number>,
  signal?: AbortSignal,
): Promise<string> {
  const record = parseRecord(service.annotations[recordAnnotation]);
  const recorded = record.kind === 'record' ? record.record.candidate : undefined;
  if (recorded && percents.has(recorded)) return recorded;
  if (percents.size === 1) return [...percents.keys()][0] as string;
  const serving = (await services.revisions(service.name, signal)).filter(({ name }) => percents.has(name));
  const newest = serving.sort((a, b) => b.createTime.localeCompare(a.createTime))[0];
  if (newest) return newest.name;
  throw new ReleaseError('not-found', { what: `No revision of ${service.name} gets traffic.` });
}
