import { ReleaseError } from '../../domain/errors/errors.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import type { Context } from '../../runner/context.ts';
import { readLogin } from '../login/inputs.ts';

export interface AuthRequest {
  login: LoginRequest;
  createFile: boolean;
  filePath: string | undefined;
  exportVariables: boolean;
  cleanUp: boolean;
  tokenFormat: 'access_token' | 'id_token' | undefined;
  needsAccess: boolean;
  subject: string | undefined;
  idTokenAudience: string | undefined;
  expectedProjectNumber: string | undefined;
  expectedPrincipal: string | undefined;
  doctor: 'auto' | 'true' | 'enforce' | 'false';
  providerFile: string | undefined;
  githubToken: string | undefined;
}

/** A service-account key is refused before anything else, with the way out of it; nothing of it is printed. */
export function refuseKeys({ env, secrets }: Context): void {
  const key = env.INPUT_CREDENTIALS_JSON?.trim();
  if (!key) return;
  // The key itself line by line, but not the words around it, which would be masked in the whole job.
  for (const [line] of key.matchAll(/[A-Za-z0-9+/=]{24,}/g)) secrets.add(line);
  throw new ReleaseError('login-key-refused', {
    what: 'credentials_json was given: a service-account key is refused.',
    why: 'A key is a password that does not expire and works from anywhere; a keyless login lasts minutes and only for this repository.',
    fix: 'Create a workload identity provider (docs/keyless.md, three commands), set workload_identity_provider and service_account in place of credentials_json, add `permissions: id-token: write` to the job, then delete the key: gcloud iam service-accounts keys delete KEY_ID --iam-account=ACCOUNT.',
  });
}

/** The inputs of `auth`, all problems at once. */
export function readAuthRequest({ inputs, env, secrets }: Context): AuthRequest {
  const login = readLogin(inputs, env, { optional: true, accountNamesProject: true });
  if (login.source !== 'inputs')
    inputs.problem(
      'workload_identity_provider: missing: expected projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER',
    );
  const lifetime = inputs.duration('access_token_lifetime');
  if (lifetime !== undefined && (lifetime < 1 || lifetime > 43_200))
    inputs.problem(
      `access_token_lifetime: ${lifetime} s: expected at most 3600s (43200s where the organisation allows it)`,
    );
  login.lifetimeSeconds = Math.round(lifetime ?? 3600);
  login.scopes = inputs.list('access_token_scopes') ?? login.scopes;
  login.propagationSeconds = inputs.duration('propagation_timeout') ?? login.propagationSeconds;
  const tokenFormat = inputs.choice('token_format', ['access_token', 'id_token'] as const);
  login.includeEmail = inputs.boolean('id_token_include_email') ?? tokenFormat !== 'id_token';
  const idTokenAudience = inputs.text('id_token_audience');
  if (tokenFormat === 'id_token') {
    if (!idTokenAudience)
      inputs.problem('id_token_audience: missing: expected the URL of the service that is to be called');
    if (login.source === 'inputs' && !login.serviceAccount && !login.invokerServiceAccount)
      inputs.problem(
        'invoker_service_account: missing: expected the account that mints the ID token, since a federated identity alone cannot',
      );
  }
  const subject = inputs.text('access_token_subject');
  if (subject && !login.serviceAccount)
    inputs.problem('access_token_subject: domain-wide delegation needs service_account');
  const request: AuthRequest = {
    login,
    createFile: inputs.boolean('create_credentials_file') ?? true,
    filePath: inputs.text('credentials_file_path', { maxLength: 1000, pattern: /^[^\0]+$/ }),
    exportVariables: inputs.boolean('export_environment_variables') ?? true,
    cleanUp: inputs.boolean('cleanup_credentials') ?? true,
    tokenFormat,
    // An account may be allowed to mint ID tokens, or to sign, and nothing else.
    needsAccess: tokenFormat === undefined || (tokenFormat === 'access_token' && subject === undefined),
    subject,
    idTokenAudience: tokenFormat === 'id_token' ? idTokenAudience : undefined,
    expectedProjectNumber: inputs.text('expected_project_number', {
      pattern: /^\d+$/,
      expected: 'a project number',
    }),
    expectedPrincipal: inputs.text('expected_principal', { maxLength: 600 }),
    doctor: inputs.choice('doctor', ['auto', 'true', 'enforce', 'false'] as const) ?? 'auto',
    providerFile: inputs.text('provider_file', { maxLength: 1000 }),
    githubToken: env.INPUT_GITHUB_TOKEN?.trim() || undefined,
  };
  if (request.githubToken) secrets.add(request.githubToken);
  inputs.done();
  return request;
}
