import { type Found, ofLabels, ofTitle } from '../../domain/conformance/names.ts';
import { type JsonObject, listOf, objectOf, textMapOf, textOf } from '../../domain/data/json.ts';
import { locationPath } from '../../domain/data/resource-name.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { throwAwayPrefix } from '../../domain/product.ts';
import type { Ask, Cloud, GoogleApi } from './ports.ts';

/** Lists everything of ours in a project and region, by label and by title. Anything else is left out. */
export async function inventory(
  cloud: Cloud,
  project: string,
  region: string,
  signal: AbortSignal,
): Promise<Found[]> {
  const parent = `v2/${locationPath(project, region)}`;
  const functions = await pages(cloud, 'cloudfunctions', `${parent}/functions`, 'functions', signal);
  const services = await pages(cloud, 'run', `${parent}/services`, 'services', signal);
  const accounts = await pages(cloud, 'iam', `v1/projects/${project}/serviceAccounts`, 'accounts', signal);
  // Who may not list buckets has made none: the probe asks for that right before anything is made.
  const buckets = await pages(cloud, 'storage', 'storage/v1/b', 'items', signal, {
    query: { project, prefix: throwAwayPrefix, maxResults: '100' },
    ifDenied: [],
  });
  const labelled =
    (kind: 'function' | 'service' | 'bucket') =>
    (item: JsonObject): Found[] => {
      const name = textOf(item.name);
      const run = ofLabels(textMapOf(item.labels));
      // Labels can be copied to something else by hand. The name says that it is ours as well.
      const ours = name?.slice(name.lastIndexOf('/') + 1).startsWith(throwAwayPrefix);
      return name !== undefined && ours && run ? [{ kind, name, ...run }] : [];
    };
  return [
    ...functions.flatMap(labelled('function')),
    ...services.flatMap(labelled('service')),
    ...buckets.flatMap(labelled('bucket')),
    ...accounts.flatMap((item): Found[] => {
      const email = textOf(item.email);
      const run = email === undefined ? undefined : ofTitle(email, textOf(item.displayName) ?? '');
      return email !== undefined && run ? [{ kind: 'account', name: email, ...run }] : [];
    }),
  ];
}

async function pages(
  cloud: Cloud,
  api: GoogleApi,
  path: string,
  field: string,
  signal: AbortSignal,
  {
    query = { pageSize: '100' },
    ifDenied,
  }: { query?: Readonly<Record<string, string>>; ifDenied?: JsonObject[] } = {},
): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  let pageToken: string | undefined;
  for (let page = 0; page < 50; page++) {
    const call: Ask = {
      api,
      method: 'GET',
      path,
      query: { ...query, ...(pageToken ? { pageToken } : {}) },
    };
    const { status, body } = await cloud.ask(call, signal);
    if (status === 403 && ifDenied) return ifDenied;
    if (status >= 400)
      throw new ReleaseError('remote-error', { what: `The list of ${field} could not be read (${status}).` });
    found.push(...listOf(body[field]).map(objectOf));
    pageToken = textOf(body.nextPageToken);
    if (pageToken === undefined) return found;
  }
  throw new ReleaseError('response-malformed', { what: `The list of ${field} does not end.` });
}
