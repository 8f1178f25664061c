import { randomUUID } from 'node:crypto';

/** The claims of one token request. The value null removes a claim. */
export type Claims = Record<string, unknown>;

/**
 * The default claims: a push to main of acme/ocr. As at GitHub, all values are strings
 * (docs.github.com "OpenID Connect reference", example token).
 */
export const defaultClaims: Readonly<Record<string, string>> = {
  ref: 'refs/heads/main',
  sha: '7f3c9a1000000000000000000000000000000000',
  repository: 'acme/ocr',
  repository_owner: 'acme',
  repository_owner_id: '4211',
  run_id: '1001',
  run_number: '42',
  run_attempt: '1',
  repository_visibility: 'private',
  repository_id: '770001',
  actor_id: '90125',
  actor: 'mina',
  workflow: 'Release',
  head_ref: '',
  base_ref: '',
  event_name: 'push',
  ref_protected: 'true',
  ref_type: 'branch',
  workflow_ref: 'acme/ocr/.github/workflows/release.yml@refs/heads/main',
  workflow_sha: '7f3c9a1000000000000000000000000000000000',
  job_workflow_ref: 'acme/ocr/.github/workflows/release.yml@refs/heads/main',
  job_workflow_sha: '7f3c9a1000000000000000000000000000000000',
  runner_environment: 'github-hosted',
  check_run_id: '31415926535',
};

/** The subject format that a repository has set with actions/oidc/customization/sub. */
export interface SubjectFormat {
  use_default: boolean;
  include_claim_keys?: string[];
  /** If true, `sub` begins with `repo:OWNER@OWNER_ID/REPO@REPO_ID:`, the default of repositories made after 2026-07-15. */
  use_immutable_subject?: boolean;
}

const text = (value: unknown) => (value === undefined || value === null ? '' : String(value));
/** Percent-encodes colons, so that a value cannot pose as another part of the subject. */
const part = (value: unknown) => text(value).replaceAll(':', '%3A');

function repositoryPart(claims: Claims, immutable: boolean): string {
  const [owner, name] = text(claims.repository).split('/');
  return immutable
    ? `repo:${owner}@${text(claims.repository_owner_id)}/${name}@${text(claims.repository_id)}`
    : `repo:${text(claims.repository)}`;
}

function contextPart(claims: Claims): string {
  if (claims.environment) return `environment:${part(claims.environment)}`;
  if (claims.event_name === 'pull_request') return 'pull_request';
  // Slashes stay as they are. A ref cannot contain a colon.
  return `ref:${text(claims.ref)}`;
}

/** Builds `sub` from the environment, else the pull request, else the ref. A custom format lists its claims in order. */
export function subject(claims: Claims, format: SubjectFormat): string {
  const repository = repositoryPart(claims, format.use_immutable_subject === true);
  if (format.use_default || !format.include_claim_keys?.length) return `${repository}:${contextPart(claims)}`;
  return format.include_claim_keys
    .map((key) =>
      key === 'repo' ? repository : key === 'context' ? contextPart(claims) : `${key}:${part(claims[key])}`,
    )
    .join(':');
}

/** All claims of a token that lives for 300 s. A given `sub`, `iss`, `exp` and so on replaces the computed one. */
export function buildClaims(
  given: Claims,
  issuer: string,
  audience: string | undefined,
  format: SubjectFormat,
  now: number,
): Claims {
  const base: Claims = { ...defaultClaims, ...given };
  const seconds = Math.floor(now / 1000);
  const all: Claims = {
    jti: randomUUID(),
    sub: subject(base, format),
    aud: audience ?? `https://github.com/${text(base.repository_owner)}`,
    ...base,
    iss: issuer,
    nbf: seconds - 300,
    exp: seconds + 300,
    iat: seconds,
    ...given,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null && value !== undefined));
}
