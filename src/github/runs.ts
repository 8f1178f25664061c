import { objectOf, textOf } from '../domain/data/json.ts';
import type { Runs } from '../steps/ports/runs.ts';
import { createGithubClient } from './client.ts';

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
  const github = createGithubClient({ token, apiUrl, timeoutMs });

  async function statusOf(
    route: string,
    parameters: Record<string, string | number>,
    signal: AbortSignal | undefined,
  ) {
    const { data } = await github.request(route, parameters, signal);
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
