import { objectOf, textOf } from '../domain/data/json.ts';
import { createFetch } from '../http/fetch.ts';
import type { Runs } from '../steps/ports/runs.ts';

export interface GithubOptions {
  /** Needs `actions: read`; without it every answer is `unknown`. */
  token: string | undefined;
  /** Base URL of GitHub's API, from GITHUB_API_URL. */
  apiUrl: string | undefined;
  /** Milliseconds for one request. */
  timeoutMs?: number;
}

/** Asks GitHub whether a job, or the attempt of a run, is over (REST "Get a job" and "Get a workflow run attempt"). */
export function createRuns(options: GithubOptions): Runs {
  const { token, apiUrl, timeoutMs = 10_000 } = options;
  type Octokit = ReturnType<typeof import('@actions/github').getOctokit>;
  let loading: Promise<Octokit> | undefined;
  // Loaded only if the open record of another run is found, because octokit takes longer to load than everything else.
  const octokit = (): Promise<Octokit> => {
    // Octokit's own fetch knows neither the rules of our HTTP stack nor its proxies.
    const fetch = createFetch({ timeoutMs, maxBytes: 1024 * 1024 });
    loading ??= import('@actions/github').then(({ getOctokit }) =>
      getOctokit(token ?? '', { ...(apiUrl ? { baseUrl: apiUrl } : {}), request: { fetch } }),
    );
    return loading;
  };

  async function statusOf(
    route: string,
    parameters: Record<string, string | number>,
    signal: AbortSignal | undefined,
  ) {
    const timeout = AbortSignal.timeout(timeoutMs);
    const request = { signal: signal ? AbortSignal.any([signal, timeout]) : timeout };
    const answer = await (await octokit()).request(route, { ...parameters, request });
    const data: unknown = answer.data;
    return textOf(objectOf(data).status);
  }

  return {
    async state(record, signal) {
      const [owner, repo] = record.repository.split('/');
      if (!token || !owner || !repo || !record.run) return 'unknown';
      const questions: [string, Record<string, string | number>][] = [
        [
          'GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}',
          { owner, repo, run_id: record.run, attempt_number: record.attempt },
        ],
      ];
      // Ask about the job first, because it ends before its run. If GitHub does not answer that, ask about the run.
      if (record.job)
        questions.unshift([
          'GET /repos/{owner}/{repo}/actions/jobs/{job_id}',
          { owner, repo, job_id: record.job },
        ]);
      for (const [route, parameters] of questions) {
        try {
          const status = await statusOf(route, parameters, signal);
          if (status !== undefined) return status === 'completed' ? 'over' : 'alive';
        } catch (error) {
          if (signal?.aborted) throw signal.reason ?? error;
        }
      }
      return 'unknown';
    },
  };
}
