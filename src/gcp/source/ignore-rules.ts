import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { type IgnoreFile, readIgnoreFile } from './ignore-file.ts';
import { matches, parsePattern } from './ignore-pattern.ts';

export interface IgnoreRules {
  /**
   * `path` is relative, with `/`. The walk does not enter an ignored folder, so a `!` pattern has no effect below it.
   */
  ignores(path: string, isFolder: boolean): boolean;
  /** Where the rules come from, for the log. */
  source: string;
  /** The file that leaves something out, for a sentence. */
  by: string;
  /** All lines, those of included files too. */
  lines: readonly string[];
  /** The `.gcloudignore`, if there is one. */
  file?: Pick<IgnoreFile, 'isUtf16' | 'isOpen'>;
  /** The lines of a new `.gcloudignore` that leaves out what these rules leave out. */
  equivalent: readonly string[];
}

const ignoreFile = '.gcloudignore';
/** If the folder itself contains one of these, gcloud applies its default rules. */
export const triggers = ['.git', '.gitignore', 'node_modules'];
export const defaults = ['.gcloudignore', '.git', '.gitignore', 'node_modules'];

/** Does something of this name exist? A link to nothing does, because the rules that it should hold are missing. */
const exists = (folder: string, name: string) =>
  lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined;

/**
 * `#!include:FILE` is replaced by the lines of that file, as gcloud does: one level deep, and only from the same folder.
 */
function withIncludes(folder: string, lines: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const include = /^#\s*!include:(.*)$/.exec(line);
    if (!include) return [line];
    const name = (include[1] ?? '').trimEnd();
    if (name.includes('/') || name.includes('\\') || name === '' || name === '..')
      throw new ReleaseError('source-refused', {
        what: `${ignoreFile} includes "${name}".`,
        why: 'Only files in the same folder may be included.',
        fix: `Copy the rules into ${ignoreFile}.`,
      });
    if (!exists(folder, name))
      throw new ReleaseError('source-refused', {
        what: `The ignore file ${name} could not be read, because it does not exist.`,
        why: `${ignoreFile} includes it.`,
        fix: `Create it, or remove its #!include line from ${ignoreFile}.`,
      });
    return readIgnoreFile(join(folder, name), name).lines;
  });
}

/** Ignore rules from these lines. As in gcloud, the last pattern that matches decides. */
export function rulesOf(
  lines: readonly string[],
  source: string,
  rest: Pick<IgnoreRules, 'file' | 'equivalent' | 'by'> = { equivalent: lines, by: source },
): IgnoreRules {
  const patterns = lines.map(parsePattern).filter((pattern) => pattern !== undefined);
  return {
    ...rest,
    source,
    lines,
    ignores: (path, isFolder) => {
      const names = path.split('/');
      return patterns.findLast((pattern) => matches(pattern, names, isFolder))?.negated === false;
    },
  };
}

/**
 * The rules that `gcloud functions deploy` applies (googlecloudsdk command_lib/util/gcloudignore.py): `.gcloudignore`
 * in the folder; without that file, gcloud's defaults and `.gitignore` if the folder has git files or node_modules;
 * otherwise none. Patterns are case-sensitive.
 */
export function readIgnoreRules(folder: string): IgnoreRules {
  if (exists(folder, ignoreFile)) {
    const file = readIgnoreFile(join(folder, ignoreFile), ignoreFile);
    return rulesOf(withIncludes(folder, file.lines), ignoreFile, { file, equivalent: [], by: ignoreFile });
  }
  if (!triggers.some((name) => exists(folder, name))) return rulesOf([], 'no ignore file');
  const hasGitignore = exists(folder, '.gitignore');
  const lines = hasGitignore ? readIgnoreFile(join(folder, '.gitignore'), '.gitignore').lines : [];
  return rulesOf(
    [...defaults, ...lines],
    `gcloud's defaults${hasGitignore ? ' and .gitignore' : ''}, because there is no ${ignoreFile}`,
    {
      by: hasGitignore ? '.gitignore' : "gcloud's defaults",
      equivalent: [...defaults, ...(hasGitignore ? ['#!include:.gitignore'] : [])],
    },
  );
}
