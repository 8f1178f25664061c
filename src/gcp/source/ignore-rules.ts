import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { matches, parsePattern } from './ignore-pattern.ts';

export interface IgnoreRules {
  /**
   * `path` is relative, with `/`. The walk does not enter an ignored folder, so a `!` pattern has no effect below it.
   */
  ignores(path: string, isFolder: boolean): boolean;
  /** Where the rules come from, for the log. */
  source: string;
}

const ignoreFile = '.gcloudignore';
/** If the folder itself contains one of these, gcloud applies its default rules. */
const triggers = ['.git', '.gitignore', 'node_modules'];
const defaults = ['.gcloudignore', '.git', '.gitignore', 'node_modules'];

/**
 * Lines of an ignore file. `#!include:FILE` is replaced by the lines of that file, as gcloud does: one level deep, and
 * only from the same folder.
 */
function expand(folder: string, text: string, level: number): string[] {
  const lines: string[] = [];
  for (const line of text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/)) {
    const include = /^#\s*!include:(.*)$/.exec(line);
    if (include && level === 0) {
      const name = (include[1] ?? '').trimEnd();
      if (name.includes('/') || name.includes('\\') || name === '' || name === '..')
        throw new ReleaseError('source-refused', {
          what: `${ignoreFile} includes "${name}".`,
          why: 'Only files in the same folder may be included.',
          fix: `Copy the rules into ${ignoreFile}.`,
        });
      lines.push(...expand(folder, readRules(folder, name), 1));
    } else lines.push(line);
  }
  return lines;
}

function readRules(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (cause) {
    throw new ReleaseError('source-refused', {
      what: `The ignore file ${name} could not be read.`,
      fix:
        name === ignoreFile
          ? 'Make it readable.'
          : `Create it, or remove its #!include line from ${ignoreFile}.`,
      cause,
    });
  }
}

/** Ignore rules from these lines. As in gcloud, the last pattern that matches decides. */
export function rulesOf(lines: readonly string[], source: string): IgnoreRules {
  const patterns = lines.map(parsePattern).filter((pattern) => pattern !== undefined);
  return {
    source,
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
  let lines: string[] = [];
  let source = 'no ignore file';
  if (existsSync(join(folder, ignoreFile))) {
    lines = expand(folder, readRules(folder, ignoreFile), 0);
    source = ignoreFile;
  } else if (triggers.some((name) => existsSync(join(folder, name)))) {
    const hasGitignore = existsSync(join(folder, '.gitignore'));
    lines = [...defaults, ...(hasGitignore ? expand(folder, readRules(folder, '.gitignore'), 1) : [])];
    source = `gcloud's defaults${hasGitignore ? ' and .gitignore' : ''}, because there is no ${ignoreFile}`;
  }
  return rulesOf(lines, source);
}
