import { createHash } from 'node:crypto';
import type { Git } from './git.ts';
import type { BundledFile } from './sbom.ts';

export const sha256 = (content: Buffer | string): string =>
  createHash('sha256').update(content).digest('hex');

/** The scripts in `dist/` of a commit, with the packages that its map (`dist/README.md`) names for each. */
export function bundledFiles(git: Git, commit: string): BundledFile[] {
  const page = git.file(commit, 'dist/README.md') ?? '';
  const rows = [...page.matchAll(/^\| `([^`]+)` \| \d+ \| .*? \| (.*) \|$/gm)].map(
    ([, name = '', packages = '']) => ({
      name,
      packages: packages
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean),
    }),
  );
  const known = new Map(rows.map(({ name, packages }) => [name, packages]));
  return git
    .files(commit)
    .filter((path) => /^dist\/[^/]+\.js$/.test(path))
    .map((path) => {
      const name = path.slice('dist/'.length);
      return {
        name,
        sha256: sha256(git.bytes(['cat-file', 'blob', `${commit}:${path}`])),
        packages: known.get(name) ?? [],
      };
    });
}
