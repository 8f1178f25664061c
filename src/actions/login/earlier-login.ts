import { parseProvider } from '../../domain/login/identity.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import type { Environment } from '../../inputs/reader.ts';
import { readRegularFile } from '../../runner/regular-file.ts';

/** Variables in which Google's tools and actions look for a credentials file, the most specific first. auth@v3 exports all three. */
const fileVariables = [
  'GOOGLE_GHA_CREDS_PATH',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE',
];

/** The login that an earlier step of the job left, as a separate request; undefined if there is none to use. */
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

/**
 * Reads into the request the credentials file that an earlier step exported, ours or Google's. Its type must be
 * `external_account` (AIP-4117); otherwise the request gets a refusal.
 */
export function useCredentialsFile(request: LoginRequest, env: Environment): void {
  const variable = fileVariables.find((name) => env[name]?.trim());
  const path = variable ? (env[variable] ?? '').trim() : '';
  if (!variable || !path) return;
  request.source = 'file';
  request.from = `${variable}=${path}`;
  let content: Record<string, unknown>;
  try {
    content = JSON.parse(readRegularFile(path)) as Record<string, unknown>;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    request.refusal = {
      code: 'login-missing',
      what: `${variable} names ${path}, which ${missing ? 'does not exist' : 'cannot be read as JSON'}.`,
      why: missing
        ? 'actions/checkout removes it if it runs after the login, because it empties the workspace. Or the step that wrote it ran in another container, or its post step has already removed the file.'
        : undefined,
      fix: 'Put actions/checkout before the auth step, or set workload_identity_provider on this step.',
    };
    return;
  }
  if (content.type !== 'external_account') {
    const isKey = content.type === 'service_account';
    request.refusal = {
      code: isKey ? 'login-key-refused' : 'login-missing',
      what: `${variable} names ${isKey ? 'a service-account key' : `credentials of the type "${String(content.type).slice(0, 40)}"`}.`,
      why: isKey
        ? 'A key is a password that does not expire. These actions log in without one.'
        : 'These actions log in by workload identity federation only.',
      fix: 'Set workload_identity_provider on this step. actions/auth/README.md shows how to create a provider.',
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
