import { leavingOf, refusedName } from '../../domain/source/refused-files.ts';
import { defaults, rulesOf, triggers } from './ignore-rules.ts';

/** What an upload of a folder would hold, computed from a list of paths: of a commit, for example. */
export interface PathList {
  paths: readonly string[];
  text(path: string): string | undefined;
}

export function uploadSet({ paths, text }: PathList, folder: string) {
  const prefix = folder === '' ? '' : `${folder}/`;
  const inside = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  if (inside.length === 0) return undefined;
  const rules = rulesFor(inside, (name) => text(prefix + name), folder === '');
  const leftOut = (path: string) => {
    const parts = path.split('/');
    return parts.some((_, index) => {
      const isFolder = index < parts.length - 1;
      return (
        rules.ignores(parts.slice(0, index + 1).join('/'), isFolder) ||
        leavingOf(parts[index] ?? '') !== undefined
      );
    });
  };
  const secrets = inside.flatMap((path) => {
    const what = path
      .split('/')
      .map(refusedName)
      .find((one) => one !== undefined);
    return what === undefined || leftOut(path) ? [] : [{ path, what }];
  });
  return { rules: rules.source, secrets, leavesOut: leftOut };
}

/** The rules of the folder as `readIgnoreRules` finds them on a disk. A checkout always holds `.git` in its root. */
function rulesFor(inside: readonly string[], text: (name: string) => string | undefined, isRoot: boolean) {
  const own = text('.gcloudignore');
  if (own !== undefined) {
    const lines = own.split(/\r?\n/).flatMap((line) => {
      const name = /^#\s*!include:(.*)$/.exec(line)?.[1]?.trimEnd();
      return name === undefined ? [line] : (text(name)?.split(/\r?\n/) ?? []);
    });
    return rulesOf(lines, '.gcloudignore');
  }
  const triggered =
    isRoot || triggers.some((name) => inside.some((path) => path === name || path.startsWith(`${name}/`)));
  if (!triggered) return rulesOf([], 'no ignore file');
  return rulesOf([...defaults, ...(text('.gitignore')?.split(/\r?\n/) ?? [])], "gcloud's defaults");
}
