import { execFileSync } from 'node:child_process';

export interface GitOptions {
  env?: Record<string, string>;
  input?: string;
}

/** Git in one repository. Each call is a program with arguments; no shell. */
export class Git {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** What git prints, without the last line break. Throws with git's own words. */
  run(argv: readonly string[], { env = {}, input }: GitOptions = {}): string {
    return this.bytes(argv, { env, ...(input === undefined ? {} : { input }) })
      .toString()
      .replace(/\n$/, '');
  }

  bytes(argv: readonly string[], { env = {}, input }: GitOptions = {}): Buffer {
    return execFileSync('git', argv, {
      cwd: this.root,
      env: { ...process.env, ...env },
      maxBuffer: 200 * 1024 * 1024,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input === undefined ? {} : { input }),
    });
  }

  /** A file of a commit, or undefined if the commit has none of that name. */
  file(commit: string, path: string): string | undefined {
    try {
      return this.bytes(['cat-file', 'blob', `${commit}:${path}`]).toString();
    } catch {
      return undefined;
    }
  }

  files(commit: string): string[] {
    return this.run(['ls-tree', '-r', '--name-only', '-z', commit]).split('\0').filter(Boolean);
  }

  /** The commit that a reference of a remote names, or undefined. */
  remote(remote: string, ref: string): string | undefined {
    return /^[0-9a-f]{40}/.exec(this.run(['ls-remote', remote, ref]))?.[0];
  }

  /**
   * A commit on top of `parent` with other texts in some files. Touches neither the work tree nor a branch. Name and dates come from the
   * parent, so the same change gives the same commit on every machine and in every run.
   */
  commitOn(parent: string, changes: ReadonlyMap<string, string>, message: string, index: string): string {
    const env = { GIT_INDEX_FILE: index };
    this.run(['read-tree', parent], { env });
    for (const [path, text] of changes) {
      const blob = this.run(['hash-object', '-w', '--stdin'], { input: text });
      this.run(['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`], { env });
    }
    const date = this.run(['show', '-s', '--format=%cI', parent]);
    const by = { NAME: 'Backstay release', EMAIL: 'release@users.noreply.github.com', DATE: date };
    const identity = Object.fromEntries(
      Object.entries(by).flatMap(([key, value]) => [
        [`GIT_AUTHOR_${key}`, value],
        [`GIT_COMMITTER_${key}`, value],
      ]),
    );
    const tree = this.run(['write-tree'], { env });
    return this.run(['-c', 'commit.gpgSign=false', 'commit-tree', tree, '-p', parent, '-m', message], {
      env: identity,
    });
  }
}
