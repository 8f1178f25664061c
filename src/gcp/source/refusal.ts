import { ReleaseError } from '../../domain/errors/errors.ts';
import { shownPath } from './file-name.ts';
import type { IgnoreRules } from './ignore-rules.ts';
import { commandFor } from './leave-out.ts';
import type { Found, RefusedFile } from './walk.ts';

const shown = 8;

/** The error that names the refused files, and the command that leaves them out and nothing else. */
export function refusal(
  refused: readonly RefusedFile[],
  found: readonly Found[],
  rules: IgnoreRules,
  folder: string,
): ReleaseError {
  const paths = [...new Set(refused.map(({ path }) => path))];
  const kept = found.map(({ path }) => path).filter((path) => !paths.includes(path));
  const command = commandFor(rules, folder, { out: paths, kept });
  const them = paths.length === 1 ? 'it' : 'them';
  const other = [...new Set(refused.map(({ fix }) => fix))].filter((fix) => fix !== undefined);
  const leave =
    command === undefined
      ? `No line of .gcloudignore can name ${paths.length === 1 ? 'this file' : 'these files'} alone: rename or remove ${them}.`
      : `${other.length > 0 ? 'Or leave' : 'Leave'} ${them} out:`;
  const lines = refused.slice(0, shown).map(({ path, why }) => `${shownPath(path)}: ${why}`);
  return new ReleaseError('source-refused', {
    what: `${paths.length === 1 ? 'A file' : `${paths.length} files`} of the source may not be uploaded: ${lines.join('; ')}${refused.length > shown ? '; and more' : ''}.`,
    why: refused.some(({ isSecret }) => isSecret)
      ? 'Everyone who may read the function or its build can read the upload.'
      : 'The function would not get what it needs, or more than its folder holds.',
    fix: [...other, leave].join(' '),
    commands: command === undefined ? undefined : [command],
  });
}
