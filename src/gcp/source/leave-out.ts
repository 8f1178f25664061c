import { addLines, lineFor } from '../../domain/source/ignore-line.ts';
import { type IgnoreRules, rulesOf } from './ignore-rules.ts';
import { limits } from './walk.ts';

export interface Change {
  /** Paths that must no longer be uploaded: files, or whole folders. */
  out?: readonly string[];
  /** Files that must be uploaded although the rules leave them out. What lies beside them in a folder that is left out comes too. */
  back?: readonly string[];
  /** Every file that is uploaded now, apart from those in `out`. */
  kept: readonly string[];
}

const ignoreFile = '.gcloudignore';

/** The folder on the path, or the file itself, that the rules leave out. Undefined if the file is uploaded. */
function leftOutAt(rules: IgnoreRules, path: string): string | undefined {
  const names = path.split('/');
  const at = names.findIndex((_, index) =>
    rules.ignores(names.slice(0, index + 1).join('/'), index < names.length - 1),
  );
  return at < 0 ? undefined : names.slice(0, at + 1).join('/');
}

/** Would this file be uploaded? An ignored folder is not entered. */
export const isUploaded = (rules: IgnoreRules, path: string): boolean => leftOutAt(rules, path) === undefined;

/**
 * The command that makes a change of what is uploaded, and no other. Undefined if no lines of an ignore file can make it: the
 * lines are tried on all paths first.
 */
export function commandFor(rules: IgnoreRules, folder: string, change: Change): string | undefined {
  const { out = [], back = [], kept } = change;
  const begin = rules.file ? [] : [...rules.equivalent];
  if (!rules.file && !begin.includes(ignoreFile)) begin.unshift(ignoreFile);
  const known = rules.file || rules.lines.length > 0 ? rules.lines : begin;
  const added = out.map(lineFor);
  let rest = rulesOf([...known, ...added], '');
  const add = (line: string) => {
    added.push(line);
    rest = rulesOf([...known, ...added], '');
  };
  // A line that stands for characters that no line can hold may match others too: these are taken back by name.
  for (const path of [...kept, ...back])
    for (let tries = 0; tries <= limits.depth; tries++) {
      const lost = leftOutAt(rest, path);
      if (lost === undefined) break;
      add(`!${lineFor(lost)}`);
    }
  if (!rules.file && isUploaded(rest, ignoreFile)) add(`/${ignoreFile}`);
  const right =
    out.every((path) => !isUploaded(rest, path)) &&
    [...kept, ...back].every((path) => isUploaded(rest, path));
  if (!right) return undefined;
  return addLines({ folder, file: rules.file, equivalent: begin }, added);
}
