import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type JsonObject } from '../../domain/data/json.ts';
import { mainFiles, neededFiles, otherLocks, type ProjectFacts } from '../../domain/source/project.ts';
import type { IgnoreRules } from './ignore-rules.ts';
import { commandFor, isUploaded } from './leave-out.ts';
import type { Found } from './walk.ts';

/** Reads what the upload holds of the files that Google's builders need. `folder` is what the user calls the root. */
export function readProject(
  root: string,
  folder: string,
  found: readonly Found[],
  rules: IgnoreRules,
): ProjectFacts {
  const paths = new Set(found.map(({ path }) => path));
  const packageJson = paths.has('package.json') ? readJson(root, 'package.json') : undefined;
  const wanted = [...Object.values(neededFiles).flat(), ...(packageJson ? mainFiles(packageJson) : [])];
  const kept = [...paths];
  const leftOut = wanted
    .filter((path) => !paths.has(path) && isFile(root, path) && !isUploaded(rules, path))
    .map((path) => ({
      path,
      rules: rules.by,
      command: commandFor(rules, folder, { back: [path], kept }),
    }));
  return {
    uploaded: wanted.filter((path) => paths.has(path)),
    leftOut,
    packageJson,
    lock: lockOf(root, paths),
  };
}

function lockOf(root: string, paths: ReadonlySet<string>): ProjectFacts['lock'] {
  if (otherLocks.some((path) => paths.has(path))) return undefined;
  // npm prefers the shrinkwrap.
  const path = ['npm-shrinkwrap.json', 'package-lock.json'].find((name) => paths.has(name));
  const content = path === undefined ? undefined : readJson(root, path);
  return path === undefined || content === undefined ? undefined : { path, content };
}

const isFile = (root: string, path: string): boolean =>
  statSync(join(root, path), { throwIfNoEntry: false })?.isFile() ?? false;

/** A file that is no JSON object says nothing here: npm names its fault better. */
function readJson(root: string, path: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(root, path), 'utf8').replace(/^\ufeff/, ''));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
