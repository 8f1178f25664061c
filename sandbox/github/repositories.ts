import { addSetting } from '../core/settings.ts';
import type { World } from '../core/state.ts';
import type { Reply } from '../core/types.ts';

/** A variable of a repository or of an environment. Names are stored in capitals, as GitHub does. */
export interface Variable {
  name: string;
  value: string;
}

/** The fields of an environment that GitHub's REST API shows and takes (docs.github.com "Deployment environments"). */
export interface Environment {
  id: number;
  name: string;
  wait_timer: number;
  prevent_self_review: boolean;
  reviewers: { type: string; id: number }[];
  deployment_branch_policy: { protected_branches: boolean; custom_branch_policies: boolean } | null;
  /** The patterns of a custom branch policy. */
  policies: { id: number; name: string; type: 'branch' | 'tag' }[];
  variables: Map<string, Variable>;
}

export interface Repository {
  full_name: string;
  id: number;
  owner: { login: string; id: number };
  default_branch: string;
  private: boolean;
  /** False: a private repository of a plan that has no branch rules of environments. */
  hasRules: boolean;
  protectedBranches: string[];
  environments: Map<string, Environment>;
  variables: Map<string, Variable>;
}

export interface RepositoriesState {
  /** By name in lower case: GitHub ignores case. */
  repositories: Map<string, Repository>;
  serial: number;
}

export const repositoriesOf = (world: World): RepositoriesState =>
  world.extension('github-repositories', () => ({
    repositories: new Map([['acme/ocr', blank('acme/ocr', 770001)]]),
    serial: 1000,
  }));

const blank = (name: string, id: number): Repository => ({
  full_name: name,
  id,
  owner: { login: name.split('/')[0] as string, id: 4211 },
  default_branch: 'main',
  private: true,
  hasRules: true,
  protectedBranches: [],
  environments: new Map(),
  variables: new Map(),
});

/** `PATCH /settings {"githubRepositories": {"acme/other": {"id": 770002}}}` adds or changes one; `null` removes it. */
export function repositorySettings(world: World): void {
  const state = repositoriesOf(world);
  addSetting(world, 'githubRepositories', (value) => {
    for (const [name, change] of Object.entries(
      (value ?? {}) as Record<string, Partial<Repository> | null>,
    )) {
      const key = name.toLowerCase();
      if (change === null) state.repositories.delete(key);
      else {
        const before = state.repositories.get(key) ?? blank(name, ++state.serial);
        state.repositories.set(key, { ...before, ...change });
      }
    }
  });
  world.views.set('githubRepositories', () =>
    Object.fromEntries(
      [...state.repositories].map(([key, one]) => [
        key,
        {
          ...one,
          variables: [...one.variables.values()],
          environments: [...one.environments.values()].map((each) => ({
            ...each,
            variables: [...each.variables.values()],
          })),
        },
      ]),
    ),
  );
}

export const notFound: Reply = {
  status: 404,
  body: { message: 'Not Found', documentation_url: 'https://docs.github.com/rest', status: '404' },
};

export const invalid = (message: string): Reply => ({
  status: 422,
  body: { message, documentation_url: 'https://docs.github.com/rest', status: '422' },
});

/** The body of "Get a repository", as far as a client of a set-up reads it. */
export const showRepository = (one: Repository) => ({
  id: one.id,
  name: one.full_name.split('/')[1],
  full_name: one.full_name,
  private: one.private,
  owner: { ...one.owner, type: 'Organization' },
  html_url: `https://github.com/${one.full_name}`,
  default_branch: one.default_branch,
  visibility: one.private ? 'private' : 'public',
});
