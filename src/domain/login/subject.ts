/** Google's limit for google.subject. GitHub has none: long branch names and numeric ids can exceed it. */
export const maxSubjectBytes = 127;

/**
 * A mapping of google.subject that is short for every branch name. What fits stays as it is, because members of policies
 * name it. What does not fit becomes a value of this run.
 * @param expression the present mapping
 * @param subject what the present mapping gives this run, if that is known
 */
export function shortSubject(expression = 'assertion.sub', subject = ''): string {
  // Google counts bytes, and an expression counts characters.
  const characters = [...subject].length;
  const most =
    characters < Buffer.byteLength(subject) ? Math.min(characters - 1, maxSubjectBytes) : maxSubjectBytes;
  const now = /^[\w.]+$/.test(expression) ? expression : `(${expression})`;
  return `${now}.matches('^.{1,${most}}$') ? ${now} : 'repo:' + assertion.repository_id + ':' + assertion.run_id`;
}
