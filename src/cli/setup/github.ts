import { ReleaseError } from '../../domain/errors/errors.ts';
import { type GithubHost, githubHost, parseRemote } from '../../domain/setup/github-host.ts';
import { createGithubClient, type GithubClient } from '../../github/client.ts';
import type { Endpoints } from '../../http/endpoints.ts';
import type { Context } from '../../runner/context.ts';
import { outputOf } from './run-program.ts';

/** The repository that a folder is a clone of. */
export async function remoteOf(
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<{ host: string; repository: string } | undefined> {
  const address = await outputOf('git', ['remote', 'get-url', 'origin'], { cwd: folder, env });
  return address === undefined ? undefined : parseRemote(address);
}

/**
 * GitHub's client with the token of this person: GH_TOKEN or GITHUB_TOKEN, else the one of gh. It is the client of
 * @actions/github, which the actions bring along anyway; it is loaded with its first request.
 */
export async function openGithub(
  { env, secrets, log }: Pick<Context, 'env' | 'secrets' | 'log'>,
  host: GithubHost,
  endpoints: Pick<Endpoints, 'assertSendable'>,
): Promise<GithubClient> {
  const apiUrl = env.GITHUB_API_URL ?? host.api;
  endpoints.assertSendable(apiUrl);
  const variable = ['GH_TOKEN', 'GITHUB_TOKEN'].find((name) => env[name]);
  const token =
    (variable && env[variable]) ??
    (await outputOf('gh', ['auth', 'token', '--hostname', host.host], { env: { ...env } }));
  if (!token)
    throw new ReleaseError('login-missing', {
      what: `There is no login for ${host.host}.`,
      fix: 'Log in with gh, or set GH_TOKEN to a token that may change environments and variables of the repository:',
      commands: [`gh auth login --hostname ${host.host}`],
    });
  secrets.add(token);
  log.line(`GitHub ${host.host} with the token of ${variable ?? 'gh'}.`);
  return createGithubClient({ token, apiUrl, timeoutMs: 20_000 });
}

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
