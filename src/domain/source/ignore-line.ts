/** Lines for `.gcloudignore`, and the shell command that adds them. */

/**
 * The line of `.gcloudignore` that matches this path, and as little else as the syntax allows. gcloud removes backslashes before
 * it looks for wildcards, so a wildcard is written as a set of one character. A character that a line cannot hold is written as `?`,
 * which also matches others.
 */
export function lineFor(path: string): string {
  const line = [...path]
    .map((char) => {
      if ('*?['.includes(char)) return `[${char}]`;
      if (char === '\\') return '[\\\\]';
      return /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|[\udc80-\udcff]/u.test(char) ? '?' : char;
    })
    .join('');
  return `/${line.replace(/ +$/, (spaces) => '\\ '.repeat(spaces.length))}`;
}

/** A word of a shell command. */
export const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** `path` of the `.gcloudignore`, as a word of a shell command. */
const word = (path: string): string =>
  /^[\w./-]+$/.test(path) && !path.startsWith('-') ? path : quoted(path);

export interface IgnoreFileState {
  /** How the user names the folder. */
  folder: string;
  /** The file, if it exists. */
  file?: { isUtf16: boolean; isOpen: boolean } | undefined;
  /** The first lines of a new file, which leave out what is left out without the file. */
  equivalent: readonly string[];
}

/** The command that adds lines to `.gcloudignore`, or makes the file without changing what else is uploaded. */
export function addLines(state: IgnoreFileState, lines: readonly string[]): string {
  const folder = state.folder.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
  const path = word(folder === '' || folder === '.' ? '.gcloudignore' : `${folder}/.gcloudignore`);
  const print = (all: readonly string[]) => `printf '%s\\n' ${all.map(quoted).join(' ')}`;
  if (!state.file) return `${print([...state.equivalent, ...lines])} > ${path}`;
  if (!state.file.isUtf16) return `${print(state.file.isOpen ? ['', ...lines] : lines)} >> ${path}`;
  const copy = word(`${folder === '' || folder === '.' ? '' : `${folder}/`}.gcloudignore.utf8`);
  return `iconv -f UTF-16 -t UTF-8 ${path} > ${copy} && ${print(['', ...lines])} >> ${copy} && mv ${copy} ${path}`;
}
