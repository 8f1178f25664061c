/** Google's limit for google.subject. GitHub has none: long branch names and numeric ids can exceed it. */
export const maxSubjectBytes = 127;

/** A mapping of google.subject that is short for every branch name, and different for every run. */
export const shortSubject = "'repo:' + assertion.repository_id + ':' + assertion.run_id";
