/** What GitHub answered to a call that was to read or write the comment. */
export interface Refusal {
  /** Undefined if there was no answer. */
  status: number | undefined;
  /** GitHub's own words. */
  said: string;
}

export interface Explained {
  why: string;
  fix?: string;
  /** Nobody's mistake. */
  fork?: true;
}

/** GitHub's words for a token that lacks a permission (REST "Troubleshooting the REST API"). */
const lacks = /not accessible by (integration|personal access token)/i;

export const isRateLimit = ({ status, said }: Refusal): boolean =>
  (status === 403 || status === 429) && /rate limit|abuse/i.test(said);

/** Is a comment missing because the token of a fork can only read? That is GitHub's rule and nobody's mistake. */
export const isForkRule = ({ status, said }: Refusal, fork: boolean): boolean =>
  fork && status === 403 && !isRateLimit({ status, said });

const permission =
  'Add `pull-requests: write` to the `permissions` of the job, beside those that it has. Without it the result is in the job summary alone.';

/** Why GitHub took no comment, and what to do. */
export function explainRefusal(refusal: Refusal, fork: boolean): Explained {
  const { status, said } = refusal;
  const words = said.replace(/\s+/g, ' ').trim().slice(0, 200);
  if (isForkRule(refusal, fork))
    return {
      why: 'the pull request comes from a fork, and the token of its runs can only read.',
      fork: true,
    };
  if (isRateLimit(refusal))
    return {
      why: `GitHub limits how many calls a token makes (${status}: ${words}).`,
      fix: 'Run the job again later.',
    };
  if (/locked/i.test(said)) return { why: 'the conversation of the pull request is locked.' };
  if (status === 401)
    return {
      why: 'GitHub does not know the token.',
      fix: 'Leave `github_token` out: then the step takes the token of the job.',
    };
  if (status === 403 && lacks.test(said))
    return { why: `the token may not write comments (403: ${words}).`, fix: permission };
  if (status === 403 || status === 404)
    return {
      why: `the token may not write comments, or does not see the pull request (${status}: ${words}).`,
      fix: permission,
    };
  if (status === 410) return { why: `the comment or the pull request is gone (410: ${words}).` };
  if (status === 422) return { why: `GitHub did not accept the comment (422: ${words}).` };
  return {
    why: status === undefined ? `GitHub did not answer (${words}).` : `GitHub answered ${status}: ${words}.`,
    fix: 'Run the job again.',
  };
}
