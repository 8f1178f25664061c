import { objectOf, textOf } from '../../domain/data/json.ts';
import type { Repositories } from '../../steps/setup/ports.ts';
import { type GithubClient, githubError, statusOf } from '../client.ts';

/** `owner/name` as the parameters of a route. */
export function named(repository: string): { owner: string; repo: string } {
  const [owner = '', repo = ''] = repository.split('/');
  return { owner, repo };
}

const idOf = (value: unknown): string | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined;

/** Reads a repository (REST "Get a repository"). GitHub follows renames, so the name comes back as it is now. */
export function createRepositories(github: GithubClient): Repositories {
  const route = 'GET /repos/{owner}/{repo}';
  return {
    async find(name, signal) {
      try {
        const { data } = await github.request(route, named(name), signal);
        const body = objectOf(data);
        const id = idOf(body.id);
        const ownerId = idOf(objectOf(body.owner).id);
        if (id === undefined || ownerId === undefined) return undefined;
        return {
          ...{ name: textOf(body.full_name) ?? name, id, ownerId },
          defaultBranch: textOf(body.default_branch) ?? 'main',
        };
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw githubError(route, error);
      }
    },
  };
}
