import type { JsonObject } from '../../domain/data/json.ts';
import { encodeName, shortName } from '../../domain/data/resource-name.ts';
import type { Reading } from '../../domain/exposure/facts.ts';
import { type AllowPolicy, readPolicy } from '../../domain/exposure/policy/policy.ts';
import type { Api } from '../../http/endpoints.ts';
import type { Rest } from '../../http/rest.ts';
import type { PostureSources } from '../../steps/posture/ports.ts';
import { reading, readingList } from '../exposure/reading.ts';
import { itemsOf, requiredText, UnexpectedShape } from '../exposure/shape.ts';
import { backendReader } from './backends.ts';
import { uploadReader } from './upload.ts';

/** An answer about another resource proves nothing about this one. */
function named(body: JsonObject, name: string): JsonObject {
  if (shortName(requiredText(body, 'name')) !== shortName(name))
    throw new UnexpectedShape(`The answer is about ${requiredText(body, 'name').slice(0, 100)}.`);
  return body;
}

/** Each costs a call. One that is left out could hold the project, so then nobody can say that none does. */
const mostAccessPolicies = 3;

/** What the table reads beside the guard, over one REST client. Every read has its permission, for a row that says what to grant. */
export function createPostureSources(
  rest: Rest,
  accessToken: (signal?: AbortSignal) => Promise<string>,
  /** Counts a call that is sent without the client. Throws if there is none left. */
  spend: () => void,
): PostureSources {
  const get = (api: Api, path: string, permission: string, signal?: AbortSignal) =>
    reading(rest, { api, method: 'GET', path, signal }, permission, (body) =>
      named(body, path.replace(/:\w+$/, '')),
    );
  const list = (
    api: Api,
    path: string,
    field: string,
    permission: string,
    signal?: AbortSignal,
    query: Record<string, string | number> = {},
  ): Promise<Reading<JsonObject[]>> =>
    readingList(rest, { api, method: 'GET', path, query, signal }, permission, (page) =>
      itemsOf(page, field),
    );
  const policy = (
    api: Api,
    path: string,
    query: string,
    permission: string,
    signal?: AbortSignal,
  ): Promise<Reading<AllowPolicy>> =>
    reading(rest, { api, method: 'GET', path, query: { [query]: 3 }, signal }, permission, (body) =>
      readPolicy(body),
    );
  const inQuery = 'options.requestedPolicyVersion';
  const v1 = (name: string) => `v1/${encodeName(name)}`;
  return {
    function: (name, signal) =>
      get('cloudfunctions', `v2/${encodeName(name)}`, 'cloudfunctions.functions.get', signal),
    service: (name, signal) => get('run', `v2/${encodeName(name)}`, 'run.services.get', signal),
    revision: (name, signal) => get('run', `v2/${encodeName(name)}`, 'run.revisions.get', signal),
    ...backendReader(rest),
    secret: (name, signal) => get('secretmanager', v1(name), 'secretmanager.secrets.get', signal),
    versions: (name, signal) =>
      readingList(
        rest,
        {
          api: 'secretmanager',
          method: 'GET',
          path: `${v1(name)}/versions`,
          query: { pageSize: 100 },
          signal,
        },
        'secretmanager.versions.list',
        (page) => itemsOf({ ...page, totalSize: undefined, versions: page.versions ?? [] }, 'versions'),
      ),
    secretPolicy: (name, signal) =>
      policy(
        'secretmanager',
        `${v1(name)}:getIamPolicy`,
        inQuery,
        'secretmanager.secrets.getIamPolicy',
        signal,
      ),
    ...uploadReader(rest, accessToken, spend),
    scan: (project, image, signal) =>
      list(
        'containeranalysis',
        `v1/projects/${encodeURIComponent(project)}/occurrences`,
        'occurrences',
        'containeranalysis.occurrences.list',
        signal,
        {
          filter: `(kind="VULNERABILITY" OR kind="DISCOVERY") AND resourceUrl="https://${image}"`,
          pageSize: 1000,
        },
      ),
    admission: (project, signal) =>
      get(
        'binaryauthorization',
        `v1/projects/${encodeURIComponent(project)}/policy`,
        'binaryauthorization.policy.get',
        signal,
      ),
    key: (name, signal) => get('cloudkms', v1(name), 'cloudkms.cryptoKeys.get', signal),
    perimeters: async (organization, signal) => {
      const policies = await list(
        'accesscontextmanager',
        'v1/accessPolicies',
        'accessPolicies',
        'accesscontextmanager.policies.list',
        signal,
        {
          parent: `organizations/${organization}`,
        },
      );
      if (!policies.ok) return policies;
      if (policies.value.length > mostAccessPolicies)
        return {
          ok: false,
          call: policies.call,
          cause: 'failed',
          detail: `the organisation has more than ${mostAccessPolicies} access policies`,
        };
      // An organisation has one policy of its own. Policies of folders are further ones.
      const all = await Promise.all(
        policies.value.map((one) =>
          list(
            'accesscontextmanager',
            `${v1(requiredName(one))}/servicePerimeters`,
            'servicePerimeters',
            'accesscontextmanager.servicePerimeters.list',
            signal,
          ),
        ),
      );
      const failed = all.find((one) => !one.ok);
      if (failed) return failed;
      return {
        ok: true,
        value: all.flatMap((one) => (one.ok ? one.value : [])),
        call: all[0]?.call ?? policies.call,
      };
    },
    alertPolicies: (project, signal) =>
      readingList(
        rest,
        {
          api: 'monitoring',
          method: 'GET',
          path: `v3/projects/${encodeURIComponent(project)}/alertPolicies`,
          query: { pageSize: 500 },
          signal,
        },
        'monitoring.alertPolicies.list',
        (page) => itemsOf({ alertPolicies: page.alertPolicies ?? [] }, 'alertPolicies'),
      ),
    channels: (project, signal) =>
      readingList(
        rest,
        {
          api: 'monitoring',
          method: 'GET',
          path: `v3/projects/${encodeURIComponent(project)}/notificationChannels`,
          query: { pageSize: 500 },
          signal,
        },
        'monitoring.notificationChannels.list',
        (page) => itemsOf({ notificationChannels: page.notificationChannels ?? [] }, 'notificationChannels'),
      ),
    billing: (project, signal) =>
      reading(
        rest,
        {
          api: 'cloudbilling',
          method: 'GET',
          path: `v1/projects/${encodeURIComponent(project)}/billingInfo`,
          signal,
        },
        'resourcemanager.projects.get',
        (body) => {
          requiredText(body, 'name');
          return body;
        },
      ),
    budgets: (account, signal) =>
      list('billingbudgets', `${v1(account)}/budgets`, 'budgets', 'billing.budgets.list', signal, {
        pageSize: 100,
      }),
    bucket: (name, signal) =>
      get('storage', `storage/v1/b/${encodeURIComponent(name)}`, 'storage.buckets.get', signal),
    bucketPolicy: (name, signal) =>
      policy(
        'storage',
        `storage/v1/b/${encodeURIComponent(name)}/iam`,
        'optionsRequestedPolicyVersion',
        'storage.buckets.getIamPolicy',
        signal,
      ),
  };
}

const requiredName = (one: JsonObject): string => requiredText(one, 'name');
