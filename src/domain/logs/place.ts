import { textOf } from '../data/json.ts';
import type { LogPlace } from './query.ts';

/** The part of a report that says whose log explains it. */
interface Failed {
  target: {
    project?: string | undefined;
    region?: string | undefined;
    name?: string | undefined;
    service?: string | undefined;
    revision?: string | undefined;
  };
  outcome?: string | undefined;
  errors: readonly { facts?: { link?: string | undefined; message?: string | undefined } | undefined }[];
}

/** The Cloud Run service behind a function of the second generation (as gcloud derives it). A service keeps its own name. */
export const serviceOfFunction = (name: string): string => name.toLowerCase().replaceAll('_', '-');

/** Ends that no code of the user has caused. */
const unrelated: ReadonlySet<string> = new Set(['blocked', 'exposed', 'cancelled', 'superseded', 'yielded']);

/** A revision that did not start is named by Google's sentence, and by the address of its log. */
const dead =
  /\brevision '?([a-z][a-z0-9-]*-\d{5}-[a-z]{3})\b|revision_name(?:\/|%3D%22|=")([a-z][a-z0-9-]*-\d{5}-[a-z]{3})/i;

/**
 * Whose log explains a failure: the revision that failed, else the service. Undefined if the log has nothing to say about it, or if it is not
 * known whose it is.
 */
export function failedPlace(
  { target, outcome, errors }: Failed,
  given: Readonly<Record<string, unknown>>,
): LogPlace | undefined {
  if (outcome !== undefined && unrelated.has(outcome)) return undefined;
  const input = (name: string) => textOf(given[name]);
  const named = errors.flatMap(({ facts }) => {
    const match = dead.exec(`${facts?.message ?? ''}\n${facts?.link ?? ''}`);
    return match ? [(match[1] ?? match[2] ?? '').toLowerCase()] : [];
  })[0];
  const revision = named ?? target.revision;
  // An error of an API before anything ran is in no log of the service.
  if (errors.length > 0 && revision === undefined) return undefined;
  const project = target.project ?? input('project_id');
  const name = target.name ?? input('name');
  const region = target.region ?? input('region') ?? 'us-central1';
  // The name of a revision is that of its service and ten characters more.
  const service =
    target.service ??
    (named ? named.slice(0, -10) : name === undefined ? undefined : serviceOfFunction(name));
  if (project === undefined || service === undefined) return undefined;
  return { project, region, service, revision };
}
