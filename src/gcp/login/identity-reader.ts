import { isObject, type JsonObject } from '../../domain/data/json.ts';
import { quoted } from '../../domain/data/shell.ts';
import { describeProvider, poolName } from '../../domain/login/commands.ts';
import {
  type AccountFacts,
  type Binding,
  type IdentityFacts,
  type PoolResource,
  type ProviderResource,
  parseProviderResource,
} from '../../domain/login/doctor/facts.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import { RemoteError } from '../../http/remote-error.ts';
import type { Rest, RestCall } from '../../http/rest.ts';

export interface ReaderOptions {
  rest: Pick<Rest, 'call'>;
  request: LoginRequest;
  /** Tokens to try for each read, starting with the one that is most likely to work. */
  bearers: readonly string[];
  /** The provider from a file. It replaces the read. */
  givenProvider?: ProviderResource | undefined;
  signal?: AbortSignal | undefined;
}

type ReadFacts = Pick<
  IdentityFacts,
  'pool' | 'provider' | 'siblings' | 'accounts' | 'projectPolicy' | 'unread'
>;

/**
 * Reads what decides about a login: the pool, its providers, the policies and keys of the accounts, and the policy of the
 * project (IAM v1 and Resource Manager v3). What it cannot read is listed with a command that shows it.
 */
export async function readIdentity(options: ReaderOptions): Promise<ReadFacts> {
  const { rest, request, bearers, signal } = options;
  const { provider } = request;
  const unread: ReadFacts['unread'] = [];

  async function read<T>(
    what: string,
    command: string,
    permission: string,
    call: Pick<RestCall, 'api' | 'path'> & Partial<RestCall>,
  ): Promise<T | undefined> {
    let isDenied = true;
    for (const bearer of bearers) {
      try {
        const answer = await rest.call<T>({
          method: 'GET',
          deadlineMs: 10_000,
          attemptMs: 5000,
          retry: 'read',
          signal,
          ...call,
          bearer,
        });
        if (answersTo(call.path, answer.body)) return answer.body;
        isDenied = false;
      } catch (error) {
        if (signal?.aborted) throw signal.reason;
        if (!(error instanceof RemoteError && error.status === 403) || error.isApiOff) isDenied = false;
      }
    }
    unread.push({ what, command, permission: isDenied ? permission : undefined });
    return undefined;
  }

  if (!provider) return { accounts: [], unread };
  const pool = poolName(provider);
  const list = `gcloud iam workload-identity-pools providers list --workload-identity-pool=${pool}`;
  const emails = [
    ...new Set(
      [request.serviceAccount, request.invokerServiceAccount].filter((email) => email !== undefined),
    ),
  ];
  const project = request.projectId;

  const [poolResource, own, all, projectPolicy, accounts] = await Promise.all([
    read<PoolResource>('the pool', `gcloud iam workload-identity-pools describe ${pool}`, poolOf.pool, {
      api: 'iam',
      path: `v1/${pool}`,
    }),
    options.givenProvider ??
      read<unknown>('the provider', describeProvider(provider), poolOf.provider, {
        api: 'iam',
        path: `v1/${provider.name}`,
      }).then(toProvider),
    read<{ workloadIdentityPoolProviders?: unknown[] }>(
      'the other providers of the pool',
      list,
      poolOf.providers,
      {
        api: 'iam',
        path: `v1/${pool}/providers`,
        query: { pageSize: 100 },
      },
    ),
    project
      ? read<{ bindings?: Binding[] }>(
          "the project's policy",
          `gcloud projects get-iam-policy ${quoted(project)}`,
          'resourcemanager.projects.getIamPolicy',
          {
            api: 'cloudresourcemanager',
            method: 'POST',
            path: `v3/projects/${encodeURIComponent(project)}:getIamPolicy`,
            body: { options: { requestedPolicyVersion: 3 } },
          },
        )
      : undefined,
    Promise.all(emails.map((email) => readAccount(email))),
  ]);

  async function readAccount(email: string): Promise<AccountFacts> {
    const path = `v1/projects/-/serviceAccounts/${encodeURIComponent(email).replace('%40', '@')}`;
    const [policy, keys] = await Promise.all([
      read<{ bindings?: Binding[] }>(
        `the policy of ${email}`,
        `gcloud iam service-accounts get-iam-policy ${quoted(email)}`,
        'iam.serviceAccounts.getIamPolicy',
        {
          api: 'iam',
          method: 'POST',
          path: `${path}:getIamPolicy`,
          query: { 'options.requestedPolicyVersion': 3 },
          body: {},
        },
      ),
      read<{ keys?: { name: string }[] }>(
        `the keys of ${email}`,
        `gcloud iam service-accounts keys list --managed-by=user --iam-account=${quoted(email)}`,
        'iam.serviceAccountKeys.list',
        { api: 'iam', path: `${path}/keys`, query: { keyTypes: 'USER_MANAGED' } },
      ),
    ]);
    return {
      email,
      policy: policy ? (policy.bindings ?? []) : undefined,
      keys: keys ? (keys.keys ?? []).map(({ name }) => name) : undefined,
    };
  }

  return {
    pool: poolResource,
    provider: own,
    siblings: all?.workloadIdentityPoolProviders
      ?.map(toProvider)
      .filter((found) => found !== undefined)
      .filter(({ name }) => name !== provider.name),
    projectPolicy: projectPolicy ? (projectPolicy.bindings ?? []) : undefined,
    accounts,
    unread,
  };
}

const poolOf = {
  pool: 'iam.workloadIdentityPools.get',
  provider: 'iam.workloadIdentityPoolProviders.get',
  providers: 'iam.workloadIdentityPoolProviders.list',
} as const;

/** The list whole and on one page. The API leaves an empty list out, but an object with only other fields is no list. */
const isList = (body: JsonObject, field: string): boolean =>
  body.nextPageToken === undefined &&
  (Array.isArray(body[field]) ? body[field].every(isObject) : Object.keys(body).length === 0);

/** An answer of another shape is not read. An empty object must not count as a policy without bindings, or as a pool. */
function answersTo(path: string, body: unknown): boolean {
  if (!isObject(body)) return false;
  if (path.endsWith('/providers')) return isList(body, 'workloadIdentityPoolProviders');
  if (path.endsWith('/keys')) return isList(body, 'keys');
  // Every policy has an etag, an empty one too (policy.proto). Every other resource has a name.
  if (!path.endsWith(':getIamPolicy')) return typeof body.name === 'string' && body.name !== '';
  const bindings = body.bindings ?? [];
  return (
    typeof body.etag === 'string' && body.etag !== '' && Array.isArray(bindings) && bindings.every(isObject)
  );
}

function toProvider(value: unknown): ProviderResource | undefined {
  try {
    return parseProviderResource(value);
  } catch {
    return undefined;
  }
}
