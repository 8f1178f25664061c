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

/** All inputs of `auth`. Throws one error with every problem. */
export function readAuthRequest({
  inputs,
  env,
  localLogin,
}: Pick<Context, 'inputs' | 'env' | 'localLogin'>): AuthRequest {
  const values = inputs.of('auth');
  const login = readLogin({ inputs, env, localLogin }, values, { optional: true, accountNamesProject: true });
  if (login.source !== 'inputs') inputs.missing('workload_identity_provider');
  login.lifetimeSeconds = Math.round(values.access_token_lifetime);
  login.scopes = values.access_token_scopes ?? login.scopes;
  login.propagationSeconds = values.propagation_timeout;
  const { token_format: tokenFormat, id_token_audience: idTokenAudience } = values;
  login.includeEmail = values.id_token_include_email ?? tokenFormat !== 'id_token';
  if (tokenFormat === 'id_token') {
    if (!idTokenAudience) inputs.missing('id_token_audience');
    if (login.source === 'inputs' && !login.serviceAccount && !login.invokerServiceAccount)
      inputs.missing(
        'invoker_service_account',
        'the account that mints the ID token, since a federated identity alone cannot',
      );
  }
  const subject = values.access_token_subject;
  if (subject && !login.serviceAccount)
    inputs.problem('access_token_subject', 'domain-wide delegation needs service_account');
  inputs.done();
  return {
    login,
    createFile: values.create_credentials_file,
    filePath: values.credentials_file_path,
    exportVariables: values.export_environment_variables,
    cleanUp: values.cleanup_credentials,
    tokenFormat,
    // An account may be allowed only to mint ID tokens, or only to sign.
    needsAccess: tokenFormat === undefined || (tokenFormat === 'access_token' && subject === undefined),
    subject,
    idTokenAudience: tokenFormat === 'id_token' ? idTokenAudience : undefined,
    expectedProjectNumber: values.expected_project_number,
    expectedPrincipal: values.expected_principal,
    doctor: values.doctor,
    providerFile: values.provider_file,
    githubToken: values.github_token,
  };
}
