import { readFileSync } from 'node:fs';
import { parseProvider, projectOfServiceAccount } from '../domain/login/identity.ts';
import {
  cloudPlatformScope,
  type LoginRequest,
  type RunFacts,
  type TokenEndpoint,
} from '../domain/login/request.ts';
import type { Environment, Inputs } from './inputs.ts';

/** Where Google's tools and actions look for credentials, the most specific first (auth@v3 exports all three). */
const fileVariables = [
  'GOOGLE_GHA_CREDS_PATH',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE',
];
const projectVariables = [
  'GOOGLE_CLOUD_PROJECT',
  'CLOUDSDK_CORE_PROJECT',
  'CLOUDSDK_PROJECT',
  'GCLOUD_PROJECT',
  'GCP_PROJECT',
];

const accountRules = {
  pattern: /^([a-z0-9][\w.-]*@[a-z0-9][a-z0-9.-]*\.[a-z]+|\d{15,30})$/,
  expected: 'the e-mail of a service account, such as deployer@my-project.iam.gserviceaccount.com',
  maxLength: 320,
};

export interface LoginRules {
  /** No problem is noted where the project or the login is missing: `auth` and offline work decide for themselves. */
  optional?: boolean;
  /**
   * Without `workload_identity_provider` on this very step, `service_account` is not the login's but the function's,
   * as in deploy-cloud-functions@v4.
   */
  accountMayBeRuntime?: boolean;
}

/**
 * The login inputs that every action has, with what earlier steps of the job left. Notes problems in `inputs`, sends
 * nothing, and never throws.
 */
export function readLogin(inputs: Inputs, env: Environment, rules: LoginRules = {}): LoginRequest {
  const provider = inputs.custom('workload_identity_provider', parseProvider);
  const isRuntime = rules.accountMayBeRuntime && inputs.given.workload_identity_provider === undefined;
  const serviceAccount = isRuntime ? undefined : inputs.text('service_account', accountRules);
  const universe =
    inputs.text('universe', {
      pattern: /^[a-z0-9-]+(\.[a-z0-9-]+)+$/,
      expected: 'a domain such as googleapis.com',
    }) ??
    (env.GOOGLE_CLOUD_UNIVERSE_DOMAIN || 'googleapis.com');
  const request: LoginRequest = {
    source: 'none',
    provider,
    oidcAudience: inputs.text('audience', {
      maxLength: 400,
      pattern: /^[\x21-\x7e]+$/,
      expected: 'text without spaces',
    }),
    serviceAccount,
    invokerServiceAccount: inputs.text('invoker_service_account', accountRules),
    delegates: inputs.list('delegates') ?? [],
    scopes: [cloudPlatformScope],
    lifetimeSeconds: 3600,
    includeEmail: true,
    universe,
    requestReason: inputs.text('request_reason', {
      maxLength: 1000,
      pattern: /^[\x20-\x7e]+$/,
      expected: 'one line of ASCII text',
    }),
    propagationSeconds: 30,
    run: runFacts(env),
  };
  for (const delegate of request.delegates)
    if (!accountRules.pattern.test(delegate))
      inputs.problem(`delegates: "${delegate.slice(0, 60)}": expected ${accountRules.expected}`);

  const wasGiven = inputs.given.workload_identity_provider !== undefined;
  if (wasGiven) {
    request.source = 'inputs';
    request.endpoint = runnerEndpoint(env);
  } else useCredentialsFile(request, env);

  request.projectId =
    inputs.text('project_id', {
      pattern: /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$|^\d+$/,
      expected: 'a project id such as my-project (6 to 30 lower-case letters, digits and hyphens)',
    }) ??
    projectVariables.map((name) => env[name]?.trim()).find((value) => value) ??
    (request.serviceAccount ? projectOfServiceAccount(request.serviceAccount) : undefined);

  if (!rules.optional) {
    if (!request.projectId && inputs.given.project_id === undefined)
      inputs.problem(
        'project_id: missing: expected a project id such as my-project (no earlier step and no service account names one)',
      );
    if (request.source === 'none' && !request.refusal)
      inputs.problem(
        'workload_identity_provider: missing: expected projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER, or an auth step before this one',
      );
  }
  return request;
}

/** The login that an earlier step of the job left, as a request of its own; undefined where there is none to use. */
export function earlierLogin(env: Environment, like: LoginRequest): LoginRequest | undefined {
  const request: LoginRequest = {
    ...like,
    source: 'none',
    provider: undefined,
    oidcAudience: undefined,
    endpoint: undefined,
    serviceAccount: undefined,
    invokerServiceAccount: undefined,
    delegates: [],
  };
  useCredentialsFile(request, env);
  return request.source === 'file' && !request.refusal ? request : undefined;
}

function runnerEndpoint(env: Environment): TokenEndpoint | undefined {
  const url = env.ACTIONS_ID_TOKEN_REQUEST_URL;
  const token = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (!url || !token || !URL.canParse(url)) return undefined;
  return { url, headers: { authorization: `Bearer ${token}` }, field: 'value' };
}

/** Credentials that an earlier step exported, ours or Google's: an external_account file (AIP-4117). */
function useCredentialsFile(request: LoginRequest, env: Environment): void {
  const variable = fileVariables.find((name) => env[name]?.trim());
  const path = variable ? (env[variable] ?? '').trim() : '';
  if (!variable || !path) return;
  request.source = 'file';
  request.from = `${variable}=${path}`;
  let content: Record<string, unknown>;
  try {
    content = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    request.refusal = {
      code: 'login-missing',
      what: `${variable} names ${path}, which ${missing ? 'does not exist' : 'cannot be read as JSON'}.`,
      why: missing
        ? 'Its step may have run in another container, or its post step has already removed the file.'
        : undefined,
      fix: 'Set workload_identity_provider on this step, or run the auth step in this job.',
    };
    return;
  }
  if (content.type !== 'external_account') {
    const isKey = content.type === 'service_account';
    request.refusal = {
      code: isKey ? 'login-key-refused' : 'login-missing',
      what: `${variable} names ${isKey ? 'a service-account key' : `credentials of the type "${String(content.type).slice(0, 40)}"`}.`,
      why: isKey
        ? 'A key is a password that does not expire; these actions log in without one.'
        : 'Only workload identity federation is supported.',
      fix: 'Set workload_identity_provider on this step; docs/keyless.md shows how to create one.',
    };
    return;
  }
  const source = content.credential_source as
    | { url?: unknown; headers?: unknown; format?: { subject_token_field_name?: unknown } }
    | undefined;
  const account = /\/serviceAccounts\/([^/:]+):generateAccessToken$/.exec(
    String(content.service_account_impersonation_url ?? ''),
  )?.[1];
  try {
    request.provider = parseProvider(String(content.audience ?? ''));
    if (typeof source?.url !== 'string' || !URL.canParse(source.url))
      throw new Error('expected credential_source.url');
  } catch (error) {
    request.provider = undefined;
    request.refusal = {
      code: 'login-missing',
      what: `The credentials in ${path} cannot be used: ${(error as Error).message}.`,
      fix: 'Set workload_identity_provider on this step.',
    };
    return;
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries((source.headers ?? {}) as Record<string, unknown>))
    headers[name.toLowerCase()] = String(value);
  const field = source.format?.subject_token_field_name;
  request.endpoint = { url: source.url, headers, field: typeof field === 'string' ? field : 'value' };
  if (account) request.serviceAccount ??= decodeURIComponent(account);
  if (typeof content.universe_domain === 'string' && request.universe === 'googleapis.com')
    request.universe = content.universe_domain;
}

function runFacts(env: Environment): RunFacts {
  return {
    repository: env.GITHUB_REPOSITORY,
    eventName: env.GITHUB_EVENT_NAME,
    workflowRef: env.GITHUB_WORKFLOW_REF,
    fromFork: fromFork(env),
  };
}

/** Reads the event only where it can matter: a pull request that got no token. */
function fromFork(env: Environment): boolean | undefined {
  if (env.GITHUB_EVENT_NAME !== 'pull_request' || env.ACTIONS_ID_TOKEN_REQUEST_URL || !env.GITHUB_EVENT_PATH)
    return undefined;
  try {
    const event = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, 'utf8')) as {
      pull_request?: { head?: { repo?: { full_name?: string } | null } };
    };
    const head = event.pull_request?.head?.repo;
    // The repository of a deleted fork is null.
    return head === null || (head?.full_name !== undefined && head.full_name !== env.GITHUB_REPOSITORY);
  } catch {
    return undefined;
  }
}
