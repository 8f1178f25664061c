import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundledFiles, sha256 } from './bundle-files.ts';
import { type Commits, makeCommits } from './commits.ts';
import { Git } from './git.ts';
import { notesOf } from './notes.ts';
import { type Plan, planRelease } from './plan.ts';
import { makeSbom } from './sbom.ts';

/** What a runner downloads has at most this many bytes, packed. */
export const largestArchive = 1_500_000;

/** `staged.json`: what the publishing job needs to know. */
export interface Staged extends Omit<Plan, 'notes'>, Commits {
  /** Files to attach to the release. */
  assets: string[];
}

export const refOf = (tag: string) => `refs/release/${tag}`;

/** Plans the release of the checked-out commit. Throws with every reason against it. */
export function planOf(git: Git): Plan {
  const text = (path: string) => git.file('HEAD', path) ?? '';
  const plan = planRelease({
    changelog: text('CHANGELOG.md'),
    manifest: text('package.json'),
    lockfile: text('package-lock.json'),
    code: /^export const version = '([^']+)';/m.exec(text('src/domain/product.ts'))?.[1] ?? '',
    tags: git.run(['tag', '--list', 'v*']).split('\n').filter(Boolean),
  });
  if ('problems' in plan) throw new Error(plan.problems.join('\n'));
  return plan;
}

/**
 * Makes everything that a release consists of, in one folder, and publishes nothing: the commits (as a git bundle), the archive that a
 * runner downloads, the bill of materials, the notes and the checksums. The same commit gives the same files.
 * `prove` throws unless `dist/` is what the sources build; `pack` writes the npm package and returns its name.
 */
export function stage(
  { root, out, repository }: { root: string; out: string; repository: string },
  { prove, pack }: { prove: () => void; pack: (out: string) => string },
): Staged {
  const git = new Git(root);
  const plan = planOf(git);
  const dirty = git.run(['status', '--porcelain']);
  if (dirty) throw new Error(`A release is made of a commit, and these files differ from it:\n${dirty}`);
  prove();
  const commits = makeCommits(git, git.run(['rev-parse', 'HEAD']), plan.version);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const name = `backstay-${plan.version}`;
  const tar = git.bytes(['archive', '--format=tar', `--prefix=${name}/`, commits.release]);
  const archive = gzipSync(tar, { level: 9 });
  if (archive.length > largestArchive)
    throw new Error(`What a runner downloads has ${archive.length} bytes, more than ${largestArchive}.`);
  const { packages } = JSON.parse(git.file(commits.source, 'package-lock.json') ?? '{}');
  const product = {
    ...{ name: 'backstay', version: plan.version, repository, commit: commits.source },
    time: new Date(git.run(['show', '-s', '--format=%cI', commits.source])).toISOString(),
  };
  writeFileSync(join(out, `${name}.tgz`), archive);
  writeFileSync(
    join(out, `${name}.cdx.json`),
    makeSbom(product, packages, bundledFiles(git, commits.source)),
  );
  const assets = [`${name}.tgz`, `${name}.cdx.json`, ...(plan.npm ? [pack(out)] : [])];
  const sums = assets.map((file) => `${sha256(readFileSync(join(out, file)))}  ${file}\n`).join('');
  writeFileSync(join(out, 'checksums.txt'), sums);
  writeFileSync(join(out, 'notes.md'), notesOf(plan, commits, repository));
  const ref = refOf(plan.tag);
  git.run(['update-ref', ref, commits.release]);
  git.run(['bundle', 'create', '--quiet', join(out, 'commits.bundle'), ref, `^${commits.source}`]);
  const { notes: _notes, ...rest } = plan;
  const staged: Staged = { ...rest, ...commits, assets: [...assets, 'checksums.txt'] };
  writeFileSync(join(out, 'staged.json'), `${JSON.stringify(staged, null, 2)}\n`);
  return staged;
}
