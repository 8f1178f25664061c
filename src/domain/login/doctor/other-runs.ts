import { type Claims, claimText } from '../claims.ts';

/** The claims that GitHub would sign for another run, derived from the claims of this run. */
export interface Stranger {
  id:
    | 'other-owner'
    | 'fork'
    | 'look-alike'
    | 'look-alike-ending'
    | 'taken-over-name'
    | 'other-repository'
    | 'look-alike-repository'
    | 'pull-request'
    | 'other-branch'
    | 'self-hosted';
  /** Who runs it, as the subject of a sentence. */
  who: string;
  /**
   * `outsider`: anyone with a GitHub account. `insider`: needs write access to some repository of the owner. `softer`: a
   * run of this repository that is less protected than this one.
   */
  kind: 'outsider' | 'insider' | 'softer';
  claims: Claims;
}

const otherRepositoryId = '900000001';
const otherOwnerId = '900000002';

/** A subject in the form of this run's subject, classic or immutable. */
function subjectOf(claims: Claims, rest: string): string {
  const own = claimText(claims, 'sub') ?? '';
  const [owner = '', name = ''] = (claimText(claims, 'repository') ?? '').split('/');
  const immutable = /^repo:[^/:]+@\d/.test(own);
  return immutable
    ? `repo:${owner}@${claimText(claims, 'repository_owner_id')}/${name}@${claimText(claims, 'repository_id')}:${rest}`
    : `repo:${owner}/${name}:${rest}`;
}

/** The part of this run's subject after the repository, such as `ref:refs/heads/main`. */
const contextOf = (claims: Claims) =>
  /^repo:[^:]+:(.*)$/s.exec(claimText(claims, 'sub') ?? '')?.[1] ??
  `ref:${claimText(claims, 'ref') ?? 'refs/heads/main'}`;

/** `owner/name/.github/workflows/file`, without the ref. */
const workflowOf = (claims: Claims, claim: string) => claimText(claims, claim)?.replace(/@.*$/s, '');

/** True if the job is one of a reusable workflow. Every repository that may call it gets the same `job_workflow_ref`. */
const isCalled = (claims: Claims): boolean =>
  claims.job_workflow_ref !== undefined &&
  workflowOf(claims, 'job_workflow_ref') !== workflowOf(claims, 'workflow_ref');

/** True if the reusable workflow belongs to another repository, so that it does not follow the branch of this one. */
const isForeign = (claims: Claims): boolean =>
  isCalled(claims) &&
  !workflowOf(claims, 'job_workflow_ref')?.startsWith(`${claimText(claims, 'repository')}/`);

function inRepository(
  claims: Claims,
  repository: string,
  ids: { repository?: string; owner?: string },
): Claims {
  const workflow = (name: string) =>
    claimText(claims, name)?.replace(/^[^/]+\/[^/]+(?=\/\.github\/)/, () => repository);
  const moved: Claims = {
    ...claims,
    repository,
    repository_owner: repository.split('/')[0],
    repository_id: ids.repository ?? claims.repository_id,
    repository_owner_id: ids.owner ?? claims.repository_owner_id,
  };
  const own = isCalled(claims) ? ['workflow_ref'] : ['workflow_ref', 'job_workflow_ref'];
  for (const name of own) if (claims[name] !== undefined) moved[name] = workflow(name);
  // Custom properties belong to an organisation, and another owner has other ones.
  if (ids.owner)
    for (const name of Object.keys(moved)) if (name.startsWith('repo_property_')) delete moved[name];
  if (ids.owner) for (const name of ['enterprise', 'enterprise_id']) delete moved[name];
  return { ...moved, sub: subjectOf(moved, contextOf(claims)) };
}

/** Every kind of run that the condition should keep out. */
export function strangers(claims: Claims): Stranger[] {
  const repository = claimText(claims, 'repository') ?? 'owner/repository';
  const [owner = 'owner', name = 'repository'] = repository.split('/');
  const foreign = { repository: otherRepositoryId, owner: otherOwnerId };
  const onBranch = (claimed: Claims, ref: string): Claims => {
    const moved: Claims = { ...claimed, ref, ref_type: 'branch', ref_protected: 'false' };
    delete moved.environment;
    const own = isForeign(claimed) ? ['workflow_ref'] : ['workflow_ref', 'job_workflow_ref'];
    for (const key of own)
      if (moved[key] !== undefined) moved[key] = String(moved[key]).replace(/@.*$/, () => `@${ref}`);
    return { ...moved, sub: subjectOf(moved, `ref:${ref}`) };
  };
  const pull: Claims = {
    ...onBranch(claims, 'refs/pull/1/merge'),
    event_name: 'pull_request',
    head_ref: 'anything',
    base_ref: 'main',
  };
  pull.sub = subjectOf(pull, 'pull_request');
  const all: Stranger[] = [
    {
      id: 'other-owner',
      who: 'Any repository of any other owner',
      kind: 'outsider',
      claims: inRepository(claims, 'somebody-else/some-repository', foreign),
    },
    {
      id: 'fork',
      who: 'A fork of this repository with its own workflow',
      kind: 'outsider',
      claims: inRepository(claims, `somebody-else/${name}`, foreign),
    },
    {
      id: 'look-alike',
      who: `An owner whose name starts with this one (${owner}-evil)`,
      kind: 'outsider',
      claims: inRepository(claims, `${owner}-evil/${name}`, foreign),
    },
    {
      id: 'look-alike-ending',
      who: `An owner whose name ends with this one (evil-${owner})`,
      kind: 'outsider',
      claims: inRepository(claims, `evil-${owner}/${name}`, foreign),
    },
    {
      id: 'taken-over-name',
      who: `Anyone who registers the name ${repository} after a rename or deletion (same name, other ids)`,
      kind: 'outsider',
      claims: inRepository(claims, repository, foreign),
    },
    {
      id: 'other-repository',
      who: `Any other repository of ${owner}`,
      kind: 'insider',
      claims: inRepository(claims, `${owner}/some-other-repository`, { repository: otherRepositoryId }),
    },
    {
      id: 'look-alike-repository',
      who: `A repository whose name starts with this one (${repository}-evil)`,
      kind: 'insider',
      claims: inRepository(claims, `${repository}-evil`, { repository: otherRepositoryId }),
    },
    { id: 'pull-request', who: 'A pull request in this repository', kind: 'softer', claims: pull },
    {
      id: 'other-branch',
      who: 'Any branch of this repository',
      kind: 'softer',
      claims: onBranch({ ...claims, event_name: 'push' }, 'refs/heads/some-other-branch'),
    },
    {
      id: 'self-hosted',
      who: 'A self-hosted runner of this repository',
      kind: 'softer',
      claims: { ...claims, runner_environment: 'self-hosted' },
    },
  ];
  // This run may itself be a pull request or run on a self-hosted runner.
  return all.filter(({ id }) => {
    if (id === 'pull-request') return claimText(claims, 'event_name') !== 'pull_request';
    if (id === 'self-hosted') return claimText(claims, 'runner_environment') !== 'self-hosted';
    return true;
  });
}

/** This run after a rename of its repository. Since 2026-07-15 a rename also switches to the immutable subject. */
export function afterRename(claims: Claims): Claims {
  const repository = `${claimText(claims, 'repository') ?? 'owner/repository'}-renamed`;
  return asImmutable(inRepository(claims, repository, {}));
}

/** This run with the immutable form of `sub`. A customised subject without `repo` stays as it is. */
export function asImmutable(claims: Claims): Claims {
  const [owner = '', name = ''] = (claimText(claims, 'repository') ?? '').split('/');
  const rest = /^repo:[^:]+:(.*)$/s.exec(claimText(claims, 'sub') ?? '')?.[1];
  if (rest === undefined) return claims;
  return {
    ...claims,
    sub: `repo:${owner}@${claimText(claims, 'repository_owner_id')}/${name}@${claimText(claims, 'repository_id')}:${rest}`,
  };
}
