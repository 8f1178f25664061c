import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { satisfies } from './dependencies.ts';

interface Lock {
  lockfileVersion?: number;
  packages?: Record<string, { version?: string; link?: boolean }>;
  dependencies?: Record<string, { version?: string }>;
}

const ranges = ['dependencies', 'devDependencies', 'optionalDependencies'] as const;

/**
 * What `npm ci` says about a lock file that does not fit package.json, one line each. The buildpack installs with
 * `npm ci` if there is a lock file, so such a source builds on a developer's machine and fails at Google.
 */
export function lockProblems(folder: string, manifest: Record<string, unknown>): string[] {
  const file = ['npm-shrinkwrap.json', 'package-lock.json'].find((name) => existsSync(join(folder, name)));
  if (!file) return [];
  const lock = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Lock;
  const locked = (name: string) => lock.packages?.[`node_modules/${name}`] ?? lock.dependencies?.[name];
  return ranges.flatMap((kind) =>
    Object.entries((manifest[kind] ?? {}) as Record<string, string>).flatMap(([name, range]) => {
      const found = locked(name);
      if (!found) return [`npm error Missing: ${name}@${range} from lock file`];
      const fits = found.version === undefined ? undefined : satisfies(found.version, range);
      return fits === false
        ? [`npm error Invalid: lock file's ${name}@${found.version} does not satisfy ${name}@${range}`]
        : [];
    }),
  );
}
