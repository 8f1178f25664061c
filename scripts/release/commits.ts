import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Git } from './git.ts';
import { attributes, isCopied, isExecuted, sameButStamp, stamp } from './stamp.ts';

/**
 * The commits of a release. A commit cannot name itself, so there are two: `content` is what actions execute, and `release` names
 * `content` in the reusable workflows and composite actions. The tag is on `release`.
 */
export interface Commits {
  /** The commit of the main branch, whose `dist/` was proved. */
  source: string;
  /** `source`, and in `.gitattributes` what a runner does not download. */
  content: string;
  /** `content`, and its full SHA in every `uses:` that a runner executes. */
  release: string;
}

function withIndex<T>(work: (index: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'release-index-'));
  try {
    return work(join(folder, 'index'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The files of a commit that a stamp changes, with their new texts. */
function stamped(
  git: Git,
  commit: string,
  by: { sha: string; version: string },
  wanted: (path: string) => boolean,
) {
  const changes = new Map<string, string>();
  for (const path of git.files(commit).filter(wanted)) {
    const before = git.file(commit, path) ?? '';
    const after = stamp(before, by);
    if (after !== before) changes.set(path, after);
  }
  return changes;
}

export const makeCommits = (git: Git, source: string, version: string): Commits =>
  withIndex((index) => {
    const ignored = new Map([['.gitattributes', attributes(git.file(source, '.gitattributes') ?? '')]]);
    const content = git.commitOn(source, ignored, `Leave out what no runner needs (${version})`, index);
    const changes = stamped(git, content, { sha: content, version }, isExecuted);
    const release = git.commitOn(content, changes, `Release ${version}`, index);
    const commits = { source, content, release };
    checkCommits(git, commits);
    return commits;
  });

/** The pages and examples of `commit` with the commit of a release in them. Undefined if they have it already. */
export const makePages = (
  git: Git,
  commit: string,
  by: { sha: string; version: string },
): string | undefined =>
  withIndex((index) => {
    const changes = stamped(git, commit, by, isCopied);
    if (changes.size === 0) return undefined;
    return git.commitOn(commit, changes, `Name version ${by.version} in examples and pages`, index);
  });

/** Throws unless the commits differ from the proved one in nothing but what they may. */
export function checkCommits(git: Git, { source, content, release }: Commits): void {
  const parents = [content, release].map((commit) => git.run(['rev-parse', `${commit}^`]));
  if (parents[0] !== source || parents[1] !== content)
    throw new Error('The commits of the release do not follow each other.');
  const changed = (from: string, to: string) =>
    git.run(['diff', '--name-only', '-z', '--no-renames', from, to]).split('\0').filter(Boolean);
  const other = [
    ...changed(source, content).filter((path) => path !== '.gitattributes'),
    ...changed(content, release).filter(
      (path) =>
        !isExecuted(path) || !sameButStamp(git.file(content, path) ?? '', git.file(release, path) ?? ''),
    ),
  ];
  if (git.file(content, '.gitattributes') !== attributes(git.file(source, '.gitattributes') ?? ''))
    other.push('.gitattributes');
  if (other.length > 0) throw new Error(`The release differs from the proved commit in ${other.join(', ')}.`);
}
