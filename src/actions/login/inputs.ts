import { projectOfServiceAccount } from '../../domain/login/identity.ts';
import {
  cloudPlatformScope,
  type LoginRequest,
  type RunFacts,
  type TokenEndpoint,
} from '../../domain/login/request.ts';
import { runnerKind } from '../../domain/login/runner-kind.ts';
import { projectPattern } from '../../inputs/groups/where.ts';
import type { Environment } from '../../inputs/reader.ts';
import type { Inputs } from '../../inputs/table.ts';
import type { Context } from '../../runner/context.ts';
import { isFromFork, readEvent } from '../../runner/event.ts';
import { useCredentialsFile } from './earlier-login.ts';

/** Variables in which Google's actions and gcloud leave the project, the most common first. */
const projectVariables = [
  'GOOGLE_CLOUD_PROJECT',
  'CLOUDSDK_CORE_PROJECT',
  'CLOUDSDK_PROJECT',
  'GCLOUD_PROJECT',
  'GCP_PROJECT',
];

const providerShape = 'projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER';

/** The inputs of the login, which every action has. */
export type LoginInputs = Pick<
  Inputs<'watch'>,
  | 'workload_identity_provider'
  | 'service_account'
  | 'invoker_service_account'
  | 'audience'
  | 'delegates'
  | 'universe'
  | 'trusted_endpoints'
  | 'request_reason'
  | 'project_id'
>;

export interface LoginRules {
  /** True if the project or the login may be missing: for `auth`, and for work without Google Cloud. */
  optional?: boolean;
  /**
   * Without `workload_identity_provider` on this very step, `service_account` is the account of the function and not of
   * the login, as in deploy-cloud-functions@v4.
   */
  accountMayBeRuntime?: boolean;
  /**
   * The project of `service_account` wins over the project of an earlier step, as in auth@v3: a second login of a job
   * may lead to another project.
   */
  accountNamesProject?: boolean;
}

/**
 * Combines the login inputs with what earlier steps of the job left. Notes problems, sends nothing and never throws.
 */
export function readLogin(
  { inputs, env, localLogin: local }: Pick<Context, 'inputs' | 'env' | 'localLogin'>,
  values: LoginInputs,
  rules: LoginRules = {},
): LoginRequest {
  const logsInHere = inputs.isSet('workload_identity_provider');
  const request: LoginRequest = {
    source: 'none',
    provider: values.workload_identity_provider,
    oidcAudience: values.audience,
    serviceAccount: rules.accountMayBeRuntime && !logsInHere ? undefined : values.service_account,
    invokerServiceAccount: values.invoker_service_account,
    delegates: values.delegates ?? [],
    scopes: [cloudPlatformScope],
    lifetimeSeconds: 3600,
    includeEmail: true,
    universe: values.universe ?? (env.GOOGLE_CLOUD_UNIVERSE_DOMAIN || 'googleapis.com'),
    trustedEndpoints: values.trusted_endpoints ?? [],
    requestReason: values.request_reason,
    propagationSeconds: 30,
    run: runFacts(env),
  };
  if (logsInHere) {
    request.source = 'inputs';
    request.endpoint = runnerEndpoint(env);
  } else if (local) {
    request.source = 'local';
    request.from = local.from;
    request.serviceAccount = local.account;
    request.member = local.member;
    // A person sees the refusal at once and can try again.
    request.propagationSeconds = 0;
  } else useCredentialsFile(request, env);

  const exported = projectVariables.map((name) => env[name]?.trim() ?? '');
  const ofJob = exported.find((value) => projectPattern.test(value));
  const ofAccount = request.serviceAccount ? projectOfServiceAccount(request.serviceAccount) : undefined;
  request.projectId =
    values.project_id ??
    (rules.accountNamesProject ? (ofAccount ?? ofJob) : (ofJob ?? ofAccount)) ??
    local?.project;

  if (rules.optional) return request;
  if (!request.projectId && !inputs.isSet('project_id'))
    inputs.missing(
      'project_id',
      local
        ? "a project id such as my-project (gcloud's configuration names none either)"
        : `a project id such as my-project (no earlier step and no service account names one)${whyEmpty(env)}`,
    );
  if (request.source === 'none' && !request.refusal)
    inputs.missing(
      'workload_identity_provider',
      `${providerShape}, or an auth step before this one${whyEmpty(env)}`,
    );
  return request;
}

/** Why an input may be empty although the workflow sets it: its value comes from a secret that this run does not get. */
function whyEmpty(env: Environment): string {
  if (env.GITHUB_ACTOR === 'dependabot[bot]')
    return '. Runs that Dependabot starts get the secrets of Dependabot and not those of Actions, so such a value is empty; use a variable (vars) instead';
  if (env.GITHUB_EVENT_NAME?.startsWith('pull_request'))
    return '. Runs for pull requests from forks get no secrets, so a value from a secret is empty; use a variable (vars) instead, or skip this job for forks';
  return '. If the workflow takes it from a secret or a variable, that one does not exist here: one of an environment needs environment: on the job';
}

/** Where the runner gives identity tokens to this job. */
export function runnerEndpoint(env: Environment): TokenEndpoint | undefined {
  const url = env.ACTIONS_ID_TOKEN_REQUEST_URL;
  const token = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (!url || !token || !URL.canParse(url)) return undefined;
  return { url, headers: { authorization: `Bearer ${token}` }, field: 'value' };
}

export function runFacts(env: Environment): RunFacts {
  return {
    repository: env.GITHUB_REPOSITORY,
    eventName: env.GITHUB_EVENT_NAME,
    workflowRef: env.GITHUB_WORKFLOW_REF,
    fromFork: fromFork(env),
    runner: runnerKind(env),
  };
}

/** Reads the event only if it can matter: for a pull request that got no token. */
function fromFork(env: Environment): boolean | undefined {
  if (env.GITHUB_EVENT_NAME !== 'pull_request' || env.ACTIONS_ID_TOKEN_REQUEST_URL) return undefined;
  return isFromFork(readEvent(env), env);
}
