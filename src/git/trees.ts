import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { isRead } from '../domain/check/facts/kinds.ts';
import type { Repository, UploadSet } from '../domain/check/files/repository.ts';
import type { Trees } from '../steps/check/ports.ts';
import { type GitOptions, git, split } from './run-git.ts';
import { decoded, type FileSet, maxBytes, readWorkingCopy } from './working-copy.ts';

export interface TreesOptions {
  root: string;
  environment: GitOptions['environment'];
  /** Computes what an upload of a folder holds. */
  upload: (list: Pick<Repository, 'paths' | 'text'>, folder: string) => UploadSet | undefined;
}

/** The working copy, and any commit of its repository. */
export function createTrees({ root, environment, upload }: TreesOptions): Trees {
  const options: GitOptions = { folder: root, environment };
  const repositoryOf = ({ paths, texts, refused }: FileSet): Repository => {
    const text = (path: string) => texts.get(path);
    const known = new Map<string, UploadSet | undefined>();
    return {
      ...{ paths, text, refused },
      upload: (folder) => {
        if (!known.has(folder)) known.set(folder, upload({ paths, text }, folder));
        return known.get(folder);
      },
    };
  };
  return {
    head: () => repositoryOf(readWorkingCopy(root, environment)),
    base(wanted) {
      const commit = baseCommit(wanted, options);
      if (commit === undefined)
        return {
          problem: `the commit ${wanted} is not in this clone; set fetch-depth: 2 in actions/checkout`,
        };
      return { commit, repository: repositoryOf(readCommit(commit, options)) };
    },
    write(file, text) {
      const path = join(realpathSync(root), file);
      if (realpathSync(path) !== path || !path.startsWith(realpathSync(root) + sep))
        throw new Error(`${file} is a link, so it is not changed`);
      const isWindows = readFileSync(path, 'utf8').includes('\r\n');
      writeFileSync(path, isWindows ? text.replaceAll('\n', '\r\n') : text);
    },
  };
}

const line = (output: Buffer | undefined): string | undefined => output?.toString('utf8').trim() || undefined;

/**
 * The last commit that the change and the wanted commit share. A checkout of GitHub's merge commit may hold no history, so
 * then the commit is fetched, and its own files are the base.
 */
function baseCommit(wanted: string, options: GitOptions): string | undefined {
  if (/^-|[\s~^:?*[\\]|\.\./.test(wanted)) return undefined;
  const find = () => line(git(['merge-base', 'HEAD', wanted], options));
  const exists = (name: string) =>
    line(git(['rev-parse', '--verify', '--quiet', `${name}^{commit}`], options));
  const known = find() ?? exists(wanted);
  if (known) return known;
  const hash = /^[0-9a-f]{40}$/.test(wanted);
  const fetched = git(
    ['fetch', '--quiet', '--no-tags', '--depth=1', 'origin', hash ? wanted : `refs/heads/${wanted}`],
    options,
  );
  return fetched === undefined ? undefined : exists(hash ? wanted : 'FETCH_HEAD');
}

/** Reads a commit through git's own store, so that no file of it has to be checked out. */
function readCommit(commit: string, options: GitOptions): FileSet {
  const set: FileSet = { paths: [], texts: new Map(), refused: [] };
  const wanted: { path: string; object: string }[] = [];
  for (const entry of split(git(['ls-tree', '-r', '-z', '-l', '--full-tree', commit], options))) {
    const [, mode, object = '', size, path = ''] =
      /^(\d+) \w+ ([0-9a-f]+)\s+(\d+|-)\t(.*)$/s.exec(entry) ?? [];
    if (mode === undefined || mode === '160000') continue;
    set.paths.push(path);
    if (mode === '120000' || !isRead(path)) continue;
    if (Number(size) > maxBytes)
      set.refused.push({ file: path, why: `it is larger than ${maxBytes >> 20} MiB` });
    else wanted.push({ path, object });
  }
  set.paths.sort();
  const output = git(['cat-file', '--batch'], {
    ...options,
    input: wanted.map(({ object }) => `${object}\n`).join(''),
  });
  let at = 0;
  for (const { path } of wanted) {
    const end = output?.indexOf('\n', at) ?? -1;
    if (!output || end < 0) break;
    const size = Number(output.subarray(at, end).toString('latin1').split(' ')[2]);
    if (!Number.isFinite(size)) break;
    const result = decoded(output.subarray(end + 1, end + 1 + size));
    if (result !== 'missing' && 'text' in result) set.texts.set(path, result.text);
    at = end + 2 + size;
  }
  return set;
}
