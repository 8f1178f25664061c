import { listOf, objectOf, textOf } from '../domain/data/json.ts';
import type { BranchRule } from '../domain/doctor/environment.ts';
import type { Reading } from '../domain/exposure/facts.ts';
import { createGithubClient, githubError, statusOf } from './client.ts';

/** No environment has more rules than these pages hold. */
const maxPages = 20;

/** Reads which branches an environment admits (GitHub REST "Get an environment", "List deployment branch policies"). */
export async function readBranchRule(
  { token, apiUrl }: { token: string | undefined; apiUrl: string | undefined },
  { repository, environment }: { repository: string; environment: string },
  signal: AbortSignal,
): Promise<Reading<BranchRule>> {
  const route = 'GET /repos/{owner}/{repo}/environments/{environment_name}';
  const call = `${route.replace('{owner}/{repo}', repository).replace('{environment_name}', environment)}`;
  if (token === undefined)
    return {
      ok: false,
      call,
      cause: 'denied',
      permission: 'actions: read',
      detail: 'no token of GitHub is given',
    };
  const client = createGithubClient({ token, apiUrl, timeoutMs: 10_000 });
  const [owner = '', repo = ''] = repository.split('/');
  const place = { owner, repo, environment_name: environment };
  try {
    const { data } = await client.request(route, place, signal);
    const policy = objectOf(data).deployment_branch_policy;
    if (policy === null || policy === undefined) return { ok: true, call, value: { kind: 'every' } };
    if (objectOf(policy).protected_branches === true) return { ok: true, call, value: { kind: 'protected' } };
    const names: string[] = [];
    for (let page = 1, total = 1; names.length < total && page <= maxPages; page++) {
      const { data: listed } = await client.request(
        `${route}/deployment-branch-policies`,
        { ...place, per_page: 100, page },
        signal,
      );
      const found = listOf(objectOf(listed).branch_policies).flatMap(
        (one) => textOf(objectOf(one).name) ?? [],
      );
      if (found.length === 0) break;
      names.push(...found);
      total = Number(objectOf(listed).total_count) || 0;
    }
    return { ok: true, call, value: { kind: 'named', names } };
  } catch (error) {
    if (signal.aborted) throw error;
    const cause = statusOf(error) === 404 ? 'absent' : 'failed';
    return { ok: false, call, cause, detail: githubError(route, error).what };
  }
}
