import { objectOf, textOf } from '../../domain/data/json.ts';
import { releaseLabel } from '../../domain/product.ts';
import { isFunctionsSource } from '../../domain/source/location.ts';
import type { Build } from '../../steps/ports/builds.ts';
import type { RunRevision, RunService, Services } from '../../steps/ports/services.ts';
import type { Claim } from '../../steps/ports/target.ts';
import { carriesAll } from './plan.ts';

/** Which revisions of a Cloud Run service a release has made. Each change of ours labels the revision; others copy labels, but only later. */

/**
 * A change of ours names in its mask what it changes, and never the traffic. So whoever moved the traffic, it was not the build
 * of a release. Undefined for a service that was detached from the Functions API since: its build may have been one of that API.
 */
export const serviceTookTraffic = (service: RunService | undefined): false | undefined =>
  isFunctionsSource(textOf(objectOf(service?.raw.buildConfig).sourceLocation)) ? undefined : false;

/** Revisions with these labels, the oldest first. */
export const labelled = (
  revisions: readonly RunRevision[],
  labels: Readonly<Record<string, string>>,
): RunRevision[] =>
  revisions
    .filter(({ raw }) => carriesAll(objectOf(raw.labels), labels))
    .sort((a, b) => Date.parse(a.createTime) - Date.parse(b.createTime) || (a.name < b.name ? -1 : 1));

/** Has the release's own change of the service made the revision? */
export async function serviceMade(
  clients: {
    services: Pick<Services, 'get' | 'revisions'>;
    build(service: RunService): Promise<Build | undefined>;
  },
  name: string,
  { revision, record }: Claim,
  signal?: AbortSignal,
): Promise<boolean | undefined> {
  const revisions = await clients.services.revisions(name, signal);
  const [first] = labelled(revisions, { [releaseLabel]: record.id });
  if (first === undefined) {
    // An earlier attempt may have begun the build that this release has joined. It carries the label of that attempt.
    const found = revisions.find((one) => one.name === revision);
    const isAlike = record.marks !== undefined && carriesAll(objectOf(found?.raw.labels), record.marks);
    return isAlike ? undefined : false;
  }
  if (first.name !== revision) return false;
  const service = await clients.services.get(name, signal);
  if (service?.raw.buildConfig === undefined) return true;
  // A build that failed leaves its labels on the service. The next change of others copies them to a revision.
  const state = (await clients.build(service))?.state;
  return state === 'succeeded' ? true : state === 'failed' ? false : undefined;
}
