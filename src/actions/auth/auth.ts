import { shownClaims } from '../../domain/login/claims.ts';
import { poolViewerRole } from '../../domain/login/identity.ts';
import type { LoginRequest } from '../../domain/login/request.ts';
import { newReport } from '../../domain/report/report.ts';
import type { Action } from '../../runner/action.ts';
import type { Context } from '../../runner/context.ts';
import { timingOf } from '../../runner/timing.ts';
import { type LoginResult, login as logIn } from '../../steps/login/login.ts';
import { openPlatform, type Platform } from '../login/platform.ts';
import {
  credentialsOf,
  planCredentialsPath,
  removeCredentials,
  writeCredentials,
} from './credentials-file.ts';
import { type AuthRequest, readAuthRequest } from './inputs.ts';

export const auth: Action<'auth'> = async (context) => {
  const request = readAuthRequest(context);
  const platform = openPlatform(context, request.login);
  const { log, clock } = context;
  log.line(`Log in through ${request.login.provider?.name}`);

  let result: LoginResult;
  try {
    result = await logIn(
      {
        tokens: platform.tokens,
        mappedSubject: async (claims) =>
          (await import('./mapped-subject.ts')).mappedSubject(context, platform, request, claims),
      },
      request,
    );
  } catch (error) {
    throw await examined(context, platform, request, error);
  }
  const shown = result.access ?? result.idToken ?? result.federated;
  const expires = new Date(clock.now() + shown.expiresAt - clock.steady()).toISOString();
  log.line(`✓ GitHub's token  ${result.subject}`);
  log.line(`✓ Logged in       ${result.principal} until ${expires}`);

  if (result.principalAssumed) logAssumedPrincipal(log, request);

  const report = newReport('auth', { project: platform.projectId || undefined });
  report.inputs = context.inputs.given;
  report.verdict = 'pass';
  report.reason = `Logged in as ${result.principal}.`;
  report.evidence.login = {
    provider: request.login.provider?.name,
    principal: result.principal,
    ...(result.principalAssumed ? { principal_assumed: true } : {}),
    subject: result.subject,
    expires_at: expires,
    claims: Object.fromEntries(shownClaims(result.claims)),
  };
  if (request.doctor === 'true' || request.doctor === 'enforce') {
    const { examineLogin } = await import('./doctor.ts');
    const verdict = await examineLogin(context, platform, request, report);
    if (verdict === 'fail' && request.doctor === 'enforce') {
      report.verdict = verdict;
      report.reason = `The login works, but it lets in others too: ${report.findings[0]?.title ?? ''}`;
      return { report, view };
    }
  }
  let tokens: Record<string, string>;
  try {
    tokens = await tokenOutputs(context, platform, request, result);
  } catch (error) {
    throw await examined(context, platform, request, error);
  }
  const file = request.createFile ? makeFile(context, platform, request) : undefined;
  report.timings.push(timingOf(context, 'login', context.startedAt, report.verdict));
  return {
    report,
    view,
    outputs: {
      project_id: platform.projectId || undefined,
      credentials_file_path: file,
      expires_at: expires,
      principal: result.principal,
      subject: result.subject,
    },
    secretOutputs: tokens,
    exports: request.exportVariables ? environment(request.login, file) : {},
  };
};

const view = async () => (await import('../../domain/summary/login/section.ts')).authView;

/** The failure with the cause that the doctor finds, unless the input `doctor` is false. */
async function examined(
  context: Context,
  platform: Platform,
  request: AuthRequest,
  error: unknown,
): Promise<unknown> {
  if (request.doctor === 'false') return error;
  const { examineFailure } = await import('./doctor.ts');
  return examineFailure(context, platform, request, error);
}

/** Removes the credentials file. Needs no network and never fails the job. */
export const authPost: Action<'auth'> = async (context) => {
  const path = context.state('credentials_path');
  const report = newReport('auth');
  report.verdict = 'pass';
  report.reason = path ? `Removed ${path}.` : 'No credentials file to remove.';
  if (path && context.state('cleanup') === 'false')
    report.reason = `Left ${path} in place (cleanup_credentials: false).`;
  else if (path) {
    const problem = removeCredentials(path);
    if (problem) {
      report.verdict = 'inconclusive';
      report.reason = `The credentials file ${path} could not be removed (${problem}). It stays usable until this job ends.`;
    }
  }
  return { report, exitCode: 0, summary: false };
};

/** The tokens for the outputs. `auth_token` is always the federated token, as in google-github-actions/auth@v3. */
async function tokenOutputs(
  context: Context,
  platform: Platform,
  request: AuthRequest,
  result: LoginResult,
): Promise<Record<string, string>> {
  const tokens: Record<string, string> = { auth_token: result.federated.token };
  if (result.idToken) tokens.id_token = result.idToken.token;
  if (request.tokenFormat === 'access_token') {
    if (request.subject) {
      const { delegatedToken } = await import('../../gcp/login/domain-wide-delegation.ts');
      tokens.access_token = await delegatedToken({
        ...platform,
        ...{ login: request.login, user: request.subject },
        ...{ clock: context.clock, log: context.log, signal: context.signal },
        addSecret: context.secrets.add,
      });
    } else if (result.access) tokens.access_token = result.access.token;
  }
  return tokens;
}

/** A warning if expected_principal was compared with the assumed principal, else only a line of the log. */
function logAssumedPrincipal(log: Context['log'], request: AuthRequest): void {
  const text = `The principal is assumed from sub. This identity may not read the provider, which may map google.subject differently. Grant ${poolViewerRole} on the provider's project, or set provider_file.`;
  if (request.expectedPrincipal)
    log.warning(`expected_principal was compared with an assumed principal. ${text}`);
  else log.line(`  ${text}`);
}

/** Saves the path for the post step before it writes the file, so a job that is killed in between leaves nothing behind. */
function makeFile(context: Context, platform: Platform, request: AuthRequest): string {
  const path = planCredentialsPath(context.env, request.filePath);
  if (request.filePath)
    context.log.warning(
      `The credentials file is at ${path}, where a Docker build context, an uploaded artifact, a function's source or "git add" can include it. Anyone who reads it can act as this job until the job ends. Add its name to .gitignore, .dockerignore and .gcloudignore, or remove credentials_file_path.`,
    );
  context.saveState('cleanup', String(request.cleanUp));
  context.saveState('credentials_path', path);
  try {
    writeCredentials(path, credentialsOf(request.login, platform.endpoints));
  } catch (error) {
    // The post step must not remove a file that was there before.
    context.saveState('credentials_path', '');
    throw error;
  }
  return path;
}

/** The variables that auth@v3 exports. gcloud, Terraform, the SDKs and Google's other actions read them. */
function environment(login: LoginRequest, file: string | undefined): Record<string, string> {
  const variables: Record<string, string> = {};
  if (file)
    for (const name of [
      'CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE',
      'GOOGLE_APPLICATION_CREDENTIALS',
      'GOOGLE_GHA_CREDS_PATH',
    ])
      variables[name] = file;
  if (login.projectId)
    for (const name of [
      'CLOUDSDK_CORE_PROJECT',
      'CLOUDSDK_PROJECT',
      'GCLOUD_PROJECT',
      'GCP_PROJECT',
      'GOOGLE_CLOUD_PROJECT',
    ])
      variables[name] = login.projectId;
  if (login.universe !== 'googleapis.com')
    for (const name of ['CLOUDSDK_CORE_UNIVERSE_DOMAIN', 'GOOGLE_CLOUD_UNIVERSE_DOMAIN'])
      variables[name] = login.universe;
  return variables;
}
