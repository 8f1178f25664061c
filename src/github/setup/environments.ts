import { isObject, type JsonObject, listOf, objectOf, textOf } from '../../domain/data/json.ts';
import { absent, type Observed } from '../../domain/setup/observed.ts';
import type { Of } from '../../domain/setup/resource.ts';
import { type GithubClient, statusOf } from '../client.ts';
import { observe, send } from './calls.ts';
import { named } from './repositories.ts';

/** Environments and their branch rules (REST "Deployment environments" and "Deployment branch policies"). */

const environmentRoute = '/repos/{owner}/{repo}/environments/{environment_name}';
const rulesRoute = `${environmentRoute}/deployment-branch-policies`;
const parameters = (repository: string, environment: string) => ({
  ...named(repository),
  environment_name: environment,
});

const policyOf = (environment: JsonObject): JsonObject | undefined =>
  isObject(environment.deployment_branch_policy) ? environment.deployment_branch_policy : undefined;

export function observeEnvironment(
  github: GithubClient,
  { repository, name }: Of<'environment'>,
  signal?: AbortSignal,
): Promise<Observed> {
  return observe(github, `GET ${environmentRoute}`, parameters(repository, name), signal, (body) => ({
    state: 'present',
    ours: false,
    fields: { branches: policyOf(body) ? 'restricted' : 'any' },
  }));
}

/**
 * Restricts the environment to a list of branches. GitHub resets whatever a PUT leaves out, so the reviewers and the
 * waiting time are read and sent back.
 */
export async function writeEnvironment(
  github: GithubClient,
  { repository, name }: Of<'environment'>,
  signal?: AbortSignal,
): Promise<void> {
  const at = parameters(repository, name);
  let live: JsonObject = {};
  try {
    live = objectOf((await github.request(`GET ${environmentRoute}`, at, signal)).data);
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
  if (policyOf(live)) return;
  const policy = { protected_branches: false, custom_branch_policies: true };
  await send(
    github,
    `PUT ${environmentRoute}`,
    { ...at, ...keptRules(live), deployment_branch_policy: policy },
    signal,
  );
}

/** The protection rules of an environment, in the form in which a PUT takes them. */
export function keptRules(live: JsonObject): JsonObject {
  const kept: JsonObject = {};
  for (const rule of listOf(live.protection_rules).map(objectOf)) {
    if (typeof rule.wait_timer === 'number') kept.wait_timer = rule.wait_timer;
    if (typeof rule.prevent_self_review === 'boolean') kept.prevent_self_review = rule.prevent_self_review;
    if (rule.type === 'required_reviewers')
      kept.reviewers = listOf(rule.reviewers)
        .map(objectOf)
        .flatMap(({ type, reviewer }) => {
          const { id } = objectOf(reviewer);
          return typeof id === 'number' && typeof type === 'string' ? [{ type, id }] : [];
        });
  }
  return kept;
}

/** GitHub matches the name of a branch as Ruby's File.fnmatch does: `*` stops at a slash. */
const matches = (pattern: string, branch: string): boolean =>
  new RegExp(
    `^${pattern
      .split(/(\*\*\/|\*)/)
      .map((part) =>
        part === '**/' ? '(?:.*/)?' : part === '*' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'),
      )
      .join('')}$`,
  ).test(branch);

export async function observeBranch(
  github: GithubClient,
  { repository, environment, branch }: Of<'branch'>,
  signal?: AbortSignal,
): Promise<Observed> {
  const at = parameters(repository, environment);
  const found = await observe(github, `GET ${environmentRoute}`, at, signal, (body) => ({
    state: 'present',
    ours: false,
    fields: {
      branches: policyOf(body)?.protected_branches === true ? 'protected' : policyOf(body) ? 'list' : 'any',
    },
  }));
  if (found.state !== 'present' || found.fields.branches === 'any')
    return found.state === 'present' ? absent : found;
  if (found.fields.branches === 'protected') return protectedBranch(github, repository, branch, signal);
  return observe(github, `GET ${rulesRoute}`, { ...at, per_page: 100 }, signal, (body) => {
    const names = listOf(body.branch_policies)
      .map(objectOf)
      .filter(({ type }) => type !== 'tag')
      .flatMap(({ name }) => textOf(name) ?? []);
    if (names.length === 0) return absent;
    const allowed = names.some((name) => matches(name, branch)) ? 'yes' : 'no';
    return { state: 'present', ours: false, fields: { allowed } };
  });
}

/** An environment may also take every protected branch. */
function protectedBranch(
  github: GithubClient,
  repository: string,
  branch: string,
  signal?: AbortSignal,
): Promise<Observed> {
  const at = { ...named(repository), branch };
  return observe(github, 'GET /repos/{owner}/{repo}/branches/{branch}', at, signal, (body) => ({
    state: 'present',
    ours: false,
    fields: { allowed: body.protected === true ? 'yes' : 'no' },
  }));
}

export async function writeBranch(
  github: GithubClient,
  { repository, environment, branch }: Of<'branch'>,
  signal?: AbortSignal,
): Promise<void> {
  // 303: GitHub has this rule already.
  await send(
    github,
    `POST ${rulesRoute}`,
    { ...parameters(repository, environment), name: branch, type: 'branch' },
    signal,
    [303],
  );
}
