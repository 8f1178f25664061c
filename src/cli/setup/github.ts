import { ReleaseError } from '../../domain/errors/errors.ts';
import {
  type GithubHost,
  githubHost,
  parseRemote,
  type RepositoryAddress,
  tokenVariables,
} from '../../domain/setup/github-host.ts';
import { createGithubClient, type GithubClient } from '../../github/client.ts';
import type { Endpoints } from '../../http/endpoints.ts';
import type { Context } from '../../runner/context.ts';
import { outputOf } from './run-program.ts';

/** The repository that a folder is a clone of. */
export async function remoteOf(
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<RepositoryAddress | undefined> {
  const address = await outputOf('git', ['remote', 'get-url', 'origin'], { cwd: folder, env });
  return address === undefined ? undefined : parseRemote(address);
}

/**
 * GitHub's client with the token of this person: one of the variables of gh, else the one that gh keeps for this host. It is the
 * client of @actions/github, which the actions bring along anyway; it is loaded with its first request.
 */
export async function openGithub(
  { env, secrets, log }: Pick<Context, 'env' | 'secrets' | 'log'>,
  host: GithubHost,
  endpoints: Pick<Endpoints, 'assertSendable' | 'loopback'>,
): Promise<GithubClient> {
  const jobServer = hostIn(env.GITHUB_SERVER_URL);
  // A job of another GitHub names the API of that one.
  const isOwn = endpoints.loopback || (jobServer ?? 'github.com') === host.host;
  const apiUrl = (isOwn ? env.GITHUB_API_URL : undefined) ?? host.api;
  endpoints.assertSendable(apiUrl);
  const variables = tokenVariables(host.host, jobServer);
  const variable = variables.find((name) => env[name]);
  const token =
    (variable && env[variable]) ??
    (await outputOf('gh', ['auth', 'token', '--hostname', host.host], { env: { ...env } }));
  if (!token)
    throw new ReleaseError('login-missing', {
      what: `There is no login for ${host.host}.`,
      fix: `Log in with gh, or set ${variables[0]} to a token that may change environments and variables of the repository:`,
      commands: [`gh auth login --hostname ${host.host}`],
    });
  secrets.add(token);
  log.line(`GitHub ${host.host} with the token of ${variable ?? 'gh'}.`);
  return createGithubClient({ token, apiUrl, timeoutMs: 20_000 });
}

const hostIn = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url).host : undefined;

/**
 * The GitHub of a host. On the sandbox, the issuer is the server from which a job gets its tokens.
 */
export function hostOf(
  host: string,
  env: Context['env'],
  endpoints: Pick<Endpoints, 'loopback'>,
): GithubHost {
  const found = githubHost(host);
  const own = env.ACTIONS_ID_TOKEN_REQUEST_URL;
  if (!endpoints.loopback || !own || !URL.canParse(own)) return found;
  return { ...found, issuer: new URL(own).origin };
}
