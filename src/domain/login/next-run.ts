import { type Claims, claimText } from './claims.ts';

/** Claims that differ from run to run of the same job. Another person may start the next one. */
const ofOneRun = [
  ...['run_id', 'run_number', 'run_attempt', 'check_run_id', 'jti', 'iat', 'exp', 'nbf'],
  ...['sha', 'workflow_sha', 'job_workflow_sha', 'actor', 'actor_id', 'head_ref'],
];

/** A ref that the next run does not have: a tag, a pull request, an entry of a merge queue. */
const passing = /^refs\/(?!heads\/(?!gh-readonly-queue\/))/;

/** The claims of a later run of the same job. A subject that was made from a claim of one run changes with it. */
export function nextRun(claims: Claims): Claims {
  const later: Claims = { ...claims };
  const ref = claimText(claims, 'ref') ?? '';
  const changed = passing.test(ref) ? [...ofOneRun, 'ref'] : ofOneRun;
  for (const name of changed) {
    const value = claimText(claims, name);
    if (value === undefined || value === '') continue;
    later[name] = `${value}-next`;
    later.sub = inSubject(claimText(later, 'sub') ?? '', name, value);
  }
  if (later.ref !== claims.ref)
    for (const name of ['workflow_ref', 'job_workflow_ref']) {
      const value = claimText(claims, name);
      if (!value?.endsWith(`@${ref}`)) continue;
      later[name] = `${value}-next`;
      later.sub = inSubject(claimText(later, 'sub') ?? '', name, value);
    }
  return later;
}

/** GitHub writes a subject as `name:value:name:value`, and a colon in a value as `%3A`. */
function inSubject(subject: string, name: string, value: string): string {
  const part = `:${name}:${value.replaceAll(':', '%3A')}`;
  return `:${subject}:`.replace(`${part}:`, () => `${part}-next:`).slice(1, -1);
}

/** The subject, if a later run of the same job has it too. */
export function lastingSubject(claims: Claims | undefined): string | undefined {
  const subject = claimText(claims, 'sub');
  return claims && subject && claimText(nextRun(claims), 'sub') === subject ? subject : undefined;
}
