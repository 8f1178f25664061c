import { type Claims, claimText } from '../claims.ts';
import { inRepository, isForeign, subjectOf } from './moved-claims.ts';

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
    | 'pull-request-target'
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

/**
 * A run of `pull_request_target`. It has the ref of the branch into which the pull request wants to get, so a comparison of
 * the ref does not see it. A job with an environment has the rules of the environment around it.
 */
function fromFork(claims: Claims): Claims {
  const ref = claimText(claims, 'ref')?.startsWith('refs/heads/') ? claimText(claims, 'ref') : undefined;
  const moved: Claims = {
    ...claims,
    event_name: 'pull_request_target',
    ref: ref ?? 'refs/heads/main',
    ref_type: 'branch',
    head_ref: 'anything',
    base_ref: (ref ?? 'refs/heads/main').replace('refs/heads/', ''),
  };
  delete moved.environment;
  return { ...moved, sub: subjectOf(moved, `ref:${moved.ref}`) };
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
      id: 'pull-request-target',
      who: 'A pull request from a fork, in a workflow that `pull_request_target` starts',
      kind: 'softer',
      claims: fromFork(claims),
    },
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
    if (id === 'pull-request-target') return claimText(claims, 'event_name') !== 'pull_request_target';
    if (id === 'self-hosted') return claimText(claims, 'runner_environment') !== 'self-hosted';
    return true;
  });
}
