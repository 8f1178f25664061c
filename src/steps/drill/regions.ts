import {
  compareRegions,
  judgeRegions,
  type Load,
  takesRequests,
} from '../../domain/drill/compare-regions.ts';
import type { RegionEvidence } from '../../domain/drill/evidence.ts';
import { type RegionFact, regionFact } from '../../domain/drill/region.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { Services } from '../ports/services.ts';

export interface RegionsPorts {
  services: Pick<Services, 'get' | 'revision'>;
  /** Who of the public may call the service, by its own policy. Undefined: this login may not read it. */
  openTo: (service: string, signal?: AbortSignal) => Promise<readonly string[] | undefined>;
}

export interface RegionsRequest {
  /** The service in each of the two regions, `projects/P/locations/L/services/S`. */
  first: { region: string; service: string };
  second: { region: string; service: string };
  load: Load;
  signal?: AbortSignal | undefined;
}

/** Compares what two regions serve, and judges whether the second can take over. It changes nothing. */
export async function drillRegions(
  ports: RegionsPorts,
  { first, second, load, signal }: RegionsRequest,
): Promise<{ findings: Finding[]; evidence: RegionEvidence }> {
  const here = await readRegion(ports, first, signal);
  if (!here)
    throw new ReleaseError('not-found', {
      what: `There is no service ${first.service}.`,
      fix: 'Correct the inputs name and region.',
    });
  const there = await readRegion(ports, second, signal);
  return {
    findings: judgeRegions(here, there, { place: second.region, load }),
    evidence: {
      first: first.region,
      second: second.region,
      rows: there ? compareRegions(here, there) : [],
      ...(there ? { takes: takesRequests(there, load.measured) } : {}),
    },
  };
}

async function readRegion(
  { services, openTo }: RegionsPorts,
  { region, service }: RegionsRequest['first'],
  signal?: AbortSignal,
): Promise<RegionFact | undefined> {
  const found = await services.get(service, signal);
  if (!found) return undefined;
  const serving = [
    ...new Set(
      found.trafficStatuses
        .filter(({ percent = 0 }) => percent > 0)
        .flatMap(({ revision }) => revision ?? []),
    ),
  ];
  const revisions = await Promise.all(
    serving.map((revision) => services.revision(service, revision, signal)),
  );
  // Of several, the newest is what a failover would meet in the end.
  const newest = revisions
    .filter((one) => one !== undefined)
    .sort((a, b) => (a.createTime < b.createTime ? -1 : 1))
    .at(-1);
  return regionFact({
    ...{ region, serving, service: found.raw, revision: newest?.raw },
    ready: revisions.length > 0 && revisions.every((one) => one?.ready === true),
    openTo: await openTo(service, signal),
  });
}
