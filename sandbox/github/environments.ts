import type { World } from '../core/state.ts';
import type { Call, Reply, Route } from '../core/types.ts';
import {
  type Environment,
  invalid,
  notFound,
  type Repository,
  repositoriesOf,
  showRepository,
} from './repositories.ts';
import { variableRoutes } from './variables.ts';

/** Finds what a path names. GitHub answers 404 to a caller without a token, as for a repository that is not there. */
export function lookUp(world: World) {
  const { repositories } = repositoriesOf(world);
  return (call: Call, { owner, repo }: Record<string, string>): Repository | undefined =>
    call.headers.authorization ? repositories.get(`${owner}/${repo}`.toLowerCase()) : undefined;
}

const time = '2026-11-01T08:00:00Z';

/** The protection rules as GitHub shows them: one entry for each kind that is set. */
function rulesOf({ id, wait_timer, prevent_self_review, reviewers, deployment_branch_policy }: Environment) {
  const rule = (at: number, type: string, more = {}) => ({
    id: id * 10 + at,
    node_id: `GA_${at}`,
    type,
    ...more,
  });
  return [
    ...(wait_timer > 0 ? [rule(1, 'wait_timer', { wait_timer })] : []),
    ...(reviewers.length > 0
      ? [
          rule(2, 'required_reviewers', {
            prevent_self_review,
            reviewers: reviewers.map(({ type, id: who }) => ({
              type,
              reviewer: { id: who, login: `user-${who}` },
            })),
          }),
        ]
      : []),
    ...(deployment_branch_policy ? [rule(3, 'branch_policy')] : []),
  ];
}

const show = (one: Environment) => ({
  id: one.id,
  name: one.name,
  created_at: time,
  updated_at: time,
  protection_rules: rulesOf(one),
  deployment_branch_policy: one.deployment_branch_policy,
});

const fields = ['wait_timer', 'prevent_self_review', 'reviewers', 'deployment_branch_policy'];

/** Creates an environment, or replaces it as a whole: what the body leaves out is reset (REST "Create or update an environment"). */
function put(world: World, repository: Repository, name: string, body: Record<string, unknown>): Reply {
  const strange = Object.keys(body).find((key) => !fields.includes(key));
  if (strange) return invalid(`Invalid request.\n\n"${strange}" is not a permitted key.`);
  const policy = (body.deployment_branch_policy ?? null) as Environment['deployment_branch_policy'];
  if (policy && policy.protected_branches === policy.custom_branch_policies)
    return invalid('protected_branches and custom_branch_policies cannot have the same value');
  if (policy && !repository.hasRules)
    return invalid(
      'Failed to create the environment protection rule. Please ensure the billing plan supports the branch policy protection rule.',
    );
  const before = repository.environments.get(name.toLowerCase());
  const made: Environment = {
    id: before?.id ?? ++repositoriesOf(world).serial,
    name: before?.name ?? name,
    wait_timer: Number(body.wait_timer ?? 0),
    prevent_self_review: body.prevent_self_review === true,
    reviewers: (body.reviewers ?? []) as Environment['reviewers'],
    deployment_branch_policy: policy,
    policies: policy?.custom_branch_policies ? (before?.policies ?? []) : [],
    variables: before?.variables ?? new Map(),
  };
  repository.environments.set(name.toLowerCase(), made);
  return { status: 200, body: show(made) };
}

/** Repositories, environments, their branch policies and variables. */
export function environmentRoutes(world: World): Route[] {
  const repositoryOf = lookUp(world);
  const open = (method: string, pattern: string, handle: Route['handle']): Route => ({
    ...{ method, pattern, authenticated: false, handle },
  });
  const within = (
    then: (call: Call, repository: Repository, params: Record<string, string>) => Reply,
  ): Route['handle'] => {
    return (call, params) => {
      const repository = repositoryOf(call, params);
      return repository ? then(call, repository, params) : notFound;
    };
  };
  const environmentOf = (repository: Repository, { name = '' }: Record<string, string>) =>
    repository.environments.get(name.toLowerCase());
  const one = '/repos/:owner/:repo/environments/:name';
  const policies = `${one}/deployment-branch-policies`;
  return [
    open(
      'GET',
      '/repos/:owner/:repo',
      within((_, repository) => ({ status: 200, body: showRepository(repository) })),
    ),
    open(
      'GET',
      '/repos/:owner/:repo/branches/:branch',
      within((_, repository, { branch = '' }) => ({
        status: 200,
        body: { name: branch, protected: repository.protectedBranches.includes(branch) },
      })),
    ),
    open(
      'GET',
      '/repos/:owner/:repo/environments',
      within((_, { environments }) => ({
        status: 200,
        body: { total_count: environments.size, environments: [...environments.values()].map(show) },
      })),
    ),
    open(
      'GET',
      one,
      within((_, repository, params) => {
        const found = environmentOf(repository, params);
        return found ? { status: 200, body: show(found) } : notFound;
      }),
    ),
    open(
      'PUT',
      one,
      within((call, repository, { name = '' }) => put(world, repository, name, call.json())),
    ),
    open(
      'GET',
      policies,
      within((call, repository, params) => {
        const found = environmentOf(repository, params);
        if (!found) return notFound;
        // 30 to a page, at most 100 (REST "Deployment branch policies").
        const size = Math.min(Number(call.query.get('per_page') ?? 30), 100);
        const from = (Number(call.query.get('page') ?? 1) - 1) * size;
        return {
          status: 200,
          body: {
            total_count: found.policies.length,
            branch_policies: found.policies.slice(from, from + size),
          },
        };
      }),
    ),
    open(
      'POST',
      policies,
      within((call, repository, params) => {
        const found = environmentOf(repository, params);
        // Without a custom policy there is no list to add to.
        if (!found?.deployment_branch_policy?.custom_branch_policies) return notFound;
        const { name, type = 'branch' } = call.json() as { name?: string; type?: 'branch' | 'tag' };
        if (!name) return invalid('name is missing');
        if (found.policies.some((each) => each.name === name && each.type === type))
          return { status: 303, body: {} };
        const policy = { id: ++repositoriesOf(world).serial, name, type };
        found.policies.push(policy);
        return { status: 200, body: policy };
      }),
    ),
    ...variableRoutes((call, params) => {
      const repository = repositoryOf(call, params);
      if (!repository) return undefined;
      return params.name === undefined ? repository.variables : environmentOf(repository, params)?.variables;
    }),
  ];
}
