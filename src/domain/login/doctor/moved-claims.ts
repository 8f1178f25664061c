import { type Claims, claimText } from '../claims.ts';

/** The claims of a run, as they would be in another repository. */

/** A subject in the form of this run's subject, classic or immutable. */
export function subjectOf(claims: Claims, rest: string): string {
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
export const isForeign = (claims: Claims): boolean =>
  isCalled(claims) &&
  !workflowOf(claims, 'job_workflow_ref')?.startsWith(`${claimText(claims, 'repository')}/`);

export function inRepository(
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
