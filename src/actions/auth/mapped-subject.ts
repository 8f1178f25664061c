import type { Claims } from '../../domain/login/claims.ts';
import { type ProviderResource, parseProviderResource } from '../../domain/login/doctor/facts.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import type { Context } from '../../runner/context.ts';
import { readRegularFile } from '../../runner/regular-file.ts';
import type { Platform } from '../login/platform.ts';

/** Reads the provider from `provider_file`. A file that cannot be used is a warning. */
export function givenProvider(
  path: string | undefined,
  log: Pick<Context['log'], 'warning'>,
): ProviderResource | undefined {
  if (!path) return undefined;
  try {
    return parseProviderResource(JSON.parse(readRegularFile(path)));
  } catch (error) {
    log.warning(`provider_file ${path} cannot be used: ${(error as Error).message}`);
    return undefined;
  }
}

/**
 * The `google.subject` that the provider maps these claims to. Its mapping comes from `provider_file` or from the API, if
 * the identity may read it (`iam.workloadIdentityPoolProviders.get`). Undefined if neither works.
 */
export async function mappedSubject(
  context: Pick<Context, 'log' | 'signal'>,
  { rest, tokens }: Pick<Platform, 'rest' | 'tokens'>,
  request: { login: LoginRequest; providerFile: string | undefined },
  claims: Claims,
): Promise<string | undefined> {
  const quiet = { warning: () => {} };
  const resource =
    // The doctor warns about a file that cannot be used, so this read stays quiet.
    givenProvider(request.providerFile, quiet) ??
    (await readProvider(rest, request.login, (await tokens.federated()).token, context.signal));
  const expression = resource?.attributeMapping['google.subject'];
  if (expression === undefined) return undefined;
  // The usual mapping needs no evaluation, and so no CEL library.
  if (expression.trim() === 'assertion.sub') return typeof claims.sub === 'string' ? claims.sub : undefined;
  const { mapClaims } = await import('../../domain/login/doctor/cel.ts');
  return mapClaims({ 'google.subject': expression }, claims).subject;
}

async function readProvider(
  rest: Platform['rest'],
  { provider }: LoginRequest,
  bearer: string,
  signal: AbortSignal,
): Promise<ProviderResource | undefined> {
  try {
    const answer = await rest.call<unknown>({
      api: 'iam',
      method: 'GET',
      path: `v1/${provider?.name}`,
      bearer,
      deadlineMs: 5000,
      attemptMs: 3000,
      signal,
    });
    return parseProviderResource(answer.body);
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
