import { listOf, objectOf, textOf, textsOf } from '../../domain/data/json.ts';
import { encodeName, likelyService, parseName } from '../../domain/data/resource-name.ts';
import { messageOf } from '../../domain/errors/errors.ts';
import type { Reading } from '../../domain/exposure/facts.ts';
import type { Api } from '../../http/endpoints.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Rest, RestCall } from '../../http/rest.ts';
import type { Images } from '../../steps/ports/images.ts';
import type { PreflightSources } from '../../steps/ports/preflight.ts';
import type { Deployed, DeployTarget } from '../../steps/ports/target.ts';
import { reading, readingList } from '../exposure/reading.ts';
import { testBucket } from '../storage/test-permissions.ts';

/** The API and version of testIamPermissions of a resource. */
function testOf(resource: string): { api: Api; version: string } {
  if (resource.includes('/functions/')) return { api: 'cloudfunctions', version: 'v2' };
  if (resource.includes('/serviceAccounts/')) return { api: 'iam', version: 'v1' };
  if (resource.includes('/services/')) return { api: 'run', version: 'v2' };
  return { api: 'cloudresourcemanager', version: 'v3' };
}

/** A preflight must not wait long: what does not answer is not tried. */
const limits = { deadlineMs: 6000, attemptMs: 3000 } as const;

/**
 * Reads for a preflight. testIamPermissions needs no permission itself and has no effect, so it may be repeated
 * (cloud.google.com/iam/docs/testing-permissions).
 */
export function createPreflightSources(
  rest: Rest,
  target: Pick<DeployTarget, 'read'>,
  images?: Images,
): PreflightSources {
  return {
    describe: (name, signal) => describe(target, name, signal),

    held(resource, permissions, signal, bearer) {
      const [, bucket] = /^projects\/_\/buckets\/(.+)$/.exec(resource) ?? [];
      if (bucket !== undefined) {
        const call = { ...testBucket(bucket, permissions), ...limits, signal };
        return reading(rest, call, '', (body) => textsOf(body.permissions));
      }
      const { api, version } = testOf(resource);
      const call = {
        ...{ api, method: 'POST' as const, path: `${version}/${encodeName(resource)}:testIamPermissions` },
        ...{ body: { permissions }, retry: 'repeatable-write' as const, ...limits, signal },
        ...(bearer === undefined ? {} : { bearer }),
      };
      return reading(rest, call, '', (body) => textsOf(body.permissions));
    },

    // https://cloud.google.com/service-usage/docs/reference/rest/v1/services/batchGet
    disabled(project, services, signal) {
      const names = services.map(
        (service) => `names=${encodeURIComponent(`projects/${project}/services/${service}`)}`,
      );
      const path = `v1/projects/${encodeURIComponent(project)}/services:batchGet?${names.join('&')}`;
      const call = { api: 'serviceusage' as const, method: 'GET' as const, path, ...limits, signal };
      return reading(rest, call, 'serviceusage.services.get', (body) =>
        (Array.isArray(body.services) ? body.services : [])
          .map(objectOf)
          .filter(({ state }) => state === 'DISABLED')
          .flatMap(({ name }) => textOf(name)?.split('/').at(-1) ?? []),
      );
    },

    // https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions/list: `-` is every region.
    regionsOf(project, name, what, signal) {
      if (what === 'service') return servicesOf(rest, project, name, signal);
      const call = {
        ...{ api: 'cloudfunctions' as const, method: 'GET' as const },
        path: `v2/projects/${encodeURIComponent(project)}/locations/-/functions`,
        ...{
          query: { pageSize: 1000, fields: 'functions.name,nextPageToken,unreachable' },
          ...limits,
          signal,
        },
      };
      return readingList(rest, call, 'cloudfunctions.functions.list', (page) =>
        (Array.isArray(page.functions) ? page.functions : [])
          .map((item) => parseName(textOf(objectOf(item).name) ?? ''))
          .filter((found) => found.name === name)
          .flatMap(({ region }) => region ?? []),
      );
    },

    async image(image, signal) {
      const call = `GET ${image}`;
      if (images === undefined)
        return { ok: false, call, cause: 'failed', detail: 'No registry is connected.' };
      try {
        return { ok: true, value: await images.resolve(image, signal), call };
      } catch (error) {
        if (signal?.aborted) throw error;
        return { ok: false, call, cause: 'failed', detail: messageOf(error) };
      }
    },

    async readersOf({ project, location, repository }, signal) {
      const name = `projects/${project}/locations/${location}/repositories/${repository}`;
      const query = { 'options.requestedPolicyVersion': 3 };
      const [own, above] = await Promise.all([
        bindingsOf(
          rest,
          {
            api: 'artifactregistry',
            method: 'GET',
            path: `v1/${encodeName(name)}:getIamPolicy`,
            query,
            signal,
          },
          'artifactregistry.repositories.getIamPolicy',
        ),
        bindingsOf(
          rest,
          {
            ...{ api: 'cloudresourcemanager' as const, method: 'POST' as const, retry: 'read' as const },
            path: `v3/projects/${encodeURIComponent(project)}:getIamPolicy`,
            ...{ body: { options: { requestedPolicyVersion: 3 } }, signal },
          },
          'resourcemanager.projects.getIamPolicy',
        ),
      ]);
      if (!own.ok || !above.ok) return own.ok ? above : own;
      return { ...own, value: [...own.value, ...above.value] };
    },

    projectNumber(project, signal) {
      const call = {
        ...{ api: 'cloudresourcemanager' as const, method: 'GET' as const },
        ...{ path: `v3/projects/${encodeURIComponent(project)}`, ...limits, signal },
      };
      return reading(
        rest,
        call,
        'resourcemanager.projects.get',
        (body) => textOf(body.name)?.replace(/^projects\//, '') ?? '',
      );
    },
  };
}

const bindingsOf = (rest: Rest, call: RestCall, permission: string) =>
  reading(rest, { ...call, ...limits }, permission, (body) =>
    listOf(body.bindings)
      .map(objectOf)
      .map(({ role, members }) => ({ role: textOf(role) ?? '', members: textsOf(members) })),
  );

/** The regions of services, from the list of all regions that `gcloud run services list` reads (run.googleapis.com/$discovery/rest?version=v1). */
const servicesOf = (rest: Rest, project: string, name: string, signal: AbortSignal | undefined) =>
  reading(
    rest,
    {
      ...{ api: 'run' as const, method: 'GET' as const, ...limits, signal },
      path: `apis/serving.knative.dev/v1/namespaces/${encodeURIComponent(project)}/services`,
    },
    'run.services.list',
    (body) =>
      listOf(body.items)
        .map((item) => objectOf(objectOf(item).metadata))
        .filter((metadata) => metadata.name === likelyService(name))
        .flatMap(({ labels }) => textOf(objectOf(labels)['cloud.googleapis.com/location']) ?? []),
  );

async function describe(
  target: Pick<DeployTarget, 'read'>,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Reading<Deployed>> {
  const call = `GET cloudfunctions/v2/${name}`;
  try {
    const value = await target.read(signal);
    return value
      ? { ok: true, value, call }
      : { ok: false, call, cause: 'absent', detail: 'The function does not exist.' };
  } catch (error) {
    if (signal?.aborted || !(error instanceof RemoteError) || error.status !== 403) throw error;
    const detail = messageOf(error);
    return { ok: false, call, cause: error.isApiOff ? 'api-off' : 'denied', detail };
  }
}
