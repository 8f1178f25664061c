import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkCommits, makePages } from './commits.ts';
import { Git } from './git.ts';
import type { GitHub } from './github.ts';
import { refOf, type Staged } from './stage.ts';

/** Publishes what was staged. Every step looks first, so a run that was interrupted can be started again. */

export interface PublishSettings {
  root: string;
  /** The folder that `stage` wrote. */
  out: string;
  remote: string;
  github: GitHub;
  log: (line: string) => void;
  /** Only says what it would do. */
  dryRun: boolean;
}

export const readStaged = (out: string): Staged => JSON.parse(readFileSync(join(out, 'staged.json'), 'utf8'));

export function publish({ root, out, remote, github, log, dryRun }: PublishSettings): void {
  const git = new Git(root);
  const staged = readStaged(out);
  const { tag, release } = staged;
  git.run(['fetch', '--quiet', join(out, 'commits.bundle'), `+${refOf(tag)}:${refOf(tag)}`]);
  if (git.run(['rev-parse', refOf(tag)]) !== release)
    throw new Error('The bundle holds another commit than staged.json names.');
  checkCommits(git, staged);

  /** Does one step, or says what it would be. */
  const step = (what: string, work: () => void) => {
    log(dryRun ? `would ${what}` : what);
    if (!dryRun) work();
  };
  const there = git.remote(remote, `refs/tags/${tag}`);
  if (there && there !== release)
    throw new Error(`${tag} exists and names ${there}. A version is released once: take the next number.`);
  if (there) log(`${tag} is there already`);
  else
    step(`push ${tag}, which names ${release}`, () =>
      git.run(['push', '--quiet', remote, `${release}:refs/tags/${tag}`]),
    );

  const found = dryRun ? undefined : github.release(tag);
  if (found && !found.draft) log(`the release ${tag} is published already`);
  else {
    if (!found)
      step(`draft the release ${tag}`, () => github.draft(tag, join(out, 'notes.md'), staged.prerelease));
    // While it is a draft, files may be replaced. Afterwards GitHub freezes them.
    step(`attach ${staged.assets.join(', ')}`, () =>
      github.upload(
        tag,
        staged.assets.map((file) => join(out, file)),
      ),
    );
    step(`publish the release ${tag}${staged.latest ? ' as the latest' : ''}`, () =>
      github.publish(tag, staged.latest),
    );
  }
  if (!dryRun) checkPublished(github, staged);
  for (const moving of staged.moving) {
    const ref = `refs/tags/${moving}`;
    const old = git.remote(remote, ref);
    if (old === release) log(`${moving} names ${release} already`);
    else
      step(`move ${moving} from ${old ?? 'nothing'} to ${release}`, () =>
        git.run(['push', '--quiet', `--force-with-lease=${ref}:${old ?? ''}`, remote, `${release}:${ref}`]),
      );
  }
}

/** Tags that many follow must not move to a release that can still be changed. */
function checkPublished(github: GitHub, { tag, assets }: Staged): void {
  const found = github.release(tag);
  const missing = assets.filter((name) => !found?.assets.includes(name));
  if (!found || found.draft || missing.length > 0)
    throw new Error(
      `The release ${tag} is not published whole${missing.length > 0 ? `: ${missing.join(', ')} is missing` : ''}.`,
    );
  if (!found.immutable)
    throw new Error(
      `The release ${tag} can still be changed. Turn on "Release immutability" in the settings of the repository, delete the release (not the tag), and run this workflow again. No other tag was moved.`,
    );
}

/** Proposes the new commit for examples and pages, as a pull request. */
export function publishPages({ root, out, remote, github, log, dryRun }: PublishSettings): void {
  const git = new Git(root);
  const { version, tag, release, latest } = readStaged(out);
  if (!latest) {
    log(`${tag} is not the newest version, so examples and pages stay as they are`);
    return;
  }
  git.run(['fetch', '--quiet', remote, 'refs/heads/main']);
  const commit = makePages(git, git.run(['rev-parse', 'FETCH_HEAD']), { sha: release, version });
  if (!commit) {
    log(`examples and pages name ${tag} already`);
    return;
  }
  const branch = `pages-${tag}`;
  const ref = `refs/heads/${branch}`;
  if (dryRun) {
    log(`would push ${branch} and open a pull request`);
    return;
  }
  git.run([
    'push',
    '--quiet',
    `--force-with-lease=${ref}:${git.remote(remote, ref) ?? ''}`,
    remote,
    `${commit}:${ref}`,
  ]);
  const body = `The full SHA of ${tag} in every \`uses:\` that people copy. Made by the workflow that published it.`;
  const open = github.openPull(branch);
  log(`pull request: ${open ?? github.pull(branch, `Name ${tag} in examples and pages`, body)}`);
}
