import { readFileSync } from 'node:fs';
import { parseProvider, projectOfServiceAccount } from '../../domain/login/identity.ts';
import {
  cloudPlatformScope,
  type LoginRequest,
  type RunFacts,
  type TokenEndpoint,
} from '../../domain/login/request.ts';
import type { Environment, Inputs } from '../../inputs/reader.ts';
import { useCredentialsFile } from './earlier-login.ts';

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

/** An id, with the domain of legacy projects, or a number. */
const projectPattern = /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$|^\d+$/;

export interface LoginRules {
  /** No problem is noted where the project or the login is missing: `auth` and offline work decide for themselves. */
  optional?: boolean;
  /**
   * Without `workload_identity_provider` on this very step, `service_account` is not the login's but the function's,
   * as in deploy-cloud-functions@v4.
   */
  accountMayBeRuntime?: boolean;
  /**
   * The project of `service_account` counts more than what an earlier step exported, as in auth@v3: a second login of
   * a job may lead to another project.
   */
  accountNamesProject?: boolean;
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

  const exported = projectVariables.map((name) => env[name]?.trim() ?? '');
  const ofJob = exported.find((value) => projectPattern.test(value));
  const ofAccount = request.serviceAccount ? projectOfServiceAccount(request.serviceAccount) : undefined;
  request.projectId =
    inputs.text('project_id', {
      pattern: projectPattern,
      expected: 'a project id such as my-project (6 to 30 lower-case letters, digits and hyphens)',
    }) ?? (rules.accountNamesProject ? (ofAccount ?? ofJob) : (ofJob ?? ofAccount));

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

function runnerEndpoint(env: Environment): TokenEndpoint | undefined {
  const url = env.ACTIONS_ID_TOKEN_REQUEST_URL;
  const token = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (!url || !token || !URL.canParse(url)) return undefined;
  return { url, headers: { authorization: `Bearer ${token}` }, field: 'value' };
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
