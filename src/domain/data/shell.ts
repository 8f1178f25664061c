/**
 * One word of a shell command that a user will paste. Control characters are dropped, and anything that a shell could
 * expand is quoted, because names, claims and paths in a command come from outside.
 */
export function quoted(text: string): string {
  const clean = text.replace(/[\u0000-\u001f\u007f]/g, '');
  if (/^[\w.@:/+=,-]+$/.test(clean)) return clean;
  // Conditions contain many single quotes. Double quotes read better, if nothing inside them is special to a shell.
  // A shell at a prompt replaces `!word` in them by a command of its history, and leaves `!=` alone.
  if (!/[$`"\\]|!(?!=)/.test(clean)) return `"${clean}"`;
  return `'${clean.replaceAll("'", `'\\''`)}'`;
}

/** The project of a gcloud command. gcloud refuses a number there, so the shell looks up the id of that project. */
export const projectFlag = (project: string): string =>
  /^\d+$/.test(project)
    ? `--project="$(gcloud projects describe ${project} --format="value(projectId)")"`
    : `--project=${quoted(project)}`;
