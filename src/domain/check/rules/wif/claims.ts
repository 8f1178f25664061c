import type { Claims } from '../../../login/claims.ts';
import { holds, mapClaims, type Truth } from '../../../login/doctor/cel.ts';

/** Who the repository is, if the run or the working copy says so. */
export interface Identity {
  /** `owner/name` */
  repository: string | undefined;
  repositoryId: string | undefined;
  ownerId: string | undefined;
}

const first = (text: string, pattern: RegExp): string | undefined => pattern.exec(text)?.[1];

/** Claims that runs of the own repository could have, derived from what the condition itself names. */
export function ownClaims(condition: string, identity: Identity): Claims[] {
  const name = first(condition, /['"](?:repo:)?([\w.-]+\/[\w.-]+)(?=[:'"/@])/);
  const ownerName =
    first(condition, /repository_owner\s*(?:==|in)\s*\[?\s*['"]([\w.-]+)['"]/) ??
    first(condition, /['"](?:repo:)?([\w.-]+)\/?\*?['"]/);
  const repository =
    name ??
    (identity.repository && !ownerName
      ? identity.repository
      : `${ownerName ?? identity.repository?.split('/')[0] ?? 'acme'}/${identity.repository?.split('/')[1] ?? 'ocr'}`);
  const owner = repository.split('/')[0] ?? 'acme';
  const near = (claim: string): string | undefined =>
    first(condition, new RegExp(`\\b${claim}\\b['"\\])]*\\s*(?:==|in)\\s*\\[?\\s*['"]?([^'"\\]\\s)&|]+)`)) ??
    first(
      condition,
      new RegExp(`['"]?([^'"\\[\\s(&|]+)['"]?\\s*==\\s*(?:assertion|attribute)\\.${claim}\\b`),
    );
  const id = near('repository_id') ?? identity.repositoryId ?? '123456789';
  const ownerId = near('repository_owner_id') ?? identity.ownerId ?? '987654';
  const branch = first(condition, /refs\/heads\/([\w./-]+)/) ?? 'main';
  const environments = [near('environment') ?? first(condition, /environment:([\w-]+)/) ?? 'prod', undefined];
  const events = [...new Set([near('event_name') ?? 'push', 'push', 'workflow_dispatch'])];
  const refs = [`refs/heads/${branch}`, first(condition, /(refs\/tags\/[\w./-]*)/) ?? 'refs/tags/v1.0.0'];
  return events.flatMap((event_name) =>
    environments.flatMap((environment) =>
      refs.flatMap((ref) => {
        const rest = environment === undefined ? `ref:${ref}` : `environment:${environment}`;
        const workflow =
          first(condition, /(\.github\/workflows\/[\w.-]+\.ya?ml)/) ?? '.github/workflows/release.yml';
        const claims: Claims = {
          iss: 'https://token.actions.githubusercontent.com',
          aud: 'https://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
          repository,
          repository_id: id,
          repository_owner: owner,
          repository_owner_id: ownerId,
          repository_visibility: near('repository_visibility') ?? 'private',
          ref,
          ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
          ref_protected: 'true',
          base_ref: '',
          head_ref: '',
          event_name,
          actor: near('actor') ?? 'octocat',
          actor_id: near('actor_id') ?? '1',
          workflow: near('workflow') ?? 'release',
          workflow_ref: `${repository}/${workflow}@${ref}`,
          job_workflow_ref:
            first(condition, /job_workflow_ref\s*==\s*['"]([^'"]+)/) ?? `${repository}/${workflow}@${ref}`,
          runner_environment: near('runner_environment') ?? 'github-hosted',
          run_id: '1',
          run_number: '1',
          run_attempt: '1',
          sha: '0'.repeat(40),
          enterprise: near('enterprise') ?? '',
          enterprise_id: near('enterprise_id') ?? '',
        };
        if (environment !== undefined) claims.environment = environment;
        return [
          { ...claims, sub: `repo:${repository}:${rest}` },
          { ...claims, sub: `repo:${owner}@${ownerId}/${repository.split('/')[1]}@${id}:${rest}` },
        ];
      }),
    ),
  );
}

/** Whether a run with these claims gets into the pool. */
export function enters(
  condition: string,
  mapping: Record<string, string> | undefined,
  claims: Claims,
): Truth {
  // Without a mapping in the file, only the conditions on assertions can be judged.
  const mapped = mapClaims(mapping ?? { 'google.subject': 'assertion.sub' }, claims);
  const readsMapped = /\b(attribute|google)\b/.test(condition);
  if (mapping === undefined && readsMapped) return 'unknown';
  return holds(condition, claims, mapped);
}
