import { shortName } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { recordAnnotation } from '../../domain/product.ts';
import { parseRecord } from '../../domain/traffic/record.ts';
import type { RunService } from '../ports/services.ts';
import type { SmokeTarget } from './ports.ts';

export interface ChosenTarget extends SmokeTarget {
  audience: string;
  /** Short name; undefined where the live URL is split. */
  revision: string | undefined;
  /** How it was chosen, in a few words for the log. */
  why: string;
}

/** The candidate of a release that is under way, as its record names it. */
function candidateOf(service: RunService): string | undefined {
  const parsed = parseRecord(service.annotations[recordAnnotation]);
  return parsed.kind === 'record' && parsed.record.phase !== 'closed' ? parsed.record.candidate : undefined;
}

/**
 * The URL to test and the audience of its tokens, from what Cloud Run says about this very service: the wanted
 * revision, else the candidate of the record, each by its tag, else the live URL. Throws where a revision has no URL.
 */
export function chooseTarget(service: RunService, wanted?: string): ChosenTarget {
  const short = shortName(service.name);
  const audience = service.uri || service.urls[0];
  if (audience === undefined)
    throw new ReleaseError('smoke-target', {
      what: `${short} has no URL to test.`,
      why: service.defaultUriDisabled ? 'Its default URL is switched off.' : undefined,
    });
  const serving = service.trafficStatuses.filter((status) => (status.percent ?? 0) > 0);
  const sole = serving.length === 1 ? serving[0]?.revision : undefined;
  const tagUrl = (revision: string) =>
    service.trafficStatuses.find((status) => status.revision === revision && status.uri !== undefined)?.uri;
  if (wanted !== undefined) {
    if (sole === wanted) return { url: audience, audience, revision: wanted, why: 'it has all traffic' };
    const url = tagUrl(wanted);
    if (url !== undefined) return { url, audience, revision: wanted, why: 'by its tag' };
    throw new ReleaseError('smoke-target', {
      what: `The revision ${wanted} of ${short} has no URL of its own.`,
      why: 'Only a tagged revision, or the one with all traffic, can be called by itself.',
      fix: `gcloud run services update-traffic ${short} --set-tags=smoke=${wanted}`,
    });
  }
  const candidate = candidateOf(service);
  const url = candidate === undefined ? undefined : tagUrl(candidate);
  if (candidate !== undefined && url !== undefined)
    return { url, audience, revision: candidate, why: 'the candidate of the release under way' };
  return { url: audience, audience, revision: sole, why: 'the live URL' };
}
