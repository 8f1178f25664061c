import { updateTraffic } from '../../domain/data/commands.ts';
import { shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { recordAnnotation } from '../../domain/product.ts';
import { parseRecord } from '../../domain/traffic/parse-record.ts';
import type { RunService } from '../ports/services.ts';
import type { SmokeTarget } from './ports.ts';

export interface ChosenTarget extends SmokeTarget {
  audience: string;
  /** Short name. Undefined if several revisions share the live URL. */
  revision: string | undefined;
  /** Why this URL was chosen, in a few words for the log. */
  why: string;
}

/** The candidate of a release that is under way, from the release's record. */
function candidateOf(service: RunService): string | undefined {
  const parsed = parseRecord(service.annotations[recordAnnotation]);
  return parsed.kind === 'record' && parsed.record.phase !== 'closed' ? parsed.record.candidate : undefined;
}

/** The revision that serves, to compare another one with, or why there is none to compare with. */
export function chooseChampion(
  service: RunService,
  tested: string | undefined,
): { target: ChosenTarget; why?: undefined } | { target?: undefined; why: string } {
  const serving = service.trafficStatuses.filter((status) => (status.percent ?? 0) > 0);
  // One revision may have its traffic in several parts, such as by its name and as the latest.
  const share = (of: string | undefined) =>
    serving.reduce((sum, { revision, percent }) => sum + (revision === of ? (percent ?? 0) : 0), 0);
  const most = serving.toSorted((a, b) => share(b.revision) - share(a.revision))[0]?.revision;
  if (most === undefined) return { why: 'no revision serves' };
  if (tested === undefined) return { why: 'several revisions answer at the tested URL' };
  if (most === tested) return { why: `${tested} is the revision that serves` };
  const sole = serving.every(({ revision }) => revision === most);
  const hasTag = service.trafficStatuses.some(({ revision, uri }) => revision === most && uri !== undefined);
  if (!sole && !hasTag) return { why: `${most} has no URL of its own while others serve too` };
  return { target: chooseTarget(service, most) };
}

/**
 * Chooses the URL to test and the audience of its tokens from Cloud Run's description of this very service: the URL of
 * the wanted revision, else that of the candidate of a release under way, else the live URL. Throws `smoke-target` if the wanted revision
 * has no URL.
 */
export function chooseTarget(service: RunService, wanted?: string): ChosenTarget {
  const short = shortName(service.name);
  const audience = service.uri || service.urls[0];
  if (audience === undefined)
    throw new ReleaseError('smoke-target', {
      what: `${short} has no URL to test.`,
      why: service.defaultUriDisabled ? 'Its default URL is disabled.' : undefined,
    });
  const serving = service.trafficStatuses.filter((status) => (status.percent ?? 0) > 0);
  const sole = new Set(serving.map(({ revision }) => revision)).size === 1 ? serving[0]?.revision : undefined;
  const tagUrl = (revision: string) =>
    service.trafficStatuses.find((status) => status.revision === revision && status.uri !== undefined)?.uri;
  if (wanted !== undefined) {
    if (sole === wanted) return { url: audience, audience, revision: wanted, why: 'it has all traffic' };
    const url = tagUrl(wanted);
    if (url !== undefined) return { url, audience, revision: wanted, why: 'by its tag' };
    throw new ReleaseError('smoke-target', {
      what: `The revision ${wanted} of ${short} has no URL of its own.`,
      why: 'Only a revision with a tag, or the one with all traffic, has a URL.',
      fix: 'Give it a tag:',
      commands: [updateTraffic(service.name, { tag: 'smoke', to: wanted })],
    });
  }
  const candidate = candidateOf(service);
  const url = candidate === undefined ? undefined : tagUrl(candidate);
  if (candidate !== undefined && url !== undefined)
    return { url, audience, revision: candidate, why: 'the candidate of the release under way' };
  return { url: audience, audience, revision: sole, why: 'the live URL' };
}
