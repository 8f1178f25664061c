import { objectOf, textOf } from '../domain/data/json.ts';
import { ReleaseError } from '../domain/errors/errors.ts';
import { createFetch } from '../http/fetch.ts';

export interface GithubClientOptions {
  token: string | undefined;
  /** Base URL of GitHub's API, from GITHUB_API_URL. */
  apiUrl: string | undefined;
  /** Milliseconds for one request. */
  timeoutMs: number;
  /** The largest answer in bytes. Default: 1 MiB. */
  maxBytes?: number;
}

/** GitHub's REST API through the client of @actions/github. */
export interface GithubClient {
  request(
    route: string,
    parameters: Record<string, unknown>,
    signal?: AbortSignal,
  ): Promise<{ status: number; data: unknown }>;
}

/** Loaded only if it is needed, because octokit takes longer to load than everything else. */
export function createGithubClient({
  token,
  apiUrl,
  timeoutMs,
  maxBytes = 1024 * 1024,
}: GithubClientOptions): GithubClient {
  type Octokit = ReturnType<typeof import('@actions/github').getOctokit>;
  let loading: Promise<Octokit> | undefined;
  const octokit = (): Promise<Octokit> => {
    // Octokit's own fetch knows neither the rules of our HTTP stack nor its proxies.
    const fetch = createFetch({ timeoutMs, maxBytes });
    loading ??= import('@actions/github').then(({ getOctokit }) =>
      getOctokit(token ?? '', { ...(apiUrl ? { baseUrl: apiUrl } : {}), request: { fetch } }),
    );
    return loading;
  };
  return {
    async request(route, parameters, signal) {
      const client = await octokit();
      // Loading the client takes time on a busy machine, and that is no time of the request.
      const timeout = AbortSignal.timeout(timeoutMs);
      const request = { signal: signal ? AbortSignal.any([signal, timeout]) : timeout };
      const { status, data } = await client.request(route, { ...parameters, request });
      return { status, data };
    },
  };
}

/** The status of GitHub's answer, if the error is one. */
export const statusOf = (error: unknown): number | undefined => {
  const status: unknown = objectOf(error).status;
  return typeof status === 'number' ? status : undefined;
};

/** What an error of GitHub's client says: GitHub's own words, if there was an answer. */
export const saidBy = (error: unknown): string =>
  textOf(objectOf(objectOf(objectOf(error).response).data).message) ??
  (error instanceof Error ? error.message : String(error));

/** GitHub's refusal as an error of ours, with GitHub's own words. */
export function githubError(route: string, error: unknown): ReleaseError {
  return new ReleaseError(statusOf(error) === 403 ? 'permission-denied' : 'remote-error', {
    what: `${route} answered ${statusOf(error) ?? 'nothing'}: ${saidBy(error).replace(/\s+/g, ' ').slice(0, 300)}`,
    cause: error,
  });
}
